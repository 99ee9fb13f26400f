"""What this proves: every picture that the README and docs/ show is there, and every picture of docs/images is shown."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURE = re.compile(r"""(?:src|srcset)=["']([^"']+)["']|!\[[^\]]*\]\(([^)\s]+)\)""")


def shown(root):
    """The pictures that pages refer to, as {path: the pages}."""
    found = {}
    for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        for attribute, link in PICTURE.findall(page.read_text()):
            target = attribute or link
            if "://" not in target:
                found.setdefault((page.parent / target).resolve(), []).append(page.name)
    return found


def test_every_picture_that_a_page_shows_is_there():
    missing = {str(path): pages for path, pages in shown(ROOT).items() if not path.is_file()}
    assert missing == {}


def test_every_picture_is_shown_and_small():
    pictures = set((ROOT / "docs/images").rglob("*.png"))
    assert pictures
    assert pictures - shown(ROOT).keys() == set()
    assert [path.name for path in pictures if path.stat().st_size >= 150 * 1024] == []


def test_pictures_are_found_in_markdown_and_in_html(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text('<source srcset="docs/a.png"><img src="docs/b.png">')
    (tmp_path / "docs/page.md").write_text("![c](c.png) ![far](https://example.com/d.png)")
    assert {path.name for path in shown(tmp_path)} == {"a.png", "b.png", "c.png"}
