"""Examples run as they stand, and print what they say: the documents' Python, in its order, and that of docstrings."""

import doctest
import importlib
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PRINTS = re.compile(r"^print\(.*\)  # (.*)$", re.MULTILINE)
NOT_WHOLE = {"sandboxes.md"}
"""Pages whose code takes a target that the reader has."""
ROOMS = ("src", "datasets", "tasks", "scheduler", "rdg", "tracer")
EXAMPLE = re.compile(r"^ *>>> (?!.*# doctest: \+SKIP)", re.MULTILINE)


def pages() -> list[Path]:
    return [page for page in sorted((ROOT / "docs").glob("*.md")) if BLOCK.search(page.read_text("utf-8"))]


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in pages() if page.name not in NOT_WHOLE], ids=lambda page: page.stem)
def test_the_code_of_a_page_runs(page, calculator, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples", "examples", ignore=shutil.ignore_patterns("__pycache__", "*.sweflow"))
    shutil.copytree(calculator.root, "calculator.sweflow", symlinks=True)
    if page.name == "api.md":
        shutil.rmtree("calculator.sweflow")  # its first example makes it
    names: dict[str, object] = {}
    for number, code in enumerate(BLOCK.findall(page.read_text("utf-8"))):
        exec(compile(code, f"{page.name} block {number + 1}", "exec"), names)
        printed = capsys.readouterr().out.splitlines()
        said = PRINTS.findall(code)
        assert not said or printed == said


@pytest.mark.parametrize("page", [page for page in pages() if page.name in NOT_WHOLE], ids=lambda page: page.stem)
def test_code_that_needs_a_target_imports_what_is_there(page):
    for code in BLOCK.findall(page.read_text("utf-8")):
        imports = "".join(line for line in code.splitlines(keepends=True) if line.startswith(("import", "from")))
        exec(compile(imports, page.name, "exec"), {})
        compile(code, page.name, "exec")


def modules() -> list[str]:
    """The modules with examples that say for themselves what they need; the probe's nobody imports."""
    paths = [(path, path.relative_to(ROOT / room)) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [
        ".".join(inside.with_suffix("").parts).removesuffix(".__init__")
        for path, inside in paths
        if "probe" not in inside.parts and EXAMPLE.search(path.read_text("utf-8"))
    ]


@pytest.mark.parametrize("name", modules())
def test_the_examples_of_a_module_run(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert not found.failed
