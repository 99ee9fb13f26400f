#!/usr/bin/env python3
"""Makes a repository over a data set that lies in a bucket, without copying a byte of it.

    python make_repository.py digits s3://example/42/lakefs-minio-demo --from s3://sample-data/digits/

The repository's own files go below its storage namespace. The data set is imported into branch `ingest`, as `raw/`.
The server and the keys come from the environment: AWS_* for S3, LAKECTL_* for the `lakefs` package.
"""

import argparse
import datetime
import sys
import urllib.parse

import boto3
import botocore.exceptions
import lakefs

POLL_INTERVAL = datetime.timedelta(milliseconds=50)


def make_bucket(s3, name):
    try:
        s3.create_bucket(Bucket=name)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository")
    parser.add_argument("storage_namespace", help="s3://bucket/prefix; the bucket is made where it is absent")
    parser.add_argument("--from", dest="source", required=True, help="s3://bucket/prefix/ of the data set")
    parser.add_argument("--branch", default="ingest")
    arguments = parser.parse_args()

    make_bucket(boto3.client("s3"), urllib.parse.urlparse(arguments.storage_namespace).netloc)
    repository = lakefs.Repository(arguments.repository).create(storage_namespace=arguments.storage_namespace)
    branch = repository.branch(arguments.branch).create(source_reference="main")
    data = branch.import_data(commit_message=f"Import {arguments.source}", metadata={"source": arguments.source})
    data.prefix(arguments.source, destination="raw/").start()
    status = data.wait(poll_interval=POLL_INTERVAL)
    print(f"{status.ingested_objects} objects imported into branch {branch.id}, commit {status.commit.id[:12]}")


if __name__ == "__main__":
    sys.exit(main())
