"""Exports that several tests look at."""

from pathlib import Path

import pytest

import sweflow

FORMS = [form.value for form in sweflow.Form]


@pytest.fixture(scope="session")
def exports(calculator: sweflow.Folder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The calculator in every form, a folder each; nobody changes them."""
    for library in ("datasketch", "pyarrow", "tomli_w"):
        pytest.importorskip(library)
    root = tmp_path_factory.mktemp("exports")
    for form in FORMS:
        sweflow.export([calculator.root], form, root / form)
    return root
