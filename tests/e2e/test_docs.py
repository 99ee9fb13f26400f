"""What the guides in docs/ print can be typed as it stands: every `sh` and `python` block runs, in the page's order.

A block is left out only by a line `<!-- not run: why -->` before it. A page's sh blocks share their exported variables
and their folder, its python blocks their names, as in one terminal and one Python session.
"""

import os
import pathlib
import re
import subprocess
import sys
import textwrap

import pytest
from conftest import BINARY, ROOT

BLOCK = re.compile(
    r"^(?P<excuse> *<!-- not run: \S[^\n]*-->\n)?(?P<indent> *)```(?P<language>[a-z]*)\n(?P<code>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
PAGES = ["quickstart.md", "howto-s3-clients.md", "howto-versioning.md", "howto-run-experiments.md",
         "howto-notebook.md"]  # fmt: skip
ACCESS_KEY_ID, SECRET_ACCESS_KEY = "quickstart", "quickstart-secret"  # as the pages say
BLOCK_SECONDS_MAX = 1200  # a sign of life on a busy machine, not a measurement


def blocks(page):
    """The blocks to run, as (line number, language, code)."""
    text = (ROOT / "docs" / page).read_text()
    found = [*BLOCK.finditer(text)]
    assert 2 * len(found) == text.count("```"), f"{page} has a block that is not understood"
    for block in found:
        line = text.count("\n", 0, block.start("code")) + 1
        if block["excuse"]:
            continue
        assert block["language"] in ("sh", "python"), f"{page}:{line}: neither sh nor python, and no reason"
        yield line, block["language"], textwrap.dedent(block["code"])


class Session:
    """One terminal and one Python session, in a folder of their own."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.monkeypatch = folder, monkeypatch
        self.names = {"__name__": "__main__"}

    def run(self, page, line, language, code):
        if language == "sh":
            self.run_shell(page, line, code)
        else:
            os.chdir(self.folder)
            exec(compile("\n" * (line - 1) + code, page, "exec"), self.names)

    def run_shell(self, page, line, code):
        state = self.folder.parent / "shell-state"
        script = f"cd {self.folder}\n{code}\npwd >{state}\nenv -0 >>{state}\n"
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=BLOCK_SECONDS_MAX)  # fmt: skip
        print(done.stdout)
        assert done.returncode == 0, f"{page}:{line}: exit code {done.returncode}\n{code}\n{done.stdout}"
        folder, _, environment = state.read_text().partition("\n")
        self.folder = pathlib.Path(folder)
        for entry in environment.rstrip("\0").split("\0"):
            name, _, value = entry.partition("=")
            self.monkeypatch.setenv(name, value)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_runs_as_printed(page, start_server, tmp_path, monkeypatch):
    server = start_server(access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET_ACCESS_KEY)
    folder = tmp_path / "terminal"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith(("AWS_", "LAKECTL_", "ANABRANCH_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("ANABRANCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{BINARY.parent}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}")
    # Pages install from the checkout. All is installed already: what they name is looked up, nothing is fetched.
    (folder / "python").symlink_to(ROOT / "python")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_DRY_RUN", "1")
    monkeypatch.chdir(folder)  # and back, after the test
    session = Session(folder, monkeypatch)

    found = list(blocks(page))
    assert found, f"{page} has no block that runs"
    for line, language, code in found:
        # The pages say the default ports, where something else may listen here.
        here = code.replace("127.0.0.1:8000", server.address).replace("127.0.0.1:9000", server.s3_address)
        session.run(page, line, language, here)


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{page}" for page in PAGES if page != "howto-notebook.md")])
def test_the_page_says_how_to_install_what_its_python_lines_import(page):
    text = (ROOT / page).read_text()
    imported = set(re.findall(r"^(?:import|from) (boto3|lakefs|s3fs|pyarrow)\b", text, re.MULTILINE))
    if "aws s3 " in text:
        imported.add("awscli")
    installed = " ".join(re.findall(r"pip install ([^\n`]*)", text)).split()
    installed += (ROOT / "python/requirements-demo.txt").read_text().split() if "requirements-demo.txt" in installed else []

    assert imported, "a page without clients has no place in this list"
    assert imported <= set(installed)


def test_a_block_of_another_language_needs_a_reason(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```yaml\na: 1\n```\n\n<!-- not run: a file -->\n```yaml\na: 1\n```\n")

    with pytest.raises(AssertionError, match="neither sh nor python"):
        list(blocks(page))
    page.write_text("<!-- not run: a file -->\n```yaml\na: 1\n```\n\n```sh\ntrue\n```\n")
    assert list(blocks(page)) == [(7, "sh", "true\n")]
