"""Finding the function whose removal breaks something (C2)."""

from hypothesis import given
from hypothesis import strategies as st
from sweflow_tasks.verification.repair import find_culprit


@given(st.integers(1, 200), st.data())
def test_C2_the_culprit_is_found_among_any_number_of_suspects_in_a_few_runs(count, data):
    suspects = [f"f{n}" for n in range(count)]
    guilty = data.draw(st.sets(st.sampled_from(suspects), min_size=1))
    asked = []

    def breaks(chosen):
        asked.append(chosen)
        return not guilty.isdisjoint(chosen)

    assert find_culprit(suspects, breaks) == min(guilty, key=suspects.index)
    assert len(asked) <= count.bit_length()
