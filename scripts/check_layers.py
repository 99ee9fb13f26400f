#!/usr/bin/env python3
"""Fails when a file in src/ includes, or a module links, what its module may not use.

The table below is the architecture (docs/ARCHITECTURE.md, section 3); --diagram draws it. A module may only name
modules above it in the table, so there is no cycle.
"""

import argparse
import pathlib
import re
import sys

MAY_USE = {  # lowest layer first
    "base": [],
    "io": ["base"],
    "http": ["base"],
    "kv": ["base"],
    "blob": ["base", "http"],
    "engine": ["base", "io", "kv", "blob"],
    "objects": ["base", "kv", "blob"],
    "auth": ["base", "kv"],
    "versioning": ["base", "kv", "objects"],
    "experiments": ["base", "kv", "versioning"],
    "service": ["base", "io", "kv", "blob", "engine", "objects", "auth", "versioning", "experiments"],
    "s3": ["base", "http", "auth", "service"],
    "rest": ["base", "http", "auth", "service"],
    "ui": ["base", "http"],
    "runner": ["base", "http"],
    "app": ["base", "io", "http", "kv", "blob", "engine", "objects", "auth", "versioning", "experiments",
            "service", "s3", "rest", "ui", "runner"],
}  # fmt: skip
# Libraries with one door: a file of 20,000 lines of Asio costs 19 s to compile, so only http pays for it.
ONLY_IN = {"boost/asio": "http"}

MODULE_INCLUDE = re.compile(r'^\s*#\s*include\s+"(\w+)/(internal/)?')
LIBRARY_INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([\w./-]+)[>"]')
CMAKE_MODULE = re.compile(r"anabranch_module\(([^)]*)\)")
CMAKE_WORDS = {"NAME", "DEPS", "LIBS", "SRCS"}


def check_table(may_use):
    """A cycle, or a name that is no module, would make the table worthless."""
    order = list(may_use)
    for module, used in may_use.items():
        for name in used:
            if name not in may_use or order.index(name) >= order.index(module):
                yield f"MAY_USE: {module} names {name}, which is not above it in the table"


def source_violations(path, module):
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if (found := LIBRARY_INCLUDE.match(line)) is None:
            continue
        for prefix, door in ONLY_IN.items():
            if found[1].startswith(prefix) and module != door:
                yield f"{path}:{number}: <{prefix}...> belongs to {door} alone, not to {module}"
        inside = MODULE_INCLUDE.match(line)
        if inside is None or inside[1] == module or inside[1] not in MAY_USE:
            continue
        if inside[1] not in MAY_USE[module]:
            yield f"{path}:{number}: {module} may not use {inside[1]}"
        elif inside[2]:
            yield f"{path}:{number}: {inside[1]}/internal/ is private to {inside[1]}"


def cmake_violations(path, module):
    """DEPS of anabranch_module(): the link test holds what they say, this holds them to the table."""
    for call in CMAKE_MODULE.finditer(re.sub(r"#.*", "", path.read_text())):
        section = None
        for word in call[1].split():
            if word in CMAKE_WORDS:
                section = word
            elif section == "DEPS" and word not in MAY_USE[module]:
                yield f"{path}: {module} may not link {word}"


def violations(root):
    yield from check_table(MAY_USE)
    for path in sorted(p for p in root.rglob("*") if p.suffix in {".h", ".cc"} or p.name == "CMakeLists.txt"):
        module = path.relative_to(root).parts[0]
        if module not in MAY_USE:
            yield f"{path}: {module} is not in the layer table (MAY_USE in scripts/check_layers.py)"
        elif path.name == "CMakeLists.txt":
            yield from cmake_violations(path, module)
        else:
            yield from source_violations(path, module)


def diagram():
    """One line per level, highest first: what stands on a level uses only levels below it."""
    level = {}
    for module, used in MAY_USE.items():
        level[module] = 1 + max((level[name] for name in used), default=-1)
    for height in range(max(level.values()), -1, -1):
        for module in (m for m in MAY_USE if level[m] == height):
            yield f"{height}  {module:<12} -> {' '.join(MAY_USE[module]) or '(nothing)'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--diagram", action="store_true", help="print the layers instead of checking them")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("src"), help="the folder of the modules")
    arguments = parser.parse_args()
    if arguments.diagram:
        print("\n".join(diagram()))
        return None
    return "\n".join(violations(arguments.root)) or None


if __name__ == "__main__":
    sys.exit(main())
