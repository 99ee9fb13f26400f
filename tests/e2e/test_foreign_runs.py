"""Runs that no `anabranch run` made: told of through the API, or committed by hand, as in the notebook."""

import json

import boto3
import pytest
import requests
from test_runner import Project

COMMAND = ["sh", "-c", "mkdir artifacts && echo weights > artifacts/model.bin"]


class ForeignProject(Project):
    """What another program does, over REST and S3 alone."""

    def __init__(self, server, folder):
        super().__init__(server, folder)
        self.api = f"{server.api}/repositories/dogs"

    def post(self, path, body, status=(200, 201, 204)):
        answer = requests.post(f"{self.api}/{path}", json=body, auth=self.server.auth, timeout=30)
        assert answer.status_code in status, answer.text
        return answer.json() if answer.content.startswith(b"{") else None

    def commit_files(self, branch, files, metadata, s3=None):
        for path, text in files.items():
            (s3 or self.s3).put_object(Bucket="dogs", Key=f"{branch}/{path}", Body=text.encode())
        return self.post(f"branches/{branch}/commits", {"message": f"train {branch}", "metadata": metadata})["id"]

    def api_run(self, branch, model, accuracy, **record):
        """One of sweep `api`: recorded, written with its own key, committed without a word about it."""
        self.post("branches", {"name": branch, "source": "ingest"})
        run = self.post("runs", {"sweep": "api", "name": branch, "branch": branch, "input_commit": self.input_commit,
                                 "parameters": {"model": model}, **record})  # fmt: skip
        key = self.post(f"branches/{branch}/run_keys", {"run": branch, "run_id": run["id"]})
        s3 = boto3.client("s3", endpoint_url=self.server.endpoint, region_name="us-east-1",
                          aws_access_key_id=key["access_key_id"], aws_secret_access_key=key["secret_access_key"])  # fmt: skip
        self.post(f"runs/{run['id']}/reports", {"state": "running"})
        commit = self.commit_files(branch, {"artifacts/model.bin": model}, {}, s3)
        self.post(f"runs/{run['id']}/reports", {"state": "ok", "commit_id": commit, "final_metrics": {"accuracy": accuracy}})
        return run["id"], commit

    def by_hand(self, branch, model, loss, **metadata):
        """As the notebook does."""
        self.post("branches", {"name": branch, "source": "ingest"})
        told = {"param.model": model, "metric.loss": str(loss), "input_commit": self.input_commit} | metadata
        return self.commit_files(branch, {"artifacts/model.bin": model, "metrics/metrics.json": "{}"}, told)


@pytest.fixture
def project(server, tmp_path):
    return ForeignProject(server, tmp_path)


def test_runs_told_of_through_the_api_are_compared_and_promoted(project):
    project.post("sweeps", {"id": "api", "total": 2})
    _, first = project.api_run("big", "large", 0.5)
    run, second = project.api_run("small", "tiny", 0.75)

    compared = project.json("compare", "api")
    assert [(row["run"], row["commit"], row["metrics"]["accuracy"]) for row in compared["runs"]] == [
        ("small", second, 0.75), ("big", first, 0.5)]  # fmt: skip
    assert compared["runs"][0]["parameters"] == {"model": "tiny"}
    refused = project.call("promote", "big", "--require", "accuracy>=0.7")
    assert refused.code == 1 and "accuracy is 0.5" in refused.err
    project.ok("promote", "small", "--require", "accuracy>=0.7")

    promoted = project.commit("main")
    assert project.read("main", "artifacts/model.bin") == b"tiny" and project.read("main", "raw/0.txt") == b"picture 0"
    assert promoted["message"] == "promote small: accuracy=0.75"
    assert promoted["metadata"]["param.model"] == "tiny" and promoted["metadata"]["anabranch.promoted_run"] == "small"
    project.ok("promote", first)  # by its commit: what the promotion before put there is replaced
    assert project.read("main", "artifacts/model.bin") == b"large"
    project.ok("branch", "delete", "anabranch://dogs/small")
    project.ok("promote", run)  # by its record, whose branch is gone
    assert project.read("main", "artifacts/model.bin") == b"tiny"


