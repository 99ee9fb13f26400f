"""The right winner, and its way to main: directions, NaN, promotions one after the other, data, reverts."""

import json

import pytest
from test_runner import Project

SCORES = """\
import json, os
good = os.environ["PARAM_RATE"] == "0.1"
with open("metrics.jsonl", "w") as lines:
    for step, loss in enumerate([0.9, 0.4] if good else [0.9, 0.2, float("nan")]):
        lines.write(json.dumps({"step": step, "loss": loss}) + "\\n")
json.dump({"loss": 0.4 if good else float("nan")}, open("metrics.json", "w"))
"""
WRITE = """\
import json, os, pathlib, sys
pathlib.Path("artifacts").mkdir()
name = os.environ["PARAM_NAME"]
pathlib.Path("artifacts", name + ".bin").write_text(name)
pathlib.Path("artifacts/model.bin").write_text("model " + name)
json.dump({"accuracy": 0.123456789012345678}, open("metrics.json", "w"))
"""


@pytest.fixture
def project(server, tmp_path):
    made = Project(server, tmp_path)
    made.write("scores.py", SCORES)
    made.write("write.py", WRITE)
    return made


def sweep(project, name, *options, data=("--data", "raw"), source="ingest"):
    done = project.sweep(name, "--grid", "name=" + name, *data, *options, command=["python3", "write.py"], source=source)
    assert done.code == 0, done


def outputs(project):
    return [path for path in project.paths("main") if path.startswith("artifacts/")]


def test_a_run_that_diverged_is_shown_and_never_wins(project):
    done = project.sweep("s", "--grid", "rate=0.1,10", "--promote", "best", "--metric", "loss:min", command=["python3", "scores.py"])

    assert done.code == 0 and "s-1 promoted to main" in done.out, done
    compared = project.json("compare", "s")
    assert [run["run"] for run in compared["runs"]] == ["s-1", "s-2"]
    assert (compared["metric"], compared["order"], compared["order_source"]) == ("loss", "min", "sweep")
    assert compared["runs"][1]["metrics"]["loss"] == "NaN"
    assert project.commit("s-2")["metadata"]["metric.loss"] == "NaN"
    for requirement in ("loss<0.5", "loss>0", "loss!=0.2"):
        refused = project.call("promote", "s-2", "--require", requirement)
        assert refused.code == 1 and "loss is NaN" in refused.err


def test_directions_are_asked_for_or_told_and_unknown_metrics_are_named(project):
    project.write("three.py", "import json, os\njson.dump({'loss': float(os.environ['PARAM_X']), 'width': 1}, open('metrics.json', 'w'))\n")
    command = ["python3", "three.py"]
    refused = project.sweep("s", "--grid", "x=3,1,2", "--promote", "best", "--metric", "loss", command=command)
    assert refused.code == 2 and "loss:min" in refused.err
    assert project.sweep("s", "--grid", "x=3,1,2", command=command).code == 0

    compared = project.json("compare", "s")
    assert [run["run"] for run in compared["runs"]] == ["s-2", "s-3", "s-1"]
    assert (compared["metric"], compared["order"], compared["order_source"]) == ("loss", "min", "name")
    assert "best first: loss, least first" in project.ok("compare", "s")
    assert "does not tell" in project.ok("compare", "s", "--metric", "width")
    for call in (["compare", "s", "--metric", "los:min"], ["promote", "s-1", "--require", "los<9"]):
        unknown = project.call(*call)
        assert unknown.code == 1 and "loss, width" in unknown.err, unknown
    best = project.sweep("t", "--grid", "x=3", "--promote", "best", "--metric", "los:min", command=command)
    assert best.code == 1 and "loss, width" in best.err


def test_a_second_promotion_takes_the_place_of_the_first(project):
    sweep(project, "a")
    sweep(project, "b")
    project.ok("promote", "a-1")
    assert outputs(project) == ["artifacts/a.bin", "artifacts/model.bin"]

    plan = project.ok("promote", "b-1", "--dry-run").splitlines()
    assert "removed artifacts/a.bin" in plan and "added artifacts/b.bin" in plan and "changed artifacts/model.bin" in plan
    assert outputs(project) == ["artifacts/a.bin", "artifacts/model.bin"]
    project.ok("promote", "b-1")

    assert outputs(project) == ["artifacts/b.bin", "artifacts/model.bin"]
    assert project.read("main", "artifacts/model.bin") == b"model b"
    assert project.read("main", "raw/0.txt") == b"picture 0"
    assert "accuracy=0.12345678901234568" in project.commit("main")["message"]
    again = project.call("promote", "b-1")
    assert again.code == 1 and "holds exactly" in again.err


def test_what_no_run_wrote_is_shown_and_stays(project):
    sweep(project, "a")
    sweep(project, "b")
    project.ok("promote", "a-1")
    project.s3.put_object(Bucket="dogs", Key="main/artifacts/notes.txt", Body=b"mine")
    project.s3.put_object(Bucket="dogs", Key="main/artifacts/a.bin", Body=b"changed")
    project.ok("commit", "anabranch://dogs/main", "-m", "by hand")
    head = project.head("main")

    refused = project.call("promote", "b-1")

    assert refused.code == 1 and "artifacts/notes.txt" in refused.err and "artifacts/a.bin" in refused.err
    assert project.head("main") == head
    plan = project.call("promote", "b-1", "--dry-run")
    assert plan.code == 1 and "conflict artifacts/notes.txt" in plan.out
    project.ok("promote", "b-1", "--strategy", "source-wins")
    assert outputs(project) == ["artifacts/a.bin", "artifacts/b.bin", "artifacts/model.bin", "artifacts/notes.txt"]
    assert project.read("main", "artifacts/notes.txt") == b"mine" and project.read("main", "artifacts/a.bin") == b"changed"


def test_a_run_of_other_data_is_not_promoted_unless_one_says_so(project):
    sweep(project, "a")
    project.ok("promote", "a-1")
    sweep(project, "b")
    project.s3.put_object(Bucket="dogs", Key="main/raw/0.txt", Body=b"relabelled")
    project.ok("commit", "anabranch://dogs/main", "-m", "relabelled")
    head = project.head("main")

    for options in ([], ["--strategy", "source-wins"], ["--strategy", "dest-wins"]):
        refused = project.call("promote", "b-1", *options)
        assert refused.code == 1 and "raw/0.txt" in refused.err and project.head("main") == head, refused
    project.ok("promote", "b-1", "--allow-data-change")

    assert project.read("main", "raw/0.txt") == b"relabelled"
    assert project.commit("main")["metadata"]["anabranch.data_change_allowed"] == "true"


def test_a_reverted_promotion_can_be_made_again(project):
    sweep(project, "a")
    before = project.paths("main")
    project.ok("promote", "a-1")
    after = project.paths("main")
    project.ok("revert", "anabranch://dogs/main", project.head("main"), "-m", "1")
    assert project.paths("main") == before

    project.ok("promote", "a-1")

    assert project.paths("main") == after


def test_a_branch_is_reproduced_after_later_commits_too(project):
    sweep(project, "a")
    project.ok("promote", "a-1")
    project.s3.put_object(Bucket="dogs", Key="main/README.md", Body=b"words")
    project.ok("commit", "anabranch://dogs/main", "-m", "words")

    done = project.call("reproduce", "main")

    assert done.code == 0 and "a-1 reproduced" in done.out, done
    assert json.loads(project.ok("log", "anabranch://dogs/main", "-n", "1", "--json"))[0]["message"] == "words"
