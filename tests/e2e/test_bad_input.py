"""Bad input gets a typed error in the protocol's own form, changes nothing, and leaves the server alive."""

from __future__ import annotations

import datetime
import socket

import pytest
import requests
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError


def raw(server, text: bytes, port: int | None = None) -> bytes:
    """Sends bytes as they are; gives all that comes back until the server closes or falls silent."""
    with socket.create_connection(("127.0.0.1", port or server.port), timeout=10) as connection:
        connection.sendall(text)
        connection.settimeout(3)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            pass
        return answer


def signed(server, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None,
           secret: str | None = None, session_headers: dict[str, str] | None = None) -> requests.Response:
    """A request signed by botocore, then changed by `session_headers` after it was signed."""
    request = AWSRequest(method, server.endpoint + path, data=body, headers=headers or {})
    # S3's signer hashes the body itself; the plain one takes a hash that a test has made up.
    signer = SigV4Auth if "x-amz-content-sha256" in (headers or {}) else S3SigV4Auth
    signer(Credentials(server.access_key_id, secret or server.secret_access_key), "s3", "us-east-1").add_auth(request)
    sent = {**dict(request.headers), **(session_headers or {})}
    return requests.request(method, server.endpoint + path, data=body, headers=sent, timeout=30)


@pytest.fixture
def bucket(server, name):
    server.s3().create_bucket(Bucket=name)
    return name


@pytest.mark.parametrize("path", ["/nothing/here", "/repositories/x/nothing", ""])
def test_unknown_routes_are_404_json(server, path):
    answer = requests.get(f"{server.api}{path}", auth=server.auth, timeout=30)
    assert answer.status_code == 404
    assert answer.json()["message"]


def test_a_wrong_method_is_405(server):
    answer = requests.patch(f"{server.api}/repositories", auth=server.auth, timeout=30)
    assert (answer.status_code, bool(answer.json()["message"])) == (405, True)


# ── values that cannot be read


@pytest.fixture
def repository(server, bucket):
    body = {"name": "dogs", "storage_namespace": f"s3://{bucket}/dogs", "default_branch": "main"}
    assert requests.post(f"{server.api}/repositories", json=body, auth=server.auth, timeout=30).status_code == 201
    server.s3().put_object(Bucket="dogs", Key="main/a", Body=b"bytes")
    return "/repositories/dogs"


@pytest.mark.parametrize(
    ("path", "wrong", "right"),
    [
        ("/refs/main/commits?since=", ["2026-01-01T00:00:00junk", "2026-02-31T00:00:00Z", "2026-01-01T00:00:00%2B99:99", "1767225600", ""],
         ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5%2B02:00", "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00"]),
        ("/refs/main/commits?amount=", ["5x", "", "-2", "1.5", "0x10", "%2B5", "99999999999999999999"], ["-1", "0", "5", "100000"]),
        ("/refs/main/commits?limit=", ["maybe", "", "2", "yes", "truee"], ["true", "True", "FALSE", "0", "1"]),
        ("/refs/main/commits?first_parent=", ["maybe"], ["true"]),
        ("/refs/main/objects/stat?path=a&presign=", ["maybe", ""], ["true", "false"]),
        ("/refs/main/objects/stat?path=a&user_metadata=", ["maybe"], ["false"]),
        ("/refs/main/objects/ls?presign=", ["maybe"], ["True"]),
        ("/refs/main/objects/ls?user_metadata=", ["maybe"], ["False"]),
        ("/refs/main/objects?path=a&presign=", ["maybe"], ["true", "false"]),
        ("/branches/main/staging/backing?path=b&presign=", ["maybe"], ["true"]),
    ],
)  # fmt: skip
def test_query_values_that_cannot_be_read_are_400_and_name_the_parameter(server, repository, path, wrong, right):
    ask = lambda value: requests.get(f"{server.api}{repository}{path}{value}", auth=server.auth, timeout=30)  # noqa: E731
    name = path.rsplit("?", 1)[1].rsplit("&", 1)[-1].removesuffix("=")

    for value in wrong:
        answer = ask(value)
        assert answer.status_code == 400, value
        assert ("time" if name == "since" else f"'{name}'") in answer.json()["message"]
    assert [ask(value).status_code for value in right] == [200] * len(right)


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("PUT", "/branches/main/hard_reset?ref=main&force=maybe", {}, "'force'"),
        ("POST", "/branches/main/commits", {"message": "m", "date": -1}, "'date'"),
        ("POST", "/branches/main/commits", {"message": "m", "date": 1.5}, "'date'"),
        ("POST", "/branches/main/commits", {"message": "m", "allow_empty": "yes"}, "'allow_empty'"),
        ("POST", "/branches/main/import", {"paths": [{"type": "common_prefix", "path": "s3://x/", "destination": ""}], "commit": "m"}, "'commit'"),
        ("PUT", "/branches/main/staging/backing?path=b", {"staging": {"physical_address": "s3://x/y"}, "checksum": "c", "size_bytes": -5}, "'size_bytes'"),
    ],
)  # fmt: skip
def test_body_values_that_cannot_be_meant_are_400_and_name_the_field(server, repository, method, path, body, named):
    answer = requests.request(method, f"{server.api}{repository}{path}", json=body, auth=server.auth, timeout=30)

    assert answer.status_code == 400
    assert named in answer.json()["message"]
    log = requests.get(f"{server.api}{repository}/refs/main/commits", auth=server.auth, timeout=30).json()
    assert len(log["results"]) == 1


