"""What S3's wire carries: metadata from any door, ranges of anything, XML of any key, errors in S3's own words."""

from __future__ import annotations

import datetime
import email.header
import hashlib
import hmac
import json
import os
import random
import secrets
import socket
import urllib.parse
import xml.etree.ElementTree as ElementTree
from email.utils import format_datetime

import pytest
import requests
from botocore.exceptions import ClientError


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def error(self):
        """The elements of an XML error by name. Fails where the body is not XML."""
        return {field.tag: field.text for field in ElementTree.fromstring(self.body)}


def send(server, method, path, headers=(), query="", body=b"", endpoint=None, signed=True):
    """One request over a raw connection, signed (version 4): header values and path are bytes, sent as they are."""
    host = endpoint or server.s3_address
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    fields = {"host": host.encode(), "x-amz-date": now.encode(),
              "x-amz-content-sha256": hashlib.sha256(body).hexdigest().encode()}  # fmt: skip
    fields |= {name.lower(): value for name, value in dict(headers).items()}
    if signed:
        names = sorted(fields)
        lines = [name.encode() + b":" + b" ".join(fields[name].split()) for name in names]
        canonical = b"\n".join([method.encode(), path.encode(), query.encode(), *lines, b"", ";".join(names).encode(),
                                fields["x-amz-content-sha256"]])  # fmt: skip
        scope = f"{now[:8]}/us-east-1/s3/aws4_request"
        key = ("AWS4" + server.secret_access_key).encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), "sha256").digest()
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical).hexdigest()}"
        signature = hmac.new(key, text.encode(), "sha256").hexdigest()
        fields["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={server.access_key_id}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={signature}"
        ).encode()
    target = path + ("?" + query if query else "")
    head = f"{method} {target} HTTP/1.1\r\n".encode()
    head += b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields.items())
    head += f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
    name, port = host.split(":")
    received = b""
    with socket.create_connection((name, int(port)), timeout=60) as connection:
        connection.sendall(head + body)
        while piece := connection.recv(1 << 16):
            received += piece
    head, _, rest = received.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    fields = [line.partition(b": ") for line in lines]
    return Answer(int(status.split()[1]), {name.decode("latin-1").lower(): value for name, _, value in fields}, rest)


@pytest.fixture
def repository(server, name):
    """A repository on a bucket of its own; gives its name."""
    server.s3().create_bucket(Bucket=f"{name}-store")
    made = requests.post(
        f"{server.api}/repositories",
        json={"name": name, "storage_namespace": f"s3://{name}-store/repo", "default_branch": "main"},
        auth=server.auth,
        timeout=60,
    )
    assert made.status_code == 201, made.text
    return name


@pytest.fixture(params=["bucket", "branch"])
def place(request, server, name):
    """A bucket and a key prefix to work under: a plain bucket, or a branch of a repository."""
    if request.param == "bucket":
        server.s3().create_bucket(Bucket=name)
        return name, ""
    return request.getfixturevalue("repository"), "main/"


def decoded(value):
    """An RFC 2047 value as Python's own decoder reads it."""
    parts = email.header.decode_header(value.decode("ascii"))
    return "".join(part.decode(charset or "ascii") if isinstance(part, bytes) else part for part, charset in parts)


def readable(server, bucket, key, data):
    """GET and HEAD over S3 give `data` with headers that any client takes; gives the headers."""
    path = f"/{bucket}/{urllib.parse.quote(key)}"
    for method in ("HEAD", "GET"):
        answer = send(server, method, path)
        assert answer.status == 200, (method, answer.body)
        for name, value in answer.headers.items():
            assert name.isascii() and not set(name) & set(' ()<>@,;:\\"/[]?={}'), name
            plain = value.replace(b"\t", b" ")  # a tab may stand within: RFC 9110, section 5.5
            assert plain.isascii() and plain.decode().isprintable(), (name, value)
    assert answer.body == data
    return answer.headers


# ── metadata


PIECES = ["a", "plain text", " ", "é", "日本", "😀", "=?", "?=", "=?UTF-8?B?YQ==?=", '"', ";", ":", "::", "%41", "\t", "_", "-"]
JSON_ONLY = ["\n", "\r", "\x00", "\x7f", "\x1b", "\u2028", "\ufffe"]


