"""Each docstring has the true edges of its test; the autouse fixture's come on top."""

import random

import anyio
import pytest
from hypothesis import given, settings, strategies

from wild.core import double, later, leaf

ATTEMPTS = []


async def test_asyncio():
    """test_asyncio -> later; later -> leaf"""
    await later()


@pytest.mark.anyio
async def test_anyio():
    """- ~> anyio_backend; - ~> later; later -> leaf; test_anyio -> leaf"""
    leaf()
    async with anyio.create_task_group() as group:
        group.start_soon(later)


@given(strategies.integers())
@settings(max_examples=5)
def test_hypothesis(n):
    """test_hypothesis ~> test_hypothesis; test_hypothesis -> double; double -> leaf"""
    double(n)


@pytest.mark.flaky(reruns=2)
def test_rerun():
    """test_rerun -> leaf"""
    ATTEMPTS.append(leaf())
    assert len(ATTEMPTS) > 1


@pytest.mark.timeout(20)
def test_time_out_of_a_plugin():
    """test_time_out_of_a_plugin -> leaf"""
    leaf()


def test_mocked(mocker):
    """test_mocked -> leaf"""
    mocker.patch("wild.core.double")
    leaf()


@pytest.mark.parametrize("text", ["a::b", "[x]", "ü / two words", "", "-k", "\x00"])
def test_parameters(text):
    """test_parameters -> leaf"""
    leaf()


@pytest.mark.xfail(reason="known")
def test_expected_to_fail():
    """xfailed"""
    assert not leaf()


@pytest.mark.skip
def test_skipped():
    """skipped"""


def test_randomness_is_pinned():
    """test_randomness_is_pinned -> leaf"""
    leaf()
    assert random.random() == random.Random(0).random()
