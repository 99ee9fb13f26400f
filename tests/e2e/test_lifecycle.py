"""What a run starts ends with it, however it ends; a runner outlives its terminal; names are never given twice."""

import os
import pathlib
import re
import signal
import subprocess
import time

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from conftest import BINARY
from test_experiments import LiveProject
from test_runner import COMMAND_SECONDS_MAX, Project

WAIT_SECONDS_MAX = 60

# Leaves a worker in a session of its own, as torchrun does, deaf to all that can be blocked; goes on until told.
WORKERS = """\
import pathlib, signal, subprocess, sys, time
if sys.argv[1] == "worker":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(1)
subprocess.Popen([sys.executable, __file__, "worker", sys.argv[2]], start_new_session=True)
# ... and one whose parents are gone
subprocess.run(["sh", "-c", "setsid " + sys.executable + " " + __file__ + " worker " + sys.argv[2] + " &"], check=True)
print("ready", flush=True)
if sys.argv[1] == "stay":
    time.sleep(1000)
"""


def alive(mark):
    """The processes whose arguments hold the mark, but for runners."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in arguments and b"run" not in arguments[:2]:
            found.append(int(folder.name))
    return found


@pytest.fixture
def project(server, tmp_path):
    project = LiveProject(server, tmp_path)
    project.write("workers.py", WORKERS)
    project.mark = f"mark{os.getpid()}x{time.time_ns()}"
    yield project
    project.go.touch()
    for process in alive(project.mark):
        os.kill(process, signal.SIGKILL)


def wait_for(check, what):
    give_up = time.monotonic() + WAIT_SECONDS_MAX
    while not check():
        assert time.monotonic() < give_up, what
        time.sleep(0.05)


def start_workers(project, name):
    process = project.start("run", "--from", "ingest", "--name", name, "--", "python3", "workers.py", "stay", project.mark)
    wait_for(lambda: len(alive(project.mark)) == 3, "three processes of the run")
    project.wait_for_state(f"{name}-1", "running")
    return process


def test_workers_in_sessions_of_their_own_end_with_their_run(project):
    done = project.sweep("s", command=["python3", "workers.py", "leave", project.mark])

    assert done.code == 0, done
    assert alive(project.mark) == []


@pytest.mark.parametrize("way", ["SIGINT", "SIGTERM", "cancel"])
def test_workers_in_sessions_of_their_own_end_with_an_interrupted_sweep(project, way):
    process = start_workers(project, "s")

    if way == "cancel":
        project.post("/sweeps/s/cancel")
    else:
        process.send_signal(getattr(signal, way))
    project.end(process)

    assert alive(project.mark) == []
    assert project.commit("s-1")["metadata"]["anabranch.status"] == "interrupted"


def test_a_killed_runner_takes_everything_with_it(project):
    process = start_workers(project, "s")

    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=COMMAND_SECONDS_MAX)

    wait_for(lambda: alive(project.mark) == [], "the end of all of it")


def test_what_a_killed_runner_left_goes_when_the_next_begins_and_what_is_in_use_stays(project):
    living = project.start_sweep("living", "--grid", "rate=1")
    project.wait_for_state("living-1", "running")
    in_use = set(project.work.iterdir())
    assert in_use
    process = start_workers(project, "s")
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=COMMAND_SECONDS_MAX)
    wait_for(lambda: alive(project.mark) == [], "the end of all of it")
    assert set(project.work.iterdir()) > in_use  # nobody was left to remove it

    done = project.sweep("t", command=["true"])

    assert done.code == 0 and "removed what runners that were killed had left" in done.err, done
    assert set(project.work.iterdir()) == in_use
    project.go.touch()
    assert project.end(living)[0] == 0
    assert list(project.work.iterdir()) == []


def test_a_run_ends_with_whoever_watches_over_it(project):
    process = start_workers(project, "s")
    command = next(p for p in alive(project.mark) if b"stay" in pathlib.Path(f"/proc/{p}/cmdline").read_bytes())
    watcher = int(pathlib.Path(f"/proc/{command}/stat").read_text().rpartition(")")[2].split()[1])
    assert pathlib.Path(f"/proc/{watcher}/comm").read_text() == "anabranch-guard\n"

    os.kill(watcher, signal.SIGKILL)
    code, _, err = project.end(process)

    assert code == 1 and "someone killed the process that watches over" in err
    assert alive(project.mark) == []
    assert project.commit("s-1")["metadata"]["anabranch.status"] == "failed"


def test_a_runner_outlives_its_terminal_and_names_the_file_that_it_goes_on_in(project):
    process = project.start_sweep("s", "--grid", "rate=1,2", "--parallel", "1")
    project.wait_for_state("s-1", "running")

    process.send_signal(signal.SIGHUP)
    told = ""
    while "hangup" not in told:
        told = process.stderr.readline()
    process.stderr.close()  # whoever read it is gone too
    process.stdout.close()
    project.go.touch()
    assert process.wait(COMMAND_SECONDS_MAX) == 0

    log = pathlib.Path(re.search(r"(/\S+\.log)", told)[1]).read_text()
    assert "s-2 started" in log and "s-2 ok" in log and "2 of 2 runs ok" in log
    assert [project.runs("s")[name]["state"] for name in ("s-1", "s-2")] == ["ok", "ok"]


def test_a_reader_of_its_output_that_is_gone_ends_no_sweep(project):
    process = project.start_sweep("s", "--grid", "rate=1,2")
    process.stderr.close()
    process.stdout.close()
    project.go.touch()

    assert process.wait(COMMAND_SECONDS_MAX) == 0
    assert project.runs("s")["s-2"]["state"] == "ok"


def test_output_that_goes_to_a_file_stays_there(project):
    with open(project.folder.parent / "out", "wb") as out:
        process = subprocess.Popen([BINARY, "run", "--from", "ingest", "--name", "s", "--", "python3", "train.py",
                                    str(project.go)], cwd=project.folder, env=project.environment,
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=out)  # fmt: skip
    project.wait_for_state("s-1", "running")
    process.send_signal(signal.SIGHUP)
    project.go.touch()

    assert process.wait(COMMAND_SECONDS_MAX) == 0
    assert "1 of 1 run ok" in (project.folder.parent / "out").read_text()


def test_a_name_is_given_once_even_after_its_branches_and_records_are_gone(project):
    project.go.touch()
    assert project.end(project.start_sweep("s"))[0] == 0
    project.ok("branch", "delete", "anabranch://dogs/s-1")
    before = project.branches()

    again = project.end(project.start_sweep("s"))
    assert again[0] == 1 and "'s'" in again[2] and "--name" in again[2], again
    assert project.delete("/sweeps/s") == 204
    again = project.end(project.start_sweep("s"))
    assert again[0] == 1 and "'s'" in again[2], again

    assert project.branches() == before and project.get("/sweeps")["results"] == []


def test_a_name_is_not_taken_by_what_could_not_begin(project):
    missing = project.sweep("s", "--data", "nothing-there")
    assert missing.code == 1, missing

    project.go.touch()
    assert project.end(project.start_sweep("s"))[0] == 0


def test_sweeps_without_a_name_that_start_at_the_same_moment_get_names_of_their_own(project):
    project.go.touch()
    started = [project.start("run", "--from", "ingest", "--", "true") for _ in range(6)]

    assert [project.end(process)[0] for process in started] == [0] * 6
    assert len(project.get("/sweeps")["results"]) == 6


def test_a_failed_run_shows_the_end_of_its_standard_error_and_where_the_rest_is(server, tmp_path):
    project = Project(server, tmp_path)
    script = "for i in $(seq 100); do echo line $i; done >&2; echo $AWS_SECRET_ACCESS_KEY >&2; echo Boom: no >&2; exit 3"
    done = project.sweep("s", command=["sh", "-c", script])

    assert done.code == 1
    assert "  | line 100\n  | ***\n  | Boom: no\n" in done.err and "line 50\n" not in done.err
    assert project.ok("cat", "anabranch://dogs/s-1/logs/stderr.txt").startswith("line 1\nline 2\n")
    assert "anabranch cat anabranch://dogs/s-1/logs/stderr.txt" in done.err
    runs = requests.get(f"{server.api}/repositories/dogs/runs", auth=server.auth, timeout=10).json()["results"]
    assert "Boom: no" in runs[0]["problem"]


# Says its key and its number to files, and goes on until `go` is there.
KEYED = """\
import json, os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
with open(folder / ("begun-" + os.environ["ANABRANCH_RUN"]), "a") as file:
    file.write(os.environ["AWS_ACCESS_KEY_ID"] + " " + os.environ["AWS_SECRET_ACCESS_KEY"] + "\\n")
