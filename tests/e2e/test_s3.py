"""S3 through boto3: what its users' programs do, on plain buckets and on branches of repositories."""

from __future__ import annotations

import concurrent.futures
import hashlib
import io
import os
import urllib.error
import urllib.request
import zlib
from base64 import b64encode

import pytest
import requests
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

MIB = 1 << 20


def code_of(error: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    response = error.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


@pytest.fixture(params=["bucket", "branch"])
def place(request, server, name):
    """A bucket and a key prefix to work under: a plain bucket, or a branch of a repository."""
    s3 = server.s3()
    if request.param == "bucket":
        s3.create_bucket(Bucket=name)
        return s3, name, ""
    s3.create_bucket(Bucket=f"{name}-store")
    made = requests.post(
        f"{server.api}/repositories",
        json={"name": name, "storage_namespace": f"s3://{name}-store/repo", "default_branch": "main"},
        auth=server.auth,
        timeout=30,
    )
    assert made.status_code == 201, made.text
    return s3, name, "main/"


def test_put_get_head_delete(place):
    s3, bucket, root = place
    body = os.urandom(300_000)
    put = s3.put_object(Bucket=bucket, Key=root + "a/b", Body=body, ContentType="image/png",
                        CacheControl="max-age=5", Metadata={"owner": "me"})
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key=root + "a/b")
    assert got["Body"].read() == body
    assert got["ContentType"] == "image/png"
    assert got["CacheControl"] == "max-age=5"
    assert {k.lower(): v for k, v in got["Metadata"].items()} == {"owner": "me"}
    head = s3.head_object(Bucket=bucket, Key=root + "a/b")
    assert (head["ContentLength"], head["ETag"]) == (len(body), put["ETag"])
    s3.delete_object(Bucket=bucket, Key=root + "a/b")
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key=root + "a/b")
    assert code_of(error) == (404, "NoSuchKey")


def test_a_key_may_be_both_an_object_and_a_prefix(place):
    s3, bucket, root = place
    s3.put_object(Bucket=bucket, Key=root + "a/b", Body=b"1")
    s3.put_object(Bucket=bucket, Key=root + "a/b/1", Body=b"2")
    assert s3.get_object(Bucket=bucket, Key=root + "a/b")["Body"].read() == b"1"
    assert s3.get_object(Bucket=bucket, Key=root + "a/b/1")["Body"].read() == b"2"


def test_ranges(place):
    s3, bucket, root = place
    body = bytes(range(256)) * 1000
    s3.put_object(Bucket=bucket, Key=root + "r", Body=body)

    def read(header: str) -> bytes:
        return s3.get_object(Bucket=bucket, Key=root + "r", Range=header)["Body"].read()

    assert read("bytes=0-0") == body[:1]
    assert read("bytes=100-70000") == body[100:70001]
    assert read("bytes=255990-") == body[255990:]
    assert read("bytes=-7") == body[-7:]
    assert read("bytes=0-999999999") == body
    with pytest.raises(ClientError) as error:
        read(f"bytes={len(body)}-")
    assert code_of(error) == (416, "InvalidRange")


def test_conditional_reads(place):
    s3, bucket, root = place
    etag = s3.put_object(Bucket=bucket, Key=root + "c", Body=b"x")["ETag"]
    s3.get_object(Bucket=bucket, Key=root + "c", IfMatch=etag)
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key=root + "c", IfNoneMatch=etag)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 304
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key=root + "c", IfMatch='"0123"')
    assert code_of(error) == (412, "PreconditionFailed")


def test_conditional_writes(place):
    s3, bucket, root = place
    first = s3.put_object(Bucket=bucket, Key=root + "w", Body=b"1", IfNoneMatch="*")["ETag"]
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key=root + "w", Body=b"2", IfNoneMatch="*")
    assert code_of(error) == (412, "PreconditionFailed")
    s3.put_object(Bucket=bucket, Key=root + "w", Body=b"3", IfMatch=first)
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key=root + "w", Body=b"4", IfMatch=first)
    assert code_of(error) == (412, "PreconditionFailed")
    assert s3.get_object(Bucket=bucket, Key=root + "w")["Body"].read() == b"3"