def random_text(random_, pieces, count_max=6):
    return "".join(random_.choice(pieces) for _ in range(random_.randrange(count_max)))


def issue_address(server, repository, path):
    url = f"{server.api}/repositories/{repository}/branches/main/staging/backing"
    issued = requests.get(url, params={"path": path, "presign": "true"}, auth=server.auth, timeout=60)
    assert issued.status_code == 200, issued.text
    return url, issued.json()


def store_by_link(server, repository, path, data, metadata, content_type):
    url, issued = issue_address(server, repository, path)
    assert requests.put(issued["presigned_url"], data=data, timeout=60).status_code == 200
    body = {"staging": issued, "checksum": hashlib.md5(data).hexdigest(), "size_bytes": len(data),
            "user_metadata": metadata, "content_type": content_type}  # fmt: skip
    return requests.put(url, params={"path": path}, json=body, auth=server.auth, timeout=60).status_code


def store_by_upload(server, repository, path, data, metadata, content_type):
    headers = {b"x-lakefs-meta-" + name.encode(): value.encode() for name, value in metadata.items()}
    headers[b"Content-Type"] = content_type.encode()
    url = f"{server.api}/repositories/{repository}/branches/main/objects"
    return requests.post(url, params={"path": path}, data=data, headers=headers, auth=server.auth, timeout=60).status_code


def store_by_stat(server, repository, path, data, metadata, content_type):
    assert store_by_upload(server, repository, path, data, {}, "text/plain") == 201
    url = f"{server.api}/repositories/{repository}/branches/main/objects/stat/user_metadata"
    return requests.put(url, params={"path": path}, json={"set": metadata}, auth=server.auth, timeout=60).status_code


def store_by_put(server, repository, path, data, metadata, content_type):
    headers = {"x-amz-meta-" + name: value.encode() for name, value in metadata.items()}
    headers["content-type"] = content_type.encode()
    return send(server, "PUT", f"/{repository}/main/{path}", headers, body=data).status


