"""What this proves: api/openapi.json is what the server serves, and what the server answers.

Every GET operation that answers JSON is called on data of its kind; its answer must validate, and may have no field that
the description does not name.
"""

import json
import pathlib
import time

import jsonschema
import pytest
import requests

SOURCE = pathlib.Path(__file__).parents[2] / "api" / "openapi.json"
SPEC = json.loads(SOURCE.read_text())
# Answered elsewhere: no JSON, or no answer to look at.
NOT_CALLED = {"getObject", "streamEvents", "healthCheck"}


def strict(schema):
    """The schema with additionalProperties: false wherever properties are listed."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "allOf" in schema:  # a combination is closed as a whole
        merged = {"type": "object", "properties": {}, "required": []}
        for part in schema["allOf"]:
            part = resolve(part)
            merged["properties"] |= part.get("properties", {})
            merged["required"] += part.get("required", [])
        return strict(merged)
    done = {key: strict(value) for key, value in schema.items()}
    if "properties" in schema and "additionalProperties" not in schema:
        done["additionalProperties"] = False
    return done


def resolve(schema):
    while "$ref" in schema:
        target = SPEC
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def validate(schema, body):
    components = {"components": {"schemas": strict(SPEC["components"]["schemas"])}}
    jsonschema.Draft202012Validator(strict(schema) | components).validate(body)


def get_operations():
    for path, methods in SPEC["paths"].items():
        if "get" in methods and methods["get"]["operationId"] not in NOT_CALLED:
            yield pytest.param(path, methods["get"], id=methods["get"]["operationId"])


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """A server with one of everything, and the path and query parameters that name it."""
    from conftest import Server

    server = Server(tmp_path_factory.mktemp("openapi") / "data").start()
    s3 = server.s3()
    s3.create_bucket(Bucket="source")
    s3.create_bucket(Bucket="storage")
    for number in range(3):
        s3.put_object(Bucket="source", Key=f"raw/{number}.txt", Body=b"x" * number, Metadata={"n": str(number)})

    def call(method, path, expected, **arguments):
        answer = requests.request(method, server.api + path, auth=server.auth, timeout=30, **arguments)
        assert answer.status_code == expected, answer.text
        return answer.json() if answer.content and "json" in answer.headers["Content-Type"] else None

    call("POST", "/repositories", 201, json={"name": "dogs", "storage_namespace": "s3://storage/dogs"})
    at = "/repositories/dogs"
    started = call("POST", f"{at}/branches/main/import", 202, json={
        "paths": [{"type": "common_prefix", "path": "s3://source/raw/", "destination": "raw/"}],
        "commit": {"message": "Import", "metadata": {"from": "source"}}})  # fmt: skip
    while not (status := call("GET", f"{at}/branches/main/import", 200, params={"id": started["id"]}))["completed"]:
        time.sleep(0.05)  # tidy-allow: polls what another process does
    call("POST", f"{at}/branches", 201, json={"name": "experiment", "source": "main"})
    call("POST", f"{at}/tags", 201, json={"id": "v1", "ref": "main"})
    call("POST", f"{at}/branches/experiment/objects", 201, params={"path": "metrics/metrics.json"}, data=b"{}")
    call("POST", f"{at}/branches/experiment/commits", 201, json={"message": "Run", "metadata": {"metric.a": "1"}})
    call("POST", f"{at}/branches/experiment/objects", 201, params={"path": "staged"}, data=b"staged")
    sweep = {"id": "sweep", "input_ref": "main", "input_commit": status["commit"]["id"],
             "command": ["python", "train.py"], "grid": {"lr": ["1", "2"]}, "total": 2}  # fmt: skip
    call("POST", f"{at}/sweeps", 201, json=sweep)
    run = call("POST", f"{at}/runs", 201, json={
        "sweep": "sweep", "name": "sweep-1", "branch": "experiment", "index": 1, "parameters": {"lr": "1"},
        "input_commit": status["commit"]["id"], "argv": ["python", "train.py", "--lr=1"], "host": "here"})["id"]  # fmt: skip
    now = int(time.time() * 1000)
    call("POST", f"{at}/runs/{run}/reports", 200, json={
        "state": "running", "started_ms": now, "stdout": {"offset": 0, "text": "hello\n"},
        "metrics": [{"name": "loss", "value": 0.5, "step": 1, "time_ms": now}],
        "resources": {"cpu_seconds": 1.5, "memory_bytes": 1, "memory_bytes_max": 2}})  # fmt: skip
    places = {
        "repository": "dogs", "branch": "experiment", "ref": "main", "left": "main", "right": "experiment",
        "source": "experiment", "destination": "main", "tag": "v1", "commit": "main", "sweep": "sweep", "run": run,
        "path": "raw/1.txt", "bucket": "source", "key": "raw/1.txt", "active": "true",
    }  # fmt: skip
    metarange = status["metarange_id"]
    browser = requests.Session()  # signed in by cookie, as the web UI is
    signed_in = browser.post(f"{server.api}/session", timeout=30, json={
        "access_key_id": server.access_key_id, "secret_access_key": server.secret_access_key})  # fmt: skip
    assert signed_in.status_code == 200, signed_in.text
    validate(SPEC["components"]["schemas"]["Session"], signed_in.json())
    yield server, browser, places, {"getImport": {"id": started["id"]}, "getMetarangeLocation": {"id": metarange},
                           "getRangeLocation": {"id": metarange}, "getRunBehindRef": {"ref": "experiment"}}  # fmt: skip
    server.stop()


def test_the_server_serves_the_description(server):
    answer = requests.get(f"{server.api}/openapi.json", timeout=30)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text == SOURCE.read_text()


@pytest.mark.parametrize(("path", "operation"), list(get_operations()))
def test_an_answer_is_as_described(seeded, path, operation):
    server, browser, places, special = seeded
    places = places | special.get(operation["operationId"], {})
    query = {}
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if parameter["in"] == "path":
            path = path.replace("{" + name + "}", places[name])
        elif parameter.get("required"):
            query[name] = places[name]
    answer = browser.get(server.api + path, params=query, timeout=30)
    assert answer.status_code == 200, answer.text
    validate(operation["responses"]["200"]["content"]["application/json"]["schema"], answer.json())


def test_an_error_is_as_described(seeded):
    server = seeded[0]
    answer = requests.get(f"{server.api}/repositories/none", auth=server.auth, timeout=30)
    assert answer.status_code == 404
    validate(SPEC["components"]["schemas"]["Error"], answer.json())
