"""What the certificates of a dataset say together, for its summary."""

from collections.abc import Mapping
from statistics import quantiles

from sweflow_tasks.certificate.options import CertificateOptions, Level
from sweflow_tasks.certificate.values import Full
from sweflow_tasks.values import JsonObject


def certificate_counts(options: CertificateOptions, full: Mapping[int, Full], flaky: int) -> JsonObject:
    """Strength, necessity and flaky tests over the verified tasks in ``full``; the level alone for basic ones."""
    if options.level is Level.BASIC:
        return {"level": options.level.value}
    shares = sorted(figures.strength for figures in full.values() if figures.strength is not None)
    unnoticed = [len(figures.unnoticed) for figures in full.values()]
    return {
        "level": options.level.value,
        "gold": {"runs": options.gold_runs, "flaky": flaky},
        "strength": {
            "killed": sum(figures.killed for figures in full.values()),
            "total": sum(figures.mutants for figures in full.values()),
            "tasks": len(shares),
            "quartiles": _quartiles(shares),
        },
        "necessity": {"unnoticed": sum(unnoticed), "tasks": sum(1 for count in unnoticed if count)},
    }


def _quartiles(shares: list[float]) -> list[float]:
    """Least, lower quartile, median, upper quartile, greatest; nothing where there is nothing."""
    if not shares:
        return []
    middle = quantiles(shares, n=4, method="inclusive") if len(shares) > 1 else shares * 3
    return [round(share, 4) for share in (shares[0], *middle, shares[-1])]
