"""Errors of every room cross processes, and docs/errors.md names each of them."""

import importlib
import inspect
import pickle
from pathlib import Path

import pytest
from sweflow_tracer import SweflowError

ROOMS = ("sweflow_tracer", "sweflow_rdg", "sweflow_scheduler", "sweflow_tasks", "sweflow_datasets", "sweflow")


def all_errors() -> list[type[SweflowError]]:
    found = []
    for room in ROOMS:
        module = importlib.import_module(f"{room}.errors")
        found += [
            kind for kind in vars(module).values() if inspect.isclass(kind) and kind.__module__ == module.__name__
        ]
    return [kind for kind in found if issubclass(kind, SweflowError) and kind is not SweflowError]


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_an_error_is_the_same_after_it_crossed_a_process(kind):
    own = kind.__init__ is not SweflowError.__init__
    parameters = inspect.signature(kind).parameters.values() if own else ()
    samples = {str: "x", Path: Path("x"), int: 3}
    error = kind(*(samples.get(p.annotation, ("x",)) for p in parameters if p.default is p.empty))
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_the_documents_name_every_error(kind):
    assert f"| `{kind.__name__}` |" in (Path(__file__).parents[2] / "docs" / "errors.md").read_text("utf-8")