def test_of_racing_creators_exactly_one_wins(place):
    s3, bucket, root = place

    def create(number: int) -> bool:
        try:
            s3.put_object(Bucket=bucket, Key=root + "race", Body=str(number).encode(), IfNoneMatch="*")
            return True
        except ClientError:
            return False

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        won = list(pool.map(create, range(32)))
    assert won.count(True) == 1
    assert s3.get_object(Bucket=bucket, Key=root + "race")["Body"].read() == str(won.index(True)).encode()


def test_listing_with_any_prefix_and_delimiter(place):
    s3, bucket, root = place
    keys = ["a", "a/1", "a/2", "a0", "b//c", "b/d", "é #?&+ %41.txt", "z|1", "z|2"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=root + key, Body=b"")

    def listing(**arguments):
        page = s3.list_objects_v2(Bucket=bucket, **arguments)
        return ([o["Key"].removeprefix(root) for o in page.get("Contents", [])],
                [p["Prefix"].removeprefix(root) for p in page.get("CommonPrefixes", [])])

    assert listing(Prefix=root) == (sorted(keys, key=str.encode), [])
    assert listing(Prefix=root, Delimiter="/") == (["a", "a0", "z|1", "z|2", "é #?&+ %41.txt"], ["a/", "b/"])
    assert listing(Prefix=root + "b/", Delimiter="/") == (["b/d"], ["b//"])
    assert listing(Prefix=root + "z", Delimiter="|") == ([], ["z|"])
    assert listing(Prefix=root, StartAfter=root + "b//c")[0] == ["b/d", "z|1", "z|2", "é #?&+ %41.txt"]
    pages, token = [], None
    while True:
        page = s3.list_objects_v2(Bucket=bucket, Prefix=root, Delimiter="/", MaxKeys=2,
                                  **({"ContinuationToken": token} if token else {}))
        pages.append(page["KeyCount"])
        if not page["IsTruncated"]:
            break
        token = page["NextContinuationToken"]
    assert pages == [2, 2, 2, 1]
    assert s3.list_objects_v2(Bucket=bucket, Prefix=root, MaxKeys=0)["KeyCount"] == 0


def test_multipart(place):
    s3, bucket, root = place
    body = os.urandom(MIB) * 12
    s3.upload_fileobj(io.BytesIO(body), bucket, root + "m",
                      Config=TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB))
    head = s3.head_object(Bucket=bucket, Key=root + "m")
    assert head["ETag"].endswith('-3"')
    assert s3.get_object(Bucket=bucket, Key=root + "m")["Body"].read() == body
    part = s3.get_object(Bucket=bucket, Key=root + "m", PartNumber=2)
    assert part["Body"].read() == body[5 * MIB:10 * MIB]
    assert part["PartsCount"] == 3


def test_multipart_listing_copy_and_abort(place):
    s3, bucket, root = place
    s3.put_object(Bucket=bucket, Key=root + "source", Body=b"0123456789" * MIB)
    upload = s3.create_multipart_upload(Bucket=bucket, Key=root + "m")["UploadId"]
    where = {"Bucket": bucket, "Key": root + "m", "UploadId": upload}
    first = s3.upload_part_copy(**where, PartNumber=1, CopySource={"Bucket": bucket, "Key": root + "source"},
                                CopySourceRange=f"bytes=0-{5 * MIB - 1}")["CopyPartResult"]["ETag"]
    second = s3.upload_part(**where, PartNumber=2, Body=b"end")["ETag"]
    parts = s3.list_parts(**where)["Parts"]
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in parts] == [(1, 5 * MIB, first), (2, 3, second)]
    uploads = s3.list_multipart_uploads(Bucket=bucket, Prefix=root)["Uploads"]
    assert [(u["Key"], u["UploadId"]) for u in uploads] == [(root + "m", upload)]
    with pytest.raises(ClientError) as error:
        s3.complete_multipart_upload(**where, MultipartUpload={"Parts": [{"PartNumber": 2, "ETag": first}]})
    assert code_of(error) == (400, "InvalidPart")
    s3.complete_multipart_upload(**where, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]})
    assert s3.get_object(Bucket=bucket, Key=root + "m")["Body"].read() == (b"0123456789" * MIB)[:5 * MIB] + b"end"
    other = s3.create_multipart_upload(Bucket=bucket, Key=root + "n")["UploadId"]
    s3.upload_part(Bucket=bucket, Key=root + "n", UploadId=other, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket=bucket, Key=root + "n", UploadId=other)
    with pytest.raises(ClientError) as error:
        s3.upload_part(Bucket=bucket, Key=root + "n", UploadId=other, PartNumber=2, Body=b"x")
    assert code_of(error) == (404, "NoSuchUpload")