def store_by_multipart(server, repository, path, data, metadata, content_type):
    headers = {"x-amz-meta-" + name: value.encode() for name, value in metadata.items()}
    headers["content-type"] = content_type.encode()
    begun = send(server, "POST", f"/{repository}/main/{path}", headers, query="uploads=")
    if begun.status != 200:
        return begun.status
    upload = ElementTree.fromstring(begun.body).findtext("{*}UploadId")
    s3 = server.s3()
    place = {"Bucket": repository, "Key": f"main/{path}", "UploadId": upload}
    etag = s3.upload_part(**place, PartNumber=1, Body=data)["ETag"]
    s3.complete_multipart_upload(**place, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    return 200


def store_by_copy(server, repository, path, data, metadata, content_type):
    server.s3().put_object(Bucket=repository, Key="main/source", Body=data)
    headers = {"x-amz-meta-" + name: value.encode() for name, value in metadata.items()}
    headers |= {"content-type": content_type.encode(), "x-amz-metadata-directive": b"REPLACE",
                "x-amz-copy-source": f"/{repository}/main/source".encode()}  # fmt: skip
    return send(server, "PUT", f"/{repository}/main/{path}", headers).status


DOORS = [store_by_link, store_by_upload, store_by_stat, store_by_put, store_by_multipart, store_by_copy]
JSON_DOORS = {store_by_link, store_by_stat}


def test_whatever_metadata_a_door_takes_every_door_reads_the_object(server, repository):
    seed = int(os.environ.get("TEST_SEED", random.randrange(1 << 32)))
    print(f"TEST_SEED={seed}")
    random_ = random.Random(seed)
    taken = 0
    for turn in range(60):
        door = DOORS[turn % len(DOORS)]
        by_json = door in JSON_DOORS
        pieces = PIECES + JSON_ONLY if by_json else PIECES
        value = (lambda: random_text(random_, pieces)) if by_json else (lambda: random_text(random_, pieces).strip(" \t"))
        names = pieces if by_json else ["a", "learning-rate", "x.y", "B", "c"]
        metadata = {random_text(random_, names, 4) or f"n{i}": value() for i in range(random_.randrange(5))}
        metadata["kept"] = value()
        content_type = "text/plain; x=" + value()
        data = f"bytes of {turn}".encode()
        if door(server, repository, "o", data, metadata, content_type) >= 300:
            continue
        taken += 1
        told = readable(server, repository, "main/o", data)
        back = {name.removeprefix("x-amz-meta-"): decoded(value) for name, value in told.items() if "-meta-" in name}
        missing = int(told.get("x-amz-missing-meta", 0))
        back.pop("x-amz-missing-meta", None)
        # Over S3 values are decoded on the way in: one that spells an encoded word is that word.
        if by_json or "=?" not in metadata["kept"]:
            assert back["kept"] == metadata["kept"], (door.__name__, metadata)
        assert len(back) + missing == len(metadata), (door.__name__, metadata, told)

        server.s3().copy_object(Bucket=repository, Key="main/copy", CopySource=f"{repository}/main/o")
        readable(server, repository, "main/copy", data)
        where = f"{server.api}/repositories/{repository}/refs/main/objects"
        stat = requests.get(where + "/stat", params={"path": "o", "presign": "true"}, auth=server.auth, timeout=60)
        json.loads(stat.content.decode("utf-8"))
        if by_json:
            assert stat.json()["metadata"] == metadata
        plain = requests.get(where, params={"path": "o"}, auth=server.auth, timeout=60)
        assert (plain.status_code, plain.content) == (200, data)
        presigned = requests.get(stat.json()["physical_address"], timeout=60)
        assert (presigned.status_code, presigned.content) == (200, data)
    assert taken > 40


@pytest.mark.parametrize(
    "metadata",
    [{"::lakefs::client-mtime": "1"}, {"learning rate": "0.1"}, {"größe": "3"}, {"note": "a\nb"}, {"note": "café"}],
)
def test_a_linked_object_is_read_whatever_its_metadata(server, repository, metadata):
    assert store_by_link(server, repository, "o", b"x", metadata, "text/plain\nx") == 200
    told = readable(server, repository, "main/o", b"x")
    assert told["content-type"] == b"text/plain x"
    assert int(told.get("x-amz-missing-meta", 0)) == (0 if "note" in metadata else 1)


def test_an_imported_object_is_read_with_its_metadata(server, repository):
    sent = {"x-amz-meta-raw": "café 日本".encode(), "content-type": b"text/plain; x=1"}
    assert send(server, "PUT", f"/{repository}-store/raw/o", sent, body=b"x").status == 200
    url = f"{server.api}/repositories/{repository}/branches/main/import"
    source = {"type": "common_prefix", "path": f"s3://{repository}-store/raw/", "destination": "in/"}
    body = {"paths": [source], "commit": {"message": "in"}}
    begun = requests.post(url, json=body, auth=server.auth, timeout=60).json()
    while not (status := requests.get(url, params=begun, auth=server.auth, timeout=60).json())["completed"]:
        assert "error" not in status, status
    told = readable(server, repository, "main/in/o", b"x")
    assert decoded(told["x-amz-meta-raw"]) == "café 日本"
    assert told["content-type"] == sent["content-type"]
    objects = f"{server.api}/repositories/{repository}/refs/main/objects"
    for door in (objects, f"{objects}/stat"):
        answer = requests.get(door, params={"path": "in/o"}, auth=server.auth, timeout=60)
        assert answer.status_code == 200, answer.text
        kind = answer.json()["content_type"] if door.endswith("stat") else answer.headers["Content-Type"]
        assert kind == "text/plain; x=1", door


def test_metadata_in_a_plain_bucket_travels_as_rfc_2047(server, name):
    server.s3().create_bucket(Bucket=name)
    sent = {"x-amz-meta-raw": "café 日本".encode(), "x-amz-meta-latin": "café".encode("latin-1"),
            "x-amz-meta-word": b"=?UTF-8?Q?caf=C3=A9?=", "x-amz-meta-plain": b"two  blanks",
            "content-disposition": 'attachment; filename="日本.txt"'.encode()}  # fmt: skip
    assert send(server, "PUT", f"/{name}/k", sent, body=b"x").status == 200
    told = readable(server, name, "k", b"x")
    assert {key[11:]: decoded(value) for key, value in told.items() if key.startswith("x-amz-meta-")} == {
        "raw": "café 日本", "latin": "café", "word": "café", "plain": "two  blanks"}  # fmt: skip
    assert told["content-disposition"] == b'attachment; filename="=?UTF-8?B?5pel5pysLnR4dA==?="'


# ── ranges


def rest_get(server, bucket, key, headers):
    ref, _, path = key.partition("/")
    url = f"{server.api}/repositories/{bucket}/refs/{ref}/objects"
    got = requests.get(url, params={"path": path}, headers=headers, auth=server.auth, timeout=60)
    return got.status_code, got.content, got.headers


def test_ranges_of_an_empty_object(server, place):
    bucket, root = place
    server.s3().put_object(Bucket=bucket, Key=root + "empty", Body=b"")
    path = f"/{bucket}/{root}empty"
    for header in (b"bytes=0-", b"bytes=0-8388607", b"bytes=5-", b"bytes=-0"):
        answer = send(server, "GET", path, {"range": header})
        assert answer.status == 416
        error = answer.error()
        assert (error["Code"], error["ActualObjectSize"]) == ("InvalidRange", "0")
        assert error["RangeRequested"] == header.decode()
        assert answer.headers["content-range"] == b"bytes */0"
        if root:
            assert rest_get(server, bucket, root + "empty", {"Range": header.decode()})[0] == 416
    answer = send(server, "GET", path, {"range": b"bytes=-8"})
    assert (answer.status, answer.body) == (200, b"")
    if root:
        assert rest_get(server, bucket, root + "empty", {"Range": "bytes=-8"})[:2] == (200, b"")


def test_ranges_outside_and_beyond_any_number(server, place):
    bucket, root = place
    server.s3().put_object(Bucket=bucket, Key=root + "ten", Body=b"0123456789")
    path = f"/{bucket}/{root}ten"
    answer = send(server, "GET", path, {"range": b"bytes=50-"})
    assert (answer.status, answer.error()["ActualObjectSize"]) == (416, "10")
    for last in (b"18446744073709551615", b"18446744073709551616", b"9" * 40):
        answer = send(server, "GET", path, {"range": b"bytes=5-" + last})
        assert (answer.status, answer.body) == (206, b"56789")
        assert answer.headers["content-range"] == b"bytes 5-9/10"
        if root:
            assert rest_get(server, bucket, root + "ten", {"Range": f"bytes=5-{last.decode()}"})[:2] == (206, b"56789")


def test_a_resumed_download_is_of_one_version(server, place):
    bucket, root = place
    s3 = server.s3()
    s3.put_object(Bucket=bucket, Key=root + "k", Body=b"a" * 10)
    old = s3.head_object(Bucket=bucket, Key=root + "k")
    s3.put_object(Bucket=bucket, Key=root + "k", Body=b"b" * 10)
    new = s3.head_object(Bucket=bucket, Key=root + "k")
    modified = new["LastModified"].astimezone(datetime.timezone.utc)
    second = datetime.timedelta(seconds=1)
    before, date, after = (format_datetime(time, usegmt=True) for time in (modified - second, modified, modified + second))
    part, whole = (206, b"bbbbb"), (200, b"b" * 10)
    for validator, wanted in [(new["ETag"], part), (old["ETag"], whole), ("W/" + new["ETag"], whole), (date, part),
                              (before, whole), (after, whole), ("nonsense", whole)]:  # fmt: skip
        headers = {"range": b"bytes=5-", "if-range": validator.encode()}
        answer = send(server, "GET", f"/{bucket}/{root}k", headers)
        assert (answer.status, answer.body) == wanted, validator
        if root:
            got = rest_get(server, bucket, root + "k", {"Range": "bytes=5-", "If-Range": validator})
            assert got[:2] == wanted, validator


# ── XML


HOSTILE = ["n/\ufffe", "n/\uffff", "c/\x01", "c/\x1f", "c/a\rb", "c/a\nb", "c/\x7f", "c/\x85", "c/<&>\"'", "c/]]>", "c/😀"]


def test_every_answer_about_any_key_is_xml(server, place):
    bucket, root = place
    s3 = server.s3()
    for key in HOSTILE:
        s3.put_object(Bucket=bucket, Key=root + key, Body=b"x")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=root)["Contents"]
    assert [o["Key"].removeprefix(root) for o in listed] == sorted(HOSTILE, key=str.encode)
    at = f"/{bucket}"
    queries = ["list-type=2", "list-type=1", "versions=", "uploads=", "list-type=2&delimiter=%01&prefix=%EF%BF%BE",
               "list-type=2&start-after=%01", "marker=%EF%BF%BF", "delimiter=%FF"]  # fmt: skip
    queries = sorted(queries) if root == "" else [q for q in sorted(queries) if q != "versions="]
    for key in HOSTILE:
        s3.create_multipart_upload(Bucket=bucket, Key=root + key)
    for query in queries:
        query = "&".join(sorted(part if "=" in part else part + "=" for part in query.split("&")))
        ElementTree.fromstring(send(server, "GET", at, query=query).body)
    for key in HOSTILE:
        path = f"{at}/{urllib.parse.quote(root + key)}"
        missing = send(server, "GET", path + "-gone")
        assert (missing.status, missing.error()["Code"]) == (404, "NoSuchKey")
        ElementTree.fromstring(send(server, "POST", path, query="uploads=").body)
        ElementTree.fromstring(send(server, "GET", path, query="uploadId=%01").body)
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": root + key}]})
        assert not answer.get("Errors")
    assert s3.list_objects_v2(Bucket=bucket, Prefix=root)["KeyCount"] == 0


