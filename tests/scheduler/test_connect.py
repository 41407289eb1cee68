"""What a step's place among the others says of it: which functions are targets."""

import pytest
from sweflow_scheduler.connect import is_target


@pytest.mark.parametrize(
    ("callers", "expected"),
    [([None], True), (["earlier"], True), (["same"], False), (["later"], False), (["unreached"], False), ([], False)],
)
def test_a_target_is_called_from_what_is_there_before_its_step(callers, expected):
    assert is_target(callers, 2, {"earlier": 1, "same": 2, "later": 3}) is expected
