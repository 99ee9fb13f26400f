"""Guessing at secrets is slowed at every door, for those who guess and for nobody else; proxies are believed if named."""

from __future__ import annotations

import threading
import time

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from requests.adapters import HTTPAdapter

SECRETS_MAX = 10
SIGNATURES_MAX = 30
FORWARDED = "X-Forwarded-For"


class From(HTTPAdapter):
    """Connections that come from another address of this machine."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **options)


def client(address="127.0.0.1"):
    session = requests.Session()
    session.mount("http://", From(address))
    return session


@pytest.fixture
def key(server):
    made = requests.post(f"{server.api}/access_keys", auth=server.auth, json={}, timeout=30)
    assert made.status_code == 201
    return made.json()["access_key_id"], made.json()["secret_access_key"]


def by_basic(server, session, pair, headers=None):
    return session.get(f"{server.api}/user", auth=pair, headers=headers, timeout=30)


def by_session(server, session, pair, headers=None):
    body = {"access_key_id": pair[0], "secret_access_key": pair[1]}
    return session.post(f"{server.api}/session", json=body, headers=headers, timeout=30)


def by_login(server, session, pair, headers=None):
    body = {"access_key_id": pair[0], "secret_access_key": pair[1]}
    return session.post(f"{server.api}/auth/login", json=body, headers=headers, timeout=30)


def by_s3(server, pair, version="s3v4"):
    """The code of an S3 client's answer, which always comes from 127.0.0.1."""
    s3 = boto3.client("s3", endpoint_url=server.s3_endpoint, region_name="us-east-1", aws_access_key_id=pair[0],
                      aws_secret_access_key=pair[1],
                      config=Config(retries={"max_attempts": 0}, signature_version=version))  # fmt: skip
    try:
        s3.list_buckets()
    except ClientError as error:
        if error.response["Error"]["Code"] == "SlowDown":
            assert 1 <= int(error.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"]) <= 60
        return error.response["Error"]["Code"]
    return "good"


@pytest.mark.parametrize("door", [by_basic, by_session, by_login])
def test_wrong_secrets_are_heard_ten_times_a_minute_from_one_address_and_disturb_no_other(server, key, door):
    wrong = (key[0], "wrong")
    guesser, owner = client("127.0.0.2"), client("127.0.0.1")

    assert [door(server, guesser, wrong).status_code for _ in range(SECRETS_MAX)] == [401] * SECRETS_MAX

    for other in (by_basic, by_session, by_login):
        refused = other(server, guesser, key)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.json()["message"]
        assert other(server, owner, key).status_code == 200
    assert by_s3(server, key) == "good"
    assert by_basic(server, guesser, server.auth).status_code == 200


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_wrong_signatures_are_heard_thirty_times_a_minute(server, key, version):
    wrong = (key[0], "wrong")

    assert [by_s3(server, wrong, version) for _ in range(SIGNATURES_MAX)] == ["SignatureDoesNotMatch"] * SIGNATURES_MAX

    assert by_s3(server, wrong, version) == by_s3(server, key, version) == "SlowDown"
    assert by_basic(server, client("127.0.0.1"), key).status_code == 429
    assert by_basic(server, client("127.0.0.2"), key).status_code == 200


def test_a_presigned_url_that_is_guessed_at_is_refused_in_s3s_form(server, key):
    signer = boto3.client("s3", endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id=key[0],
                          aws_secret_access_key="wrong", config=Config(signature_version="s3v4"))  # fmt: skip
    url = signer.generate_presigned_url("list_buckets")
    session = client("127.0.0.2")

    codes = [session.get(url, timeout=30).status_code for _ in range(SIGNATURES_MAX + 1)]

    assert codes == [403] * SIGNATURES_MAX + [503]
    assert "<Code>SlowDown</Code>" in session.get(url, timeout=30).text


def test_sessions_and_connections_go_on_beside_a_guesser_of_their_own_address(server, key):
    connected = client()
    cookie = by_session(server, connected, key).cookies["anabranch_session"]
    for _ in range(SECRETS_MAX):
        assert by_basic(server, client(), (key[0], "wrong")).status_code == 401
    assert by_basic(server, client(), key).status_code == 429

    assert by_basic(server, connected, key).status_code == 200
    by_cookie = client().get(f"{server.api}/user", cookies={"anabranch_session": cookie}, timeout=30)
    assert by_cookie.status_code == 200


def test_right_clients_side_by_side_all_pass_while_wrong_ones_pour_in(server, key):
    ended, statuses = threading.Event(), []

    def guess(number):
        session = client(f"127.0.0.{100 + number}")
        while not ended.is_set():
            by_basic(server, session, (key[0], f"guess {time.monotonic()}"))

    def work(number):
        session = client(f"127.0.0.{2 + number}")
        for _ in range(50):
            statuses.append(by_basic(server, session, key).status_code)

    guessers = [threading.Thread(target=guess, args=(number,)) for number in range(4)]
    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in [*guessers, *workers]:
        thread.start()
    for thread in workers:
        thread.join()
    ended.set()
    for thread in guessers:
        thread.join()

    assert statuses == [200] * 400


# ── behind proxies


def test_what_anybody_says_of_where_it_comes_from_is_not_believed(server, key):
    session = client("127.0.0.2")

    codes = [
        by_basic(server, session, (key[0], "wrong"), {FORWARDED: f"192.0.2.{number}"}).status_code
        for number in range(SECRETS_MAX + 1)
    ]

    assert codes == [401] * SECRETS_MAX + [429]
    assert by_basic(server, client(), key, {FORWARDED: "127.0.0.2"}).status_code == 200
    listed = session.get(f"{server.api}/setup_lakefs", headers={"X-Forwarded-Proto": "https"}, timeout=30)
    assert listed.status_code == 200


@pytest.mark.parametrize("options", [["--trusted-proxies", "127.0.0.2", "10.0.0.0/8"], ["--trusted-proxies", "127.0.0.2,10.0.0.0/8"], "toml"])
def test_a_trusted_proxy_says_where_a_request_comes_from(start_server, tmp_path, options):
    if options == "toml":
        (tmp_path / "serve.toml").write_text('trusted-proxies = ["127.0.0.2", "10.0.0.0/8"]\n')
        options = ["--config", str(tmp_path / "serve.toml")]
    server = start_server(options=options)
    pair, wrong = server.auth, (server.access_key_id, "wrong")
    proxy = client("127.0.0.2")
    guesser, owner = {FORWARDED: "127.0.0.1, 192.0.2.1, 10.0.0.7"}, {FORWARDED: "192.0.2.2"}

    codes = [by_basic(server, proxy, wrong, guesser).status_code for _ in range(SECRETS_MAX + 1)]

    assert codes == [401] * SECRETS_MAX + [429]
    assert by_basic(server, proxy, pair, guesser).status_code == 429
    assert by_basic(server, proxy, pair, owner).status_code == 200
    assert by_basic(server, client("127.0.0.1"), pair).status_code == 200, "the guesser only said it was this one"
    behind_tls = by_session(server, proxy, pair, {**owner, "X-Forwarded-Proto": "https"})
    assert behind_tls.headers["Set-Cookie"].endswith("; Secure")
    plain = by_session(server, client("127.0.0.3"), pair, {**owner, "X-Forwarded-Proto": "https"})
    assert not plain.headers["Set-Cookie"].endswith("; Secure")


def test_a_proxy_that_is_no_network_is_named_at_the_start(server, tmp_path):
    import subprocess

    from conftest import BINARY

    ended = subprocess.run([BINARY, "serve", "--data", tmp_path / "d", "--listen", "127.0.0.1:0", "--s3-listen", "",
                            "--trusted-proxies", "10.0.0.0/99"], capture_output=True, text=True, timeout=60)  # fmt: skip

    assert ended.returncode != 0
    assert "10.0.0.0/99" in ended.stderr