def test_s3_values_that_cannot_be_read_are_invalid_arguments(server, bucket):
    server.s3().put_object(Bucket=bucket, Key="a", Body=b"bytes")

    answers = [
        signed(server, "GET", f"/{bucket}?list-type=2&fetch-owner=maybe"),
        signed(server, "GET", f"/{bucket}?list-type=2&encoding-type=xml"),
        signed(server, "GET", f"/{bucket}?uploads=&encoding-type=xml"),
        signed(server, "GET", f"/{bucket}?list-type=2&max-keys=5x"),
        signed(server, "GET", f"/{bucket}?list-type=2&max-keys=-1"),
        signed(server, "PUT", f"/{bucket}/b", headers={"x-amz-copy-source": f"/{bucket}/a",
                                                      "x-amz-copy-source-if-modified-since": "yesterday"}),
        signed(server, "PUT", f"/{bucket}/b", headers={"x-amz-copy-source": f"/{bucket}/a",
                                                      "x-amz-copy-source-if-unmodified-since": "2026-02-31"}),
    ]  # fmt: skip

    for answer in answers:
        assert (answer.status_code, "<Code>InvalidArgument</Code>" in answer.text) == (400, True), answer.text
    assert [o["Key"] for o in server.s3().list_objects_v2(Bucket=bucket)["Contents"]] == ["a"]
    kept = signed(server, "GET", f"/{bucket}/a", headers={"If-Modified-Since": "yesterday"})
    assert kept.status_code == 200, "RFC 9110: a date that is none is passed over"


# ── bodies


@pytest.mark.parametrize("body", ["", "{", "[]", "nonsense", '{"name": 5}', '{"name": "ok-name"}', "\x00", "{}" * 3])
def test_bad_json_is_400_with_a_message(server, body):
    answer = requests.post(f"{server.api}/repositories", data=body.encode(), auth=server.auth, timeout=30)
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("name", ["Upper", "-dash", "a", "x" * 64, "with_underscore", "sp ace", "é", "a/b"])
def test_bad_repository_names_are_400(server, name):
    answer = requests.post(f"{server.api}/repositories", auth=server.auth, timeout=30,
                           json={"name": name, "storage_namespace": "s3://nowhere/x"})
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("name", ["UPPER", "a", "x" * 64, "192.168.1.1", "under_score", "-dash", "dot..dot"])
def test_bad_bucket_names_are_400(server, name):
    answer = signed(server, "PUT", f"/{name}")
    assert answer.status_code == 400
    assert "<Code>InvalidBucketName</Code>" in answer.text


def test_bad_signatures(server, bucket):
    s3 = f"/{bucket}/k"
    wrong_secret = signed(server, "PUT", s3, b"x", secret="not the secret")
    assert (wrong_secret.status_code, "SignatureDoesNotMatch" in wrong_secret.text) == (403, True)
    assert server.secret_access_key not in wrong_secret.text
    now = datetime.datetime.now(datetime.UTC)
    unknown = requests.get(server.endpoint + s3, timeout=30, headers={
        "Authorization": f"AWS4-HMAC-SHA256 Credential=AKIANOBODY/{now:%Y%m%d}/us-east-1/s3/aws4_request, "
                         "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64,
        "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}"})
    assert (unknown.status_code, "InvalidAccessKeyId" in unknown.text) == (403, True), unknown.text
    garbage = requests.get(server.endpoint + s3, headers={"Authorization": "AWS4-HMAC-SHA256 rubbish"}, timeout=30)
    assert (garbage.status_code, "AuthorizationHeaderMalformed" in garbage.text) == (400, True)
    with pytest.raises(ClientError):
        server.s3().head_object(Bucket=bucket, Key="k")


