"""Whatever strangers hand in is read, or refused with one sentence: never a traceback, a crash or a hang (H1)."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sweflow_tasks.format import read_task_table
from sweflow_tracer.project.interpreter import inspect_interpreter

from .hardiness import FILES, grade_file, read_damaged, read_repository
from .odd import damages, odd_predictions, odd_repositories

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def interpreter(python, tmp_path_factory):
    return inspect_interpreter(python, tmp_path_factory.mktemp("empty"))


@pytest.mark.slow
@given(case=odd_repositories())
@FEW
def test_H1_an_odd_repository_is_read_or_refused(case, interpreter):
    with tempfile.TemporaryDirectory() as folder:
        read_repository(case, Path(folder) / "repo", interpreter)


@given(data=st.data())
@FEW
def test_H1_an_odd_file_of_predictions_is_graded_or_refused(data, calculator):
    table = read_task_table(calculator.tasks, calculator.tests)
    content = data.draw(odd_predictions(tuple(task["instance_id"] for task in table.rows)))
    with tempfile.TemporaryDirectory() as folder:
        grade_file(content, table, Path(folder))


@pytest.mark.parametrize("name", FILES)
def test_H1_a_damaged_file_of_an_output_folder_is_read_or_refused(name, calculator, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(calculator.root, out, symlinks=True)
    whole = (out / name).read_bytes()

    @given(damage=damages())
    @FEW
    def law(damage):
        place = out / name
        if place.is_dir() and not place.is_symlink():
            place.rmdir()
        place.unlink(missing_ok=True)
        place.write_bytes(whole)
        damage.apply(place)
        read_damaged(name, out)

    law()
