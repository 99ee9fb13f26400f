"""What this proves: scripts/check_layers.py finds each kind of planted violation, and lets honest code pass."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import check_layers  # noqa: E402


def violations(tmp_path, files):
    """The violations of a src/ folder that holds `files` (path -> text), without the folder's own path."""
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [found.replace(f"{tmp_path}/", "") for found in check_layers.violations(tmp_path)]


def test_a_module_may_use_what_the_table_gives_it(tmp_path):
    files = {
        "engine/engine.cc": '#include "engine/log.h"\n#include "io/disk.h"\n#include <vector>\n',
        "engine/CMakeLists.txt": "anabranch_module(NAME engine DEPS base io kv LIBS x SRCS engine.cc)\n",
        "app/main.cc": '#include "s3/router.h"\n#include "runner/plan.h"\n',
    }

    assert violations(tmp_path, files) == []


def test_an_include_upwards_is_named_with_its_line(tmp_path):
    found = violations(tmp_path, {"kv/store.cc": '#include "kv/store.h"\n#  include "engine/log.h"\n'})

    assert found == ["kv/store.cc:2: kv may not use engine"]


def test_an_include_sideways_is_a_violation(tmp_path):
    assert violations(tmp_path, {"rest/a.h": '#include "s3/xml.h"\n'}) == ["rest/a.h:1: rest may not use s3"]


def test_internal_headers_are_private_to_their_module(tmp_path):
    files = {
        "http/server.cc": '#include "http/internal/parser.h"\n',
        "s3/router.cc": '#include "http/internal/parser.h"\n',
    }

    assert violations(tmp_path, files) == ["s3/router.cc:1: http/internal/ is private to http"]


@pytest.mark.parametrize("include", ["<boost/asio.hpp>", "<boost/asio/post.hpp>", '"boost/asio/post.hpp"'])
def test_asio_stays_inside_http(tmp_path, include):
    files = {"http/server.cc": f"#include {include}\n", "service/service.cc": f"#include {include}\n"}

    assert violations(tmp_path, files) == [
        "service/service.cc:1: <boost/asio...> belongs to http alone, not to service"
    ]


def test_a_link_against_a_higher_layer_is_a_violation(tmp_path):
    files = {"blob/CMakeLists.txt": "anabranch_module(\n  NAME blob\n  DEPS base engine # s3\n  SRCS a.cc)\n"}

    assert violations(tmp_path, files) == ["blob/CMakeLists.txt: blob may not link engine"]


def test_a_folder_outside_the_table_is_a_violation(tmp_path):
    found = violations(tmp_path, {"helpers/strings.h": "#pragma once\n"})

    assert len(found) == 1
    assert "helpers is not in the layer table" in found[0]


def test_a_cycle_or_a_stranger_in_the_table_is_found():
    assert list(check_layers.check_table({"a": ["b"], "b": []})) != []
    assert list(check_layers.check_table({"a": [], "b": ["c"]})) != []
    assert list(check_layers.check_table({"a": [], "b": ["a"]})) == []


def test_the_diagram_puts_every_module_above_what_it_uses():
    level = {line.split()[1]: int(line.split()[0]) for line in check_layers.diagram()}

    assert set(level) == set(check_layers.MAY_USE)
    for module, used in check_layers.MAY_USE.items():
        assert all(level[name] < level[module] for name in used)


def test_the_command_exits_1_and_prints_what_is_wrong(tmp_path):
    (tmp_path / "io").mkdir()
    (tmp_path / "io/disk.h").write_text('#include "kv/store.h"\n')
    command = [sys.executable, str(ROOT / "scripts/check_layers.py"), "--root", str(tmp_path)]

    ended = subprocess.run(command, capture_output=True, text=True)

    assert ended.returncode == 1
    assert "io may not use kv" in ended.stderr


def test_cmake_adds_every_module_of_the_table_in_its_order():
    line = next(line for line in (ROOT / "CMakeLists.txt").read_text().splitlines() if line.startswith("foreach(module "))

    added = line.removeprefix("foreach(module ").removesuffix(")").split()

    assert added == list(check_layers.MAY_USE)