def test_a_promotion_through_the_api_is_refused_where_the_record_says_why(project):
    project.post("sweeps", {"id": "api", "total": 1})
    run, commit = project.api_run("one", "m", 1, data=["raw"])
    project.s3.put_object(Bucket="dogs", Key="main/raw/0.txt", Body=b"relabelled")
    project.s3.put_object(Bucket="dogs", Key="main/notes.md", Body=b"of other things")
    project.ok("commit", "anabranch://dogs/main", "-m", "relabelled")

    def promote(name, **body):
        answer = requests.post(f"{project.api}/refs/{name}/promote/main", json=body, auth=project.server.auth, timeout=30)
        return answer.status_code, answer.json().get("message", "")

    assert promote("one", requirements=["accuracy>=2"]) == (412, "'accuracy>=2' is required, and accuracy is 1")
    assert promote("one", requirements=["acuracy>=2"]) == (404, "'acuracy>=2' is required, and the run has no metric 'acuracy': the metrics are: accuracy")
    assert promote("one", requirements=["accuracy"])[0] == 400 and promote("one", requirements="x")[0] == 400
    status, message = promote("one")
    assert status == 409 and "raw/0.txt" in message and "notes.md" not in message
    project.s3.put_object(Bucket="dogs", Key="main/raw/0.txt", Body=b"picture 0")
    project.ok("commit", "anabranch://dogs/main", "-m", "as before")
    status, message = promote("one")
    assert status == 200, message

    going = project.post("runs", {"sweep": "api", "name": "two", "branch": "ingest", "input_commit": project.input_commit})
    assert promote("ingest")[0] == 403 and "waiting" in promote("ingest")[1]
    project.post(f"runs/{going['id']}/reports", {"state": "failed", "exit_code": 3})
    assert promote("ingest")[0] == 404 and "without a commit" in promote("ingest")[1]
    assert promote("main~1")[0] == 404 and "no finished run" in promote("main~1")[1]
    project.commit_files("one", {"more.txt": "x"}, {})
    status, message = promote("one")
    assert status == 409 and commit in message


def test_runs_committed_by_hand_are_compared_and_promoted(project):
    first = project.by_hand("experiment-1", "large", 0.5)
    second = project.by_hand("experiment-2", "tiny", 0.25)

    compared = project.json("compare", "experiment")
    assert [(row["run"], row["commit"], row["status"]) for row in compared["runs"]] == [
        ("experiment-2", second, "ok"), ("experiment-1", first, "ok")]  # fmt: skip
    assert compared["runs"][0]["parameters"] == {"model": "tiny"} and compared["runs"][0]["metrics"] == {"loss": 0.25}
    listed = requests.get(f"{project.api}/runs", params={"sweep": "experiment"}, auth=project.server.auth, timeout=30).json()
    assert {run["name"]: run["input_commit"] for run in listed["results"]} == dict.fromkeys(("experiment-1", "experiment-2"), first_parent(project, first))
    assert project.post("runs/rebuild", {}) == {"rebuilt": 0}
    project.ok("promote", "experiment-1", "--require", "loss<1")
    project.ok("promote", "experiment-2")

    assert project.read("main", "artifacts/model.bin") == b"tiny"
    assert project.commit("main")["message"] == "promote experiment-2: loss=0.25"
    taken = project.sweep("experiment", command=["true"])
    assert taken.code == 1 and "experiment" in taken.err


def first_parent(project, commit):
    return requests.get(f"{project.api}/commits/{commit}", auth=project.server.auth, timeout=30).json()["parents"][0]


def test_what_recorded_its_command_is_reproduced_and_what_did_not_says_so(project):
    project.post("sweeps", {"id": "api", "total": 2})
    _, commit = project.api_run("told", "weights\n", 1, argv=COMMAND)
    project.ok("promote", "told")
    project.s3.put_object(Bucket="dogs", Key="main/README.md", Body=b"words")
    project.ok("commit", "anabranch://dogs/main", "-m", "words")

    for ref in ("told", commit, "main"):
        done = project.call("reproduce", ref, "--json")
        result = json.loads(done.out)
        # It said a metric that its command does not write: that differs, and nothing else.
        assert [(finding["name"], finding["same"]) for finding in result["findings"]] == [
            ("exit code", True), ("accuracy", False), ("artifacts/model.bin", True)]  # fmt: skip
        assert done.code == 1 and result["run"] == "told" and any("no code" in note for note in result["notes"])

    project.by_hand("experiment-1", "m", 1, **{"anabranch.argv": json.dumps(COMMAND)})
    assert "experiment-1" in project.call("reproduce", "experiment-1").out
    project.by_hand("experiment-2", "m", 1)
    refused = project.call("reproduce", "experiment-2")
    assert refused.code == 1 and "recorded no command" in refused.err and "experiment-2" in refused.err
    project.ok("merge", "anabranch://dogs/experiment-2", "anabranch://dogs/ingest")
    merged = project.call("reproduce", "ingest")
    assert merged.code == 1 and "recorded no command" in merged.err
