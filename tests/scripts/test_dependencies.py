"""docs/DEPENDENCIES.md, scripts/setup.sh, cmake/Dependencies.cmake and the sources name the same libraries."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = ("src", "tests", "bench")
NONE = "none"

# Headers of the language and of the system have no package of ours: no folder in them, or one of the kernel's and libc's.
SYSTEM_FOLDERS = {"sys", "netinet", "arpa", "linux"}
SYSTEM_HEADERS = {"dirent.h", "fcntl.h", "immintrin.h", "malloc.h", "netdb.h", "poll.h", "pthread.h", "sched.h", "signal.h", "spawn.h", "stdlib.h", "time.h", "unistd.h"}  # fmt: skip


def rows(text):
    """Cells of the tables that tell packages, CMake's names and includes; the heading row names the columns."""
    columns = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else None
        if cells is None:
            columns = None
        elif "included as" in cells:
            columns = cells
        elif columns is not None and not set(cells[0]) <= set("-"):
            yield dict(zip(columns, cells, strict=True))


def told(row, column):
    """The names in a cell, without quotes and remarks in brackets; none where it says so."""
    names = re.sub(r"\([^)]*\)", "", row[column]).replace("`", "")
    return [] if names.strip() == NONE else [name.strip() for name in names.split(",")]


def told_in_all(text, column):
    return {name for row in rows(text) for name in told(row, column)}


def installed_packages(script):
    """What the `packages` arrays of scripts/setup.sh hold."""
    words = " ".join(re.findall(r"packages\+?=\(([^)]*)\)", script))
    return set(words.split()) - {"$missing"}


def required_by_cmake(text):
    """Names of find_package, find_path and pkg_check_modules, but those that come with CMake itself."""
    text = re.sub(r"#.*", "", text)
    found = set(re.findall(r"find_package\((\S+?)[\s)]", text))
    found |= set(re.findall(r"pkg_check_modules\(.*IMPORTED_TARGET (\S+?)\)", text))
    found |= {"llhttp"} if "find_path(LLHTTP_SOURCE_DIR" in text else set()
    return found - {"PkgConfig", "Threads"}


def includes(root):
    """Each <header> of the code that is neither the language's nor the system's."""
    for folder in CODE:
        for path in (root / folder).rglob("*"):
            if path.suffix not in {".h", ".cc"}:
                continue
            for header in re.findall(r"^\s*#\s*include\s+<([^>]+)>", path.read_text(), re.MULTILINE):
                first = header.split("/")[0]
                is_standard = "/" not in header and "." not in header
                if not (is_standard or header in SYSTEM_HEADERS or first in SYSTEM_FOLDERS):
                    yield header


def documented():
    return (ROOT / "docs/DEPENDENCIES.md").read_text()


def test_packages_that_are_installed_are_those_that_are_told():
    assert installed_packages((ROOT / "scripts/setup.sh").read_text()) == told_in_all(documented(), "package")


def test_libraries_that_cmake_requires_are_those_that_are_told():
    assert required_by_cmake((ROOT / "cmake/Dependencies.cmake").read_text()) == told_in_all(documented(), "in CMake")


def test_every_library_that_is_told_is_included_and_every_include_is_told():
    prefixes = told_in_all(documented(), "included as")
    headers = set(includes(ROOT))
    unused = {prefix for prefix in prefixes if not any(header.startswith(prefix) for header in headers)}
    untold = {header for header in headers if not any(header.startswith(prefix) for prefix in prefixes)}
    assert (unused, untold) == (set(), set())


def test_a_library_that_nobody_includes_is_found():
    table = "| library | package | in CMake | included as |\n|---|---|---|---|\n| X | libx-dev (source), y | `X` | `x/` |\n"
    assert told_in_all(table, "included as") == {"x/"}
    assert told_in_all(table, "package") == {"libx-dev", "y"}
    assert not any(header.startswith("x/") for header in includes(ROOT))


def test_what_cmake_requires_is_read_as_cmake_reads_it():
    text = "find_package(A 1.2 REQUIRED)\n# find_package(B)\npkg_check_modules(C REQUIRED IMPORTED_TARGET libc)\n"
    assert required_by_cmake(text) == {"A", "libc"}
