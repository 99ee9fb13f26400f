"""A browser signs in once and is then as good as its key, on REST and S3 alike; pages of other sites get nowhere."""

from __future__ import annotations

import gzip

import pytest
import requests

COOKIE = "anabranch_session"
OTHER_SITE = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}
SCRIPTLESS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def sign_in(server, pair=None, headers=None):
    access_key_id, secret = pair or server.auth
    body = {"access_key_id": access_key_id, "secret_access_key": secret}
    return requests.post(f"{server.api}/session", json=body, headers=headers, timeout=30)


class Page:
    """What a script of the web UI can do: requests with the cookie, marked by the browser as same-origin."""

    def __init__(self, server, pair=None):
        self.server = server
        answer = sign_in(server, pair)
        assert answer.status_code == 200, answer.text
        self.token = answer.cookies[COOKIE]

    def ask(self, method, path, headers=None, endpoint=None, **options):
        sent = {"Cookie": f"{COOKIE}={self.token}", "Sec-Fetch-Site": "same-origin", **(headers or {})}
        sent = {name: value for name, value in sent.items() if value is not None}
        return requests.request(method, (endpoint or self.server.endpoint) + path, headers=sent, timeout=30,
                                allow_redirects=False, **options)  # fmt: skip

    def s3(self, method, path, headers=None, **options):
        return self.ask(method, path, {"X-Anabranch-Session": "1", **(headers or {})}, **options)


@pytest.fixture
def page(server):
    return Page(server)


@pytest.fixture
def key(server):
    made = requests.post(f"{server.api}/access_keys", auth=server.auth, json={"description": "a laptop"}, timeout=30)
    assert made.status_code == 201
    return made.json()


def pair_of(key):
    return key["access_key_id"], key["secret_access_key"]


@pytest.fixture
def bucket(page, name):
    assert page.s3("PUT", f"/{name}").status_code == 200
    return name


# ── sessions


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_have(server):
    answer = sign_in(server)
    by_anybody = sign_in(server, headers={"X-Forwarded-Proto": "https"})

    assert answer.status_code == 200
    assert set(answer.json()) == {"user_id", "access_key_id", "expires_ms"}
    assert answer.json()["user_id"] == "admin"
    attributes = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
    assert attributes[0].startswith(f"{COOKIE}=")
    assert attributes[1:] == ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=86400"]
    assert not by_anybody.headers["Set-Cookie"].endswith("; Secure")


def test_a_session_is_shown_until_it_ends(server, page):
    shown = page.ask("GET", "/api/v1/session")
    ended = page.ask("DELETE", "/api/v1/session")

    assert shown.json()["access_key_id"] == server.access_key_id
    assert ended.status_code == 204
    assert f"{COOKIE}=;" in ended.headers["Set-Cookie"]
    assert "Max-Age=0" in ended.headers["Set-Cookie"]
    assert requests.get(f"{server.api}/session", timeout=30).status_code == 401
    assert requests.get(f"{server.api}/session", cookies={COOKIE: "x.y.z"}, timeout=30).status_code == 401


@pytest.mark.parametrize("whose", ["root", "key"])
@pytest.mark.parametrize("by", ["cookie", "older cookie", "bearer"])
def test_signing_out_ends_the_session_wherever_its_token_was_copied_to(server, key, whose, by):
    pair = server.auth if whose == "root" else pair_of(key)
    login = requests.post(f"{server.api}/auth/login", timeout=30,
                          json={"access_key_id": pair[0], "secret_access_key": pair[1]})  # fmt: skip
    page, other = Page(server, pair), Page(server, pair)
    if by == "bearer":
        page.token = login.json()["token"]
    carried = {
        "cookie": {"Cookie": f"{COOKIE}={page.token}"},
        "older cookie": {"Cookie": f"internal_auth_session={page.token}"},
        "bearer": {"Authorization": f"Bearer {page.token}"},
    }
    statuses = lambda page: [  # noqa: E731
        *[requests.get(f"{server.api}/user", headers=headers, timeout=30).status_code for headers in carried.values()],
        page.ask("GET", "/api/v1/session").status_code,
        page.s3("GET", "/").status_code,
    ]
    assert statuses(page) == [200] * 5

    ended = requests.delete(f"{server.api}/session", headers=carried[by], timeout=30)

    assert ended.status_code == 204
    assert statuses(page) == [401, 401, 401, 401, 403]
    server.kill()
    server.start()
    assert statuses(page) == [401, 401, 401, 401, 403]
    assert other.ask("GET", "/api/v1/user").status_code == 200
    assert other.s3("GET", "/").status_code == 200
    assert requests.delete(f"{server.api}/session", headers=carried[by], timeout=30).status_code == 204


