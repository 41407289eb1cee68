"""D5: files and work grow in proportion to the repository, not to steps times tests or steps times files."""

import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from sweflow_tasks import VerifyOptions, make_candidates, verify_tasks
from sweflow_tasks.format import candidate_object, certificate_object, task_object, write_tests
from sweflow_tasks.json_lines import write_lines
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.settings import RunSettings

from .grown import exponent, grown_inputs
from .imagined import Imagined

SIZES = (80, 160, 320)
STRAIGHT = 1.2


class Counter:
    """Counts the calls of Python functions in its block."""

    def __enter__(self):
        self.calls = 0
        sys.setprofile(self._count)
        return self

    def __exit__(self, *error):
        sys.setprofile(None)

    def _count(self, frame, event, argument):
        self.calls += event == "call"


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.jsonl"))


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """By size: calls and bytes of the unverified dataset and of the verified one, and how many tests ran together."""
    found = {}
    for size in SIZES:
        inputs, folder = grown_inputs(size), tmp_path_factory.mktemp("grown")
        first, last = folder / "tasks", folder / "verify"
        first.mkdir(), last.mkdir()
        with Counter() as drafting:
            made = make_candidates(inputs, folder / "unverified.git")
            write_lines(first / "candidates.jsonl", map(candidate_object, made.candidates))
            write_tests(first / "tests.jsonl", made.tests, {})
        verifier = Imagined(folder)
        settings = RunSettings(inputs.target, Launcher(), 2, 1)
        with patch("sweflow_tasks.building.Verifier", return_value=verifier), Counter() as verifying:
            dataset = verify_tasks(inputs, VerifyOptions(), settings, folder / "journal", folder / "verified.git")
            write_tests(last / "tests.jsonl", dataset.tests, {})
            write_lines(last / "tasks.jsonl", map(task_object, dataset.tasks))
            write_lines(last / "certificates.jsonl", map(certificate_object, dataset.tasks))
        assert len(dataset.tasks) == len(inputs.schedule.steps) >= size / 2
        found[size] = {
            "calls of tasks": drafting.calls,
            "bytes of tasks": size_of(first),
            "calls of verify": verifying.calls,
            "bytes of verify": size_of(last),
            "bytes of the journal": (folder / "journal").stat().st_size,
            "tests run together": verifier.ran,
        }
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "what",
    [
        *("calls of tasks", "bytes of tasks", "calls of verify", "bytes of verify"),
        *("bytes of the journal", "tests run together"),
    ],
)
def test_D5_a_build_grows_in_a_straight_line(what, grown):
    assert exponent([(size, found[what]) for size, found in grown.items()]) < STRAIGHT