go = folder / ("go-" + os.environ["ANABRANCH_RUN"])
while not go.exists() and not (folder / "go").exists():
    time.sleep(0.05)
json.dump({"rate": float(os.environ.get("PARAM_RATE", 1))}, open("metrics.json", "w"))
"""


class KeyedProject(LiveProject):
    def __init__(self, server, folder):
        super().__init__(server, folder)
        self.write("keyed.py", KEYED)

    def start_keyed(self, name, *options):
        return self.start("run", "--from", "ingest", "--name", name, *options, "--", "python3", "keyed.py", str(self.folder.parent))

    def keys(self, run):
        """The keys of the run's attempts, as their commands got them."""
        path = self.folder.parent / f"begun-{run}"
        return [tuple(line.split()) for line in path.read_text().splitlines()] if path.exists() else []

    def write_with(self, key, branch):
        answer = requests.post(f"{self.base}/branches/{branch}/objects", params={"path": "x"}, data=b"x", auth=key, timeout=10)
        s3 = boto3.client("s3", endpoint_url=self.server.endpoint, region_name="us-east-1", aws_access_key_id=key[0],
                          aws_secret_access_key=key[1], config=Config(retries={"max_attempts": 1}))  # fmt: skip
        try:
            s3.put_object(Bucket="dogs", Key=f"{branch}/y", Body=b"y")
            code = 200
        except ClientError as error:
            code = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return answer.status_code, code

    def listed(self, key):
        answer = requests.get(f"{self.server.api}/access_keys", auth=self.server.auth, timeout=10).json()["results"]
        return {item["access_key_id"]: item for item in answer}.get(key[0])

    def run_commits(self, run):
        return [c for c in self.json("log", f"anabranch://dogs/{run}", "-n", "10") if c["metadata"].get("anabranch.run") == run]


