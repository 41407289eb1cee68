"""The tracer's witnesses on real projects; benchmarks/witness.py runs them over the whole corpus."""

import pytest

from tests.corpus.projects import folder, script
from tests.tracer.probe.test_wild import interpreter

PROJECTS = ("tabulate", "itsdangerous")


@pytest.mark.corpus
@pytest.mark.parametrize("name", PROJECTS)
def test_T2_every_function_with_a_line_that_coverage_saw_is_in_the_trace(name, python, tmp_path_factory):
    witness = script("witness")
    finding = witness.coverage_witness(witness.load(name, folder(tmp_path_factory), str(python)))
    assert finding.tests > 200
    assert finding.compared > 1000
    assert finding.exceptions == ()


@pytest.mark.corpus
@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_T4_both_engines_give_equal_edges(name, version, tmp_path_factory):
    witness = script("witness")
    case = witness.load(name, folder(tmp_path_factory), str(interpreter(version)))
    finding = witness.engines_witness(case)
    assert finding.compared > 1000
    assert finding.exceptions == ()


@pytest.mark.corpus
@pytest.mark.parametrize("name", PROJECTS)
def test_T3_a_forked_child_and_a_process_give_equal_edges(name, python, tmp_path_factory):
    witness = script("witness")
    case = witness.load(name, folder(tmp_path_factory), str(python))
    finding = witness.isolation_witness(case, witness.sample(case, 40))
    assert finding.tests == 40
    assert finding.exceptions == ()
