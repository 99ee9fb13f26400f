"""The command line against a real server: what a path names, what is undone, what is copied, what a terminal sees."""

import hashlib
import json
import os
import pathlib
import pty
import re
import subprocess

import pytest
import requests
from conftest import BINARY

COMMAND_SECONDS_MAX = 120
BIG = 16 * 1024 * 1024


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
        self.raw = out

    @property
    def json(self):
        assert self.code == 0, self.err
        return json.loads(self.out)


class CommandLine:
    """A repository `dogs` over a bucket, and short calls."""

    def __init__(self, server, folder):
        self.server, self.folder, self.s3 = server, folder, server.s3()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANABRANCH_", "AWS_"))}
        self.environment = kept | server.environment | {"HOME": str(folder)}
        self.s3.create_bucket(Bucket="sources")
        assert self("repo", "create", "dogs", "s3://sources/namespace").code == 0

    def __call__(self, *words, stdin=b"", environment=None):
        done = subprocess.run([BINARY, *words], cwd=self.folder, env=self.environment | (environment or {}), input=stdin,
                              capture_output=True, timeout=COMMAND_SECONDS_MAX)  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def put(self, *paths, branch="main", content=None):
        for path in paths:
            body = path.encode() if content is None else content
            answer = requests.post(f"{self.server.api}/repositories/dogs/branches/{branch}/objects", data=body,
                                   params={"path": path}, auth=self.server.auth)  # fmt: skip
            assert answer.status_code == 201, answer.text

    def commit(self, message="changes", branch="main"):
        return self("commit", f"anabranch://dogs/{branch}", "-m", message, "--json").json["id"]

    def server_wrote(self):
        """Bytes, to any drive."""
        facts = pathlib.Path(f"/proc/{self.server.pid}/io").read_text().split()
        return int(facts[facts.index("write_bytes:") + 1])

    def paths(self, ref="main"):
        return [item["path"] for item in self("ls", "-r", f"anabranch://dogs/{ref}", "--json").json]

    def read(self, path, ref="main"):
        return self("cat", f"anabranch://dogs/{ref}/{path}").out


@pytest.fixture
def cli(server, tmp_path):
    return CommandLine(server, tmp_path)


NEIGHBOURS = ["a", "raw", "raw-2/x", "raw.csv", "raw/1", "raw/sub/2", "raw_backup.csv", "rawest/y"]
RAW = ["raw", "raw/1", "raw/sub/2"]


def test_a_path_names_an_object_and_a_folder_and_never_a_neighbour(cli):
    cli.put(*NEIGHBOURS)
    uncommitted = [line[2:] for line in cli("diff", "anabranch://dogs/main/raw").out.splitlines()]
    assert uncommitted == RAW
    before = cli.commit("everything")
    cli.put("raw-2/later")
    cli.commit("a neighbour's")

    assert [line["path"] for line in cli("ls", "-r", "anabranch://dogs/main/raw", "--json").json] == RAW
    assert [line["path"] for line in cli("ls", "anabranch://dogs/main/raw", "--json").json] == ["raw", "raw/1", "raw/sub/"]
    assert [commit["id"] for commit in cli("log", "anabranch://dogs/main/raw", "--json").json] == [before]
    assert cli("show", f"anabranch://dogs/{before}/raw", "--json").json["changes"] == [{"type": "added", "path": path} for path in RAW]
    assert [change["path"] for change in cli("diff", f"anabranch://dogs/{before}~1/raw", before, "--json").json] == RAW

    removed = cli("rm", "-r", "anabranch://dogs/main/raw", "--json").json["removed"]
    assert removed == RAW
    assert cli.paths() == sorted({*NEIGHBOURS, "raw-2/later"} - {*RAW})

    cli.put("raw-2/x", content=b"changed")
    assert cli("reset", "anabranch://dogs/main/raw", "--json").json["reset"] == RAW
    assert cli.read("raw-2/x") == "changed"
    assert set(RAW) <= set(cli.paths())


def test_a_path_with_a_slash_names_the_folder_alone(cli):
    cli.put(*NEIGHBOURS)

    assert cli("rm", "-r", "anabranch://dogs/main/raw/", "--json").json["removed"] == ["raw/1", "raw/sub/2"]
    assert "raw" in cli.paths()