@pytest.fixture
def keyed(server, tmp_path):
    project = KeyedProject(server, tmp_path)
    yield project
    project.go.touch()


def test_the_key_of_a_run_that_is_not_heard_of_is_suspended_until_its_runner_speaks(keyed):
    process = keyed.start_keyed("s")
    keyed.wait_for_state("s-1", "running")
    keyed.wait_for("its key", lambda: keyed.keys("s-1"))
    key = keyed.keys("s-1")[0]
    assert keyed.write_with(key, "s-1") == (201, 200)

    process.send_signal(signal.SIGSTOP)  # as a laptop that sleeps, or a network that is cut
    keyed.wait_for_state("s-1", "lost")
    assert keyed.write_with(key, "s-1") == (503, 503)
    assert keyed.listed(key)["suspended"]
    answer = requests.get(f"{keyed.base}/branches/s-1", auth=key, timeout=10)
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "2" and "suspended" in answer.json()["message"]
    assert requests.get(f"{keyed.base}/branches/s-1", auth=(key[0], "wrong"), timeout=10).status_code == 401
    # A training that writes in that moment, with a client as it comes, must not end.
    s3 = boto3.client("s3", endpoint_url=keyed.server.endpoint, region_name="us-east-1", aws_access_key_id=key[0],
                      aws_secret_access_key=key[1])  # fmt: skip
    asked = []
    s3.meta.events.register("before-send.s3.*", lambda request, **_: asked.append(request) or (
        process.send_signal(signal.SIGCONT) if len(asked) == 2 else None))  # fmt: skip
    s3.put_object(Bucket="dogs", Key="s-1/checkpoint", Body=b"weights")
    assert len(asked) > 1
    keyed.wait_for_state("s-1", "running")
    assert keyed.write_with(key, "s-1") == (201, 200)
    keyed.go.touch()

    assert keyed.end(process)[0] == 0
    assert keyed.listed(key) is None
    assert keyed.runs("s")["s-1"]["state"] == "ok"