def test_small_parts_are_refused(place):
    s3, bucket, root = place
    upload = s3.create_multipart_upload(Bucket=bucket, Key=root + "s")["UploadId"]
    parts = [{"PartNumber": n, "ETag": s3.upload_part(Bucket=bucket, Key=root + "s", UploadId=upload, PartNumber=n,
                                                      Body=b"tiny")["ETag"]} for n in (1, 2)]
    with pytest.raises(ClientError) as error:
        s3.complete_multipart_upload(Bucket=bucket, Key=root + "s", UploadId=upload, MultipartUpload={"Parts": parts})
    assert code_of(error) == (400, "EntityTooSmall")


def test_copy(place):
    s3, bucket, root = place
    s3.put_object(Bucket=bucket, Key=root + "from", Body=b"bytes", ContentType="a/b", Metadata={"k": "v"})
    s3.copy_object(Bucket=bucket, Key=root + "to", CopySource={"Bucket": bucket, "Key": root + "from"})
    got = s3.get_object(Bucket=bucket, Key=root + "to")
    assert (got["Body"].read(), got["ContentType"], {k.lower(): v for k, v in got["Metadata"].items()}) == (
        b"bytes", "a/b", {"k": "v"})
    s3.copy_object(Bucket=bucket, Key=root + "from", CopySource={"Bucket": bucket, "Key": root + "from"},
                   MetadataDirective="REPLACE", Metadata={"n": "w"}, ContentType="c/d")
    head = s3.head_object(Bucket=bucket, Key=root + "from")
    assert (head["ContentType"], {k.lower(): v for k, v in head["Metadata"].items()}) == ("c/d", {"n": "w"})
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key=root + "x", CopySource={"Bucket": bucket, "Key": root + "nothing"})
    assert code_of(error) == (404, "NoSuchKey")


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_checksums(place, algorithm):
    s3, bucket, root = place
    put = s3.put_object(Bucket=bucket, Key=root + "sum", Body=b"checked", ChecksumAlgorithm=algorithm)
    field = f"Checksum{algorithm}"
    assert put[field]
    got = s3.get_object(Bucket=bucket, Key=root + "sum", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"checked"
    assert got[field] == put[field]
    attributes = s3.get_object_attributes(Bucket=bucket, Key=root + "sum",
                                          ObjectAttributes=["Checksum", "ObjectSize", "ETag"])
    assert attributes["Checksum"][field] == put[field]
    assert attributes["ObjectSize"] == 7


def test_a_wrong_checksum_stores_nothing(place):
    s3, bucket, root = place
    wrong = b64encode((zlib.crc32(b"other") & 0xFFFFFFFF).to_bytes(4, "big")).decode()
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key=root + "bad", Body=b"bytes", ChecksumCRC32=wrong)
    assert code_of(error) == (400, "BadDigest")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key=root + "bad", Body=b"bytes",
                      ContentMD5=b64encode(hashlib.md5(b"other").digest()).decode())
    assert code_of(error) == (400, "BadDigest")
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=bucket, Key=root + "bad")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_urls(server, place, version):
    s3, bucket, root = place
    signer = server.s3(signature_version=version)
    put = signer.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": root + "p q"}, ExpiresIn=60)
    assert requests.put(put, data=b"by url", timeout=30).status_code == 200
    get = signer.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": root + "p q"}, ExpiresIn=60)
    assert requests.get(get, timeout=30).content == b"by url"
    assert requests.get(get, headers={"Authorization": "Basic c3RyYXk6"}, timeout=30).content == b"by url"
    tampered = get.replace("p%20q", "other")
    assert requests.get(tampered, timeout=30).status_code == 403


def test_multi_delete(place):
    s3, bucket, root = place
    for n in range(5):
        s3.put_object(Bucket=bucket, Key=f"{root}d/{n}", Body=b"")
    answer = s3.delete_objects(Bucket=bucket, Delete={
        "Objects": [{"Key": f"{root}d/{n}"} for n in range(4)] + [{"Key": root + "missing"}]})
    assert len(answer["Deleted"]) == 5
    assert not answer.get("Errors")
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, Prefix=root + "d/")["Contents"]] == [f"{root}d/4"]


