"""Options: composed for Python, flat by the names of the command line, and the same there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweflow_datasets.options import DEFAULTS, Options
from sweflow_scheduler import Closure, Cost
from sweflow_scheduler.errors import BandUpsideDown
from sweflow_tasks import Docstrings, Level
from sweflow_tasks.errors import NothingMeasured

import sweflow
from sweflow.cli.main import cli
from sweflow.cli.settings import options_of

VALUES = st.fixed_dictionaries(
    {},
    optional={
        "isolation": st.sampled_from(("fork", "process", "none")),
        "engine": st.sampled_from(("auto", "settrace", "monitoring")),
        "reruns": st.integers(0, 5),
        "repeat": st.integers(1, 5),
        "follow_subprocesses": st.booleans(),
        "select": st.lists(st.text(), max_size=2).map(tuple),
        "cost": st.sampled_from([cost.value for cost in Cost]),
        "closure": st.sampled_from([closure.value for closure in Closure]),
        "docstrings": st.sampled_from([kind.value for kind in Docstrings]),
        "certificate": st.sampled_from([level.value for level in Level]),
        "gold_runs": st.integers(1, 5),
        "mutants": st.integers(0, 20),
        "timeout": st.floats(1, 100),
        "jobs": st.integers(0, 8),
    },
)


@given(VALUES)
def test_options_come_back_from_their_flat_names(values):
    made = Options.of(**values)
    assert made.values() == {**DEFAULTS.values(), **values}
    assert Options.of(**made.values()) == made
    assert "jobs" not in made.stored()


def test_every_option_has_its_name_on_the_command_line():
    known = {name.replace("-", "_") for command in ("build", "trace") for name in options_of(cli.commands[command])}
    assert DEFAULTS.values().keys() <= known


def test_what_no_room_could_use_is_refused():
    with pytest.raises(TypeError):
        Options.of(rerun=1)
    with pytest.raises(ValueError, match="'cheap' is not a valid Cost"):
        Options.of(cost="cheap")
    with pytest.raises(BandUpsideDown):
        Options.of(min_lines=9, max_lines=3)
    with pytest.raises(NothingMeasured):
        sweflow.CertificateOptions(min_strength=0.5)
