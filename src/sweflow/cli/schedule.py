"""``sweflow schedule``: make the schedule, show it, and explain a step of it."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sweflow_datasets import pipeline
from sweflow_scheduler import Closure, Cost, Explanation, Rules, Schedule, critical_path, explain, waves, width
from sweflow_scheduler.explain import Choice

from sweflow.cli.command import DIR, chosen_sandbox, forcing, output, sandbox, scheduling, show, side_by_side
from sweflow.cli.progress import Bars
from sweflow.display.timeline import BAR, timeline


@click.command()
@click.argument("dir", type=DIR)
@scheduling
@click.option("--explain", "wanted", type=int, metavar="STEP", help="Say why a step stands where it stands.")
@forcing
@sandbox
@side_by_side
@output
def schedule(dir: Path, wanted: int | None, **given: Any) -> None:
    """Order DIR's graph into a development schedule.

    Options that are not given are those that the build was started with. With --closure needed the tests run on code
    with one function emptied at a time, to see which of them notice. The timeline shows how it would go if each
    step were started as soon as the steps that it needs are there, and took as long as it has lines.

    \b
    Examples:
      sweflow schedule inventory.sweflow
      sweflow schedule inventory.sweflow --min-lines 20 --max-lines 80
      sweflow schedule inventory.sweflow --closure needed
      sweflow schedule inventory.sweflow --explain 7
    """
    if wanted is not None:
        graph = pipeline.load_graph(dir)
        why = explain(graph, pipeline.load_schedule(dir, graph), wanted)
        show(given, asdict(why), "\n".join(explanation_lines(why)))
        return
    rules = _rules(dir, given)
    runs = rules.closure is Closure.NEEDED
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"]) as bars:
        made = pipeline.schedule(
            dir,
            rules,
            jobs=given["jobs"],
            sandbox=chosen_sandbox(given) if runs else None,
            progress=bars,
            force=given["force"],
        )
    show(given, schedule_object(made), schedule_table(made, str(dir)), "\n".join(summary_lines(made)))


def _rules(dir: Path, given: dict[str, Any]) -> Rules:
    """The rules of the build with what was given on the command line."""
    rules = pipeline.stored_options(dir).rules
    return replace(
        rules,
        cost=Cost(given["cost"] or rules.cost),
        closure=Closure(given["closure"] or rules.closure),
        min_lines=rules.min_lines if given["min_lines"] is None else given["min_lines"],
        max_lines=rules.max_lines if given["max_lines"] is None else given["max_lines"],
        slack=rules.slack if given["slack"] is None else given["slack"],
    )


def schedule_object(made: Schedule) -> dict[str, Any]:
    """A schedule for machines, with its figures."""
    return {
        **asdict(made),
        "waves": waves(made),
        "width": width(made),
        "critical_path": critical_path(made),
        "forward_references": made.forward_references,
    }


def schedule_table(made: Schedule, title: str) -> Table:
    """A row a step, with a bar on the timeline; cc is the cyclomatic complexity, hard the difficulty."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    names = ("step", "wave", "depth", "tests", "new", "lines", "cc", "hard", "ahead")
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("timeline", no_wrap=True, min_width=BAR)
    table.add_column("targets", overflow="fold", min_width=16)
    for step, bar in zip(made.steps, timeline(made), strict=True):
        figures = (step.number, step.wave, step.depth, len(step.tests), len(step.functions), step.lines)
        more = (step.complexity, f"{step.difficulty:.2f}", len(step.forward))
        targets = ", ".join(function.partition("::")[2] for function in step.targets)
        note = f" ({step.unsplit.value})" if step.unsplit is not None else ""
        table.add_row(*map(str, (*figures, *more)), bar, Text(targets + note))
    return table


def summary_lines(made: Schedule) -> Iterator[str]:
    """What the whole schedule is like, in sentences."""
    path = critical_path(made)
    lines = sum(step.lines for step in made.steps)
    sequence = sum(made.steps[number - 1].lines for number in path)
    yield f"{len(made.steps)} steps, {lines} lines; {len(made.ready)} test functions need nothing but scaffold."
    yield f"{len(waves(made))} waves, at most {width(made)} steps side by side."
    yield f"The critical path has {len(path)} steps and {sequence} lines: {', '.join(map(str, path))}."
    yield f"{made.forward_references} calls go to functions that come later."


def explanation_lines(why: Explanation) -> Iterator[str]:
    """An explanation in sentences."""
    for number, choice in enumerate(why.choices):
        start = f"Step {why.number}" if not number else "Then, to reach --min-lines, it"
        yield from _choice_lines(start, choice)
    for needed, functions in why.needs:
        yield f"It needs step {needed}: {', '.join(functions)}."
    if not why.needs:
        yield "It needs no earlier step."
    for function, tests in why.unnoticed:
        calling = "test function" if tests == 1 else "test functions"
        yield f"{function} waited for it: {tests} {calling} before it can do without."
    later = ", ".join(map(str, why.needed_by)) or "none"
    yield f"Steps that need it: {later}."


def _choice_lines(start: str, choice: Choice) -> Iterator[str]:
    yield f"{start} develops what {choice.test} still missed, at a cost of {choice.cost}."
    if choice.joined:
        yield f"This also satisfies {', '.join(choice.joined)}."
    if not choice.waiting:
        yield "No other test function was waiting."
        return
    yield f"{choice.waiting} other test functions were waiting, {choice.equal} of them at the same cost."
    for rival in choice.rivals:
        yield f"  {rival.test}: {rival.cost}, {_why_not(choice, rival.cost, rival.ahead)}"


def _why_not(choice: Choice, cost: int, ahead: int) -> str:
    if cost > choice.cost:
        return "costs more"
    if cost < choice.cost:
        return "costs less, but satisfies fewer tests or was not asked yet what it needs"
    if ahead > choice.ahead:
        return f"the same cost, but {ahead} calls ahead instead of {choice.ahead}"
    return "the same cost; its id comes later"
