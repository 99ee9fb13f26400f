#!/usr/bin/env python3
"""Makes a Markdown report from what anabranch_bench measured: the machine, the command, the tables.

    scripts/bench_report.py FOLDER > report.md

FOLDER holds a server's runs as <server>-<part>-<round>.json (part: main, cold); start.json, disk.json and the run that
filled that disk, disk-load.json, where there are such; and the lines `name: value` in about.txt. Several rounds are
summed up by their medians.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

RUN_NAME = re.compile(r"(?P<server>[a-z]+)-(?P<part>[a-z]+)-(?P<round>\d+)\.json")
COLUMNS = [  # title, the key of a case, decimals
    ("p50 ms", "p50", 3),
    ("p99 ms", "p99", 3),
    ("max ms", "max", 3),
    ("server CPU ms/op", "server_cpu_ms_per_operation", 4),
    ("client CPU ms/op", "client_cpu_ms_per_operation", 4),
    ("peak RSS MiB", "peak_rss_mib", 0),
]


def flattened(case):
    """One case of a run with its latencies and rates as plain numbers."""
    flat = {**case, **case["latency_ms"]}
    flat["per_second"] = case["operations"] / case["wall_seconds"]
    flat["mib_per_second"] = case["bytes"] / 2**20 / case["wall_seconds"]
    return flat


def medians(runs):
    """{case name: {figure: median over the runs}} in the order of the first run. Refuses runs with errors."""
    collected = {}
    for run in runs:
        for case in run["cases"]:
            if case["errors"] or not case["operations"]:
                raise ValueError(f"case {case['name']} failed: nothing to report")
            collected.setdefault(case["name"], []).append(flattened(case))
    return {name: {key: statistics.median(case[key] for case in cases) for key, value in cases[0].items()
                   if isinstance(value, (int, float)) and all(key in case for case in cases)}
            for name, cases in collected.items()}  # fmt: skip


def shown(value, decimals):
    return "–" if value is None else f"{value:,.{decimals}f}"


def table(rows, titles):
    yield "| " + " | ".join(titles) + " |"
    yield "|---" + "|---:" * (len(titles) - 1) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def case_table(cases):
    rows = []
    for name, case in cases.items():
        rows.append([name, shown(case["operations"], 0), shown(case["per_second"], 1),
                     shown(case["mib_per_second"] or None, 1),
                     *(shown(case.get(key), decimals) for _, key, decimals in COLUMNS)])  # fmt: skip
    yield from table(rows, ["case", "ops", "ops/s", "MiB/s", *(title for title, _, _ in COLUMNS)])


def comparison_table(ours, peers):
    """What both were asked: server CPU, median latency, peak memory, and the ratio of CPU (under 1: ours is cheaper)."""
    rows = []
    for name in (name for name in ours if name in peers):
        row, costs = [name], []
        for key, decimals in (("server_cpu_ms_per_operation", 4), ("p50", 3), ("peak_rss_mib", 0)):
            pair = ours[name].get(key), peers[name].get(key)
            row += [shown(value, decimals) for value in pair]
            costs.append(pair)
        our_cpu, peer_cpu = costs[0]
        row.append(shown(our_cpu / peer_cpu, 2) if our_cpu is not None and peer_cpu else "–")
        rows.append(row)
    yield from table(rows, ["case", "CPU ms/op ours", "peer", "p50 ms ours", "peer", "peak MiB ours", "peer",
                            "CPU ratio"])  # fmt: skip


def first_match(path, pattern):
    try:
        found = re.search(pattern, pathlib.Path(path).read_text(), re.MULTILINE)
    except OSError:
        return None
    return found[1] if found else None


def output_of(*command):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine(data_folder):
    """Facts that explain the figures; none that tell whose machine it was."""
    memory_kib = first_match("/proc/meminfo", r"^MemTotal:\s+(\d+)")
    system = first_match("/etc/os-release", r'^PRETTY_NAME="(.*)"')
    file_system = output_of("findmnt", "-n", "-o", "FSTYPE", "-T", str(data_folder))
    device = output_of("findmnt", "-n", "-o", "SOURCE", "-T", str(data_folder))
    parent = output_of("lsblk", "-n", "-s", "-o", "MODEL,ROTA,SIZE,TYPE", device).splitlines()
    cpu = first_match("/proc/cpuinfo", r"^model name\s*:\s*(.*)") or platform.machine()
    yield f"CPU: {cpu}, {os.cpu_count()} cores"
    yield f"memory: {int(memory_kib or 0) / 2**20:.1f} GiB"
    yield f"system: {system or platform.system()}, kernel {platform.release()}"
    yield f"disk: {file_system or 'unknown file system'}" + (f" on {' '.join(parent[-1].split())}" if parent else "")
    yield f"load average at the end (1, 5, 15 min): {', '.join(f'{load:.1f}' for load in os.getloadavg())}"


def read_runs(folder):
    """{server: {part: [runs in order]}}"""
    runs = {}
    for path in sorted(folder.glob("*.json")):
        if named := RUN_NAME.fullmatch(path.name):
            runs.setdefault(named["server"], {}).setdefault(named["part"], []).append(json.loads(path.read_text()))
    return runs


def startup_lines(folder):
    if (path := folder / "start.json").exists():
        starts = json.loads(path.read_text())["runs"]
        ready = sorted(run["ready_ms"] for run in starts)
        idle = statistics.median(run["idle_rss_mib"] for run in starts)
        yield (f"- ready after exec: median {statistics.median(ready):.1f} ms of {len(ready)} starts "
               f"({ready[0]:.1f} to {ready[-1]:.1f})")  # fmt: skip
        yield f"- idle RSS: {idle:.1f} MiB"
    if (path := folder / "disk.json").exists():
        disk = json.loads(path.read_text())
        stored = json.loads((folder / "disk-load.json").read_text())["cases"][0]  # what was put, not what was meant to be
        ratio = disk["disk_bytes"] / stored["bytes"]
        yield (f"- disk for {stored['operations']:,} x {stored['bytes'] // stored['operations'] // 1024} KiB after a clean stop: "
               f"{disk['disk_bytes'] / 2**20:.1f} MiB = {ratio:.2f}x, {disk['inodes']:,} inodes "
               f"(empty data folder: {disk['empty_disk_bytes'] / 2**20:.1f} MiB)")  # fmt: skip


PART_TITLES = {
    "main": "Warm",
    "cold": "Cold: the server started anew, the page cache dropped where we may",
}


def report(folder, data_folder):
    about = dict(line.split(": ", 1) for line in (folder / "about.txt").read_text().splitlines())
    yield f"# Benchmark: {about['title']}"
    yield ""
    yield from (f"- {name}: {value}" for name, value in about.items() if name != "title")
    yield from (f"- {line}" for line in machine(data_folder))
    yield ""
    yield ("Requests are signed, payloads distinct and every byte that is read is compared. Server CPU is user and system "
           "time of all its threads per operation, counted until it was idle again; a failed operation would have ended "
           "the run.")  # fmt: skip
    runs = read_runs(folder)
    if not runs:
        raise ValueError(f"{folder} holds no run")
    lines = list(startup_lines(folder))
    if lines:
        yield from ["", "## Start, rest, disk", "", *lines]
    for server, parts in runs.items():
        for part, rounds in sorted(parts.items(), key=lambda item: list(PART_TITLES).index(item[0])):
            title = f"{PART_TITLES[part]}, {rounds[0]['objects']:,} objects of 4 KiB, {rounds[0]['connections']} connections"
            name = "" if len(runs) == 1 else f"{server}: "
            yield from ["", f"## {name}{title}" + (f", medians of {len(rounds)}" if len(rounds) > 1 else ""), ""]
            yield from case_table(medians(rounds))
    if len(runs) == 2:
        yield from ["", "## Side by side (measured in turns)", ""]
        yield from comparison_table(medians(runs["ours"]["main"]), medians(runs["peer"]["main"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--data-folder", type=pathlib.Path, default=pathlib.Path("."), help="whose disk is described")
    arguments = parser.parse_args()
    try:
        lines = list(report(arguments.folder, arguments.data_folder))
    except (ValueError, OSError) as error:
        return f"bench_report: {error}"
    print("\n".join(lines))
    return None


if __name__ == "__main__":
    sys.exit(main())
