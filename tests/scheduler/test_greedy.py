"""The greedy order on inputs small enough to check by hand."""

import pytest
from sweflow_scheduler.greedy import greedy_order


def order(requirements, cost=None):
    sets = {test: frozenset(functions) for test, functions in requirements.items()}
    prices = cost or {function: 1 for functions in sets.values() for function in functions}
    return [(batch.tests, sorted(batch.new)) for batch in greedy_order(sets, prices)]


def test_S4_the_next_step_is_the_one_that_adds_the_least_new_code():
    assert order({"a": [1, 2, 3], "b": [1], "c": [2, 3]}) == [
        (("b",), [1]),
        (("a", "c"), [2, 3]),
    ]


def test_S4_cost_is_what_counts_not_the_number_of_functions():
    assert order({"a": [1], "b": [2, 3]}, {1: 10, 2: 1, 3: 2})[0] == (("b",), [2, 3])


def test_S4_ties_break_on_the_smallest_test_id():
    assert [tests for tests, _ in order({"z": [1], "b": [2], "m": [3]})] == [("b",), ("m",), ("z",)]


def test_S2_tests_that_add_nothing_join_the_step_that_completed_them():
    assert order({"a": [1], "b": [2], "both": [1, 2]}) == [(("a",), [1]), (("b", "both"), [2])]


def test_S1_tests_that_require_nothing_come_first_and_add_nothing():
    assert order({"a": [1], "none": []}) == [(("none",), []), (("a",), [1])]


def test_a_recursive_pair_that_one_test_reaches_is_one_step():
    assert order({"even_or_odd": [1, 2]}) == [(("even_or_odd",), [1, 2])]


def test_S3_among_equal_costs_the_fewest_calls_ahead_win():
    sets = {"a": [1], "b": [2], "c": [3]}
    batches = greedy_order(sets, {1: 1, 2: 1, 3: 1}, calls={1: [3]})
    assert [batch.tests for batch in batches] == [("b",), ("c",), ("a",)]


def test_S3_a_call_is_ahead_only_until_what_it_calls_is_there():
    sets = {"a": [1], "b": [2], "c": [3], "d": [4]}
    batches = greedy_order(sets, dict.fromkeys((1, 2, 3, 4), 1), calls={1: [3], 2: [1, 3], 3: [4]})
    assert [batch.tests for batch in batches] == [("d",), ("c",), ("a",), ("b",)]


def test_S3_calls_inside_the_new_functions_and_to_what_no_test_requires_are_not_ahead():
    sets = {"a": [1, 2], "b": [3, 4]}
    batches = greedy_order(sets, dict.fromkeys(range(1, 5), 1), calls={1: [2, 99], 2: [1], 3: [1]})
    assert [batch.tests for batch in batches] == [("a",), ("b",)]


def test_a_cost_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        greedy_order({"a": [1]}, {1: 0})


def test_an_empty_input_gives_an_empty_order():
    assert order({}) == []