def test_a_wrong_pair_is_401_and_a_malformed_one_400(server):
    assert sign_in(server, (server.access_key_id, "wrong")).status_code == 401
    assert sign_in(server, ("AKIANOBODY", "wrong")).status_code == 401
    assert requests.post(f"{server.api}/session", json={"access_key_id": 1}, timeout=30).status_code == 400


def test_the_cookie_signs_rest_requests_and_so_does_the_older_name(server, page):
    assert page.ask("GET", "/api/v1/user").json()["user"]["id"] == "admin"
    older = requests.get(f"{server.api}/user", cookies={"internal_auth_session": page.token}, timeout=30)
    assert older.status_code == 200


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": None}, False),
        ({"Sec-Fetch-Site": None, "Origin": "http://evil.example"}, False),
        ({"Sec-Fetch-Site": None, "Origin": "null"}, False),
        ({"Sec-Fetch-Site": None, "Origin": "own"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "own"}, False),
    ],
)
def test_only_pages_of_this_origin_change_something_by_the_cookie(server, page, bucket, headers, allowed):
    headers = {name: server.endpoint if value == "own" else value for name, value in headers.items()}

    rest = page.ask("POST", "/api/v1/access_keys", headers)
    s3 = page.s3("PUT", f"/{bucket}/key", headers, data=b"x")

    assert (rest.status_code, s3.status_code) == ((201, 200) if allowed else (403, 403))
    if not allowed:
        assert "same-origin" in rest.json()["message"]
        assert "<Code>AccessDenied</Code>" in s3.text
        assert "same-origin" in s3.text
    assert page.ask("GET", "/api/v1/user", headers).status_code == 200
    assert page.s3("GET", f"/{bucket}", headers).status_code == 200


def test_other_credentials_are_of_any_origin(server, page):
    basic = requests.post(f"{server.api}/access_keys", auth=server.auth, headers=OTHER_SITE, timeout=30)
    bearer = requests.post(f"{server.api}/access_keys", timeout=30,
                           headers={**OTHER_SITE, "Authorization": f"Bearer {page.token}"})

    assert (basic.status_code, bearer.status_code) == (201, 201)


def test_no_other_site_signs_a_browser_in_or_out(server, page):
    assert sign_in(server, headers=OTHER_SITE).status_code == 403
    assert page.ask("DELETE", "/api/v1/session", OTHER_SITE).status_code == 403


# ── access keys


def test_a_key_tells_of_itself_but_its_secret_only_once(server, key):
    listed = requests.get(f"{server.api}/access_keys", auth=server.auth, timeout=30).json()["results"]

    assert set(key) == {"access_key_id", "secret_access_key", "user_id", "creation_date", "description", "disabled"}
    assert (key["description"], key["disabled"]) == ("a laptop", False)
    assert listed == [{name: value for name, value in key.items() if name != "secret_access_key"}]


def test_a_disabled_key_is_refused_everywhere_at_once_and_an_enabled_one_is_not(server, key, name):
    import boto3
    from botocore.exceptions import ClientError

    pair = pair_of(key)
    page = Page(server, pair)
    s3 = boto3.client("s3", endpoint_url=server.s3_endpoint, region_name="us-east-1",
                      aws_access_key_id=pair[0], aws_secret_access_key=pair[1])  # fmt: skip
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="key", Body=b"x")
    presigned = page.ask("GET", f"/api/v1/presigned_url?bucket={name}&key=key").json()["url"]
    bearer = {"Authorization": f"Bearer {page.token}"}
    statuses = lambda: [  # noqa: E731
        requests.get(f"{server.api}/user", auth=pair, timeout=30).status_code,
        requests.get(f"{server.api}/user", headers=bearer, timeout=30).status_code,
        page.ask("GET", "/api/v1/user").status_code,
        page.ask("GET", "/api/v1/session").status_code,
        page.s3("GET", f"/{name}/key").status_code,
        requests.get(presigned, timeout=30).status_code,
        sign_in(server, pair).status_code,
    ]
    url = f"{server.api}/access_keys/{pair[0]}"
    assert statuses() == [200] * 7

    disabled = requests.put(url, json={"disabled": True}, auth=server.auth, timeout=30)

    assert (disabled.status_code, disabled.json()["disabled"]) == (200, True)
    assert "secret_access_key" not in disabled.json()
    assert statuses() == [401, 401, 401, 401, 403, 403, 401]
    with pytest.raises(ClientError) as refused:
        s3.list_buckets()
    assert refused.value.response["Error"]["Code"] == "InvalidAccessKeyId"

    server.kill()
    server.start()
    assert statuses() == [401, 401, 401, 401, 403, 403, 401]
    requests.put(url, json={"disabled": False}, auth=server.auth, timeout=30)
    assert statuses() == [200] * 7
    assert requests.delete(url, auth=server.auth, timeout=30).status_code == 204
    assert statuses() == [401, 401, 401, 401, 403, 403, 401]


