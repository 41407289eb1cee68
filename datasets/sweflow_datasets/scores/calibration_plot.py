"""The calibration as a picture: shares that are right over scores, as SVG; the same bins give the same bytes."""

from collections.abc import Sequence
from html import escape

from sweflow_datasets.export.plots import STYLE, label
from sweflow_datasets.scores.calibration import Bin, expected_calibration_error

_SIDE, _LEFT, _TOP = 320, 64, 48
"""The square of the plot, and its margins, in pixels."""
_WIDTH, _HEIGHT = _LEFT + _SIDE + 32, _TOP + _SIDE + 64


def calibration_plot(bins: Sequence[Bin]) -> str:
    """A bar for each bin with candidates, beside the diagonal on which a calibrated judge is."""
    count = sum(found.count for found in bins)
    error = expected_calibration_error(bins)
    said = "; ".join(_said(found) for found in bins if found.count)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        'role="img" aria-labelledby="title what">',
        '<title id="title">Calibration</title>',
        f'<desc id="what">Share of candidates that are right, by score. {escape(said)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}"/>',
        label(_WIDTH / 2, 26, f"Calibration ({count} candidates, error {error:.3f})", "title"),
    ]
    for tenth in range(0, 11, 2):
        x, y = _at(tenth / 10, tenth / 10)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _SIDE}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts += [
            label(_LEFT - 8, y + 4, f"{tenth / 10:.1f}", "tick"),
            label(x, _TOP + _SIDE + 18, f"{tenth / 10:.1f}"),
        ]
    for found in bins:
        if found.count:
            (x, y), (end, base) = _at(found.low, found.resolved), _at(found.high, 0)
            parts.append(
                f'<rect class="bar" x="{x + 1:.1f}" y="{y:.1f}" width="{end - x - 2:.1f}" height="{base - y:.1f}">'
                f"<title>{escape(_said(found))}</title></rect>"
            )
    (left, low), (right, high) = _at(0, 0), _at(1, 1)
    parts.append(f'<line style="stroke:var(--ink)" x1="{left:.1f}" y1="{low:.1f}" x2="{right:.1f}" y2="{high:.1f}"/>')
    parts.append(label(_LEFT + _SIDE / 2, _HEIGHT - 16, "score"))
    parts.append(f'<text transform="translate(18 {_TOP + _SIDE / 2:.1f}) rotate(-90)">share that is right</text>')
    return "\n".join([*parts, "</svg>", ""])


def _at(score: float, share: float) -> tuple[float, float]:
    return _LEFT + _SIDE * score, _TOP + _SIDE * (1 - share)


def _said(found: Bin) -> str:
    return (
        f"{found.low:.2f}–{found.high:.2f}: {found.resolved:.3f} of {found.count} right, mean score {found.score:.3f}"
    )
