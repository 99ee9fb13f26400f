"""The notebook of examples/ runs from top to bottom, and what it says it did is on the server."""

import pathlib
import re

import lakefs
import nbclient
import nbformat

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
CELL_SECONDS_MAX = 1200  # a cell that trains, on a busy machine


def printed(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


def test_the_notebook_runs_headless_and_leaves_a_reproducible_main(server, monkeypatch):
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(EXAMPLES / "parallel-experiments.ipynb", as_version=4)

    nbclient.NotebookClient(notebook, timeout=CELL_SECONDS_MAX, resources={"metadata": {"path": EXAMPLES}}).execute()

    client = server.lakefs()
    (found,) = lakefs.repositories(client=client)
    repository = lakefs.Repository(found.id, client=client)
    assert sorted(branch.id for branch in repository.branches()) == ["experiment-1", "experiment-2", "ingest", "main"]
    merge = repository.branch("main").get_commit()
    metadata = {name: repository.branch(name).get_commit().metadata for name in ("experiment-1", "experiment-2")}
    best = max(metadata, key=lambda name: float(metadata[name]["metric.accuracy"]))
    assert merge.metadata["promoted"] == best
    assert merge.parents[1] == repository.branch(best).get_commit().id
    assert repository.tag("best-model").get_commit().id == merge.id
    assert len(list(repository.branch("main").objects(prefix="raw/train/"))) == 1797
    assert f"main is at {merge.id[:12]}" in printed(notebook)
    assert "the same bytes: artifacts/model.weights.h5" in printed(notebook)


def test_the_readmes_python_lines_run_in_a_notebook(server, monkeypatch):
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.s3().create_bucket(Bucket="sample-data")
    server.s3().put_object(Bucket="sample-data", Key="raw/images/1.png", Body=b"a picture")
    readme = (EXAMPLES.parent / "README.md").read_text()
    cells = []
    for code in re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL):
        for printed_there, here in (("http://127.0.0.1:8000", server.endpoint), ("<access key id>", server.access_key_id),
                                    ("<secret access key>", server.secret_access_key)):  # fmt: skip
            code = code.replace(printed_there, here)
        cells.append(nbformat.v4.new_code_cell(code))
    assert len(cells) == 2
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python", "language": "python"}

    nbclient.NotebookClient(notebook, timeout=CELL_SECONDS_MAX).execute()  # raises where a cell does

    ingest = lakefs.Repository("dogs", client=server.lakefs()).branch("ingest")
    assert [item.path for item in ingest.objects()] == ["notes.txt", "raw/images/1.png"]


def test_the_notebook_is_kept_without_outputs():
    notebook = nbformat.read(EXAMPLES / "parallel-experiments.ipynb", as_version=4)

    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None, cell.source
