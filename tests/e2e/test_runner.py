"""The runner against a real server: sweeps, isolation, what is recorded and what never is, promotion, reproduction."""

import collections
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import textwrap
import time

import boto3
import botocore.exceptions
import pytest
import requests
from conftest import BINARY

COMMAND_SECONDS_MAX = 300
PLANTED = "planted-secret-e1f7"  # in the user's environment; must never be seen again

TRAIN = """\
import json, os, pathlib, sys
parameters = dict(argument[2:].split("=", 1) for argument in sys.argv[1:])
assert all(os.environ["PARAM_" + name.upper()] == value for name, value in parameters.items())
pictures = sorted(pathlib.Path("raw").rglob("*.txt"))
print("seen", len(pictures), "by", os.environ["ANABRANCH_RUN"])
rate = float(parameters["rate"])
if rate < 0:
    print("cannot learn backwards", file=sys.stderr)
    sys.exit(7)
pathlib.Path("artifacts").mkdir()
pathlib.Path("artifacts/model.bin").write_text(f"weights {rate}")
json.dump({"accuracy": 1 - rate, "val": {"loss": rate}}, open("metrics.json", "w"))
"""

Done = collections.namedtuple("Done", "code out err")


class Project:
    """A repository `dogs` with five objects on `ingest`, and a working folder with train.py."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder / "project"
        self.cache, self.work = folder / "cache", folder / "cache.work"
        self.folder.mkdir()
        self.write("train.py", TRAIN)
        self.environment = os.environ | server.environment | {
            "ANABRANCH_REPOSITORY": "dogs", "ANABRANCH_CACHE": str(self.cache), "HOME": str(folder),
            "MY_API_TOKEN": PLANTED, "AWS_SESSION_TOKEN": PLANTED, "TZ": "UTC",
        }  # fmt: skip
        self.s3 = boto3.client("s3", endpoint_url=server.endpoint, region_name="us-east-1",
                               aws_access_key_id=server.access_key_id,
                               aws_secret_access_key=server.secret_access_key)  # fmt: skip
        self.s3.create_bucket(Bucket="namespace")
        self.s3.create_bucket(Bucket="sample-data")
        for number in range(5):
            self.s3.put_object(Bucket="sample-data", Key=f"raw/{number}.txt", Body=f"picture {number}".encode())
        self.ok("repo", "create", "dogs", "s3://namespace/dogs")
        self.ok("branch", "create", "anabranch://dogs/ingest")
        self.ok("import", "s3://sample-data/raw/", "anabranch://dogs/ingest/raw/")
        self.input_commit = self.head("ingest")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def start(self, *arguments):
        return subprocess.Popen([BINARY, *arguments], cwd=self.folder, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    def call(self, *arguments):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=COMMAND_SECONDS_MAX)
        return Done(process.returncode, out, err)

    def ok(self, *arguments):
        done = self.call(*arguments)
        assert done.code == 0, f"{arguments}: {done}"
        return done.out

    def sweep(self, name, *options, command=("python3", "train.py"), source="ingest"):
        return self.call("run", "--from", source, "--name", name, *options, "--", *command)

    def json(self, *arguments):
        return json.loads(self.ok(*arguments, "--json"))

    def commit(self, ref):
        return self.json("log", f"anabranch://dogs/{ref}", "-n", "1")[0]

    def head(self, ref):
        return self.commit(ref)["id"]

    def paths(self, ref):
        return [item["path"] for item in self.json("ls", "-r", f"anabranch://dogs/{ref}/")]

    def read(self, ref, path):
        return self.s3.get_object(Bucket="dogs", Key=f"{ref}/{path}")["Body"].read()

    def branches(self):
        return [branch["name"] for branch in self.json("branch", "list", "anabranch://dogs")]


@pytest.fixture
def project(server, tmp_path):
    return Project(server, tmp_path)


def test_every_combination_becomes_one_commit_on_a_branch_of_its_own(project):
    done = project.sweep("s", "--grid", "rate=0.1,0.2", "--grid", "seed=1,2", "--data", "raw", "--parallel", "2")

    assert done.code == 0, done
    assert f"watch {project.server.endpoint}/ui/repositories/dogs/experiments/sweeps/s\n" in done.err
    commits = {name: project.commit(name) for name in ["s-1", "s-2", "s-3", "s-4"]}
    assert [(c["metadata"]["param.rate"], c["metadata"]["param.seed"]) for c in commits.values()] == [
        ("0.1", "1"), ("0.1", "2"), ("0.2", "1"), ("0.2", "2")]  # fmt: skip
    for name, commit in commits.items():
        assert commit["parents"] == [project.input_commit]
        assert commit["committer"] == f"run/{name}"
        metadata = commit["metadata"]
        assert metadata["anabranch.input_commit"] == project.input_commit
        assert json.loads(metadata["anabranch.argv"])[:2] == ["python3", "train.py"]
        assert metadata["anabranch.exit_code"] == "0" and float(metadata["anabranch.duration_seconds"]) > 0
        assert float(metadata["metric.accuracy"]) == 1 - float(metadata["param.rate"])
        assert json.loads(metadata["anabranch.environment"])["TZ"] == "UTC"
        assert json.loads(project.read(name, "metrics/metrics.json"))["val"]["loss"] == float(metadata["param.rate"])
        assert project.read(name, "logs/stdout.txt").decode() == f"seen 5 by {name}\n"
        assert project.read(name, "artifacts/model.bin").decode() == f"weights {metadata['param.rate']}"
        assert project.json("diff", f"anabranch://dogs/{name}") == []
    code = tarfile.open(fileobj=io.BytesIO(project.read("s-1", ".anabranch/code.tar")))
    assert code.getnames() == ["train.py"]


def test_a_failed_run_fails_alone_and_commits_its_log(project):
    done = project.sweep("s", "--grid", "rate=0.1,-1,0.2", "--data", "raw")

    assert done.code == 1
    assert project.commit("s-1")["metadata"]["anabranch.status"] == "ok"
    assert project.commit("s-3")["metadata"]["anabranch.status"] == "ok"
    failed = project.commit("s-2")["metadata"]
    assert (failed["anabranch.status"], failed["anabranch.exit_code"]) == ("failed", "7")
    assert project.read("s-2", "logs/stderr.txt").decode() == "cannot learn backwards\n"
    assert "metrics/metrics.json" not in project.paths("s-2")


def test_a_command_that_is_not_there_is_a_failed_run_with_the_reason_in_its_log(project):
    done = project.sweep("s", command=["no-such-command"])

    assert done.code == 1
    assert project.commit("s-1")["metadata"]["anabranch.exit_code"] == "127"
    assert b"no-such-command" in project.read("s-1", "logs/stderr.txt")


def test_nothing_begins_where_something_is_wrong_before(project):
    assert project.sweep("s", "--grid", "rate=0.1,0.2", "--data", "raw").code == 0
    before = project.branches()

    taken = project.sweep("s", "--grid", "rate=1,2,3")
    assert taken.code == 1 and "branch 's-1' exists" in taken.err
    missing = project.sweep("t", "--data", "nothing")
    assert missing.code == 1 and "nothing" in missing.err
    assert project.sweep("t", source="no-such-branch").code == 1
    for arguments in (["--grid", "rate"], ["--grid", "rate=1", "rate=2"], ["--data", "raw=../x"], ["--promote", "best"],
                      ["--promote", "best", "--metric", "a:up"], ["--no-such-option"], ["--require", "x"]):  # fmt: skip
        assert project.sweep("t", *arguments).code == 2, arguments
    assert project.call("run", "--from", "ingest", "--name", "t").code == 2
    assert project.sweep("not a name").code == 2
    assert project.branches() == before


@pytest.mark.parametrize("words", [["--grid", b"rate=0.1,caf\xe9", "--", "true"], ["--", "echo", b"caf\xe9"],
                                   ["--data", b"raw=caf\xe9", "--", "true"]])  # fmt: skip
def test_what_cannot_be_recorded_is_refused_before_anything_begins(project, words):
    done = project.call("run", "--from", "ingest", "--name", "s", *words)

    assert done.code == 2 and "caf\\xe9" in done.err and "UTF-8" in done.err, done
    assert project.branches() == ["ingest", "main"]


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
def test_a_project_with_any_file_names_runs_and_is_reproduced(project, locale, tmp_path):
    project.environment |= {"LC_ALL": locale, "LANG": locale}
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "linked").symlink_to("elsewhere")
    project.environment["ANABRANCH_CACHE"] = str(tmp_path / "linked" / "cache")
    names = ["na\u00efve.txt".encode(), "\u65e5\u672c/\U0001f600.md".encode(), b"latin-\xe9.txt", b"new\nline"]
    for name in names:
        path = os.path.join(os.fsencode(project.folder), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(name)
    command = ("python3", "-c", "import os\nfor b, f, n in os.walk(b'.'):\n for x in n: print(os.path.join(b, x)[2:])")

    done = project.sweep("s", command=command)

    assert done.code == 0, done
    seen = project.read("s-1", "logs/stdout.txt").decode()
    assert all(repr(name) in seen for name in names)
    code = tarfile.open(fileobj=io.BytesIO(project.read("s-1", ".anabranch/code.tar")), encoding="utf-8")
    assert {os.fsencode(name) for name in code.getnames()} >= set(names)
    assert project.call("reproduce", "s-1").code == 0


def test_the_code_is_told_with_its_size_and_without_what_tools_make_anew(project):
    project.write("node_modules/left/index.js", "x" * 1000)
    project.write(".venv/lib/x.py", "x" * 1000)

    done = project.sweep("s", "--grid", "rate=0.1,0.2")

    size = (project.folder / "train.py").stat().st_size
    assert f"1 file, {size} " in done.err and f"largest of the code: train.py {size} " in done.err, done
    assert "make them anew: .venv, node_modules" in done.err
    code = tarfile.open(fileobj=io.BytesIO(project.read("s-2", ".anabranch/code.tar")))
    assert code.getnames() == ["train.py"]


def test_a_runs_commit_holds_what_this_run_left_and_nothing_inherited(project):
    project.write("config/base.toml", "code")
    first = ("sh", "-c", "mkdir artifacts logs; echo 1 > artifacts/model; echo 1 > artifacts/same; echo 1 > artifacts/copied; "
             "echo 1 > artifacts/put; echo {} > metrics.json; echo '{\"a\": 1}' > metrics.jsonl; cat config/base.toml")  # fmt: skip
    assert project.sweep("first", "--out", "logs", command=first).code == 0
    assert "config/base.toml" not in project.paths("first-1")
    project.ok("promote", "first-1")
    project.s3.put_object(Bucket="dogs", Key="main/config/theirs", Body=b"of main")
    project.s3.put_object(Bucket="dogs", Key="main/artifacts2/near", Body=b"no output")
    project.ok("commit", "-m", "more", "anabranch://dogs/main")
    project.write("second.py", textwrap.dedent("""\
        import boto3, os
        s3, repository, branch = boto3.client("s3"), os.environ["ANABRANCH_REPOSITORY"], os.environ["ANABRANCH_BRANCH"]
        before = os.environ["ANABRANCH_INPUT_COMMIT"] + "/artifacts/"
        print([item["Key"] for item in s3.list_objects_v2(Bucket=repository, Prefix=branch + "/artifacts").get("Contents", [])])
        assert s3.get_object(Bucket=repository, Key=before + "model")["Body"].read() == b"1\\n"
        s3.copy_object(Bucket=repository, Key=branch + "/artifacts/copied", CopySource=repository + "/" + before + "copied")
        s3.put_object(Bucket=repository, Key=branch + "/artifacts/put", Body=b"1\\n")
        os.mkdir("artifacts")
        open("artifacts/same", "w").write("1\\n")
    """))  # fmt: skip

    second = project.sweep("second", command=[sys.executable, "second.py"], source="main")  # it has boto3

    assert second.code == 0, second
    assert project.read("second-1", "logs/stdout.txt").decode() == f"['second-1/artifacts2/near']\n"
    own = [path for path in project.paths("second-1") if not path.startswith((".anabranch/", "raw/"))]
    assert own == ["artifacts/copied", "artifacts/put", "artifacts/same", "artifacts2/near", "logs/stderr.txt",
                   "logs/stdout.txt"]  # fmt: skip
    assert project.read("second-1", "artifacts/copied") == b"1\n"


def test_outputs_are_where_the_user_says_and_what_lies_elsewhere_is_told(project):
    project.write("checkpoints/old.pt", "of the project")
    project.write("anabranch.toml", "out = ['checkpoints']\n")
    script = ("test -e checkpoints/old.pt && echo new > checkpoints/new.pt && echo m > model.pkl && mkdir -p outputs/a && "
              "echo 12345 > outputs/a/log && echo z > stray")  # fmt: skip

    done = project.sweep("s", "--out", "model.pkl", "--keep-workspace", command=["sh", "-c", script])

    assert done.code == 0, done
    paths = project.paths("s-1")
    assert "checkpoints/new.pt" in paths and "model.pkl" in paths and "checkpoints/old.pt" not in paths
    assert "warning: 2 files, 8 bytes, lie where nothing is kept: outputs/a/log, stray" in done.err
    metadata = project.commit("s-1")["metadata"]
    assert json.loads(metadata["anabranch.out"]) == ["checkpoints", "model.pkl"]
    assert "outputs/a/log" in json.loads(metadata["anabranch.warnings"])[0]
    kept = [line.split("folder is kept: ")[1] for line in done.err.splitlines() if "folder is kept: " in line]
    with open(kept[0] + "/outputs/a/log") as log:
        assert log.read() == "12345\n"
    again = project.call("reproduce", "s-1")
    assert again.code == 0 and "checkpoints/new.pt" in again.out, again
    project.write("anabranch.toml", "outs = []\n")
    assert project.sweep("t", command=["true"]).code == 2


def test_a_name_that_cannot_be_kept_costs_that_file_alone(project):
    project.write("odd.py", textwrap.dedent("""\
        import os
        os.mkdir("artifacts")
        for name in (b"a", b"caf\\xe9.bin", b"z", "\u00fc".encode()):
            open(b"artifacts/" + name, "w").write("x")
        os.makedirs("artifacts/" + "/".join(["d" * 240] * 5))
        open("artifacts/" + "/".join(["d" * 240] * 5) + "/deep", "w").write("x")
        open("metrics.json", "w").write('{"a": 1}')
    """))  # fmt: skip

    done = project.sweep("s", "--grid", "n=1,2", command=["python3", "odd.py"])

    assert done.code == 3, done
    for name in ("s-1", "s-2"):
        metadata = project.commit(name)["metadata"]
        assert metadata["anabranch.status"] == "ok" and metadata["metric.a"] == "1"
        warnings = json.loads(metadata["anabranch.warnings"])
        assert len(warnings) == 2 and "artifacts/caf\\xe9.bin was not kept" in warnings[0] and "1024" in warnings[1]
        assert [p for p in project.paths(name) if p.startswith("artifacts")] == ["artifacts/a", "artifacts/z", "artifacts/\u00fc"]
        assert f"{name}: warning: artifacts/caf\\xe9.bin was not kept" in done.err
    told = requests.get(f"{project.server.api}/repositories/dogs/runs", params={"sweep": "s"}, auth=project.server.auth, timeout=30).json()
    for run in told["results"]:  # each of them, not the first alone
        assert "2 of what it left could not be kept: artifacts/caf\\xe9.bin was not kept" in run["problem"] and "1024" in run["problem"]


def test_metrics_that_cannot_be_read_are_told_by_name(project):
    script = "echo '{\"a\": 1}' > metrics.jsonl; echo half >> metrics.jsonl; printf '{half' > metrics.json"

    done = project.sweep("s", command=["sh", "-c", script])

    assert done.code == 0, done  # the files are kept as they are: nothing is lost
    metadata = project.commit("s-1")["metadata"]
    assert metadata["anabranch.status"] == "ok" and metadata["metric.a"] == "1"
    assert project.read("s-1", "metrics/metrics.json") == b"{half"
    warnings = json.loads(metadata["anabranch.warnings"])
    assert "metrics.json cannot be read" in warnings[0] and "1 line is no metrics, the first is line 2" in warnings[1]
    assert all(f"s-1: warning: {warning}" in done.err for warning in warnings), done.err


def test_code_over_a_hundred_megabytes_warns(project):
    with open(project.folder / "weights.bin", "wb") as file:
        file.truncate(100_000_001)

    done = project.sweep("s", command=["true"])

    assert done.code == 0 and "warning: the code is " in done.err and "name in .gitignore what is no code" in done.err
    (project.folder / "weights.bin").unlink()
    assert "warning" not in project.sweep("t", command=["true"]).err


def test_a_run_of_before_that_inherited_results_is_reproduced(project):
    project.s3.put_object(Bucket="dogs", Key="ingest/artifacts/old.bin", Body=b"of an earlier run")
    project.ok("commit", "anabranch://dogs/ingest", "-m", "results among the input")
    assert project.sweep("s", "--grid", "rate=0.5", "--data", "raw").code == 0
    assert "artifacts/old.bin" not in project.paths("s-1")
    # As the runner made commits once: on top of all that the input has.
    project.ok("branch", "create", "anabranch://dogs/before-1", "--from", "ingest")
    for path in ("artifacts/model.bin", ".anabranch/code.tar", "metrics/metrics.json"):
        project.s3.copy_object(Bucket="dogs", Key=f"before-1/{path}", CopySource=f"dogs/s-1/{path}")
    metadata = project.commit("s-1")["metadata"] | {"anabranch.run": "before-1", "anabranch.sweep": "before", "anabranch.run_id": "before1"}
    made = requests.post(f"{project.server.api}/repositories/dogs/branches/before-1/commits", auth=project.server.auth,
                         json={"message": "run before-1", "metadata": metadata}, timeout=30)  # fmt: skip
    assert made.status_code == 201, made.text

    again = project.call("reproduce", "before-1")

    assert again.code == 0 and "note: 1 file of the recorded run came with its input" in again.out, again
    assert "old.bin" not in again.out
    project.s3.put_object(Bucket="dogs", Key="before-1/artifacts/more.bin", Body=b"that it made itself")
    made = requests.post(f"{project.server.api}/repositories/dogs/branches/before-1/commits", auth=project.server.auth,
                         json={"message": "run before-1", "metadata": metadata}, timeout=30)  # fmt: skip
    differs = project.call("reproduce", "before-1")
    assert differs.code == 1 and "artifacts/more.bin" in differs.out, differs


def test_the_code_is_stored_once_for_all_runs_of_a_sweep(project):
    size = 8_000_000
    with open(project.folder / "weights.bin", "wb") as file:
        file.write(os.urandom(size))

    def stored():
        return sum(path.stat().st_size for path in project.server.data.rglob("*") if path.is_file())

    before = stored()
    assert project.sweep("s", "--grid", "rate=0.1,0.2,0.3,0.4", "--parallel", "2").code == 0

    assert stored() - before < 2 * size
    project.ok("branch", "delete", "anabranch://dogs/s-1")
    for name in ("s-2", "s-4"):
        code = tarfile.open(fileobj=io.BytesIO(project.read(name, ".anabranch/code.tar")))
        assert len(code.extractfile("weights.bin").read()) == size
    assert project.call("reproduce", "s-2").code == 0


def test_the_users_secrets_are_nowhere(project):
    project.write(".env", f"TOKEN={PLANTED}\n")
    script = "import os, sys; [print(*item) for item in os.environ.items()]; print(os.environ, file=sys.stderr)"
    project.write("show.py", script)
    project.environment.pop("MY_API_TOKEN")  # the command may use what it is given; it is not ours to hide

    done = project.sweep("s", "--grid", "rate=1", command=["python3", "show.py"])

    assert done.code == 0, done
    searched = [done.out, done.err, json.dumps(project.commit("s-1")), project.ok("compare", "s", "--json")]
    searched += [project.read("s-1", path).decode(errors="replace") for path in project.paths("s-1")]
    logs = project.read("s-1", "logs/stdout.txt").decode()
    run_key = [line.split()[1] for line in logs.splitlines() if line.startswith("AWS_ACCESS_KEY_ID ")][0]
    assert run_key != project.server.access_key_id
    for text in searched:
        assert PLANTED not in text
        assert project.server.secret_access_key not in text
    assert "AWS_SECRET_ACCESS_KEY ***" in logs


def test_what_is_not_on_the_allow_list_is_not_recorded(project):
    done = project.sweep("s", "--grid", "rate=0.1", "--data", "raw")

    assert done.code == 0, done
    for path in project.paths("s-1"):
        assert PLANTED.encode() not in project.read("s-1", path)
    assert PLANTED not in json.dumps(project.commit("s-1")) + done.out + done.err


def test_a_runs_key_writes_to_its_branch_alone_and_ends_with_it(project):
    project.write("isolated.py", textwrap.dedent("""\
        import boto3, botocore.exceptions, json, os
        s3, repository = boto3.client("s3"), os.environ["ANABRANCH_REPOSITORY"]
        s3.put_object(Bucket=repository, Key=os.environ["ANABRANCH_BRANCH"] + "/mine/written.txt", Body=b"by the run")
        refused = 0
        for bucket, key in [(repository, "main/x"), (repository, "ingest/raw/0.txt"), ("sample-data", "raw/0.txt")]:
            try:
                s3.put_object(Bucket=bucket, Key=key, Body=b"bad")
            except botocore.exceptions.ClientError as error:
                refused += error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
        read = s3.get_object(Bucket=repository, Key="ingest/raw/1.txt")["Body"].read().decode()
        json.dump({"refused": refused}, open("metrics.json", "w"))
        os.mkdir("artifacts")
        json.dump([os.environ["AWS_ACCESS_KEY_ID"], read], open("artifacts/facts.json", "w"))
        """))

    done = project.sweep("s", command=[sys.executable, "isolated.py"])

    assert done.code == 0, done
    assert project.commit("s-1")["metadata"]["metric.refused"] == "3"
    assert project.read("s-1", "mine/written.txt") == b"by the run"  # in the same single commit:
    assert project.commit("s-1")["parents"] == [project.input_commit]
    key, read = json.loads(project.read("s-1", "artifacts/facts.json"))
    assert read == "picture 1"
    keys = requests.get(f"{project.server.api}/access_keys", auth=project.server.auth, timeout=60).json()["results"]
    assert key not in [each["access_key_id"] for each in keys]


def test_each_run_works_in_a_copy_that_is_its_own_and_reads_data_downloaded_once(project):
    project.write(".gitignore", "big/\n")
    project.write("big/data.bin", "x" * 1000)
    project.write("metrics.json", '{"accuracy": 99}')  # stale
    command = ["sh", "-c", "ls; echo more >> train.py; wc -l < train.py; ls -l raw/0.txt"]

    done = project.sweep("s", "--grid", "a=1,2", "--data", "raw", command=command)

    assert done.code == 0, done
    logs = [project.read(name, "logs/stdout.txt").decode().splitlines() for name in ("s-1", "s-2")]
    assert logs[0][:-1] == logs[1][:-1] and logs[0][:2] == ["raw", "train.py"]
    assert logs[0][-1].startswith("-r--r--r--")
    assert (project.folder / "train.py").read_text() == TRAIN
    assert "metric.accuracy" not in project.commit("s-1")["metadata"]
    assert len([path for path in (project.cache / "objects").rglob("*") if path.is_file()]) == 5
    assert list(project.work.iterdir()) == []


def test_the_cache_serves_no_bytes_that_were_changed_in_it(project):
    assert project.sweep("s", "--data", "raw", command=["cat", "raw/0.txt"]).code == 0
    for path in (project.cache / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"x" * path.stat().st_size)

    assert project.sweep("t", "--data", "raw", command=["cat", "raw/0.txt"]).code == 0

    assert project.read("t-1", "logs/stdout.txt") == b"picture 0"


def test_compare_sorts_and_promote_refuses_what_is_not_good_enough(project):
    assert project.sweep("s", "--grid", "rate=0.3,0.1,-1,0.2", "--data", "raw").code == 1

    table = project.ok("compare", "s", "--metric", "val.loss:min").splitlines()
    assert [line.split()[0] for line in table[1:5]] == ["s-2", "s-4", "s-1", "s-3"]
    compared = project.json("compare", "s", "--metric", "accuracy:max")
    assert [run["run"] for run in compared["runs"]] == ["s-2", "s-4", "s-1", "s-3"]
    main = compared["target"]["commit"]
    assert main == project.head("main")

    poor = project.call("promote", "--require", "accuracy>=0.8", "s-1")
    assert poor.code == 1 and "accuracy is 0.7" in poor.err
    assert project.call("promote", "s-3").code == 1  # it failed
    assert project.call("promote", "s-2", "--require", "f1>0").code == 1
    assert project.call("promote", "s-2", "--require", "accuracy").code == 2
    assert project.head("main") == main
    project.ok("promote", "s-2", "--require", "accuracy>=0.8", "--require", "val.loss<0.2", "--expect-main", main)
    merge = project.commit("main")
    assert merge["parents"] == [main, project.head("s-2")]
    assert merge["message"].startswith("promote s-2: accuracy=0.9 ")

    moved = project.call("promote", "s-4", "--expect-main", main)
    assert moved.code == 1 and merge["id"] in moved.err
    project.ok("promote", "s-4")
    assert project.commit("main")["parents"] == [merge["id"], project.head("s-4")]


def test_the_best_run_is_promoted_where_that_is_asked_for(project):
    done = project.sweep("s", "--grid", "rate=0.3,0.1,0.2", "--data", "raw", "--promote", "best", "--metric",
                         "val.loss:min")  # fmt: skip

    assert done.code == 0, done
    assert project.commit("main")["parents"][1] == project.head("s-2")


def test_a_promoted_run_is_reproduced_from_the_merge_after_its_code_has_changed(project):
    assert project.sweep("s", "--grid", "rate=0.1", "--data", "raw").code == 0
    project.ok("promote", "s-1")
    project.write("train.py", "raise SystemExit('another program')")
    branches = project.branches()

    done = project.call("reproduce", project.head("main"))

    assert done.code == 0, done
    for name in ("exit code", "accuracy", "val.loss", "artifacts/model.bin"):
        assert any(line.startswith("same") and name in line for line in done.out.splitlines()), done.out
    assert project.branches() == branches
    kept = project.call("reproduce", "s-1", "--keep")
    assert kept.code == 0 and len(project.branches()) == len(branches) + 1


def test_what_differs_is_not_reproduced_and_is_named(project):
    project.write("random.sh", "mkdir artifacts; cat /proc/sys/kernel/random/uuid > artifacts/id\n"
                  "echo \"{\\\"accuracy\\\": 0.5, \\\"time\\\": 1$(date +%N)}\" > metrics.json\n")  # fmt: skip
    assert project.sweep("s", command=["sh", "random.sh"]).code == 0

    done = project.call("reproduce", "s-1", "--tolerance", "1e12")
    assert done.code == 1, done
    lines = {line.split()[2]: line.split()[0] for line in done.out.splitlines()[1:] if len(line.split()) > 3}
    assert (lines["accuracy"], lines["time"], lines["artifacts/id"]) == ("same", "same", "DIFFERS")
    assert project.call("reproduce", "s-1", "--tolerance", "1e12", "--outputs", "metrics").code == 0
    assert project.call("reproduce", "s-1", "--outputs", "metrics").code == 1
    assert project.call("reproduce", "ingest").code == 1


def test_an_interrupted_sweep_stops_its_commands_and_commits_their_logs(project):
    command = ["sh", "-c", "echo begun; sleep 1000 & sleep 1000"]
    process = project.start("run", "--from", "ingest", "--name", "s", "--grid", "a=1,2,3", "--parallel", "2", "--",
                            *command)  # fmt: skip
    begun = 0
    while begun < 2:
        begun += "started" in process.stderr.readline()

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=COMMAND_SECONDS_MAX)

    assert process.returncode == 1
    assert sorted(name for name in project.branches() if name.startswith("s-")) == ["s-1", "s-2"]
    assert project.commit("s-1")["metadata"]["anabranch.status"] == "interrupted"
    assert list(project.work.iterdir()) == []


def test_results_survive_a_server_that_is_restarted_while_runs_go_on(project):
    go = project.folder.parent / "go"
    project.environment["GO"] = str(go)
    process = project.start("run", "--from", "ingest", "--name", "t", "--", "sh", "-c",
                            "while [ ! -e $GO ]; do sleep 0.1; done; echo '{\"a\": 1}' > metrics.json")  # fmt: skip
    while "started" not in process.stderr.readline():
        pass

    project.server.kill()
    go.touch()
    while not list(project.work.glob("t-1-*/work/metrics.json")):  # the run ends while there is no server
        time.sleep(0.01)
    project.server.start()
    out, err = process.communicate(timeout=COMMAND_SECONDS_MAX)

    assert process.returncode == 0, out + err
    assert project.commit("t-1")["metadata"]["metric.a"] == "1"


def test_files_go_up_come_down_and_are_removed(project, tmp_path):
    project.write("up/a.txt", "a")
    project.write("up/deep/b.bin", "b" * 3_000_000)

    project.ok("cp", "-r", "up", "anabranch://dogs/ingest/new")
    assert [(d["type"], d["path"]) for d in project.json("diff", "anabranch://dogs/ingest")] == [
        ("added", "new/a.txt"), ("added", "new/deep/b.bin")]  # fmt: skip
    project.ok("commit", "--meta", "by=me", "-m", "new files", "anabranch://dogs/ingest")
    assert project.commit("ingest")["metadata"]["by"] == "me"
    project.ok("cp", "-r", "anabranch://dogs/ingest/new/", str(tmp_path / "down"))
    assert (tmp_path / "down/deep/b.bin").read_text() == "b" * 3_000_000
    assert project.ok("cat", "anabranch://dogs/ingest/new/a.txt") == "a"
    project.ok("cp", "anabranch://dogs/ingest/new/a.txt", "anabranch://dogs/ingest/copy.txt")
    project.ok("rm", "-r", "anabranch://dogs/ingest/new/")
    assert [d["type"] for d in project.json("diff", "anabranch://dogs/ingest")] == ["added", "removed", "removed"]
    assert project.call("rm", "anabranch://dogs/ingest/none").code == 1
    assert project.call("cat", "anabranch://dogs/ingest").code == 2
    assert project.call("commit", "anabranch://dogs/main", "-m", "nothing").code == 1
    project.ok("commit", "anabranch://dogs/ingest", "-m", "less")
    project.ok("tag", "create", "anabranch://dogs/v1", "--from", "ingest")
    project.ok("merge", "anabranch://dogs/v1", "main", "-m", "take it")
    assert "copy.txt" in project.paths("main")
    with pytest.raises(botocore.exceptions.ClientError):
        project.read("main", "new/a.txt")
