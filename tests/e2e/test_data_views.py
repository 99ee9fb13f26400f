"""What --data gives to a run is its own to write to: no other run sees it, whatever the user and the way it is done."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import textwrap

import pytest
from conftest import BINARY
from test_runner import Project

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
# Root, but not allowed to mount: as in a container.
WITHOUT_MOUNTS = ["setpriv", "--bounding-set=-sys_admin", "--"]
IS_ROOT = os.geteuid() == 0

# What a run may do to its input, each in another run; then what all see of it at their start.
CHANGES = """\
import hashlib, os, pathlib, time
def see(when):
    for path in sorted(pathlib.Path("raw").rglob("*")):
        if path.is_file():
            print(when, path.name, path.read_text(), flush=True)
see("start")
what, victim = os.environ["PARAM_WHAT"], pathlib.Path("raw/1.txt")
about = victim.stat()
if what == "write":
    victim.chmod(0o644)
    with open(victim, "r+") as file:
        file.write("POISON")
    os.utime(victim, ns=(about.st_atime_ns, about.st_mtime_ns))
elif what == "replace":
    pathlib.Path("other").write_text("POISON")
    os.rename("other", victim)
elif what == "remove":
    victim.unlink()
    pathlib.Path("raw/9.txt").write_text("POISON")
    pathlib.Path("raw/0.txt").rename("raw/8.txt")
elif what == "folder":
    for path in pathlib.Path("raw").iterdir():
        path.unlink()
    os.rmdir("raw")
    os.mkdir("raw")
    pathlib.Path("raw/1.txt").write_text("POISON")
