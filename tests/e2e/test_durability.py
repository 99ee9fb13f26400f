"""What was acknowledged is there after the server was killed; what was not is not there half."""

from __future__ import annotations

import concurrent.futures
import hashlib
import os
import random
import threading

import pytest
import requests
from botocore.exceptions import BotoCoreError, ClientError

ROUNDS = int(os.environ.get("KILL_ROUNDS", "5"))


def test_acknowledged_objects_survive_kill(server):
    seed = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"TEST_SEED={seed}")
    chance = random.Random(seed)
    server.s3().create_bucket(Bucket="crash")
    acknowledged: dict[str, str] = {}
    started: set[str] = set()
    for round_number in range(ROUNDS):
        s3 = server.s3()
        stop = threading.Event()

        def writer(worker: int, round_number: int = round_number, s3=s3, stop=stop) -> None:
            number = 0
            random_bytes = random.Random(f"{seed}/{round_number}/{worker}")
            while not stop.is_set():
                size = random_bytes.choice([0, 10, 4096, 70_000, 3_000_000])
                body = random_bytes.randbytes(size)
                key = f"{round_number}/{worker}/{number}"
                number += 1
                started.add(key)
                try:
                    s3.put_object(Bucket="crash", Key=key, Body=body)
                except (ClientError, BotoCoreError):
                    return
                acknowledged[key] = hashlib.md5(body).hexdigest()

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            workers = [pool.submit(writer, n) for n in range(6)]
            stop.wait(chance.uniform(0.2, 1.2))
            server.kill()
            stop.set()
            for worker in workers:
                worker.result()
        server.start()
        s3 = server.s3()
        found: dict[str, str] = {}
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="crash"):
            found.update({o["Key"]: o["ETag"].strip('"') for o in page.get("Contents", [])})
        lost = set(acknowledged) - set(found)
        assert not lost, f"lost {len(lost)} acknowledged objects, e.g. {sorted(lost)[:3]}"
        assert set(found) <= started
        for key, etag in found.items():
            assert hashlib.md5(s3.get_object(Bucket="crash", Key=key)["Body"].read()).hexdigest() == etag
            assert acknowledged.get(key, etag) == etag
    assert acknowledged, "no write was ever acknowledged: nothing was tested"


def test_repositories_survive_kill(server):
    s3 = server.s3()
    s3.create_bucket(Bucket="store")
    auth, api = server.auth, server.api

    def call(method: str, path: str, **arguments):
        answer = requests.request(method, f"{api}{path}", auth=auth, timeout=30, **arguments)
        assert answer.status_code < 300, answer.text
        return answer

    call("POST", "/repositories", json={"name": "repo", "storage_namespace": "s3://store/repo"})
    call("POST", "/repositories/repo/branches", json={"name": "work", "source": "main"})
    s3.put_object(Bucket="repo", Key="work/committed", Body=b"1")
    commit = call("POST", "/repositories/repo/branches/work/commits", json={"message": "m", "metadata": {"a": "b"}}).json()
    s3.put_object(Bucket="repo", Key="work/staged", Body=b"2")

    server.kill()
    server.start()

    s3 = server.s3()
    assert call("GET", "/repositories/repo/branches/work").json()["commit_id"] == commit["id"]
    assert call("GET", f"/repositories/repo/commits/{commit['id']}").json() == commit
    assert s3.get_object(Bucket="repo", Key="work/committed")["Body"].read() == b"1"
    assert s3.get_object(Bucket="repo", Key="work/staged")["Body"].read() == b"2"
    changes = call("GET", "/repositories/repo/branches/work/diff").json()["results"]
    assert [(c["type"], c["path"]) for c in changes] == [("added", "staged")]
    call("POST", "/repositories/repo/refs/work/merge/main", json={"message": "merge"})
    assert s3.get_object(Bucket="repo", Key="main/committed")["Body"].read() == b"1"


def test_a_clean_stop_and_start_keeps_all(server):
    s3 = server.s3()
    s3.create_bucket(Bucket="keep")
    s3.put_object(Bucket="keep", Key="k", Body=b"x" * 5_000_000)
    server.stop()
    server.start()
    assert server.s3().get_object(Bucket="keep", Key="k")["Body"].read() == b"x" * 5_000_000


def test_two_servers_cannot_share_a_data_folder(server, tmp_path):
    second = type(server)(server.data)
    second.log = tmp_path / "second.log"
    with pytest.raises(pytest.fail.Exception, match="before it was ready"):
        second.start()
    server.fail_if_dead()
