"""What scripts/embed_site.py makes of a folder is whole, ordered and the same every time."""

import gzip
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def embed(site, output):
    output.mkdir(exist_ok=True)
    return subprocess.run([sys.executable, ROOT / "scripts/embed_site.py", site, output], capture_output=True, text=True)


def make_site(folder):
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<p>" * 100)
    (folder / "assets/a-1.js").write_text("x" * 1000)
    (folder / "assets/noise.png").write_bytes(bytes(range(256)))
    return folder


def test_the_same_files_give_the_same_bytes(tmp_path):
    site = make_site(tmp_path / "site")
    made = []
    for _ in range(2):
        assert embed(site, tmp_path / "out").returncode == 0
        made.append({path.name: path.read_bytes() for path in sorted((tmp_path / "out").rglob("*")) if path.is_file()})
        (site / "index.html").touch()

    assert made[0] == made[1]


def test_every_file_is_in_the_table_in_order_and_packed_where_that_helps(tmp_path):
    assert embed(make_site(tmp_path / "site"), tmp_path / "out").returncode == 0
    source = (tmp_path / "out/embedded_site.cc").read_text()

    rows = re.findall(r'^    \{"([^"]+)", "([^"]+)", "([0-9a-f]{32})", .*?(\{\})?\},$', source, re.MULTILINE)
    assert [(name, kind) for name, kind, *_ in rows] == [
        ("assets/a-1.js", "text/javascript; charset=utf-8"), ("assets/noise.png", "image/png"),
        ("index.html", "text/html; charset=utf-8")]  # fmt: skip
    assert [bool(empty) for *_, empty in rows] == [False, True, False]
    packed = (tmp_path / "out/embedded_site/anabranch_ui_file_0_gzip.bin").read_bytes()
    assert gzip.decompress(packed) == b"x" * 1000


def test_files_that_went_are_not_kept(tmp_path):
    site = make_site(tmp_path / "site")
    embed(site, tmp_path / "out")
    (site / "assets/noise.png").unlink()

    embed(site, tmp_path / "out")

    assert len(list((tmp_path / "out/embedded_site").iterdir())) == 4


def test_a_folder_without_a_page_is_refused(tmp_path):
    (tmp_path / "site").mkdir()

    ended = embed(tmp_path / "site", tmp_path / "out")

    assert ended.returncode == 1
    assert "no index.html" in ended.stderr