def test_a_sweep_whose_runner_was_killed_is_taken_up_again(keyed):
    process = keyed.start_keyed("s", "--grid", "rate=1,2,3,4", "--parallel", "2", "--promote", "best", "--metric", "rate:max")
    (keyed.folder.parent / "go-s-1").touch()
    keyed.wait_for_state("s-1", "ok")
    keyed.wait_for_state("s-3", "running")
    keyed.wait_for("two keys", lambda: keyed.keys("s-2") and keyed.keys("s-3"))
    first = keyed.commit("s-1")["id"]
    old = keyed.keys("s-2")[0]
    assert keyed.write_with(old, "s-2") == (201, 200)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    keyed.go.touch()

    done = keyed.call("run", "--resume", "s", "--promote", "best")  # by the metric and direction it began with

    assert done.code == 0 and "4 of 4 runs ok" in done.out and "s-4 promoted to main" in done.out, done
    assert "to be done: 3 of 4 runs" in done.err
    assert keyed.write_with(old, "s-2")[0] in (401, 403) and keyed.listed(old) is None
    assert keyed.commit("s-1")["id"] == first and len(keyed.keys("s-1")) == 1
    for name in ("s-1", "s-2", "s-3", "s-4"):
        assert len(keyed.run_commits(name)) == 1, name
        assert keyed.runs("s")[name]["state"] == "ok", name
        assert keyed.runs("s")[name]["attempt"] == (1 if name == "s-1" else 2), name
        assert "x" not in keyed.paths(name)  # what the attempt before wrote to the branch is gone
    assert [run["metrics"]["rate"] for run in keyed.json("compare", "s", "--metric", "rate:min")["runs"]] == [1, 2, 3, 4]


def test_a_runner_that_wakes_up_after_its_run_was_begun_again_commits_nothing(keyed):
    process = keyed.start_keyed("s")
    keyed.wait_for_state("s-1", "running")
    keyed.wait_for("its key", lambda: keyed.keys("s-1"))
    process.send_signal(signal.SIGSTOP)
    keyed.wait_for_state("s-1", "lost")
    second = keyed.start("run", "--resume", "s")
    keyed.wait_for("a second attempt", lambda: len(keyed.keys("s-1")) == 2)

    process.send_signal(signal.SIGCONT)
    code, _, err = keyed.end(process)
    assert code == 1 and "superseded" in err and "begun again" in err, err
    assert keyed.runs("s")["s-1"]["state"] == "running"
    keyed.go.touch()
    assert keyed.end(second)[0] == 0

    assert len(keyed.run_commits("s-1")) == 1
    assert keyed.runs("s")["s-1"]["state"] == "ok" and keyed.runs("s")["s-1"]["attempt"] == 2


