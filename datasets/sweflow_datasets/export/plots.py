"""Plots: how figures of tasks are spread, as bars in SVG."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from sweflow_datasets.export.selection import Fact, facts_of
from sweflow_datasets.export.values import ExportTask

Bars = Sequence[tuple[str, int]]

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 48, 64
_LABEL = 56
"""The width of a label."""
_SINGLE = 16
"""Counts up to here have a bar each; beyond, bars cover 1, 2, 3–4, 5–8 and so on, since few tasks are large."""
# The picture has a ground of its own: a page can be dark where the system is light.
STYLE = (
    "svg{--ground:#fff;--ink:#1f2328;--line:#d1d9e0;--bar:#3b76c4}"
    "@media(prefers-color-scheme:dark){svg{--ground:#0d1117;--ink:#e6edf3;--line:#3d444d;--bar:#6ea8f0}}"
    ".ground{fill:var(--ground)}.bar{fill:var(--bar)}.grid{stroke:var(--line)}"
    "text{fill:var(--ink);font:12px system-ui,sans-serif;text-anchor:middle}"
    ".title{font-size:15px;font-weight:600}.tick{text-anchor:end}"
)


@dataclass(frozen=True, slots=True)
class _Plot:
    title: str
    label: str
    bars: Callable[[Sequence[float]], Bars]


def plots(tasks: Iterable[ExportTask]) -> dict[str, str]:
    """SVG by the name of the field that it shows; none for a field of which no task has a value."""
    facts = [facts_of(task) for task in tasks]
    found = {name: _numbers(fact[name] for fact in facts) for name in _PLOTS}
    return {name: _drawn(_PLOTS[name], values) for name, values in found.items() if values}


def _numbers(values: Iterable[Fact]) -> list[float]:
    return [value for value in values if isinstance(value, int | float)]


def _counts(values: Sequence[float]) -> Bars:
    """Bars for whole numbers."""
    last, first = int(max(values)), int(min(values))
    if last <= _SINGLE:
        ranges = [(number, number) for number in range(min(first, 1), last + 1)]
    else:
        doubled = [2**power for power in range((last - 1).bit_length() + 1)]
        ranges = [(0, 0)] * (first < 1) + [(high // 2 + 1, high) for high in doubled]
    return [
        (str(low) if low == high else f"{low}–{high}", sum(low <= value <= high for value in values))
        for low, high in ranges
    ]


def _tenths(values: Sequence[float]) -> Bars:
    """Bars for shares; the last one has the 1 in it."""
    places = [min(int(value * 10), 9) for value in values]
    return [(f"{number / 10:.1f}–{(number + 1) / 10:.1f}", places.count(number)) for number in range(10)]


_PLOTS = MappingProxyType(
    {
        "lines": _Plot("Size of tasks", "lines of the functions in the original", _counts),
        "depth": _Plot("Depth of tasks", "longest chain of calls below the functions", _counts),
        "tests": _Plot("Tests of tasks", "tests that fail before and pass after", _counts),
        "strength": _Plot("Strength of tests", "share of mutants that the tests notice", _tenths),
    }
)


def _drawn(plot: _Plot, values: Sequence[float]) -> str:
    bars = plot.bars(values)
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    highest, step = _scale(max(count for _, count in bars))
    slot = width / len(bars)
    base = _TOP + height
    said = escape("; ".join(f"{name}: {count}" for name, count in bars if count))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        'role="img" aria-labelledby="title what">',
        f'<title id="title">{escape(plot.title)}</title>',
        f'<desc id="what">{escape(plot.label)}: number of tasks. {said}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}"/>',
        label(_WIDTH / 2, 26, f"{plot.title} ({len(values)} tasks)", "title"),
    ]
    for count in range(0, highest + 1, step):
        y = base - height * count / highest
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(label(_LEFT - 8, y + 4, str(count), "tick"))
    for place, (name, count) in enumerate(bars):
        x, tall = _LEFT + slot * place, height * count / highest
        parts.append(
            f'<rect class="bar" x="{x + slot * 0.1:.1f}" y="{base - tall:.1f}" width="{slot * 0.8:.1f}" '
            f'height="{tall:.1f}"><title>{escape(name)}: {count}</title></rect>'
        )
        lower = 14 * (place % 2) if slot < _LABEL else 0  # long labels stand in two rows
        parts.append(label(x + slot / 2, base + 18 + lower, name))
    parts.append(label(_LEFT + width / 2, _HEIGHT - 16, plot.label))
    parts.append(f'<text transform="translate(18 {_TOP + height / 2:.1f}) rotate(-90)">tasks</text>')
    return "\n".join([*parts, "</svg>", ""])


def _scale(most: int) -> tuple[int, int]:
    """The end of an axis from 0, and a round step that leads there in at most five."""
    step = next(n * 10**power for power in range(20) for n in (1, 2, 5) if n * 10**power * 5 >= most)
    return -(-most // step) * step, step


def label(x: float, y: float, text: str, kind: str = "") -> str:
    """A text at a place."""
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
