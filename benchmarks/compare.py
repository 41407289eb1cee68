"""The greedy order beside a simpler one, on traced projects: steps, their sizes, and calls ahead.

    sweflow trace REPO --out toolz.sweflow
    python benchmarks/compare.py toolz.sweflow tabulate.sweflow ...

The simpler order groups test functions by identical requirement and sorts the groups by the lines of their requirement.
Each group is a step with whatever of its requirement is not there yet; one that adds nothing joins the step that
completed it. Both see the same requirements, and the figures of both are taken by the same code. Prints a Markdown
table.
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from sweflow_scheduler import Closure, Rules
from sweflow_scheduler.greedy import Batch, greedy_order
from sweflow_scheduler.schedule import ScheduleBasis, make_basis

import sweflow


@dataclass(frozen=True, slots=True)
class Figures:
    """What an order is like: new functions and lines a step, and calls to functions that come later."""

    steps: int
    functions: tuple[float, float, int]
    lines: tuple[float, float, int]
    ahead: int


def main() -> None:
    """Print a row for each order of each project."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    sizes = ("functions a step: median, mean, largest", "lines a step: median, mean, largest")
    print(f"| project | order | steps | {' | '.join(sizes)} | ahead |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for folder in parser.parse_args().folders:
        graph = sweflow.load_graph(folder)
        basis = make_basis(graph, Rules())
        merged = make_basis(graph, Rules(closure=Closure.MERGED))
        orders = {
            "greedy": (basis, greedy_order(basis.requirements, basis.cost, basis.calls)),
            "by size": (basis, by_size(basis)),
            "greedy, merged": (merged, greedy_order(merged.requirements, merged.cost, merged.calls)),
        }
        for name, (used, batches) in orders.items():
            print(f"| {folder.stem} | {name} | {cells(figures(used, batches))} |")


def by_size(basis: ScheduleBasis) -> list[Batch]:
    """Test functions grouped by identical requirement, the groups sorted by its size in lines; ties by id."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for test in sorted(basis.requirements):
        groups.setdefault(basis.requirements[test], []).append(test)
    done: set[int] = set()
    batches: list[Batch] = []
    for requirement, tests in sorted(groups.items(), key=lambda group: (size(basis, group[0]), group[1][0])):
        new = tuple(function for function in requirement if function not in done)
        if new or not batches:
            batches.append(Batch(tuple(tests), new))
        done.update(new)
    return batches


def figures(basis: ScheduleBasis, batches: Iterable[Batch]) -> Figures:
    """The figures of an order."""
    steps = [batch for batch in batches if batch.new]
    place = {function: number for number, batch in enumerate(steps) for function in batch.new}
    functions = [len(batch.new) for batch in steps]
    lines = [size(basis, batch.new) for batch in steps]
    return Figures(
        steps=len(steps),
        functions=(median(functions), mean(functions), max(functions)),
        lines=(median(lines), mean(lines), max(lines)),
        ahead=sum(place[caller] < place[callee] for caller in place for callee in basis.calls.get(caller, ())),
    )


def size(basis: ScheduleBasis, functions: Iterable[int]) -> int:
    """Summed lines."""
    return sum(basis.nodes[function].lines for function in functions)


def cells(found: Figures) -> str:
    """The figures as cells of a table."""
    sizes = " | ".join(f"{mid:g}, {average:.1f}, {most}" for mid, average, most in (found.functions, found.lines))
    return f"{found.steps} | {sizes} | {found.ahead}"


if __name__ == "__main__":
    main()
