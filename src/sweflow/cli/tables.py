"""Tables: a build's summary as one that could be pasted into an issue."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text
from sweflow_tasks.attacks import AttackOutcome
from sweflow_tracer import TestTrace, Trace

SHORT = 12
"""Characters of a cell that is never broken."""


def summary_table(summary: Mapping[str, Any], title: str) -> Table:
    """Tests, steps and functions, each with what became of them, and the seconds per stage."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("what")
    table.add_column("count", justify="right")
    table.add_column("of which")
    tests, steps, functions = summary["tests"], summary["steps"], summary["functions"]
    table.add_row("tests", str(tests["collected"]), f"accepted {tests['accepted']}{_reasons(tests)}")
    table.add_row("steps", str(steps["scheduled"]), f"verified {steps['verified']}{_reasons(steps)}")
    kept = f"in tasks {functions['in_tasks']}, scaffold {functions['scaffold']}"
    kept += f", unreached {functions['unreached']}{_reasons(functions)}"
    table.add_row("core functions", str(functions["core"]), kept)
    size = summary["median_step"]
    table.add_row("median step", "", f"{size['functions']:g} functions, {size['lines']:g} lines")
    for what, figures in _measured(summary["certificate"]):
        table.add_row(what, "", figures)
    seconds = summary["seconds"]
    spent = ", ".join(f"{stage} {value:g}" for stage, value in seconds.items())
    table.add_row("seconds", f"{sum(seconds.values()):.0f}", spent)
    return table


def report_tables(report: Mapping[str, Any]) -> list[Table]:
    """A report of an evaluation: a line a model, and a table of shares by depth, size and repository for each."""
    title = f"{report['predictions']} predictions for {report['tasks']} tasks"
    models = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    models.add_column("model")
    for name in ("resolved", "share", "95 % interval", "reward", "F2P", "P2P", "pass@k"):
        models.add_column(name, justify="right")
    models.add_column("verdicts")
    for model, found in report["models"].items():
        chances = ", ".join(f"{k}: {chance:.3f}" for k, chance in found["pass_at_k"].items())
        verdicts = ", ".join(f"{name} {count}" for name, count in found["verdicts"].items())
        rates = (f"{found[name]:.3f}" for name in ("reward", "f2p_rate", "p2p_rate"))
        models.add_row(Text(model), *_share_cells(found["resolved"]), *rates, chances, verdicts)
    return [models, *(_groups_table(model, found) for model, found in report["models"].items())]


def report_notes(report: Mapping[str, Any], folder: Path) -> str:
    """What the figures are shares of, which tasks are no clean failure, and where everything stands."""
    lines = [
        f"resolved: of all {report['tasks']} tasks, by a model's first candidate. reward, F2P and P2P: means over the "
        "tasks that the model has a candidate for. verdicts: of all candidates."
    ]
    for model, found in report["models"].items():
        named = {"without a candidate": "incomplete_ids", "empty patch": "empty_patch_ids", "error": "error_ids"}
        lines += [f"{model}: {what}: {_some(found[key])}" for what, key in named.items() if found[key]]
    if report["unknown_ids"]:
        lines.append(f"for no task of this build, and not graded: {_some(report['unknown_ids'])}")
    return "\n".join(
        (*lines, f"verdicts a line each in {folder / 'results.jsonl'}, ids and shares in {folder / 'report.json'}")
    )


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:3])
    return f"{len(ids)} ({shown}{', …' if len(ids) > 3 else ''})"


