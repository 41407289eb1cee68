"""What one test leaves must not hide a call from the next; see test_calls.py. Not to be had in one process."""

import pytest

from calls import state


@pytest.fixture(scope="session")
def shared():
    yield state.resource()
    state.release()


@pytest.mark.parametrize("time", [1, 2])
def test_cache(time):
    """test_cache -> cached; cached -> leaf"""
    state.cached()


@pytest.mark.parametrize("time", [1, 2])
def test_singleton(time):
    """test_singleton -> get; get -> __init__; __init__ -> leaf"""
    state.Single.get()


@pytest.mark.parametrize("time", [1, 2])
def test_suspended_generator(time):
    """test_suspended_generator -> endless; endless -> leaf"""
    next(state.SUSPENDED)


@pytest.mark.parametrize("time", [1, 2])
def test_lazy_import(time):
    """test_lazy_import -> lazily; lazily -> late"""
    state.lazily()


@pytest.mark.parametrize("time", [1, 2])
def test_session_fixture(shared, time):
    """- ~> shared; shared -> resource; resource -> leaf; shared -> release; release -> leaf"""
