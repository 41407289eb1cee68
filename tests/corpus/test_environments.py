"""Environments of real source distributions, made with nothing said of them."""

import tarfile
import urllib.request

import pytest

import sweflow

HOST = "https://files.pythonhosted.org/packages/"
pytestmark = pytest.mark.corpus
PROJECTS = {
    "itsdangerous-2.2.0": ("source/i/itsdangerous/itsdangerous-2.2.0.tar.gz", 250),
    "flask-3.1.0": ("source/f/flask/flask-3.1.0.tar.gz", 400),
    "cachetools-5.5.0": ("source/c/cachetools/cachetools-5.5.0.tar.gz", 200),
}
"""Where they are, and how many tests pass at least. flask's suite needs a pytest before 9."""


@pytest.mark.parametrize("name", PROJECTS)
def test_a_source_distribution_gets_an_environment_without_a_hint(name, tmp_path):
    place, least = PROJECTS[name]
    archive, _ = urllib.request.urlretrieve(HOST + place, tmp_path / "archive.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    made = sweflow.make_environment(tmp_path / name, tmp_path / "made.env")
    assert made.outcome.status is sweflow.Status.READY
    assert made.proof.passed >= least
    assert made.interpreter.exists()
    assert not [pin for pin in made.pins if pin.startswith(("sweflow", name.rpartition("-")[0] + "=="))]
    trace = sweflow.trace(tmp_path / name, tmp_path / "out", python=made.interpreter)
    assert len(trace.tests) == made.proof.collected
