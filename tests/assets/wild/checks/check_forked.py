import pytest

from wild.core import leaf

pytest.importorskip("pytest_forked")


@pytest.mark.forked
def test_forked_by_a_plugin():
    """- ~> everywhere; everywhere -> leaf; test_forked_by_a_plugin -> leaf"""
    leaf()