@pytest.mark.parametrize("path", ["ra", "raw/su", "nothing/", "RAW"])
def test_what_names_nothing_is_an_error_that_changes_nothing(cli, path):
    cli.put(*NEIGHBOURS)

    for words in (["rm", "-r"], ["restore"], ["reset"], ["cp", "-r"]):
        done = cli(*words, f"anabranch://dogs/main/{path}", *(["down"] if words[0] == "cp" else []))
        assert done.code == 1, words
        assert path in done.err
    assert cli.paths() == sorted(NEIGHBOURS)


def test_an_import_takes_the_object_and_the_folder_that_are_named(cli):
    for key in NEIGHBOURS:
        cli.s3.put_object(Bucket="sources", Key=f"data/{key}", Body=key.encode())
    cli.put("kept/here")
    cli.commit()

    assert cli("import", "s3://sources/data/raw", "anabranch://dogs/main/in/", "--json").json["objects"] == 3
    assert cli.paths() == ["in/1", "in/raw", "in/sub/2", "kept/here"]
    assert cli("import", "s3://sources/data/raw.csv", "anabranch://dogs/main/kept/").code == 0
    assert cli.paths() == ["in/1", "in/raw", "in/sub/2", "kept/here", "kept/raw.csv"]  # an object replaces no folder
    head = cli("log", "anabranch://dogs/main", "-n", "1", "--json").json[0]["id"]
    for nothing in ("s3://sources/data/ra", "s3://sources/nothing/", "s3://no-such-bucket/x"):
        done = cli("import", nothing, "anabranch://dogs/main/in/")
        assert (done.code, done.out) == (1, "")
        assert "there is no" in done.err
    assert cli("log", "anabranch://dogs/main", "-n", "1", "--json").json[0]["id"] == head


def test_data_of_a_run_is_the_folder_and_no_neighbour(cli):
    cli.put(*NEIGHBOURS[2:])
    cli.commit()
    work = cli.folder / "work"
    work.mkdir()
    script = "find raw* | sort > seen; mkdir -p artifacts; mv seen artifacts/"

    done = cli("run", "--repo", "dogs", "--from", "main", "--name", "s", "--data", "raw", "--workdir", str(work),
               "--", "sh", "-c", script, environment={"ANABRANCH_CACHE": str(cli.folder / "cache")})  # fmt: skip

    assert done.code == 0, done.err
    assert cli.read("artifacts/seen", "s-1").split() == ["raw", "raw/1", "raw/sub", "raw/sub/2"]


def test_revert_and_cherry_pick_and_show(cli):
    cli.put("a", "b")
    base = cli.commit("base")
    assert cli("branch", "create", "anabranch://dogs/work").code == 0
    cli.put("w", branch="work")
    picked = cli.commit("the good one", "work")
    cli.put("a", content=b"wrong")
    wrong = cli.commit("a mistake")

    made = cli("revert", "anabranch://dogs/main", wrong, "--json").json
    assert (made["parents"], made["message"], cli.read("a")) == ([wrong], f"Revert {wrong}", "a")
    made = cli("cherry-pick", "anabranch://dogs/main", f"anabranch://dogs/{picked}", "--message", "taken", "--json").json
    assert made["message"] == "taken"
    assert cli.paths() == ["a", "b", "w"]

    shown = cli("show", f"anabranch://dogs/{wrong}")
    assert shown.out.splitlines()[0] == f"commit {wrong}"
    assert "UTC" in shown.out
    assert "    a mistake" in shown.out
    assert shown.out.splitlines()[-1] == "~ a"
    assert cli("show", f"anabranch://dogs/{base}", "--json").json["changes"] == [
        {"type": "added", "path": "a"}, {"type": "added", "path": "b"}]  # fmt: skip
    assert cli("revert", "anabranch://dogs/main", "nosuch").code == 1


def test_a_merge_is_reverted_by_the_parent_that_is_named(cli):
    cli("branch", "create", "anabranch://dogs/work")
    cli.put("w", branch="work")
    work = cli.commit("work", "work")
    cli.put("m")
    before = cli.commit("main's")
    merge = cli("merge", "anabranch://dogs/work", "main", "--json").json["id"]

    refused = cli("revert", "anabranch://dogs/main", merge)
    assert refused.code == 1
    assert f"1 for {before}" in refused.err
    assert f"2 for {work}" in refused.err
    assert [change["path"] for change in cli("show", f"anabranch://dogs/{merge}", "--json").json["changes"]] == ["w"]
    by_second = cli("show", f"anabranch://dogs/{merge}", "-m", "2", "--json").json
    assert [change["path"] for change in by_second["changes"]] == ["m"]
    assert cli("show", f"anabranch://dogs/{merge}", "-m", "3").code == 2
    assert cli("revert", "anabranch://dogs/main", "main", "-m", "1").code == 0
    assert cli.paths() == ["m"]
    assert cli("cherry-pick", "anabranch://dogs/main", merge, "--parent", "1").code == 0
    assert cli.paths() == ["m", "w"]


