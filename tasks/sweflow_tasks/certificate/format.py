"""The members that a full certificate adds to ``certificate`` in ``tasks.jsonl``."""

from dataclasses import asdict

from sweflow_tasks.certificate.values import Full, FunctionFigures
from sweflow_tasks.values import JsonObject


def full_object(full: Full) -> JsonObject:
    """``gold``, ``strength``, ``necessity`` and ``figures``."""
    return {
        "gold": {"runs": [asdict(run) for run in full.gold], "flaky": full.flaky},
        "strength": {
            "killed": full.killed,
            "total": full.mutants,
            "functions": {figures.function: _strength(figures) for figures in full.functions},
        },
        "necessity": {"unnoticed": full.unnoticed},
        "figures": {
            "lines": {f.function: {"executed": f.executed, "total": f.lines} for f in full.functions},
        },
    }


def _strength(figures: FunctionFigures) -> JsonObject:
    return {
        "killed": figures.killed,
        "total": figures.mutants,
        "survivors": [{"operator": m.operator, "line": m.line, "diff": m.diff} for m in figures.survivors],
    }