def test_empty_and_large_objects(place):
    s3, bucket, root = place
    s3.put_object(Bucket=bucket, Key=root + "empty", Body=b"")
    assert s3.get_object(Bucket=bucket, Key=root + "empty")["Body"].read() == b""
    large = os.urandom(MIB) * 100
    s3.put_object(Bucket=bucket, Key=root + "large", Body=large)
    got = s3.get_object(Bucket=bucket, Key=root + "large")["Body"]
    digest = hashlib.md5()
    for piece in got.iter_chunks(MIB):
        digest.update(piece)
    assert digest.digest() == hashlib.md5(large).digest()


def test_an_unversioned_bucket_lists_its_objects_as_their_only_versions(server, name):
    s3 = server.s3()
    s3.create_bucket(Bucket=name)
    for key in ("a/1", "a/2", "b", " "):
        s3.put_object(Bucket=name, Key=key, Body=b"x")
    page = s3.list_object_versions(Bucket=name, MaxKeys=2)
    assert page["IsTruncated"] and [v["Key"] for v in page["Versions"]] == [" ", "a/1"]
    assert {(v["VersionId"], v["IsLatest"]) for v in page["Versions"]} == {("null", True)}
    rest = s3.list_object_versions(
        Bucket=name, KeyMarker=page["NextKeyMarker"], VersionIdMarker=page["NextVersionIdMarker"]
    )
    assert [v["Key"] for v in rest["Versions"]] == ["a/2", "b"]
    folded = s3.list_object_versions(Bucket=name, Delimiter="/")
    assert [p["Prefix"] for p in folded["CommonPrefixes"]] == ["a/"]
    assert s3.get_object(Bucket=name, Key="b", VersionId="null")["Body"].read() == b"x"
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=name, Key="b", VersionId="3sL4kqtJlcpXroDTDmJ")
    assert code_of(error) == (400, "InvalidArgument")
    # What tools do that empty a bucket, versioned or not.
    versions = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in page["Versions"] + rest["Versions"]]
    assert "Errors" not in s3.delete_objects(Bucket=name, Delete={"Objects": versions})
    s3.delete_bucket(Bucket=name)


def test_a_multi_delete_obeys_the_etag_of_each_object(server, name):
    s3 = server.s3()
    s3.create_bucket(Bucket=name)
    etag = s3.put_object(Bucket=name, Key="k", Body=b"x")["ETag"]
    s3.put_object(Bucket=name, Key="other", Body=b"x")
    answer = s3.delete_objects(
        Bucket=name, Delete={"Objects": [{"Key": "k", "ETag": etag}, {"Key": "other", "ETag": "0" * 32}]}
    )
    assert [d["Key"] for d in answer["Deleted"]] == ["k"]
    assert [(e["Key"], e["Code"]) for e in answer["Errors"]] == [("other", "PreconditionFailed")]
    assert s3.get_object(Bucket=name, Key="other")["Body"].read() == b"x"


def test_only_the_owners_acl_is_taken(server, name):
    s3 = server.s3()
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    s3.put_bucket_acl(Bucket=name, ACL="private")
    s3.put_object_acl(Bucket=name, Key="k", ACL="bucket-owner-full-control")
    policy = s3.get_object_acl(Bucket=name, Key="k")
    s3.put_object_acl(
        Bucket=name, Key="k", AccessControlPolicy={"Grants": policy["Grants"], "Owner": policy["Owner"]}
    )
    for refused in (
        lambda: s3.put_bucket_acl(Bucket=name, ACL="public-read"),
        lambda: s3.put_object_acl(Bucket=name, Key="k", GrantRead='id="someone"'),
    ):
        with pytest.raises(ClientError) as error:
            refused()
        assert code_of(error) == (400, "AccessControlListNotSupported")


def test_buckets_are_listed_in_pages(server, name):
    s3 = server.s3()
    for suffix in ("a", "b", "c"):
        s3.create_bucket(Bucket=f"{name}-{suffix}")
    pages = s3.get_paginator("list_buckets").paginate(
        Prefix=f"{name}-", PaginationConfig={"PageSize": 2}
    )
    assert [[b["Name"][-1] for b in page["Buckets"]] for page in pages] == [["a", "b"], ["c"]]