def test_keys_are_changed_by_those_who_may_and_named_right(server, key):
    put = lambda path, body: requests.put(f"{server.api}/access_keys/{path}", json=body, auth=server.auth, timeout=30)  # noqa: E731

    assert put("AKIANOBODY", {"disabled": True}).status_code == 404
    assert put(server.access_key_id, {"disabled": True}).status_code == 403
    assert put(key["access_key_id"], {}).status_code == 400
    assert put(key["access_key_id"], {"disabled": "yes"}).status_code == 400
    long = requests.post(f"{server.api}/access_keys", json={"description": "d" * 257}, auth=server.auth, timeout=30)
    assert long.status_code == 400


# ── S3 by session


@pytest.mark.parametrize("port", ["endpoint", "s3_endpoint"])
def test_s3_by_session_does_what_s3_does(server, page, bucket, port):
    endpoint = getattr(server, port)
    s3 = lambda *arguments, **options: page.s3(*arguments, endpoint=endpoint, **options)  # noqa: E731

    put = s3("PUT", f"/{bucket}/a%20b/c", data=b"bytes", headers={"Content-Type": "text/html"})
    got = s3("GET", f"/{bucket}/a%20b/c")
    listed = s3("GET", f"/{bucket}?list-type=2")
    missing = s3("GET", f"/{bucket}/none")
    deleted = s3("POST", f"/{bucket}?delete", data=b"<Delete><Object><Key>a b/c</Key></Object></Delete>")

    assert put.status_code == 200
    assert (got.status_code, got.content, got.headers["Content-Type"]) == (200, b"bytes", "text/html")
    assert "<Key>a b/c</Key>" in listed.text
    assert "<Code>NoSuchKey</Code>" in missing.text
    assert "<Deleted>" in deleted.text
    assert s3("GET", "/").text.count(f"<Name>{bucket}</Name>") == 1


def test_a_multipart_upload_by_session(page, bucket):
    import re

    made = page.s3("POST", f"/{bucket}/big?uploads")
    upload = re.search("<UploadId>(.*)</UploadId>", made.text)[1]
    part = page.s3("PUT", f"/{bucket}/big?partNumber=1&uploadId={upload}", data=b"p" * 100)
    xml = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part.headers['ETag']}</ETag></Part></CompleteMultipartUpload>"
    done = page.s3("POST", f"/{bucket}/big?uploadId={upload}", data=xml.encode())

    assert done.status_code == 200
    assert page.s3("GET", f"/{bucket}/big").content == b"p" * 100


def test_without_the_header_or_the_session_s3_stays_shut(server, page, bucket):
    assert page.ask("GET", f"/{bucket}/key").status_code == 403
    assert page.ask("GET", f"/{bucket}/key", endpoint=server.s3_endpoint).status_code == 403
    assert page.s3("GET", f"/{bucket}/key", {"Cookie": None}).status_code == 403
    assert page.s3("GET", f"/{bucket}/key", {"Cookie": f"{COOKIE}={page.token}x"}).status_code == 403
    signed_chunks = {"x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x-amz-decoded-content-length": "1"}
    assert page.s3("PUT", f"/{bucket}/key", signed_chunks, data=b"x").status_code == 403


def test_a_session_has_its_keys_rights_only(server, page, bucket):
    repository = {"name": "dogs", "storage_namespace": f"s3://{bucket}/dogs", "default_branch": "main"}
    assert page.ask("POST", "/api/v1/repositories", json=repository).status_code == 201
    run = page.ask("POST", "/api/v1/repositories/dogs/branches/main/run_keys", json={"run": "r"}).json()
    of_run = Page(server, pair_of(run))

    assert of_run.s3("PUT", "/dogs/main/a", data=b"x").status_code == 200
    assert of_run.s3("PUT", f"/{bucket}/b", data=b"x").status_code == 403
    assert of_run.s3("GET", f"/{bucket}").status_code == 403
    assert of_run.ask("GET", "/api/v1/server").status_code == 403


