#!/usr/bin/env python3
"""Fails on what no compiler objects to but this project does not want; each ban names its replacement.

A line may be excused by `tidy-allow: <why>` on it or on the line before; an excuse without a reason is none.
Adding a rule costs five lines: an entry in LINE_RULES, or a function in FILE_RULES, and a case in tests/scripts.
"""

import argparse
import dataclasses
import pathlib
import re
import subprocess
import sys
import typing

LINES_MAX = 1000
README_LINES_MAX = 12
CPP = (".h", ".cc")
CODE = (*CPP, ".py", ".sh", ".cmake", ".txt", ".ts", ".tsx")
EXCUSE = re.compile(r"tidy-allow: \w+")


@dataclasses.dataclass(frozen=True)
class LineRule:
    """A pattern that no line of `suffixes` under `under` may match, save in `but_not`."""

    pattern: str
    instead: str
    suffixes: tuple = CPP
    under: tuple = ("src/", "tests/", "bench/")
    but_not: tuple = ()


LINE_RULES = [
    LineRule(r"\bstd::(cout|cerr|clog)\b|(?<![\w.:])f?printf\(", "base/log.h",
             under=("src/",), but_not=("src/app/", "src/base/assert.cc", "src/base/log")),
    LineRule(r"^\s*using namespace ", "the names themselves, or a namespace alias", but_not=("tests/fuzz/",)),
    LineRule(r"(?<![\w.:])assert\(|#include <cassert>", "ANABRANCH_ASSERT, which stays on in release builds"),
    LineRule(r"\b(sprintf|vsprintf|strcpy|strcat|gets)\(", "fmt::format or std::string"),
    LineRule(r"\b(atoi|atol|atoll|strtok)\(", "std::from_chars, which reports errors"),
    LineRule(r"(?<![\w.:>])(std::)?s?rand\(", "std::mt19937_64, seeded in tests by tests/support/seed.h"),
    LineRule(r"\brandom_device\b", "random_bytes() of base/clock.h, or in tests seed() of tests/support/seed.h",
             but_not=("tests/support/seed.cc",)),
    LineRule(r"\bsystem_clock::now\(|(?<![\w.:>_])time\((nullptr|NULL|0)\)", "Clock of base/clock.h, so that tests choose the time",
             under=("src/",), but_not=("src/base/clock.cc",)),
    LineRule(r"\.detach\(\)", "a thread that someone joins"),
    LineRule(r"\bsleep_(for|until)\(|(?<![\w.:])u?sleep\(", "a condition that is awaited; a sleep that must be says why",
             under=("src/", "tests/")),
    LineRule(r"\b(GTEST_SKIP\(|DISABLED_\w)|pytest\.mark\.skip|pytest\.skip\(", "a test that runs; a skip says why",
             suffixes=(*CPP, ".py"), under=("tests/",), but_not=("tests/scripts/",)),
    LineRule(r"\b(TODO|FIXME|XXX|HACK)\b", "the work itself, or an issue", suffixes=(*CODE, ".md"), under=("",),
             but_not=("scripts/tidy.py", "tests/scripts/", "tests/data/", "CONTRIBUTING.md")),
    LineRule(r"\t", "spaces", suffixes=(*CPP, ".py", ".sh", ".cmake"), under=("",), but_not=("tests/data/",)),
    LineRule(r"[ \t]+$", "no blanks at the end of a line", suffixes=(*CODE, ".md", ".json", ".yaml", ".toml"), under=("",),
             but_not=("tests/data/",)),
]  # fmt: skip


def too_long(path, text):
    if path.suffix in CODE and "data" not in path.parts and (count := text.count("\n")) > LINES_MAX:
        yield 1, f"{count} lines: part it along its joints (at most {LINES_MAX}, better under 600)"


def header_without_pragma_once(path, text):
    if path.suffix == ".h" and not re.search(r"^#pragma once$", text, re.MULTILINE):
        yield 1, "a header begins with a comment on its purpose and `#pragma once`"


def no_newline_at_end(path, text):
    if path.suffix in (*CODE, ".md") and text and not text.endswith("\n"):
        yield text.count("\n") + 1, "the last line ends in a newline"


def shell_without_strict_mode(path, text):
    is_bash = re.match(r"#!.*\bbash\b", text) is not None
    if is_bash and not re.search(r"^set -euo pipefail$", text, re.MULTILINE):
        yield 1, "a bash script says `set -euo pipefail`, else its failures pass unseen"


def module_readme_too_long(path, text):
    parts = path.parts
    if path.name == "README.md" and parts[0] == "src" and text.count("\n") > README_LINES_MAX:
        yield 1, f"a module's README is about five lines (at most {README_LINES_MAX}); more belongs in docs/"


FILE_RULES: list[typing.Callable] = [
    too_long,
    header_without_pragma_once,
    no_newline_at_end,
    shell_without_strict_mode,
    module_readme_too_long,
]


def line_violations(path, lines):
    rules = [rule for rule in LINE_RULES
             if path.suffix in rule.suffixes and path.as_posix().startswith(rule.under)
             and not (rule.but_not and path.as_posix().startswith(rule.but_not))]  # fmt: skip
    for number, line in enumerate(lines, start=1):
        for rule in rules:
            found = re.search(rule.pattern, line)
            before = lines[number - 2] if number > 1 else ""
            if found and not EXCUSE.search(line) and not EXCUSE.search(before):
                shown = found[0].strip() or "blanks"
                yield number, f"`{shown}` is banned: use {rule.instead}"


def modules_without_readme(paths):
    """A module is a folder of src/ with a CMakeLists.txt."""
    have = set(paths)
    for path in paths:
        if len(path.parts) == 3 and path.parts[0] == "src" and path.name == "CMakeLists.txt":
            if path.parent / "README.md" not in have:
                yield f"{path.parent}: a module has a README.md: what comes in, goes out, may be used, belongs here, does not"


def violations(root, paths):
    """Every violation in `paths` (relative to `root`), as `file:line: what is wrong`."""
    for path in paths:
        try:
            text = (root / path).read_text()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # binary test data, or a file that is deleted but not yet committed so
        found = [*line_violations(path, text.splitlines())]
        for rule in FILE_RULES:
            found += rule(path, text)
        for number, message in sorted(found):
            yield f"{path}:{number}: {message}"
    yield from modules_without_readme(paths)


def repository_files(root):
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=root, check=True, capture_output=True, text=True).stdout  # fmt: skip
    return sorted({pathlib.Path(name) for name in listed.split("\0") if name})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."), help="the repository")
    root = parser.parse_args().root
    return "\n".join(violations(root, repository_files(root))) or None


if __name__ == "__main__":
    sys.exit(main())
