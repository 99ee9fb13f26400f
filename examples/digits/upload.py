#!/usr/bin/env python3
"""Uploads scikit-learn's 1,797 pictures of digits to a bucket, as a data set lies in one.

    python upload.py --bucket sample-data --prefix digits

    <prefix>/train/<label>/<number>.png     a picture of 8 by 8 pixels in the folder of its class
    <prefix>/labels.csv                     number, path and label of each

The server and the keys come from the environment, as for every S3 client: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY.
"""

import argparse
import concurrent.futures
import csv
import io
import sys
import time

import boto3
import botocore.config
import botocore.exceptions
from PIL import Image
from sklearn.datasets import load_digits

THREADS = 8
INK_MAX = 16  # scikit-learn's pictures have values from 0 to 16
PROGRESS_SECONDS = 2


def make_files():
    """The data set as {path: bytes}."""
    digits = load_digits()
    files = {}
    labels = io.StringIO()
    table = csv.writer(labels, lineterminator="\n")
    table.writerow(("number", "path", "label"))
    for number, (ink, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        picture = io.BytesIO()
        Image.fromarray((ink * (255 / INK_MAX)).round().astype("uint8")).save(picture, "PNG")
        path = f"train/{label}/{number}.png"
        files[path] = picture.getvalue()
        table.writerow((number, path, label))
    files["labels.csv"] = labels.getvalue().encode()
    return files


def make_bucket(s3, name):
    try:
        s3.create_bucket(Bucket=name)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def upload(s3, bucket, prefix, files):
    """Puts all files, several at a time, and tells how far it is."""

    def put(path):
        kind = "image/png" if path.endswith(".png") else "text/csv"
        s3.put_object(Bucket=bucket, Key=f"{prefix}/{path}", Body=files[path], ContentType=kind)

    told = began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        waiting = [pool.submit(put, path) for path in files]
        for done, future in enumerate(concurrent.futures.as_completed(waiting), start=1):
            future.result()  # raises what went wrong
            if time.monotonic() - told >= PROGRESS_SECONDS:
                told = time.monotonic()
                print(f"{done} of {len(files)} objects", flush=True)
    seconds = time.monotonic() - began
    size = sum(map(len, files.values()))
    print(f"{len(files)} objects, {size:,} bytes in {seconds:.1f} s: s3://{bucket}/{prefix}/")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bucket", default="sample-data")
    parser.add_argument("--prefix", default="digits")
    arguments = parser.parse_args()
    s3 = boto3.client("s3", config=botocore.config.Config(max_pool_connections=THREADS))
    make_bucket(s3, arguments.bucket)
    upload(s3, arguments.bucket, arguments.prefix.strip("/"), make_files())


if __name__ == "__main__":
    sys.exit(main())