def test_reset_throws_uncommitted_changes_away_or_moves_the_branch(cli):
    cli.put("a")
    first = cli.commit("first")
    cli.put("b")
    cli.commit("second")
    cli.put("c", "d/e")
    cli("rm", "anabranch://dogs/main/a")

    assert "uncommitted changes" in cli("reset", "anabranch://dogs/main", "--hard", first).err
    assert cli("reset", "anabranch://dogs/main/a").out == "1 uncommitted change thrown away\n"
    assert cli("reset", "anabranch://dogs/main").out == "2 uncommitted changes thrown away\n"
    assert cli.paths() == ["a", "b"]
    assert cli("reset", "anabranch://dogs/main", "--hard", "main~1", "--json").json["id"] == first
    assert cli.paths() == ["a"]
    assert cli("reset", "anabranch://dogs/main/a", "--hard", first).code == 2


def test_restore_puts_a_folder_back_as_it_was_without_copying(cli):
    cli.put("raw/1", "raw/2", "raw/3", "raw-2/x", "raw.csv")
    cli.put("raw/1", content=b"x" * BIG)
    was = cli.commit("was")
    cli.put("raw/1", "raw-2/x", content=b"changed")
    cli("rm", "anabranch://dogs/main/raw/2")
    cli.put("raw/new")
    cli.commit("now")
    cli.put("raw/3", content=b"not even committed")

    written_before = cli.server_wrote()
    plan = cli("restore", "anabranch://dogs/main/raw", "--from", was, "--json").json

    assert plan == {"from": was, "put_back": ["raw/1", "raw/2", "raw/3"], "removed": ["raw/new"]}
    assert cli.paths() == ["raw-2/x", "raw.csv", "raw/1", "raw/2", "raw/3"]
    assert cli.server_wrote() - written_before < BIG // 4
    assert [cli.read(f"raw/{n}") for n in (1, 2, 3)] == ["x" * BIG, "raw/2", "raw/3"]
    assert cli.read("raw-2/x") == "changed"
    assert cli("restore", "anabranch://dogs/main/raw/1").code == 0  # as last committed
    assert cli.read("raw/1") == "changed"
    assert cli("restore", "anabranch://dogs/main/raw", "--from", "main~2").code == 1  # there was none
    assert "raw/3" in cli.paths()


def test_unknown_commands_are_named_with_the_nearest(cli):
    for words, nearest in ((["comit"], "commit"), (["branch", "crate"], "branch create"), (["cherrypick"], "cherry-pick")):
        done = cli(*words)
        assert done.code == 2
        assert f"'{' '.join(words)}'" in done.err
        assert f"'{nearest}'" in done.err
    assert cli("help", "branch", "create").out == cli("branch", "create", "--help").out
    assert "cherry-pick" in cli("help").out
    assert cli("help", "comit").code == 2


def test_standard_input_and_output_are_copied(cli):
    content = os.urandom(3 * 1024 * 1024 + 17)

    assert cli("cp", "-", "anabranch://dogs/main/stream.bin", stdin=content).code == 0
    done = cli("cp", "anabranch://dogs/main/stream.bin", "-")

    assert (done.code, done.err) == (0, "")
    assert hashlib.sha256(done.raw).digest() == hashlib.sha256(content).digest()
    assert not (cli.folder / "-").exists()
    assert cli("cp", "-", "anabranch://dogs/main/folder/", stdin=b"x").code == 2
    assert cli("cp", "-r", "anabranch://dogs/main/", "-").code == 2
    assert cli("cp", "anabranch://dogs/main/nothing", "-").code == 1


def test_copies_to_and_from_buckets_say_what_to_do(cli):
    done = cli("cp", "s3://sources/data/", "anabranch://dogs/main/raw/")

    assert done.code == 2
    assert "anabranch import s3://sources/data/ anabranch://dogs/main/raw/" in done.err
    assert "S3 client" in cli("cp", "anabranch://dogs/main/a", "s3://sources/a").err