def test_what_no_key_can_be_is_refused_by_its_own_name(server, name):
    server.s3().create_bucket(Bucket=name)
    for path in (f"/{name}/%FF", f"/{name}/a%00b", f"//{name}/k", "//"):
        for method in ("PUT", "GET"):
            answer = send(server, method, path, body=b"x" if method == "PUT" else b"")
            assert (answer.status, answer.error()["Code"]) == (400, "InvalidURI"), (method, path)
    assert server.s3().list_objects_v2(Bucket=name)["KeyCount"] == 0


def test_a_preflight_is_told_what_it_lacks(server):
    asked = {"origin": b"http://example.org", "access-control-request-method": b"GET"}
    for headers, wanted in ((asked, (403, "AccessForbidden")), ({}, (400, "BadRequest")),
                            ({"origin": asked["origin"]}, (400, "BadRequest"))):  # fmt: skip
        answer = send(server, "OPTIONS", "/b/k", headers, signed=False)
        assert (answer.status, answer.error()["Code"]) == wanted


def test_an_override_that_no_header_can_carry_is_refused(server, name):
    s3 = server.s3()
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    for control in ("%0D%0A", "%0A", "%0D", "%7F", "%00"):
        for parameter in ("response-content-disposition", "response-content-type", "response-expires"):
            answer = send(server, "GET", f"/{name}/k", query=f"{parameter}=a{control}X-Evil%3A1")
            assert (answer.status, answer.error()["Code"]) == (400, "InvalidArgument"), (parameter, control)
    assert send(server, "GET", f"/{name}/k", query="response-content-type=text%2Fplain").body == b"x"


