"""What this proves: every rule of scripts/tidy.py catches a planted violation, and its excuses work as described."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import tidy  # noqa: E402


def violations(tmp_path, files):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return list(tidy.violations(tmp_path, [pathlib.Path(name) for name in files]))


@pytest.mark.parametrize(
    ("path", "line", "named"),
    [
        ("src/kv/a.cc", "std::cout << 1;", "std::cout"),
        ("src/kv/a.cc", '  printf("x");', "printf("),
        ("src/kv/a.cc", 'fprintf(stderr, "x");', "fprintf("),
        ("src/kv/a.cc", "using namespace std;", "using namespace"),
        ("src/kv/a.cc", "assert(x);", "assert("),
        ("src/kv/a.cc", "#include <cassert>", "#include <cassert>"),
        ("src/kv/a.cc", "sprintf(out, format);", "sprintf("),
        ("src/kv/a.cc", "int n = atoi(text);", "atoi("),
        ("tests/unit/kv/a.cc", "int n = rand();", "rand("),
        ("tests/unit/kv/a.cc", "std::random_device{}();", "random_device"),
        ("src/kv/a.cc", "auto now = std::chrono::system_clock::now();", "system_clock::now("),
        ("src/kv/a.cc", "auto now = time(nullptr);", "time(nullptr)"),
        ("src/kv/a.cc", "thread.detach();", ".detach()"),
        ("tests/unit/kv/a.cc", "std::this_thread::sleep_for(1s);", "sleep_for("),
        ("tests/unit/kv/a.cc", "usleep(100);", "usleep("),
        ("tests/unit/kv/a.cc", "GTEST_SKIP();", "GTEST_SKIP("),
        ("tests/unit/kv/a.cc", "TEST(Kv, DISABLED_Puts) {}", "DISABLED_P"),
        ("tests/e2e/test_a.py", "@pytest.mark.skip", "pytest.mark.skip"),
        ("src/kv/a.cc", "// TODO: later", "TODO"),
        ("docs/a.md", "FIXME", "FIXME"),
        ("src/kv/a.cc", "\tint x;", "blanks"),
        ("src/kv/a.cc", "int x; ", "blanks"),
        ("docs/a.md", "text  ", "blanks"),
    ],
)
def test_a_banned_line_is_named_with_its_place(tmp_path, path, line, named):
    found = violations(tmp_path, {path: f"// first\n{line}\n"})

    assert len(found) == 1, found
    assert found[0].startswith(f"{path}:2: `{named}` is banned: use ")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/app/main.cc", "std::cout << 1;"),
        ("src/kv/a.cc", "std::snprintf(out, size, format);"),
        ("src/kv/a.cc", "static_assert(x);"),
        ("src/kv/a.cc", "ANABRANCH_ASSERT(x, text);"),
        ("src/kv/a.cc", "runtime(nullptr); last_time(0);"),
        ("src/kv/a.cc", "operand(1); strand(x);"),
        ("tests/data/sample.txt", "ends in blanks  "),
        ("tests/support/seed.cc", "std::random_device{}();"),
        ("src/base/clock.cc", "auto now = std::chrono::system_clock::now();"),
    ],
)
def test_an_honest_line_passes(tmp_path, path, line):
    assert violations(tmp_path, {path: f"{line}\n"}) == []


def test_an_excuse_with_a_reason_covers_its_line_and_the_next(tmp_path):
    same = "usleep(1);  // tidy-allow: the kernel's own timer is under test\n"
    before = "// tidy-allow: the kernel's own timer is under test\nusleep(1);\n"

    assert violations(tmp_path, {"tests/a.cc": same, "tests/b.cc": before}) == []


def test_an_excuse_without_a_reason_is_none_and_one_reaches_no_further(tmp_path):
    bare = "usleep(1);  // tidy-allow:\n"
    far = "// tidy-allow: reason\n\nusleep(1);\n"

    assert len(violations(tmp_path, {"tests/a.cc": bare, "tests/b.cc": far})) == 2


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("src/kv/a.cc", "int x;\n" * 1001, "1001 lines"),
        ("src/kv/a.h", "int x;\n", "#pragma once"),
        ("src/kv/a.h", "#ifndef A\n#define A\n// no #pragma once here\n#endif\n", "#pragma once"),
        ("src/kv/a.cc", "int x;", "newline"),
        ("scripts/a.sh", "#!/usr/bin/env bash\necho\n", "set -euo pipefail"),
        ("src/kv/README.md", "line\n" * 13, "README"),
    ],
)
def test_a_file_rule_catches_its_violation(tmp_path, path, text, message):
    found = violations(tmp_path, {path: text})

    assert len(found) == 1, found
    assert message in found[0]


def test_files_at_the_limits_pass(tmp_path):
    files = {
        "src/kv/a.cc": "int x;\n" * 1000,
        "src/kv/a.h": "// a.h - what for.\n#pragma once\n",
        "src/kv/README.md": "line\n" * 12,
        "src/kv/CMakeLists.txt": "anabranch_module(NAME kv)\n",
        "scripts/a.sh": "#!/usr/bin/env bash\nset -euo pipefail\n",
    }

    assert violations(tmp_path, files) == []


def test_a_module_without_a_readme_is_named(tmp_path):
    found = violations(tmp_path, {"src/kv/CMakeLists.txt": "anabranch_module(NAME kv)\n"})

    assert len(found) == 1
    assert found[0].startswith("src/kv: a module has a README.md")


def test_binary_and_deleted_files_are_passed_over(tmp_path):
    (tmp_path / "a.sst").write_bytes(b"\xff\xfe\t \n")

    assert list(tidy.violations(tmp_path, [pathlib.Path("a.sst"), pathlib.Path("gone.cc")])) == []


def test_every_pattern_compiles_and_names_a_replacement():
    for rule in tidy.LINE_RULES:
        assert tidy.re.compile(rule.pattern)
        assert rule.instead
