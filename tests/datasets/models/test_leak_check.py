"""The leak check: a run of a hidden body is found in prose however it is set, and what everybody sees is none."""

import pytest
from sweflow_datasets.models.leak_check import LeakCheck

LONG = """
    total = 0
    for item in items:
        if item.price > limit and not item.sold:
            total += item.price * item.count  # the discount comes later
    return round(total, 2)
"""
SHORT = "    return self.width * self.height + 1\n"
BODIES = {"a.py::long": LONG, "a.py::short": SHORT, "a.py::tiny": "    return 1\n"}


def leaked(text: str, *shown: str) -> str | None:
    return LeakCheck(BODIES, shown).leaked(text)


@pytest.mark.parametrize(
    "text",
    [
        f"Do this:\n```python\n{LONG}```",
        "It goes for item in items: if item.price > limit and not item.sold: and adds.",
        "> for item in items: if\n>   item.price>limit and not item.sold:",
        "# for item in items: if item.price > limit and not item.sold:\n",
        "Don't say: for item in items: if item.price > limit and not item.sold: or it isn't hidden",
        "'for item in items: if item.price > limit and not item.sold:'",
    ],
)
def test_D3_a_long_run_of_a_hidden_body_is_a_leak(text):
    assert leaked(text) == "a.py::long"


def test_a_short_body_leaks_as_a_whole():
    assert leaked("It is `return self.width * self.height + 1`.") == "a.py::short"
    assert leaked("It is self.width * self.height.") is None


def test_a_body_of_few_tokens_and_prose_about_a_body_are_no_leak():
    assert leaked("It should return 1 where nothing is sold.") is None
    assert leaked("The sum of price times count over unsold items above the limit, rounded to 2 places.") is None


def test_what_stands_in_the_skeleton_or_the_tests_is_no_leak():
    assert leaked(f"As in the tests: {LONG}", f"def helper(items):{LONG}") is None