# ── damage


def requests_counted(server, protocol, status):
    text = requests.get(f"{server.endpoint}/metrics", timeout=60).text
    wanted = f'anabranch_http_requests_total{{protocol="{protocol}",status="{status}"}}'
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(wanted))


def damage(server, marker):
    """Flips a byte after each place of the stopped server's files that holds `marker`."""
    places = 0
    for path in server.data.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        at = data.find(marker)
        while at >= 0:
            places += 1
            with open(path, "r+b") as file:
                file.seek(at + len(marker) // 2)
                file.write(bytes([data[at + len(marker) // 2] ^ 0xFF]))
            at = data.find(marker, at + 1)
    return places


@pytest.mark.parametrize("size", [1_000, 3_000_000])
def test_damage_is_an_error_of_the_protocol_and_is_counted(start_server, size):
    server = start_server()
    s3 = server.s3()
    s3.create_bucket(Bucket="damaged")
    s3.create_bucket(Bucket="store")
    assert requests.post(f"{server.api}/repositories", json={"name": "repo", "storage_namespace": "s3://store/r"},
                         auth=server.auth, timeout=60).status_code == 201  # fmt: skip
    marker = secrets.token_bytes(64)
    body = marker + os.urandom(size)
    s3.put_object(Bucket="damaged", Key="a/<k>", Body=body)
    s3.put_object(Bucket="repo", Key="main/k", Body=body)
    server.stop()
    assert damage(server, marker) >= 2
    server.start()

    before = requests_counted(server, "s3", "5xx")
    for endpoint in (server.s3_address, server.address):
        for path in ("/damaged/a/%3Ck%3E", "/repo/main/k"):
            answer = send(server, "GET", path, endpoint=endpoint)
            assert (answer.status, answer.headers["content-type"]) == (500, b"application/xml"), answer.body
            error = answer.error()
            assert error["Code"] == "InternalError"
            assert error["Key"] == urllib.parse.unquote(path).split("/", 2)[2]
    assert requests_counted(server, "s3", "5xx") - before == 4
    before = requests_counted(server, "rest", "5xx")
    status, content, headers = rest_get(server, "repo", "main/k", {})
    assert (status, headers["Content-Type"]) == (500, "application/json")
    assert json.loads(content)["message"]
    assert requests_counted(server, "rest", "5xx") - before == 1


# ── deletion


def test_a_deletion_obeys_its_conditions(server, place):
    bucket, root = place
    s3 = server.s3()
    key = root + "k"

    def delete(**condition):
        return s3.delete_object(Bucket=bucket, Key=key, **condition)["ResponseMetadata"]["HTTPStatusCode"]

    etag = s3.put_object(Bucket=bucket, Key=key, Body=b"abc")["ETag"]
    modified = s3.head_object(Bucket=bucket, Key=key)["LastModified"]
    other_time = modified - datetime.timedelta(days=1)
    for condition in ({"IfMatch": '"0"'}, {"IfMatchSize": 4}, {"IfMatchLastModifiedTime": other_time},
                      {"IfMatch": etag, "IfMatchSize": 4}):  # fmt: skip
        with pytest.raises(ClientError) as error:
            delete(**condition)
        assert error.value.response["Error"]["Code"] == "PreconditionFailed"
    for text in ({"x-amz-if-match-size": b"many"}, {"x-amz-if-match-last-modified-time": b"yesterday"}):
        assert send(server, "DELETE", f"/{bucket}/{key}", text).error()["Code"] == "InvalidArgument"
    assert delete(IfMatch=etag, IfMatchSize=3, IfMatchLastModifiedTime=modified) == 204
    assert delete(IfMatch="*") == 204  # what is not there is deleted
    objects = [{"Key": root + name} for name in ("a", "b", "c")]
    for item in objects:
        s3.put_object(Bucket=bucket, Key=item["Key"], Body=b"abc")
    objects[0]["Size"] = 4
    objects[1]["LastModifiedTime"] = other_time
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert [d["Key"] for d in answer["Deleted"]] == [root + "c"]
    assert {e["Code"] for e in answer["Errors"]} == {"PreconditionFailed"}


def test_what_may_not_be_deleted_is_an_error_of_its_own(server, repository):
    s3 = server.s3()
    for branch in ("main", "work"):
        if branch != "main":
            made = requests.post(f"{server.api}/repositories/{repository}/branches",
                                 json={"name": branch, "source": "main"}, auth=server.auth, timeout=60)  # fmt: skip
            assert made.status_code == 201
        for n in range(3):
            s3.put_object(Bucket=repository, Key=f"{branch}/d/{n}", Body=b"x")
    keys = ["main/d/0", "nowhere/d/0", "work/d/0", "work/d/1", "main", "main/d/1", "work/"]
    answer = s3.delete_objects(Bucket=repository, Delete={"Objects": [{"Key": key} for key in keys]})
    assert {e["Key"]: e["Code"] for e in answer["Errors"]} == {"nowhere/d/0": "NoSuchKey", "main": "InvalidArgument"}
    assert [d["Key"] for d in answer["Deleted"]] == [key for key in keys if key not in ("nowhere/d/0", "main")]
    for branch, left in (("main", ["main/d/2"]), ("work", ["work/d/2"])):
        listed = s3.list_objects_v2(Bucket=repository, Prefix=branch + "/")["Contents"]
        assert [o["Key"] for o in listed] == left
