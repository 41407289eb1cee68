"""Environments of real source distributions, made with nothing said of them."""

import subprocess
import sys
import tarfile

import pytest

import sweflow

pytestmark = pytest.mark.corpus
PROJECTS = {"itsdangerous==2.2.0": 250, "flask==3.1.3": 400, "cachetools==8.0.2": 400}
"""How many tests pass at least. flask's suite needs a pytest before 9."""


@pytest.mark.parametrize("pin", PROJECTS)
def test_a_source_distribution_gets_an_environment_without_a_hint(pin, tmp_path):
    download = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--dest",
        str(tmp_path),
        pin,
    ]
    subprocess.run(download, check=True, timeout=300)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    repo = tmp_path / archive.name.removesuffix(".tar.gz")
    made = sweflow.make_environment(repo, tmp_path / "made.env")
    assert made.outcome.status is sweflow.EnvironmentStatus.READY
    assert made.proof.passed >= PROJECTS[pin]
    assert made.interpreter.exists()
    assert not [each for each in made.pins if each.startswith(("sweflow", pin.partition("==")[0] + "=="))]
    trace = sweflow.trace(repo, tmp_path / "out", python=made.interpreter)
    assert len(trace.tests) == made.proof.collected
