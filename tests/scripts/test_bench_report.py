"""scripts/bench_report.py: medians over rounds, refusal of failed runs, both servers side by side."""

import json
import pathlib
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "bench_report.py"


def a_case(name="put-4k", cpu=0.05, errors=0, operations=1000):
    return {"name": name, "about": "", "connections": 16, "operations": operations, "errors": errors,
            "bytes": 4096 * operations, "entries": operations, "wall_seconds": 2.0,
            "latency_ms": {"p50": 1.5, "p90": 2.0, "p99": 3.0, "p99.9": 4.0, "max": 5.0},
            "client_cpu_ms_per_operation": 0.02, "server_cpu_ms_per_operation": cpu, "peak_rss_mib": 50.0,
            "peak_rss_is_since_start": False, "idle_after_seconds": None}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "about.txt").write_text("title: a try\ncommit: abc\ncommand: `x: y`\n")
    return tmp_path


def write_run(folder, name, *cases):
    (folder / name).write_text(json.dumps({"objects": 1000, "connections": 16, "cases": list(cases)}))


def run(folder):
    return subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True)


def test_rounds_are_summed_up_by_their_medians(folder):
    for number, cpu in enumerate((0.01, 0.09, 0.03), start=1):
        write_run(folder, f"ours-main-{number}.json", a_case(cpu=cpu))

    done = run(folder)

    assert done.returncode == 0, done.stderr
    assert "| put-4k | 1,000 | 500.0 | 2.0 | 1.500 | 3.000 | 5.000 | 0.0300 | 0.0200 | 50 |" in done.stdout
    assert "medians of 3" in done.stdout
    assert "- command: `x: y`" in done.stdout


def test_a_peer_stands_beside_ours_with_the_ratio_of_cpu(folder):
    write_run(folder, "ours-main-1.json", a_case(cpu=0.05), a_case("head", cpu=0.02))
    write_run(folder, "peer-main-1.json", a_case(cpu=0.4))

    lines = run(folder).stdout.splitlines()

    compared = lines[lines.index("## Side by side (measured in turns)") :]
    assert any(line.startswith("| put-4k |") and line.endswith("| 0.12 |") for line in compared)
    assert not any(line.startswith("| head |") for line in compared)


def test_start_and_disk_are_reported_where_they_were_measured(folder):
    write_run(folder, "ours-main-1.json", a_case())
    runs = [{"ready_ms": ms, "idle_rss_mib": 24.0, "stop_ms": 5.0} for ms in (40, 20, 30)]
    (folder / "start.json").write_text(json.dumps({"runs": runs}))
    write_run(folder, "disk-load.json", a_case(operations=5000))
    disk = {"disk_bytes": 22528000, "inodes": 12, "empty_disk_bytes": 1048576}
    (folder / "disk.json").write_text(json.dumps(disk))

    text = run(folder).stdout

    assert "median 30.0 ms of 3 starts (20.0 to 40.0)" in text
    assert "disk for 5,000 x 4 KiB" in text
    assert "= 1.10x, 12 inodes" in text


@pytest.mark.parametrize("case", [a_case(errors=1), a_case(operations=0)])
def test_failed_or_empty_cases_are_no_report(folder, case):
    write_run(folder, "ours-main-1.json", case)

    done = run(folder)

    assert done.returncode != 0
    assert done.stdout == ""
    assert "failed" in done.stderr


def test_without_cpu_figures_the_columns_are_empty(folder):
    case = a_case()
    del case["server_cpu_ms_per_operation"], case["peak_rss_mib"]
    write_run(folder, "ours-main-1.json", case)

    assert "| 5.000 | – | 0.0200 | – |" in run(folder).stdout