def test_a_part_is_read_with_its_own_checksum(server, name):
    s3 = server.s3()
    s3.create_bucket(Bucket=name)
    upload = s3.create_multipart_upload(Bucket=name, Key="k", ChecksumAlgorithm="SHA256")["UploadId"]
    bodies = [b"a" * (5 << 20), b"b" * 10]
    parts = []
    for number, body in enumerate(bodies, start=1):
        part = s3.upload_part(
            Bucket=name, Key="k", UploadId=upload, PartNumber=number, Body=body, ChecksumAlgorithm="SHA256"
        )
        parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]})
    done = {"Bucket": name, "Key": "k", "UploadId": upload, "MultipartUpload": {"Parts": parts}}
    first = s3.complete_multipart_upload(**done)
    assert s3.complete_multipart_upload(**done)["ETag"] == first["ETag"]  # the first answer may be lost
    untagged = [{**part, "ETag": ""} for part in parts]
    with pytest.raises(ClientError) as error:
        s3.complete_multipart_upload(**{**done, "MultipartUpload": {"Parts": untagged}})
    assert code_of(error) == (400, "MalformedXML")
    part = s3.get_object(Bucket=name, Key="k", PartNumber=2, ChecksumMode="ENABLED")
    assert part["Body"].read() == bodies[1]
    assert part["ChecksumSHA256"] == parts[1]["ChecksumSHA256"]
    listed = s3.get_object_attributes(Bucket=name, Key="k", ObjectAttributes=["ObjectParts"])["ObjectParts"]
    assert [p["Size"] for p in listed["Parts"]] == [len(body) for body in bodies]


def test_buckets(server, name):
    s3 = server.s3()
    s3.create_bucket(Bucket=name)
    s3.create_bucket(Bucket=name)  # us-east-1 takes it, as S3's does
    with pytest.raises(ClientError) as error:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert code_of(error) == (409, "BucketAlreadyOwnedByYou")
    assert name in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    s3.put_object(Bucket=name, Key="k", Body=b"")
    with pytest.raises(ClientError) as error:
        s3.delete_bucket(Bucket=name)
    assert code_of(error) == (409, "BucketNotEmpty")
    s3.delete_object(Bucket=name, Key="k")
    s3.create_multipart_upload(Bucket=name, Key="open")
    s3.delete_bucket(Bucket=name)
    with pytest.raises(ClientError) as error:
        s3.head_bucket(Bucket=name)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_version_2_signatures_as_botocore_makes_them(server, name):
    s3 = server.s3(signature_version="s3")
    s3.create_bucket(Bucket=name)
    s3.head_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a b", Body=b"x")
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=name, Prefix="a")["Contents"]] == ["a b"]
    s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "a b"}]})
    s3.delete_bucket(Bucket=name)


def test_the_second_listener_speaks_s3_alone(server, name):
    s3 = server.s3(endpoint=server.s3_endpoint)
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    assert server.s3().get_object(Bucket=name, Key="k")["Body"].read() == b"x"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.s3_endpoint}/{name}/k")
    assert refused.value.code == 403
    assert b"<Code>AccessDenied</Code>" in refused.value.read()


def test_a_repository_is_no_bucket_to_delete_and_its_namespace_is_guarded(server, name):
    s3 = server.s3()
    s3.create_bucket(Bucket=f"{name}-store")
    requests.post(f"{server.api}/repositories", auth=server.auth, timeout=30,
                  json={"name": name, "storage_namespace": f"s3://{name}-store/repo"}).raise_for_status()
    with pytest.raises(ClientError) as error:
        s3.delete_bucket(Bucket=name)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 409)
    with pytest.raises(ClientError):
        s3.delete_bucket(Bucket=f"{name}-store")
    with pytest.raises(ClientError) as error:
        s3.create_bucket(Bucket=name)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    for action in (lambda: s3.put_object(Bucket=f"{name}-store", Key="repo/_lakefs/dummy", Body=b"x"),
                   lambda: s3.delete_object(Bucket=f"{name}-store", Key="repo/_lakefs/dummy"),
                   lambda: s3.put_object(Bucket=f"{name}-store", Key="repo/data/mine", Body=b"x")):
        with pytest.raises(ClientError) as error:
            action()
        assert code_of(error) == (403, "AccessDenied")
    s3.put_object(Bucket=f"{name}-store", Key="elsewhere", Body=b"x")
