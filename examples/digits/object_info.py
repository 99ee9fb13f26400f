#!/usr/bin/env python3
"""Shows where the bytes of a ref are: nothing is copied by importing, branching or merging.

    python object_info.py digits main raw/labels.csv artifacts/model.weights.h5

Tells the physical address of each path given, how many of the ref's objects lie where, and what the repository's
storage namespace holds. With --expect-data N it fails unless that namespace holds exactly N objects of data; with
--count-data it prints only their number. The server and the keys come from the environment: AWS_* and LAKECTL_*.
"""

import argparse
import collections
import sys
import urllib.parse

import boto3
import lakefs


def list_namespace(namespace):
    """What lies below the storage namespace, as two lists of (key, size): metadata, and data."""
    place = urllib.parse.urlparse(namespace)
    prefix = place.path.strip("/") + "/"
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=place.netloc, Prefix=prefix)
    found = [(item["Key"].removeprefix(prefix), item["Size"]) for page in pages for item in page.get("Contents", [])]
    metadata = [item for item in found if item[0].startswith("_lakefs/")]
    data = [item for item in found if not item[0].startswith("_lakefs/")]
    return metadata, data


def show(repository, ref, paths, namespace):
    width = max(map(len, paths), default=0)
    for path in paths:
        about = ref.object(path).stat()
        print(f"{path:{width}}  {about.size_bytes:>8,} bytes at {about.physical_address}")

    places = collections.Counter()
    for item in ref.objects(max_amount=None):
        inside = item.physical_address.startswith(namespace + "/")
        places[f"{namespace}/data/" if inside else f"s3://{urllib.parse.urlparse(item.physical_address).netloc}/"] += 1
    print(f"{repository.id}/{ref.id} has {places.total():,} objects:")
    for place, count in sorted(places.items()):
        print(f"  {count:>6,} at {place}...")

    metadata, data = list_namespace(namespace)
    print(f"{namespace} holds:")
    for name, items in (("metadata (_lakefs/)", metadata), ("data (data/)", data)):
        print(f"  {len(items):>6,} objects of {name}, {sum(size for _, size in items):,} bytes")
    return len(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository")
    parser.add_argument("ref")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--expect-data", type=int, metavar="N")
    parser.add_argument("--count-data", action="store_true")
    arguments = parser.parse_args()

    repository = lakefs.Repository(arguments.repository)
    namespace = repository.properties.storage_namespace.rstrip("/")
    if arguments.count_data:
        print(len(list_namespace(namespace)[1]))
        return None
    count = show(repository, repository.ref(arguments.ref), arguments.paths, namespace)
    if arguments.expect_data is not None and count != arguments.expect_data:
        return f"object_info.py: the namespace holds {count} objects of data, not {arguments.expect_data}"
    return None


if __name__ == "__main__":
    sys.exit(main())
