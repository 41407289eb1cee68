"""The report of a judge: its figures, over everything, by repository and by difficulty."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sweflow_tasks.values import JsonObject
from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import write_text
from sweflow_tracer.paths import StrPath

from sweflow_datasets.errors import ExtraMissing
from sweflow_datasets.scores.best_of_n import best_of_n
from sweflow_datasets.scores.calibration import calibration_bins, expected_calibration_error
from sweflow_datasets.scores.calibration_plot import calibration_plot
from sweflow_datasets.scores.read import Joined, read_scored
from sweflow_datasets.scores.values import Scored

SCORES_VERSION = 1
QUARTERS = ("0.00-0.25", "0.25-0.50", "0.50-0.75", "0.75-1.00")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """A candidate with a score of at least ``threshold`` is one that the judge calls right.

    ``bins`` are those of the calibration. ``unbounded`` scores are no probabilities: they may be any number, and have
    neither a Brier score nor a calibration.
    """

    threshold: float = 0.5
    bins: int = 10
    unbounded: bool = False


def judge_scores(
    verdicts: StrPath,
    scores: StrPath,
    options: ScoreOptions | None = None,
    builds: Sequence[StrPath] = (),
    plot: StrPath | None = None,
) -> JsonObject:
    """The report on a file of scores; ``plot`` is where the calibration is drawn as SVG. Raises SweflowError."""
    asked = options or ScoreOptions()
    joined = read_scored(verdicts, scores, builds)
    outside = [each for each in joined.scored if not 0 <= each.score <= 1]
    if outside and not asked.unbounded:
        first = outside[0]
        problem = f"holds {len(outside)} scores that are no probability (first: {first.score} for {first.instance_id})"
        hint = "give scores from 0 to 1, or pass --unbounded and do without Brier score and calibration"
        raise FileNotUsable(Path(scores), problem, hint)
    report = score_report(joined, asked)
    if plot is not None and not asked.unbounded:
        write_text(Path(plot), calibration_plot(calibration_bins(joined.scored, asked.bins)))
    return report


def score_report(joined: Joined, options: ScoreOptions) -> JsonObject:
    """Every figure of scores that were read. Raises ExtraMissing where scikit-learn is not there."""
    metrics, scored = _metrics(), joined.scored

    def groups(name_of: Callable[[Scored], str]) -> JsonObject:
        held: dict[str, list[Scored]] = {}
        for each in scored:
            held.setdefault(name_of(each), []).append(each)
        return (
            {name: _figures(metrics, held[name], options) for name in sorted(held)} if held.keys() != {UNKNOWN} else {}
        )

    bins = () if options.unbounded else calibration_bins(scored, options.bins)
    return {
        "version": SCORES_VERSION,
        "threshold": options.threshold,
        "ungraded": joined.ungraded,
        **_figures(metrics, scored, options),
        "bins": [asdict(found) for found in bins],
        "best_of_n": [asdict(point) for point in best_of_n(scored)],
        "by_repository": groups(lambda each: each.repo or UNKNOWN),
        "by_difficulty": groups(_quarter),
    }


def _figures(metrics: ModuleType, scored: Sequence[Scored], options: ScoreOptions) -> JsonObject:
    """Figures of some candidates; None is one that they do not have."""
    right, scores = [each.resolved for each in scored], [each.score for each in scored]
    both = len(set(right)) == 2
    figures: dict[str, Any] = {
        "tasks": len({each.instance_id for each in scored}),
        "candidates": len(scored),
        "resolved": sum(right),
        "accuracy": metrics.accuracy_score(right, [score >= options.threshold for score in scores]),
        "auc": metrics.roc_auc_score(right, scores) if both else None,
        "brier": None,
        "calibration_error": None,
    }
    if not options.unbounded:
        figures["brier"] = metrics.brier_score_loss(right, scores, pos_label=True)
        figures["calibration_error"] = expected_calibration_error(calibration_bins(scored, options.bins))
    return {name: round(float(value), 6) if isinstance(value, float) else value for name, value in figures.items()}


def _metrics() -> ModuleType:
    try:
        from sklearn import metrics  # noqa: PLC0415  # optional
    except ImportError as error:
        raise ExtraMissing("score", ("scikit-learn",)) from error
    found: ModuleType = metrics
    return found


def _quarter(each: Scored) -> str:
    return UNKNOWN if each.difficulty is None else QUARTERS[min(int(each.difficulty * 4), 3)]