def test_clock_skew(server, bucket, monkeypatch):
    import botocore.auth

    class Late(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return datetime.datetime.utcnow() - datetime.timedelta(hours=1)

        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.now(tz) - datetime.timedelta(hours=1)

    stamp = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)).strftime("%Y%m%dT%H%M%SZ")
    if hasattr(botocore.auth, "get_current_datetime"):
        monkeypatch.setattr(botocore.auth, "get_current_datetime",
                            lambda *a, **k: datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(hours=1))
    else:
        monkeypatch.setattr(botocore.auth.datetime, "datetime", Late)
    answer = signed(server, "GET", f"/{bucket}")
    assert (answer.status_code, "RequestTimeTooSkewed" in answer.text) == (403, True), (stamp, answer.text)


def test_a_body_that_differs_from_its_signed_hash_is_refused(server, bucket):
    import hashlib

    answer = signed(server, "PUT", f"/{bucket}/k", b"one", headers={"x-amz-content-sha256": hashlib.sha256(b"two").hexdigest()})
    assert answer.status_code == 400
    assert "Mismatch" in answer.text or "BadDigest" in answer.text
    with pytest.raises(ClientError):
        server.s3().head_object(Bucket=bucket, Key="k")


@pytest.mark.parametrize("body", [b"", b"<", b"<Delete/>", b"<Other/>", b"\xff\xfe", b"<Delete><Object></Object></Delete>"])
def test_bad_xml_is_malformed(server, bucket, body):
    answer = signed(server, "POST", f"/{bucket}?delete=", body)
    assert (answer.status_code, "<Code>MalformedXML</Code>" in answer.text) == (400, True), answer.text


def test_long_keys_are_refused(server, bucket):
    server.s3().put_object(Bucket=bucket, Key="k" * 1024, Body=b"")
    with pytest.raises(ClientError) as error:
        server.s3().put_object(Bucket=bucket, Key="k" * 1025, Body=b"")
    assert error.value.response["Error"]["Code"] == "KeyTooLongError"


def test_too_much_user_metadata_is_refused(server, bucket):
    with pytest.raises(ClientError) as error:
        server.s3().put_object(Bucket=bucket, Key="k", Body=b"", Metadata={"m": "x" * 2100})
    assert error.value.response["Error"]["Code"] == "MetadataTooLarge"


def test_oversize_headers_are_431(server):
    answer = raw(server, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")
    assert b" 431 " in answer.split(b"\r\n")[0]


@pytest.mark.parametrize("text", [
    b"nonsense\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    b"\x00\x01\x02\x03\r\n\r\n",
])
def test_malformed_http_is_400(server, text):
    assert b" 400 " in raw(server, text).split(b"\r\n")[0]


def test_a_short_body_stores_nothing(server, bucket):
    url = server.s3(signature_version="s3v4").generate_presigned_url(
        "put_object", Params={"Bucket": bucket, "Key": "short"}, ExpiresIn=60)
    path = url[len(server.endpoint):]
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: 1000\r\n\r\nabc".encode())
    with pytest.raises(ClientError):
        server.s3().head_object(Bucket=bucket, Key="short")


@pytest.mark.parametrize("ref", ["nothing", "main~99", "main^7", "0123456789ab", "main~x", "~1", "main@@@"])
def test_missing_refs_are_errors(server, name, ref):
    s3 = server.s3()
    s3.create_bucket(Bucket=f"{name}-s")
    requests.post(f"{server.api}/repositories", auth=server.auth, timeout=30,
                  json={"name": name, "storage_namespace": f"s3://{name}-s/r"}).raise_for_status()
    answer = requests.get(f"{server.api}/repositories/{name}/commits/{ref}", auth=server.auth, timeout=30)
    assert answer.status_code in (400, 404)
    assert answer.json()["message"]


@pytest.mark.parametrize("amount", ["x", "-2", "1.5", "99999999999999999999"])
def test_bad_page_sizes_are_400(server, amount):
    answer = requests.get(f"{server.api}/repositories", params={"amount": amount}, auth=server.auth, timeout=30)
    assert answer.status_code == 400


def test_without_credentials_everything_but_health_is_401(server):
    assert requests.get(f"{server.api}/healthcheck", timeout=30).status_code == 204
    for path in ("/repositories", "/user", "/config", "/access_keys"):
        answer = requests.get(f"{server.api}{path}", timeout=30)
        assert (answer.status_code, bool(answer.json()["message"])) == (401, True), path
