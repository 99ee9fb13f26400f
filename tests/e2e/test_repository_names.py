"""A repository's name is used again: what was acknowledged under it last is what is there."""

from __future__ import annotations

import itertools
import threading

import requests

ROUNDS = 60


def test_of_a_deletion_and_a_creation_at_once_the_creation_stays(server, name):
    server.s3().create_bucket(Bucket=name)
    numbers = itertools.count()
    deleting, creating = requests.Session(), requests.Session()
    deleting.auth = creating.auth = server.auth

    def create():
        while True:
            namespace = f"s3://{name}/{next(numbers)}"
            answer = creating.post(f"{server.api}/repositories", timeout=30,
                                   json={"name": "dogs", "storage_namespace": namespace})  # fmt: skip
            if answer.status_code != 409:
                return answer, namespace

    assert create()[0].status_code == 201
    for _ in range(ROUNDS):
        made = []
        maker = threading.Thread(target=lambda made=made: made.append(create()))
        maker.start()
        deleted = deleting.delete(f"{server.api}/repositories/dogs", timeout=30)
        maker.join()

        answer, namespace = made[0]
        assert (deleted.status_code, answer.status_code) == (204, 201)
        found = deleting.get(f"{server.api}/repositories/dogs", timeout=30)
        assert (found.status_code, found.json().get("storage_namespace")) == (200, namespace)
        branch = deleting.get(f"{server.api}/repositories/dogs/branches/main", timeout=30)
        assert branch.status_code == 200, branch.text
