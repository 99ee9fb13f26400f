"""URLs that the server signs with a key of its own are worth what the key that asked for them is worth at their use."""

from __future__ import annotations

import pytest
import requests


@pytest.fixture
def repository(server, name):
    server.s3().create_bucket(Bucket=name)
    body = {"name": "dogs", "storage_namespace": f"s3://{name}/dogs", "default_branch": "main"}
    assert requests.post(f"{server.api}/repositories", json=body, auth=server.auth, timeout=30).status_code == 201
    server.s3().put_object(Bucket="dogs", Key="main/data/a b", Body=b"bytes")
    return f"{server.api}/repositories/dogs"


def make_key(server, repository, kind):
    if kind == "run":
        made = requests.post(f"{repository}/branches/main/run_keys", json={"run": "r"}, auth=server.auth, timeout=30)
    else:
        made = requests.post(f"{server.api}/access_keys", json={}, auth=server.auth, timeout=30)
    assert made.status_code == 201
    return made.json()["access_key_id"], made.json()["secret_access_key"]


class Urls:
    """Every kind of URL that a key can ask for, and what each gives when it is used."""

    def __init__(self, repository, pair):
        at = {"auth": pair, "timeout": 30, "allow_redirects": False}
        path = {"path": "data/a b", "presign": "true"}
        self.stat = requests.get(f"{repository}/refs/main/objects/stat", params=path, **at).json()["physical_address"]
        listed = requests.get(f"{repository}/refs/main/objects/ls", params={"presign": "true"}, **at).json()
        self.listed = listed["results"][0]["physical_address"]
        self.redirect = requests.get(f"{repository}/refs/main/objects", params=path, **at).headers["Location"]
        issued = requests.get(f"{repository}/branches/main/staging/backing", params={"path": "data/new", "presign": "true"}, **at)
        self.staging = issued.json()

    def use(self):
        return [
            *[requests.get(url, timeout=30).status_code for url in (self.stat, self.listed, self.redirect)],
            requests.put(self.staging["presigned_url"], data=b"new", timeout=30).status_code,
        ]


@pytest.mark.parametrize("kind", ["user", "run"])
def test_they_end_with_the_key_that_asked_and_come_back_with_it(server, repository, kind):
    pair = make_key(server, repository, kind)
    urls = Urls(repository, pair)
    key = f"{server.api}/access_keys/{pair[0]}"
    turn = lambda disabled: requests.put(key, json={"disabled": disabled}, auth=server.auth, timeout=30)  # noqa: E731
    assert urls.use() == [200] * 4

    assert turn(True).status_code == 200
    assert urls.use() == [403] * 4
    server.kill()
    server.start()
    assert urls.use() == [403] * 4
    assert turn(False).status_code == 200
    assert urls.use() == [200] * 4
    assert requests.delete(key, auth=server.auth, timeout=30).status_code == 204
    assert urls.use() == [403] * 4
    refused = requests.get(urls.stat, timeout=30)
    assert "<Code>AccessDenied</Code>" in refused.text


def test_an_address_is_written_until_it_is_linked(server, repository):
    urls = Urls(repository, server.auth)
    put = requests.put(urls.staging["presigned_url"], data=b"new", headers={"Content-Type": "text/x"}, timeout=30)
    body = {"staging": {"physical_address": urls.staging["physical_address"]}, "checksum": put.headers["ETag"],
            "size_bytes": 3}  # fmt: skip

    linked = requests.put(f"{repository}/branches/main/staging/backing", params={"path": "data/new"}, json=body,
                          auth=server.auth, timeout=30)  # fmt: skip
    late = requests.put(urls.staging["presigned_url"], data=b"other", timeout=30)

    assert (put.status_code, linked.status_code, late.status_code) == (200, 200, 403)
    got = requests.get(f"{repository}/refs/main/objects", params={"path": "data/new"}, auth=server.auth, timeout=30)
    assert got.content == b"new"


def test_who_asked_cannot_be_changed(server, repository):
    pair = make_key(server, repository, "run")
    url = Urls(repository, pair).stat
    assert pair[0] in url

    assert requests.get(url.replace(f"Asked-By={pair[0]}", f"Asked-By={server.access_key_id}"), timeout=30).status_code == 403
    assert requests.get(url.replace(f"&X-Anabranch-Asked-By={pair[0]}", ""), timeout=30).status_code == 403


def test_the_lakefs_sdk_reads_and_writes_by_them(server, repository):
    import lakefs
    from lakefs.client import Client

    pair = make_key(server, repository, "run")
    client = Client(host=server.endpoint, username=pair[0], password=pair[1])
    branch = lakefs.repository("dogs", client=client).branch("main")

    branch.object("data/sdk").upload(b"by the sdk", pre_sign=True, content_type="text/plain", metadata={"a": "b"})

    assert branch.object("data/sdk").reader(mode="rb", pre_sign=True).read() == b"by the sdk"
    stat = branch.object("data/sdk").stat()
    assert (stat.size_bytes, stat.metadata, stat.content_type) == (10, {"a": "b"}, "text/plain")
