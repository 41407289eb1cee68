"""Laws of the greedy order, for any requirements (S1, S2, S4)."""

from hypothesis import given
from hypothesis import strategies as st
from sweflow_scheduler.greedy import greedy_order

functions = st.integers(0, 12)
requirements = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.frozensets(functions, max_size=6))
costs = st.fixed_dictionaries({n: st.integers(1, 20) for n in range(13)})


@given(requirements, costs)
def test_S1_every_test_is_in_exactly_one_step_and_its_requirement_is_developed_by_then(required, cost):
    done: set[int] = set()
    seen: list[str] = []
    for batch in greedy_order(required, cost):
        done |= batch.new
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
        done |= batch.new
        for test in batch.tests:
            del waiting[test]
        assert not [test for test, need in waiting.items() if need <= done]


@given(requirements, costs, st.randoms())
def test_S4_the_order_of_the_input_does_not_matter(required, cost, random):
    shuffled = list(required.items())
    random.shuffle(shuffled)
    assert greedy_order(dict(shuffled), cost) == greedy_order(required, cost)
