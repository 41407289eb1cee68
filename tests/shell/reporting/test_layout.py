"""Laws of the map's layout."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sweflow.reporting.layout import Item, layout


@st.composite
def items(draw):
    size = draw(st.integers(0, 40))
    near = st.sets(st.integers(0, max(size - 1, 0)), max_size=5).map(lambda found: tuple(sorted(found)))
    one = st.builds(Item, st.integers(0, 9), st.sampled_from(["a", "b", "c"]), near if size else st.just(()))
    return draw(st.lists(one, min_size=size, max_size=size))


@settings(max_examples=60, deadline=None)
@given(items())
def test_columns_are_steps_bands_hold_their_own_and_no_two_share_a_place(given_items):
    made = layout(given_items)
    bands = {band.name: band for band in made.bands}
    for a, x, y in zip(given_items, made.x, made.y, strict=True):
        assert bands[a.band].top < y < bands[a.band].bottom
        for b, other in zip(given_items, made.x, strict=True):
            assert (a.column == b.column) == (x == other)
            assert (a.column < b.column) == (x < other)
    assert len(set(zip(made.x, made.y, strict=True))) == len(given_items)
    assert layout(given_items) == made


def test_bands_lie_beneath_each_other():
    made = layout([Item(0, "b", ()), Item(1, "a", ()), Item(1, "b", ())])
    assert [band.name for band in made.bands] == ["a", "b"]
    assert made.bands[0].bottom < made.bands[1].top


def test_neighbours_come_to_stand_at_one_height():
    """Two chains through ten columns, given in a mixed order, are drawn apart."""
    chain = [Item(n // 2, "a", tuple(m for m in (n - 2, n + 2) if 0 <= m < 20)) for n in range(20)]
    made = layout(chain)
    crossings = sum((made.y[n] < made.y[n + 1]) != (made.y[n + 2] < made.y[n + 3]) for n in range(0, 18, 2))
    assert crossings <= 2