see("end")
os.makedirs("artifacts")
pathlib.Path("artifacts/seen").write_text("".join(sorted(p.name for p in pathlib.Path("raw").iterdir())))
"""


class ViewProject(Project):
    """A project in a folder that the user whom commands run as may use."""

    wrapper = ()

    def start(self, *arguments):
        return subprocess.Popen([*self.wrapper, BINARY, *arguments], cwd=self.folder, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    def run(self, mode, name, values, *options, script="changes.py"):
        return self.call("run", "--from", "ingest", "--name", name, "--data", "raw", "--data-mode", mode, "--grid",
                         "what=" + ",".join(values), *options, "--", "python3", script)  # fmt: skip

    def lines(self, run, when):
        text = self.read(run, "logs/stdout.txt").decode()
        return [line.removeprefix(when + " ") for line in text.splitlines() if line.startswith(when + " ")]


@pytest.fixture(params=["root", "nobody"] if IS_ROOT else ["user"])
def project(server, request):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="anabranch-views-"))
    made = ViewProject(server, folder)
    made.write("changes.py", CHANGES)
    if request.param == "nobody":
        if not os.access(BINARY, os.X_OK) or subprocess.run([*AS_NOBODY, BINARY, "--version"], check=False).returncode:
            # tidy-allow: the folder of the build may be closed to other users; the cases of root still run
            pytest.skip("nobody may not run the program")
        made.wrapper = AS_NOBODY
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    yield made
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["overlay", "reflink", "copy"])
def mode(project, request):
    probe = project.run(request.param, "probe", ["nothing"])
    if probe.code == 2 and f"--data-mode {request.param} is not possible here: " in probe.err:
        assert request.param in ("overlay", "reflink")
        assert "probe-1" not in project.branches()
        # tidy-allow: what the file system or the kernel cannot do; "copy" is possible everywhere
        pytest.skip(probe.err)
    assert probe.code == 0, probe
    return request.param


INPUT = [f"{number}.txt picture {number}" for number in range(5)]


def test_no_run_sees_anothers_writes(project, mode):
    done = project.run(mode, "s", ["write", "replace", "remove", "folder", "nothing"])

    assert done.code == 0, done
    assert f"data mode {mode}: " in done.err
    for number in range(1, 6):
        assert project.lines(f"s-{number}", "start") == INPUT
    assert "1.txt POISONe 1" in project.lines("s-1", "end") and "1.txt POISON" in project.lines("s-2", "end")
    assert project.lines("s-3", "end") == ["2.txt picture 2", "3.txt picture 3", "4.txt picture 4", "8.txt picture 0",
                                           "9.txt POISON"]  # fmt: skip
    assert project.lines("s-4", "end") == ["1.txt POISON"] and project.lines("s-5", "end") == INPUT
    assert "anabranch.warnings" not in project.commit("s-5")["metadata"]  # what was only read is nobody's result
    assert [w for w in project.commit("s-3")["metadata"]["anabranch.warnings"].split() if "raw/" in w] == [
        "raw/8.txt,", "raw/9.txt"]  # fmt: skip
    again = project.run(mode, "t", ["nothing"])
    assert again.code == 0 and project.lines("t-1", "start") == INPUT
    assert list(project.work.iterdir()) == []


def test_runs_at_the_same_time_do_not_see_each_other(project, mode):
    project.write("meet.py", textwrap.dedent("""\
        import os, pathlib, time
        victim, met, first = pathlib.Path("raw/1.txt"), pathlib.Path(os.environ["MEET"]), os.environ["PARAM_WHAT"] == "first"
        def wait(name):
            while not (met / name).exists():
                time.sleep(0.01)
        if first:
            wait("second-is-here")
            victim.chmod(0o644)
            victim.write_text("POISON")
            (met / "first-wrote").touch()
        else:
            (met / "second-is-here").touch()
            wait("first-wrote")
        print("end", victim.read_text())
    """))  # fmt: skip
    meet = project.folder.parent / "meet"
    meet.mkdir()
    meet.chmod(0o777)
    project.environment["MEET"] = str(meet)

    done = project.run(mode, "s", ["first", "second"], "--parallel", "2", script="meet.py")

    assert done.code == 0, done
    assert project.lines("s-1", "end") == ["POISON"] and project.lines("s-2", "end") == ["picture 1"]


def test_originals_that_were_changed_fail_the_run_by_name_and_are_right_for_the_next(project, mode):
    # The cache itself is written to, and the time is put back: a run that knows where it is can do so.
    project.write("poison.py", textwrap.dedent("""\
        import os, pathlib
        print("start", pathlib.Path("raw/1.txt").read_text())
        if os.environ["PARAM_WHAT"] == "poison":
            for path in pathlib.Path(os.environ["CACHE"], "objects").rglob("*"):
                if path.is_file() and path.read_text() == "picture 1":
                    about = path.stat()
                    path.chmod(0o644)
                    path.write_text("POISON 1!")
                    path.chmod(0o444)
                    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    """))  # fmt: skip
    project.environment["CACHE"] = str(project.cache)

    done = project.run(mode, "s", ["poison", "honest"], script="poison.py")

    assert done.code == 1, done
    assert "the cached original of raw/1.txt changed meanwhile" in done.err
    assert project.commit("s-1")["metadata"]["anabranch.status"] == "failed"
    assert project.commit("s-2")["metadata"]["anabranch.status"] == "ok"
    assert project.lines("s-2", "start") == ["picture 1"]
    for path in (project.cache / "objects").rglob("*"):  # between two sweeps
        if path.is_file():
            about = path.stat()
            path.chmod(0o644)
            path.write_text("poison " + path.read_text()[8:])
            os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert project.run(mode, "t", ["nothing"]).code == 0
    assert project.lines("t-1", "start") == INPUT


def test_deleting_the_cache_while_runs_go_on_loses_nothing(project, mode):
    project.write("delete.py", textwrap.dedent("""\
        import os, pathlib, shutil
        print("start", pathlib.Path("raw/1.txt").read_text())
        shutil.rmtree(os.environ["CACHE"])
        os.mkdir("artifacts")
        pathlib.Path("artifacts/model").write_text("trained")
    """))  # fmt: skip
    project.environment["CACHE"] = str(project.cache)

    done = project.run(mode, "s", ["1", "2"], script="delete.py")

    assert "trained" == project.read("s-1", "artifacts/model").decode(), done
    assert project.lines("s-1", "start") == ["picture 1"]
    # In an overlay the second has the data still; else they are fetched anew.
    assert done.code in (0, 1), done
    if done.code == 0:
        assert "trained" == project.read("s-2", "artifacts/model").decode()


def test_data_are_downloaded_once_and_read_once(project, mode):
    def versions():
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns)
                for path in (project.cache / "objects").rglob("*") if path.is_file()}  # fmt: skip

    before = versions()
    seals = {path: os.readlink(path) for path in (project.cache / "objects").rglob("*.seal")}
    assert len(before) == 5 and len(seals) == 5

    assert project.run(mode, "s", ["nothing", "none"]).code == 0

    assert versions() == before
    for path in (project.cache / "objects").rglob("*.seal"):
        changed_ns, inode, _ = os.readlink(path).split(":")
        about = os.stat(str(path).removesuffix(".seal"))
        assert (int(changed_ns, 16), int(inode, 16)) == (about.st_ctime_ns, about.st_ino)


def test_a_kept_folder_has_what_the_run_wrote(project, mode):
    done = project.run(mode, "s", ["replace"], "--keep-workspace")

    assert done.code == 0, done
    kept = [line.split("folder is kept: ")[1] for line in done.err.splitlines() if "folder is kept: " in line]
    assert (pathlib.Path(kept[0]) / "raw/1.txt").read_text() == "POISON"
    assert (pathlib.Path(kept[0]) / "artifacts/seen").exists()


def test_a_copy_for_each_run_is_announced_with_its_size(project):
    done = project.run("copy", "s", ["nothing", "none", "no"], "--parallel", "2")

    assert done.code == 0, done
    lines = done.err.splitlines()
    announced = [line for line in lines if line.startswith("data mode copy: a copy of 45 B for each run, 90 B at a time")]
    assert announced and lines.index(announced[0]) < lines.index([line for line in lines if "started" in line][0])


def test_without_a_word_the_best_possible_mode_is_taken_and_told(project):
    done = project.sweep("s", "--data", "raw", "--grid", "what=write,nothing", command=["python3", "changes.py"])

    assert done.code == 0, done
    assert any(line.startswith(("data mode reflink: ", "data mode overlay: ", "data mode copy: "))
               for line in done.err.splitlines())  # fmt: skip
    assert project.lines("s-2", "start") == INPUT
    assert project.call("reproduce", "s-1").code == 0


def test_a_mode_that_is_none_is_refused(project):
    done = project.run("hardlink", "s", ["nothing"])

    assert done.code == 2 and "there are auto, reflink, overlay and copy" in done.err


# tidy-allow: only root has rights to give up
@pytest.mark.skipif(not IS_ROOT, reason="only root has rights to give up")
@pytest.mark.parametrize("project", ["root"], indirect=True)
def test_where_nothing_may_be_mounted_each_run_gets_a_copy(project):
    project.wrapper = WITHOUT_MOUNTS
    refused = project.run("overlay", "s", ["nothing"])
    done = project.run("auto", "t", ["write", "nothing"])

    assert refused.code == 2 and "--data-mode overlay is not possible here: " in refused.err
    assert done.code == 0, done
    assert "data mode reflink: " in done.err or "data mode copy: a copy of 45 B" in done.err
    assert "data mode reflink: " in done.err or "no overlay: mount namespaces are not allowed" in done.err
    assert project.lines("t-2", "start") == INPUT
