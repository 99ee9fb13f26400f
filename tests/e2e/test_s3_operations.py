"""Every operation that the newest botocore knows, on a bucket and on a branch: offered, or 501 and nothing is touched."""

from __future__ import annotations

import datetime
import pathlib
import re

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

DATA = b"the only copy of the model"
REFERENCE = pathlib.Path(__file__).resolve().parents[2] / "docs/reference/s3.md"
# The same requests by older names.
OLD_NAMES = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}

# Signed for another service than s3 (directory buckets, Lambda), which is refused before anything is looked at.
OF_ANOTHER_SERVICE = {"ListDirectoryBuckets", "WriteGetObjectResponse"}


def names_of(part: str) -> set[str]:
    """The operations of one table of the reference, which is the server's own."""
    table = re.search(rf"<!-- operations {part} -->(.*?)<!-- end -->", REFERENCE.read_text(), re.DOTALL)
    return set(re.findall(r"^\| (\w+) \| `", table[1], re.MULTILINE))


def example(shape, name: str, known: dict[str, object]):
    """A value of that shape with what it must have."""
    if name in known:
        return known[name]
    if shape.type_name == "structure":
        needed = list(shape.members)[:1] if shape.is_tagged_union else shape.required_members
        return {each: example(shape.members[each], each, known) for each in needed}
    if shape.type_name == "list":
        return [example(shape.member, "", known)]
    if shape.type_name == "map":
        return {}
    if getattr(shape, "enum", None):
        return shape.enum[0]
    return {
        "blob": b"x", "boolean": True, "integer": 1, "long": 1, "string": "x", "double": 1.0, "float": 1.0,
        "timestamp": datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc),
    }[shape.type_name]  # fmt: skip


@pytest.fixture
def s3(server):
    """Host prefixes name hosts that do not exist here."""
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, inject_host_prefix=False,
                    parameter_validation=False)  # fmt: skip
    return boto3.client("s3", endpoint_url=server.s3_endpoint, aws_access_key_id=server.access_key_id,
                        aws_secret_access_key=server.secret_access_key, region_name="us-east-1", config=config)  # fmt: skip


@pytest.mark.parametrize("place", ["bucket", "branch"])
def test_what_is_not_offered_touches_nothing(server, s3, name, place):
    s3.create_bucket(Bucket=f"{name}-store")
    root = ""
    if place == "branch":
        root = "main/"
        made = requests.post(
            f"{server.api}/repositories",
            json={"name": name, "storage_namespace": f"s3://{name}-store/repo", "default_branch": "main"},
            auth=server.auth,
            timeout=30,
        )
        assert made.status_code == 201, made.text
    else:
        s3.create_bucket(Bucket=name)
    empty = f"{name}-empty"
    s3.create_bucket(Bucket=empty)
    s3.put_object(Bucket=name, Key=root + "k", Body=DATA)
    offered, refused = names_of("offered"), names_of("not offered")
    model = s3.meta.service_model

    for operation in model.operation_names:
        wire_name = OLD_NAMES.get(operation, operation)
        if wire_name in offered:
            continue
        shape = model.operation_model(operation).input_shape
        members = shape.members if shape is not None else {}
        for bucket in (name, empty) if "Bucket" in members else ("",):
            given = example(shape, operation, {"Bucket": bucket, "Key": root + "k"})
            with pytest.raises(ClientError) as error:
                s3._make_api_call(operation, given)
            answer = error.value.response
            if operation in OF_ANOTHER_SERVICE:
                assert answer["Error"]["Code"] == "AuthorizationHeaderMalformed", operation
            else:
                assert answer["Error"]["Code"] == "NotImplemented", operation
                assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501, operation
        assert s3.get_object(Bucket=name, Key=root + "k")["Body"].read() == DATA, operation
        assert s3.list_objects_v2(Bucket=name, Prefix=root)["KeyCount"] == 1, operation
        assert s3.list_objects_v2(Bucket=empty)["KeyCount"] == 0, operation
        assert wire_name in refused, f"{operation} is new: say in the table why it is not offered"


def test_a_client_that_signs_for_another_region_is_led_to_ours(server, name):
    """botocore reads the right region from the refusal and asks again."""
    abroad = boto3.client("s3", endpoint_url=server.s3_endpoint, aws_access_key_id=server.access_key_id,
                          aws_secret_access_key=server.secret_access_key, region_name="eu-west-1",
                          config=Config(s3={"addressing_style": "path"}))  # fmt: skip
    abroad.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    abroad.put_object(Bucket=name, Key="k", Body=DATA)
    assert abroad.get_object(Bucket=name, Key="k")["Body"].read() == DATA
    assert abroad.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    at_home = server.s3()
    at_home.create_bucket(Bucket=f"{name}-2")
    at_home.put_object(Bucket=f"{name}-2", Key="k", Body=DATA)
    assert abroad.get_object(Bucket=f"{name}-2", Key="k")["Body"].read() == DATA


def test_a_server_of_another_region_serves_its_own_links(start_server, name):
    there = start_server(options=["--region", "eu-central-1"])
    s3 = boto3.client("s3", endpoint_url=there.endpoint, aws_access_key_id=there.access_key_id,
                      aws_secret_access_key=there.secret_access_key, region_name="eu-central-1",
                      config=Config(s3={"addressing_style": "path"}))  # fmt: skip
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=DATA)
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-central-1"
    link = requests.get(f"{there.endpoint}/api/v1/presigned_url", params={"bucket": name, "key": "k"},
                        auth=there.auth, timeout=30)  # fmt: skip
    assert link.status_code == 200, link.text
    got = requests.get(link.json()["url"], timeout=30)
    assert (got.status_code, got.content) == (200, DATA)
