"""The documents' Python runs as it stands, in the order in which it stands there, and prints what it says."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PRINTS = re.compile(r"^print\(.*\)  # (.*)$", re.MULTILINE)
NOT_WHOLE = {"sandboxes.md"}
"""Pages whose code takes a target that the reader has."""


def pages() -> list[Path]:
    return [page for page in sorted((ROOT / "docs").glob("*.md")) if BLOCK.search(page.read_text("utf-8"))]


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