def test_a_sweep_ends_with_one_json_document(cli):
    work = cli.folder / "work"
    work.mkdir()
    (work / "job.sh").write_text(
        'echo talk; echo "{\\"loss\\": $PARAM_LOSS, \\"n\\": 50.0}" > metrics.json\n[ $PARAM_LOSS != 3 ] || { echo "bad luck" >&2; exit 4; }\n'
    )
    cli.put("a")
    cli.commit()

    done = cli("run", "--repo", "dogs", "--from", "main", "--name", "s", "--grid", "loss=100000,3,0.00025", "--workdir", str(work),
               "--promote", "best", "--metric", "loss:min", "--json", "--", "sh", "job.sh",
               environment={"ANABRANCH_CACHE": str(cli.folder / "cache")})  # fmt: skip

    assert done.code == 1
    told = json.loads(done.out)
    assert (told["sweep"], told["repository"], told["ok"]) == ("s", "dogs", 2)
    assert [(run["run"], run["status"], run["exit_code"]) for run in told["runs"]] == [
        ("s-1", "ok", 0), ("s-2", "failed", 4), ("s-3", "ok", 0)]  # fmt: skip
    assert told["runs"][0]["metrics"] == {"loss": 100000, "n": 50}
    assert told["runs"][0]["parameters"] == {"loss": "100000"}
    assert "bad luck" in told["runs"][1]["stderr"]
    assert told["promoted"]["run"] == "s-3"
    assert cli("show", "anabranch://dogs/main", "--json").json["id"] == told["promoted"]["commit"]
    for text in (done.out, cli("compare", "s", "--repo", "dogs", "--json").out):
        written = re.search(r'"metrics":\{([^}]*)\}', text)[1]
        assert re.fullmatch(r'"loss":(100000(\.0)?|0\.00025),"n":50(\.0)?', written), written


HOSTILE = "evil\x1b[2J\r\x07\x9b31m\u202etxt"


def test_no_control_character_of_a_name_reaches_the_terminal(cli):
    cli.put(HOSTILE, f"folder\x1b]0;title\x07/{HOSTILE}")
    cli("rm", "anabranch://dogs/main/nothing\x1b[2J")
    outputs = [cli("ls", "anabranch://dogs/main"), cli("ls", "-r", "anabranch://dogs/main"), cli("diff", "anabranch://dogs/main"),
               cli("commit", "anabranch://dogs/main", "-m", f"subject {HOSTILE}\nbody {HOSTILE}", "--meta", f"k={HOSTILE}"),
               cli("log", "anabranch://dogs/main"), cli("show", "anabranch://dogs/main"),
               cli("rm", f"anabranch://dogs/main/nothing{HOSTILE}"), cli("cat", f"anabranch://dogs/{HOSTILE}/x"),
               cli("cp", "-r", "anabranch://dogs/main/", f"down{HOSTILE}"), cli(HOSTILE), cli("rm", "anabranch://dogs/main/a", HOSTILE),
               cli("ls", f"--{HOSTILE}"), cli("cp", "a", "b", f"c{HOSTILE}"), cli("rm", "-r", "anabranch://dogs/main"),
               cli("show", "anabranch://dogs/main", "--json"), cli("ls", "anabranch://dogs/main@", "-r", "--json")]  # fmt: skip
    for done in outputs:
        told = done.out + done.err
        seen = {c for c in told if (ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) < 0xA0}
        assert not seen, told
    assert "\\x1b[2J" in outputs[0].out
    assert HOSTILE in [item["path"] for item in outputs[-1].json]


def test_json_is_json_everywhere(cli):
    cli.put("a")
    cli.commit()
    cli("tag", "create", "anabranch://dogs/v1")

    assert cli("ls", "--json").json == [{"type": "repository", "name": "dogs"}]
    assert cli("ls", "anabranch://dogs", "--json").json == [{"type": "branch", "name": "main"}, {"type": "tag", "name": "v1"}]
    assert cli("branch", "create", "anabranch://dogs/b", "--json").json["name"] == "b"
    assert cli("branch", "list", "anabranch://dogs", "--json").json[0]["name"] == "b"
    assert cli("repo", "list", "--json").json[0]["name"] == "dogs"
    assert cli("repo", "create", "cats", "s3://sources/cats", "--json").json["default_branch"] == "main"
    assert cli("diff", "anabranch://dogs/main", "--json").json == []
    assert cli("branch", "delete", "anabranch://dogs/b", "--json").json == {"deleted": "b"}
    assert cli("tag", "delete", "anabranch://dogs/v1", "--json").json == {"deleted": "v1"}
    assert cli("repo", "delete", "cats", "--json").json == {"deleted": "cats"}


