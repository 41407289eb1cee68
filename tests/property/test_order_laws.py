"""Laws of the greedy order, for any requirements (S1, S2, S4)."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from sweflow_scheduler.bands import merge_small
from sweflow_scheduler.greedy import Batch, greedy_order

functions = st.integers(0, 12)
requirements = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.frozensets(functions, max_size=6))
calls = st.dictionaries(functions, st.frozensets(functions, max_size=4))
costs = st.fixed_dictionaries({n: st.integers(1, 20) for n in range(13)})


@given(requirements, costs)
def test_S1_every_test_is_in_exactly_one_step_and_its_requirement_is_developed_by_then(required, cost):
    done: set[int] = set()
    seen: list[str] = []
    for batch in greedy_order(required, cost):
        done.update(batch.new)
        seen += batch.tests
        assert all(required[test] <= done for test in batch.tests)
    assert sorted(seen) == sorted(required)


@given(requirements, costs)
def test_S2_every_step_but_the_first_introduces_a_function_and_none_twice(required, cost):
    batches = greedy_order(required, cost)
    assert all(batch.new for batch in batches[1:])
    assert sum(len(batch.new) for batch in batches) == len(frozenset().union(*required.values()))


@given(requirements, costs)
def test_S4_no_waiting_test_would_have_been_cheaper(required, cost):
    done: set[int] = set()
    waiting = dict(required)
    for batch in greedy_order(required, cost):
        price = sum(cost[f] for f in batch.new)
        assert price == min(sum(cost[f] for f in need - done) for need in waiting.values())
        done.update(batch.new)
        for test in batch.tests:
            del waiting[test]
        assert not [test for test, need in waiting.items() if need <= done]


@given(requirements, costs, calls, st.randoms())
def test_S4_the_order_of_the_input_does_not_matter(required, cost, called, random):
    def shuffled(mapping):
        items = [(key, random.sample(sorted(value), len(value))) for key, value in mapping.items()]
        return dict(random.sample(items, len(items)))

    assert greedy_order(shuffled(required), cost, shuffled(called)) == greedy_order(required, cost, called)


def one_by_one(required, cost, called):
    """The greedy order as S3 and S4 say it, without any cleverness."""
    everything = frozenset().union(*required.values())
    done: frozenset[int] = frozenset()
    waiting = dict(required)
    order = []

    def rank(test):
        new = waiting[test] - done
        ahead = sum(1 for f in new for callee in called.get(f, ()) if callee in everything - done - new)
        return (sum(cost[f] for f in new), ahead, test)

    while waiting:
        new = waiting[min(waiting, key=rank)] - done
        done |= new
        complete = tuple(sorted(test for test, need in waiting.items() if need <= done))
        waiting = {test: need for test, need in waiting.items() if test not in complete}
        order.append(Batch(complete, tuple(sorted(new))))
    return order


@given(requirements, costs, calls)
@settings(max_examples=300)
def test_S3_S4_the_incremental_order_is_the_plain_one(required, cost, called):
    assert greedy_order(required, cost, called) == one_by_one(required, cost, called)


@given(requirements, costs, st.integers(0, 40), st.integers(0, 40))
def test_S1_S2_merging_into_a_band_keeps_tests_functions_and_their_order(required, cost, least, most):
    def size(batch):
        return sum(cost[f] for f in batch.new)

    batches = [batch for batch in greedy_order(required, cost) if batch.new]
    merged = merge_small(batches, size, least, most)
    done: set[int] = set()
    for batch in merged:
        assert batch.new
        done.update(batch.new)
        assert all(required[test] <= done for test in batch.tests)
    assert sorted(t for b in merged for t in b.tests) == sorted(t for b in batches for t in b.tests)
    joined = [b for b in merged if b not in batches]
    assert not most or all(size(b) <= most for b in joined)
    for first, second in pairwise(merged):
        assert size(first) >= least or (most and size(first) + size(second) > most)


@given(requirements, costs)
def test_a_band_that_nothing_is_below_changes_nothing(required, cost):
    batches = greedy_order(required, cost)
    assert merge_small(batches[1:], lambda batch: 1, 1, 0) == batches[1:]