# ── what a browser is shown


def test_object_bytes_run_nothing_in_a_browser(server, page, bucket):
    page.s3("PUT", f"/{bucket}/evil.html", data=b"<script>", headers={"Content-Type": "text/html"})
    repository = {"name": "dogs", "storage_namespace": f"s3://{bucket}/dogs", "default_branch": "main"}
    page.ask("POST", "/api/v1/repositories", json=repository)
    page.s3("PUT", "/dogs/main/evil.html", data=b"<script>", headers={"Content-Type": "text/html"})
    presigned = page.ask("GET", f"/api/v1/presigned_url?bucket={bucket}&key=evil.html").json()["url"]

    answers = [
        page.s3("GET", f"/{bucket}/evil.html"),
        page.s3("GET", f"/{bucket}/evil.html", endpoint=server.s3_endpoint),
        page.s3("HEAD", f"/{bucket}/evil.html"),
        page.ask("GET", "/api/v1/repositories/dogs/refs/main/objects?path=evil.html"),
        requests.get(presigned, timeout=30),
        requests.get(presigned.replace(server.address, server.s3_address), timeout=30, headers={"Host": server.address}),
    ]

    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == SCRIPTLESS
    by_signature = server.s3().get_object(Bucket=bucket, Key="evil.html")["ResponseMetadata"]["HTTPHeaders"]
    assert "content-security-policy" not in by_signature


def test_a_presigned_url_gets_one_object_for_a_while(server, page, bucket):
    page.s3("PUT", f"/{bucket}/a%20b", data=b"bytes")
    ask = lambda query: page.ask("GET", f"/api/v1/presigned_url?{query}")  # noqa: E731

    made = ask(f"bucket={bucket}&key=a%20b&expires_seconds=60")

    assert requests.get(made.json()["url"], timeout=30).content == b"bytes"
    assert requests.get(made.json()["url"].replace("a%20b", "other"), timeout=30).status_code == 403
    assert requests.put(made.json()["url"], data=b"x", timeout=30).status_code == 403
    assert abs(made.json()["expires_ms"] / 1000 - __import__("time").time() - 60) < 30
    assert ask(f"bucket={bucket}&key=none").status_code == 404
    assert ask("bucket=none-such&key=none").status_code in (400, 404)
    for query in ["", f"bucket={bucket}", "key=k", f"bucket={bucket}&key=a%20b&expires_seconds=0",
                  f"bucket={bucket}&key=a%20b&expires_seconds=x"]:  # fmt: skip
        assert ask(query).status_code == 400, query


# ── the web UI's files


def get(server, path, **options):
    return requests.get(server.endpoint + path, timeout=30, allow_redirects=False, **options)


def test_the_root_leads_browsers_to_the_ui_and_s3_clients_to_their_buckets(server, bucket):
    assert (get(server, "/").status_code, get(server, "/").headers["Location"]) == (302, "/ui/")
    assert [b["Name"] for b in server.s3().list_buckets()["Buckets"]] == [bucket]


def test_every_page_is_the_index_with_a_nonce_of_its_own(server):
    pages = [get(server, path) for path in ("/ui/", "/ui/repositories/dogs", "/ui/index.html")]

    nonces = set()
    for page in pages:
        assert page.status_code == 200
        assert page.headers["Content-Type"].startswith("text/html")
        assert page.headers["Cache-Control"] == "no-store"
        nonce = page.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
        assert "__CSP_NONCE__" not in page.text
        nonces.add(nonce)
    assert len(nonces) == 3
    assert requests.head(f"{server.endpoint}/ui/", timeout=30).headers["Content-Length"] == str(len(pages[0].content))
    assert requests.post(f"{server.endpoint}/ui/", timeout=30).status_code == 405


def test_assets_come_packed_and_once(server):
    import re

    path = re.search(r'src="(/ui/assets/[^"]+\.js)"', get(server, "/ui/").text)[1]

    plain = get(server, path, headers={"Accept-Encoding": "identity"})
    packed = get(server, path, headers={"Accept-Encoding": "gzip"}, stream=True)
    raw = packed.raw.read(decode_content=False)

    assert "immutable" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    again = get(server, path, headers={"Accept-Encoding": "identity", "If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert get(server, "/ui/assets/none.js").status_code == 404