def test_the_second_copy_of_a_folder_skips_what_is_there(cli):
    up = cli.folder / "up"
    for number in range(20):
        (up / f"f{number % 3}").mkdir(parents=True, exist_ok=True)
        (up / f"f{number % 3}" / f"{number}.txt").write_text(f"content {number}")
    target, down = "anabranch://dogs/main/tree", str(cli.folder / "down")

    assert cli("cp", "-r", str(up), target, "--json").json["copied"] == 20
    first = cli("ls", "-r", target, "--json").json
    (up / "f0" / "0.txt").write_text("changed 0")  # of the same size
    (up / "f0" / "3.txt").write_text("longer than it was")
    assert cli("cp", "-r", str(up), target).out == "2 files, 27 B, 18 unchanged and skipped, not committed yet\n"
    second = {item["path"]: item for item in cli("ls", "-r", target, "--json").json}
    assert sum(second[item["path"]]["physical_address"] == item["physical_address"] for item in first) == 18

    assert cli("cp", "-r", target, down, "--json").json["copied"] == 20
    assert cli("cp", "-r", target, down).out == "0 objects, 0 B, 20 unchanged and skipped\n"
    pathlib.Path(down, "f0", "0.txt").write_text("CHANGED 0")
    assert cli("cp", "-r", target, down, "--json").json == {"copied": 1, "size_bytes": 9, "unchanged": 19, "skipped": []}
    assert pathlib.Path(down, "f0", "0.txt").read_text() == "changed 0"

    assert cli("cp", "-r", target, "anabranch://dogs/main/copy", "--json").json["copied"] == 20
    assert cli("cp", "-r", target, "anabranch://dogs/main/copy", "--json").json["unchanged"] == 20


def test_one_hostile_name_does_not_stop_the_others(cli):
    good = ["ok.txt", "sub/ok.txt", "z.txt", "x" * 200]
    bad = ["../escaped", "a//double", "./dot", "clash/below", "trail/"]
    cli.put(*[f"t/{name}" for name in [*good, *bad, "clash"]])

    down = cli("cp", "-r", "anabranch://dogs/main/t", "down")

    assert down.code == 1
    for name in bad:
        assert f"t/{name}" in down.err
    found = sorted(str(path.relative_to(cli.folder / "down")) for path in (cli.folder / "down").rglob("*") if path.is_file())
    assert found == sorted([*good, "clash"])
    assert not (cli.folder / "escaped").exists()

    up = cli.folder / "up"
    up.mkdir()
    for name in (b"fine", b"not-utf8-\xe9", b"later"):
        pathlib.Path(os.fsdecode(bytes(up) + b"/" + name)).write_bytes(name)
    sent = cli("cp", "-r", str(up), "anabranch://dogs/main/up")
    assert sent.code == 1
    assert "not-utf8-\\xe9" in sent.err
    assert {"up/fine", "up/later"} <= set(cli.paths())


def test_progress_is_for_terminals_alone(cli):
    up = cli.folder / "up"
    up.mkdir()
    for number in range(30):
        (up / str(number)).write_bytes(b"x" * 1000)
    assert cli("cp", "-r", str(up), "anabranch://dogs/main/piped").err == ""

    leader, follower = pty.openpty()
    done = subprocess.run([BINARY, "cp", "-r", str(up), "anabranch://dogs/main/seen"], env=cli.environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=follower, timeout=COMMAND_SECONDS_MAX)  # fmt: skip
    os.close(follower)
    told = os.read(leader, 1 << 16)
    os.close(leader)

    assert done.returncode == 0
    assert b"/30" in told
    assert told.endswith(b"\r\x1b[K")
    assert b"\x1b" not in done.stdout


def test_an_https_endpoint_gets_one_clear_answer(cli):
    done = cli("ls", environment={"ANABRANCH_ENDPOINT": "https://example.org"})

    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "TLS" in done.err
    assert "http://" in done.err


def test_times_say_utc(cli):
    cli.put("a")
    cli.commit()

    assert all(" UTC  " in line for line in cli("log", "anabranch://dogs/main").out.splitlines())
    assert " UTC " in cli("ls", "anabranch://dogs/main").out
