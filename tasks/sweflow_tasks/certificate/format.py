"""What a certificate says of how much was measured: the same members at every level, so that rows go into one table."""

from dataclasses import asdict

from sweflow_tasks.certificate.values import Full, FunctionFigures
from sweflow_tasks.values import JsonObject

NOT_MEASURED = (
    "Not measured: whether the tests would notice a wrong solution (strength, necessity), which lines they run "
    "(figures), and whether the reference passes in repeated and shuffled runs (gold)."
)
"""What a basic certificate does not tell."""


def measured_object(full: Full | None) -> JsonObject:
    """``note``, ``gold``, ``strength``, ``necessity`` and ``figures``; without figures where nothing was measured."""
    figures = full.functions if full is not None else ()
    return {
        "note": "" if full is not None else NOT_MEASURED,
        "gold": {
            "runs": [asdict(run) for run in full.gold] if full is not None else [],
            "flaky": full.flaky if full is not None else (),
        },
        "strength": {
            "killed": full.killed if full is not None else 0,
            "total": full.mutants if full is not None else 0,
            "functions": [_strength(each) for each in figures],
        },
        "necessity": {"unnoticed": full.unnoticed if full is not None else ()},
        "figures": {
            "lines": [{"function": f.function, "executed": f.executed, "total": f.lines} for f in figures],
        },
    }


def _strength(figures: FunctionFigures) -> JsonObject:
    return {
        "function": figures.function,
        "killed": figures.killed,
        "total": figures.mutants,
        "survivors": [{"operator": m.operator, "line": m.line, "diff": m.diff} for m in figures.survivors],
    }
