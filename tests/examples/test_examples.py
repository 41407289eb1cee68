"""The scripts and the notebook of examples/ run as they stand there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of examples/ to work in."""
    folder = tmp_path_factory.mktemp("examples")
    shutil.copytree(EXAMPLES, folder / "examples", ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    return folder


def run(work: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=work, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(work: Path) -> str:
    """What build_dataset.py prints."""
    return run(work, "examples/build_dataset.py", "examples/calculator", "built.sweflow", "prompts")


def test_every_script_stands_in_the_readme():
    scripts = {path.name for path in EXAMPLES.glob("*.py")}
    assert scripts == set(re.findall(r"python examples/(\w+\.py)", (EXAMPLES / "README.md").read_text("utf-8")))


def test_analyse(work):
    said = run(work, "examples/analyse.py", "examples/calculator", "analysed.sweflow")
    assert "Runtime dependency graph" in said
    assert "on most paths:" in said
    assert "side by side: ((1, 2, 4), (3, 6), (5, 7), (8,))" in " ".join(said.split())


def test_build_a_dataset(work, built):
    assert "8 of 8 steps are verified tasks" in built
    assert "verify: 9" in built
    prompts = sorted((work / "prompts").iterdir())
    assert len(prompts) == 3
    assert all(prompt.read_text("utf-8").strip() for prompt in prompts)


def test_grade(work, built):
    rows = [line.split("  ") for line in run(work, "examples/grade.py", "built.sweflow").splitlines()]
    found = [(name.strip(), verdict) for _, name, *_, verdict in rows]
    ends = [verdict for name, verdict in found if name == "gold"]
    assert ends
    assert set(ends) == {"reward 1.00"}
    assert {verdict for name, verdict in found if name != "gold"} == {"reward 0.00"}


def test_the_notebook_runs_and_shows_what_it_makes(work, tmp_path):
    nbclient = pytest.importorskip("nbclient", reason="needs the group notebook")
    nbformat = pytest.importorskip("nbformat")
    book = nbformat.read(EXAMPLES / "tour.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in book.cells)  # it stands in the repository without them
    os.environ.setdefault("IPYTHONDIR", str(tmp_path))
    nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(work)}}).execute()
    html = [
        out["data"]["text/html"]
        for cell in book.cells
        if cell.cell_type == "code"
        for out in cell.outputs
        if out.output_type == "execute_result" and "text/html" in out["data"]
    ]
    titles = [re.match(r"<div><strong>(.*?)</strong>", text).group(1) for text in html]
    task = titles[3].partition(" ")[2]
    assert titles == [
        *("Runtime dependency graph", "Development schedule", "Dataset", f"Task {task}"),
        *(f"Verdict on {task}",) * 2,
    ]
    assert "<strong>resolved</strong>" in html[4]
    assert "<strong>resolved</strong>" not in html[5]
