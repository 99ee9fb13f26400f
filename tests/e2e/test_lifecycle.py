"""What a run starts ends with it, however it ends; a runner outlives its terminal; names are never given twice."""

import os
import pathlib
import re
import signal
import subprocess
import time

import pytest
import requests
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
