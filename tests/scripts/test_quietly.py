"""What scripts/quietly.sh promises: the output goes to the log, progress is short, failure shows why."""

import os
import pathlib
import pty
import subprocess

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/quietly.sh"
BUILD = 'for i in $(seq 200); do echo "[$i/200] Building CXX object secret-noise-$i"; done'


def quietly(log, command, **options):
    return subprocess.run([SCRIPT, "building", log, "sh", "-c", command], stderr=subprocess.PIPE, text=True, **options)


def test_a_log_file_gets_the_lines_and_the_reader_ten(tmp_path):
    log = tmp_path / "build" / "log"

    done = quietly(log, BUILD, stdout=subprocess.PIPE)

    assert done.returncode == 0
    assert "noise" not in done.stdout
    assert len(done.stdout.splitlines()) == 12
    assert "building: 200 of 200" in done.stdout
    assert len(log.read_text().splitlines()) == 200


def test_a_terminal_sees_one_line_that_changes(tmp_path):
    leader, follower = pty.openpty()
    quietly(tmp_path / "log", BUILD, stdout=follower)
    os.close(follower)
    told = b""
    while True:
        try:
            piece = os.read(leader, 1 << 16)
        except OSError:  # Linux: the other end is closed
            break
        told += piece
    os.close(leader)

    assert b"noise" not in told
    assert told.count(b"\n") == 2
    assert b"building: 117 of 200" in told


def test_failure_is_passed_on_with_the_end_of_the_log(tmp_path):
    done = quietly(tmp_path / "log", f"{BUILD}; echo 'error: no such header' >&2; exit 3", stdout=subprocess.PIPE)

    assert done.returncode == 3
    assert "error: no such header" in done.stderr
    assert "secret-noise-1\n" not in done.stderr
