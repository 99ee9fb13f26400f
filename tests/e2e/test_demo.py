"""scripts/demo.sh from end to end: it says what it does, and what it says it did is in its data folder afterwards."""

import json
import os
import re
import subprocess
import sys

import lakefs
import pytest
from conftest import BINARY, ROOT, free_port

DEMO_SECONDS_MAX = 1800  # TensorFlow, six times, on a busy machine
ACCESS_KEY_ID, SECRET_ACCESS_KEY = "demo-root-key", "demo-root-secret"
PICTURES = 1797
RUNS = ["sweep-1", "sweep-2", "sweep-3", "sweep-4"]


def run_demo(folder, **variables):
    environment = os.environ | {
        "ANABRANCH_BINARY": str(BINARY),
        "DEMO_DIR": str(folder),
        "DEMO_PYTHON": sys.executable,
        "DEMO_LISTEN": f"127.0.0.1:{free_port()}",
        "DEMO_S3_LISTEN": f"127.0.0.1:{free_port()}",
    }
    return subprocess.run([ROOT / "scripts/demo.sh"], env=environment | variables, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEMO_SECONDS_MAX)  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """One whole demo with few epochs: its folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    done = run_demo(folder, DEMO_EPOCHS="1,2", DEMO_REQUIRE="accuracy>=0.3",
                    ANABRANCH_ROOT_ACCESS_KEY_ID=ACCESS_KEY_ID,
                    ANABRANCH_ROOT_SECRET_ACCESS_KEY=SECRET_ACCESS_KEY)  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0, done.stdout
    return folder, done.stdout


@pytest.fixture
def server(demo, start_server):
    """A server on what the demo left."""
    return start_server(demo[0] / "data", access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET_ACCESS_KEY)


def test_it_tells_each_step_how_long_it_took_and_where_to_look(demo):
    printed = demo[1]

    assert re.findall(r"^== (\d)/7  \S", printed, re.MULTILINE) == ["1", "2", "3", "4", "5", "6", "7"]
    assert len(re.findall(r"^-- took \d+\.\d s\. Look at: \S", printed, re.MULTILINE)) == 7
    assert re.search(r"^All of it took \d+\.\d s\.$", printed, re.MULTILINE)
    assert "What to try next" in printed


def test_it_prints_no_secret(demo):
    assert SECRET_ACCESS_KEY not in demo[1]
    assert SECRET_ACCESS_KEY in (demo[0] / "environment").read_text()
    assert (demo[0] / "environment").stat().st_mode & 0o077 == 0


def test_its_server_has_stopped(demo):
    assert "stopped" in (demo[0] / "server.log").read_text()


def test_the_data_set_lies_in_its_bucket_and_the_namespace_has_only_what_was_written(server):
    s3 = server.s3()
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="sample-data", Prefix="digits/")
    keys = [item["Key"] for page in pages for item in page["Contents"]]
    names = [item["Key"] for item in s3.list_objects_v2(Bucket="example", Prefix="42/lakefs-minio-demo/")["Contents"]]

    assert len([key for key in keys if key.endswith(".png")]) == PICTURES and "digits/labels.csv" in keys
    assert {name.split("/")[2] for name in names} == {"_lakefs", "data"}


def test_four_runs_are_four_commits_on_four_branches_from_one_input(server):
    repository = lakefs.Repository("digits", client=server.lakefs())
    imported = repository.branch("ingest").get_commit().id
    commits = {name: repository.branch(name).get_commit() for name in RUNS}

    assert sorted(branch.id for branch in repository.branches()) == sorted(["main", "ingest", *RUNS])
    assert {commit.parents[0] for commit in commits.values()} == {imported}
    combinations = {(c.metadata["param.optimizer"], c.metadata["param.epochs"]) for c in commits.values()}
    assert combinations == {("adam", "1"), ("adam", "2"), ("sgd", "1"), ("sgd", "2")}
    for name, commit in commits.items():
        metrics = json.loads(repository.branch(name).object("metrics/metrics.json").reader(mode="r").read())
        recorded = {key: float(commit.metadata[f"metric.{key}"]) for key in ("accuracy", "loss")}
        assert recorded == {key: metrics[key] for key in ("accuracy", "loss")}
        lines = repository.branch(name).object("metrics/metrics.jsonl").reader(mode="r").read().splitlines()
        assert [json.loads(line)["epoch"] for line in lines] == list(range(1, int(commit.metadata["param.epochs"]) + 1))
        assert json.loads(lines[-1])["accuracy"] == metrics["accuracy"]


def test_the_best_is_main_at_the_same_physical_addresses(demo, server):
    repository = lakefs.Repository("digits", client=server.lakefs())
    accuracy = {name: float(repository.branch(name).get_commit().metadata["metric.accuracy"]) for name in RUNS}
    best = max(accuracy, key=accuracy.get)
    merge = repository.branch("main").get_commit()

    assert f"Promote the best, {best}, into main" in demo[1]
    assert merge.parents[1] == repository.branch(best).get_commit().id

    def places(name):
        return {item.path: (item.physical_address, item.checksum) for item in repository.branch(name).objects()}

    on_main = places("main")
    assert on_main == places(best)
    pictures = [address for path, (address, _) in on_main.items() if path.startswith("raw/train/")]
    assert len(pictures) == PICTURES
    assert all(address.startswith("s3://sample-data/digits/train/") for address in pictures)


def test_a_step_that_fails_fails_the_demo_and_leaves_no_server(tmp_path):
    address = f"127.0.0.1:{free_port()}"
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.tex").write_text("mine")

    refused = run_demo(taken)
    broken = run_demo(tmp_path / "demo", DEMO_LISTEN=address, DEMO_S3_LISTEN=address)

    assert refused.returncode != 0 and (taken / "thesis.tex").read_text() == "mine"
    assert broken.returncode != 0 and "demo: FAILED" in broken.stdout
    assert "== 1/7" not in broken.stdout