def _groups_table(model: str, found: Mapping[str, Any]) -> Table:
    table = Table(title=Text(model), title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("by")
    table.add_column("")
    for name in ("resolved", "share", "95 % interval"):
        table.add_column(name, justify="right")
    for kind in ("depth", "size", "repository"):
        for name, share in found[f"by_{kind}"].items():
            table.add_row(kind, Text(name), *_share_cells(share))
    return table


def _share_cells(share: Mapping[str, Any]) -> tuple[str, str, str]:
    low, high = share["interval"]
    return f"{share['count']}/{share['of']}", f"{100 * share['share']:.1f} %", f"{100 * low:.1f}-{100 * high:.1f} %"


def attacks_table(outcomes: Sequence[AttackOutcome], title: str) -> Table:
    """The attack matrix: a line an attack, with its verdict."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for name in ("attack", "what it tries", "verdict", "reward", "caught by", ""):
        table.add_column(name)
    for outcome in outcomes:
        attack, verdict = outcome.attack, outcome.verdict
        mark = "" if outcome.harmless else "SCORES"
        mark = f"open: {attack.open}" if outcome.scored and attack.open else mark
        cells = (verdict.verdict.value, f"{verdict.reward:g}") if verdict else ("not run", "")
        table.add_row(attack.name, attack.what, *cells, outcome.caught_by, mark)
    return table


def attacks_object(outcomes: Sequence[AttackOutcome]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [
        {
            "attack": outcome.attack.name,
            "what": outcome.attack.what,
            "open": outcome.attack.open,
            "verdict": outcome.verdict.verdict.value if outcome.verdict else None,
            "reward": outcome.verdict.reward if outcome.verdict else None,
            "detail": outcome.verdict.detail if outcome.verdict else "not run: nothing here would bound it",
            "caught_by": outcome.caught_by,
            "harmless": outcome.harmless,
        }
        for outcome in outcomes
    ]


def _measured(certificate: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What full certificates say; nothing of basic ones."""
    if "strength" not in certificate:
        return
    gold, strength, necessity = certificate["gold"], certificate["strength"], certificate["necessity"]
    yield "gold runs", f"{gold['runs']} a tree, flaky {gold['flaky']}"
    shares = ", ".join(f"{share:.0%}" for share in strength["quartiles"][1:4])
    spread = f"; quartiles of {strength['tasks']} tasks: {shares}" if shares else ""
    yield "mutants", f"noticed {strength['killed']} of {strength['total']}{spread}"
    yield "left out alone", f"unnoticed {necessity['unnoticed']} functions in {necessity['tasks']} tasks"


def trace_table(trace: Trace, title: str) -> Table:
    """Counts of a trace, and the tests whose calls varied from one traced run to the next."""
    outcomes = Counter(test.outcome.value for test in trace.tests)
    counts: dict[str, object] = {"tests": len(trace.tests), **outcomes}
    counts |= {"code objects": len(trace.codes), "edges": len(trace.edges)}
    for test in trace.tests:
        if test.varying:
            counts[f"varying: {test.id}"] = ", ".join(_code(trace, code) for code in test.varying)
    return counts_table(counts, title)


def trace_object(trace: Trace) -> dict[str, Any]:
    """A trace for machines: of each test the outcome and what it called, as ``path:line name``; imports left out."""
    return {
        "tests": [
            {
                "id": test.id,
                "outcome": test.outcome.value,
                "duration": test.duration,
                "calls": [_code(trace, code) for code in _called(trace, test)],
                "varying": [_code(trace, code) for code in test.varying],
            }
            for test in trace.tests
        ],
        "errors": [{"path": error.path, "text": error.text} for error in trace.errors],
    }


def _called(trace: Trace, test: TestTrace) -> list[int]:
    sets = (trace.edge_sets[number] for number in (test.setup, test.call, test.teardown))
    return sorted({trace.edges[edge].callee for edges in sets for edge in edges})


def _code(trace: Trace, number: int) -> str:
    code = trace.codes[number]
    return f"{code.path}:{code.line} {code.name}"


def counts_table(counts: Mapping[str, object], title: str) -> Table:
    """Plain counts, a row each."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("what")
    numbers = all(isinstance(value, int | float) for value in counts.values())
    table.add_column("count" if numbers else "value", justify="right" if numbers else "left", overflow="fold")
    for name, value in counts.items():
        table.add_row(name, str(value))
    return table


def rows_table(rows: Sequence[Any], title: str) -> Table:
    """One or more rows of one dataclass, a column a field: numbers to the right, tuples a line each."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for field in fields(rows[0]):
        cells = [getattr(row, field.name) for row in rows]
        is_number = isinstance(cells[0], int | float)
        is_short = all(len(_cell(cell)) <= SHORT for cell in cells)
        table.add_column(
            field.name.replace("_", " "), justify="right" if is_number else "left", overflow="fold", no_wrap=is_short
        )
    for row in rows:
        table.add_row(*(Text(_cell(getattr(row, field.name))) for field in fields(row)))
    return table


def report_table(report: Mapping[str, Any]) -> Table:
    """Facts about one thing, a row each; what is empty is left out."""
    table = Table(show_header=False, show_edge=False, pad_edge=False)
    table.add_column("what", style="bold")
    table.add_column("value", overflow="fold")
    for name, value in report.items():
        if value not in (None, "", ()):
            table.add_row(name.replace("_", " "), Text(_cell(value)))
    return table


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return "\n".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _reasons(counts: Mapping[str, Any]) -> str:
    return "".join(f", {reason} {count}" for reason, count in counts["rejected"].items())