def test_a_sweep_whose_runner_is_at_work_is_not_taken_up(keyed):
    process = keyed.start_keyed("s")
    keyed.wait_for_state("s-1", "running")

    done = keyed.call("run", "--resume", "s")

    assert done.code == 1 and "is at work" in done.err
    keyed.go.touch()
    assert keyed.end(process)[0] == 0
    again = keyed.call("run", "--resume", "s")
    assert again.code == 0 and "to be done: 0 of 1 run" in again.err and len(keyed.keys("s-1")) == 1
    assert keyed.call("run", "--resume", "none").code == 1
    assert keyed.call("run", "--resume", "s", "--grid", "a=1").code == 2


def test_an_interrupted_sweep_is_taken_up_with_the_code_that_it_began_with(keyed):
    process = keyed.start_keyed("s", "--grid", "rate=1,2", "--parallel", "1")
    keyed.wait_for("its key", lambda: keyed.keys("s-1"))
    process.send_signal(signal.SIGINT)
    keyed.end(process)
    keyed.write("keyed.py", "raise SystemExit(9)")
    keyed.go.touch()

    done = keyed.call("run", "--resume", "s")

    assert done.code == 0, done
    assert [len(keyed.run_commits(name)) for name in ("s-1", "s-2")] == [1, 1]


def test_a_branch_that_someone_went_on_with_is_not_reset(keyed):
    process = keyed.start_keyed("s")
    keyed.wait_for("its key", lambda: keyed.keys("s-1"))
    process.send_signal(signal.SIGINT)
    keyed.end(process)
    keyed.s3.put_object(Bucket="dogs", Key="s-1/mine.txt", Body=b"mine")
    keyed.post("/branches/s-1/commits", {"message": "mine"})

    done = keyed.call("run", "--resume", "s")

    assert done.code == 1 and "'s-1'" in done.err
    assert keyed.read("s-1", "mine.txt") == b"mine"
    assert keyed.runs("s")["s-1"]["state"] == "interrupted"


def test_a_restarted_server_takes_no_waiting_run_for_lost(keyed):
    process = keyed.start_keyed("s", "--grid", "rate=1,2,3", "--parallel", "1")
    keyed.wait_for_state("s-1", "running")
    keyed.wait_for("all records", lambda: len(keyed.runs("s")) == 3)
    keyed.server.kill()
    time.sleep(16)  # longer than a run may be silent
    keyed.server.start()

    states = {run["state"] for run in keyed.runs("s").values()}
    assert states == {"running", "waiting"}
    assert keyed.write_with(keyed.keys("s-1")[0], "s-1") == (201, 200)
    keyed.go.touch()
    assert keyed.end(process)[0] == 0
    assert {run["state"] for run in keyed.runs("s").values()} == {"ok"}


def test_a_runs_key_is_no_good_on_a_new_repository_of_the_same_name(project):
    base = f"{project.server.api}/repositories/dogs"
    made = requests.post(f"{base}/branches/ingest/run_keys", json={"run": "by-hand"}, auth=project.server.auth, timeout=10).json()
    key = (made["access_key_id"], made["secret_access_key"])
    s3 = boto3.client("s3", endpoint_url=project.server.endpoint, region_name="us-east-1", aws_access_key_id=key[0], aws_secret_access_key=key[1])
    s3.put_object(Bucket="dogs", Key="ingest/mine.txt", Body=b"1")

    assert requests.delete(base, auth=project.server.auth, timeout=10).status_code == 204
    assert requests.get(f"{base}/branches", auth=key, timeout=10).status_code == 401
    project.ok("repo", "create", "dogs", "s3://namespace/dogs-again")
    project.ok("branch", "create", "anabranch://dogs/ingest")

    assert requests.get(f"{base}/branches", auth=key, timeout=10).status_code == 401
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="dogs", Key="ingest/mine.txt", Body=b"2")
    assert refused.value.response["Error"]["Code"] == "InvalidAccessKeyId"
    listed = requests.get(f"{project.server.api}/access_keys", auth=project.server.auth, timeout=10).json()["results"]
    assert key[0] not in [item["access_key_id"] for item in listed]
