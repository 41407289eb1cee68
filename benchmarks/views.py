"""What prompts of finished builds cost and show, for BENCHMARKS.md: rows of three tables, a row a folder.

    python benchmarks/views.py DIR... [--max-tokens N ...]

Contexts: tokens of a chat's user message, with statements as they are written now, and how often everything that the
gold patch calls is visible. What it calls is counted twice: core functions that were seen to be called (graph), and
names that its syntax tree calls and a core file of the skeleton defines as function or class (by name; without builtins
and methods of the built-in types). A name is visible where its definition stands in the message; a
record that does not fit the budget shows nothing. Statements: tokens of the statement in ``tasks.jsonl``, and of both
forms as they are written now. Estimate: how far it is from Tekken.

Tokens are Tekken's (``sweflow[tokens]``).
"""

import argparse
import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from markdown_table import table
from sweflow_datasets.views.build import Build, open_build
from sweflow_datasets.views.chat import Chat
from sweflow_datasets.views.figures import figures_of
from sweflow_datasets.views.kinds import views_of
from sweflow_datasets.views.material import Material, ViewOptions
from sweflow_datasets.views.pieces import pieces_of
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.texts import text_of
from sweflow_datasets.views.tokens import Tokenizer, counter, estimate
from sweflow_datasets.views.values import ContextKind, Refused, ViewKind
from sweflow_rdg import Role

BUILT_IN = frozenset(name for kind in (str, bytes, list, dict, set) for name in dir(kind))
"""Methods that a call without a type may be of."""
COUNT = counter(Tokenizer.TEKKEN)
DEFINES = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dirs", nargs="+", type=Path)
    parser.add_argument("--max-tokens", nargs="*", type=int, default=[0, 16384, 8192])
    given = parser.parse_args()
    builds = [open_build(folder) for folder in given.dirs]
    show(
        ("project", "context", "budget", "records", "median", "p95", "all seen calls visible", "all names visible"),
        (row for build in builds for budget in given.max_tokens for row in contexts(build, budget)),
    )
    show(
        ("project", "steps", "as built: median, p95", "tests-hidden", "tests-visible", "underspecified"),
        map(statements, builds),
    )
    show(("project", "text", "texts", "sum of the estimate / Tekken", "median error", "p95 error"), errors(builds))


def show(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table."""
    for line in table(heads, rows):
        print(line, flush=True)
    print()


def contexts(build: Build, budget: int) -> Iterator[Sequence[object]]:
    """Two rows: the context by the graph, and the whole repository."""
    for kind in ContextKind:
        options = ViewOptions(budget, kind, tokenizer=Tokenizer.TEKKEN)
        tokens, seen, named = [], 0, 0
        for step in build.steps():
            now = replace(step.task, problem_statement=build.writer.hidden(build.facts(step)).text)
            (found,) = views_of(Material(build, options), replace(step, task=now), ViewKind.CHAT)
            if isinstance(found, Refused):
                continue
            assert isinstance(found, Chat)
            tokens.append(COUNT(found.prompt.text))
            shown = set(found.prompt.shown)
            seen += all(name in shown or name.partition("::")[0] in whole(shown, kind) for name in called(build, step))
            named += names_called(build, step) <= set(DEFINES.findall(found.prompt.text))
        figures, steps = figures_of(tokens), len(build.tasks)
        limit = budget or "none"
        yield (
            name_of(build),
            kind,
            limit,
            f"{len(tokens)}/{steps}",
            figures.median,
            figures.p95,
            of(seen, steps),
            of(named, steps),
        )


def whole(shown: set[str], kind: ContextKind) -> set[str]:
    """The files of which everything is shown."""
    return shown if kind is ContextKind.WHOLE_REPO else set()


def called(build: Build, step: StepTrees) -> Iterator[str]:
    """Core functions of earlier steps and the scaffold that the step's were seen to call."""
    for function in step.functions:
        for callee in build.links.callees.get(build.places[function], ()):
            node = build.graph.nodes[callee]
            if node.role is Role.CORE and node.id not in step.functions:
                yield node.id


def names_called(build: Build, step: StepTrees) -> set[str]:
    """Names that the gold bodies call and that some file of the skeleton defines."""
    found = set()
    for path in {function.partition("::")[0] for function in step.functions}:
        for piece in pieces_of(path, text_of(step.reference[path]) or ""):
            if piece.name in step.functions:
                found |= set(calls_in(piece.text))
    core = {node.path for node in build.graph.nodes if node.role is Role.CORE} & step.skeleton.keys()
    defined = {name for path in core for name in DEFINES.findall(text_of(step.skeleton[path]) or "")}
    return (found & defined) - {function.rpartition(".")[2].rpartition("::")[2] for function in step.functions}


def calls_in(text: str) -> Iterator[str]:
    """Last parts of the names that a function calls."""
    for node in ast.walk(ast.parse("if 1:\n" + text if text[:1].isspace() else text)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name not in dir(builtins):
                yield name
            case ast.Call(func=ast.Attribute(attr=name)) if name not in BUILT_IN:
                yield name


def statements(build: Build) -> Sequence[object]:
    """A row: tokens of each form."""
    built, hidden, visible, unknown = [], [], [], 0
    for step in build.steps():
        facts = build.facts(step)
        full, short = build.writer.hidden(facts), build.writer.visible(facts, step.base)
        built.append(COUNT(step.task.problem_statement))
        hidden.append(COUNT(full.text))
        visible.append(COUNT(short.text))
        unknown += len(full.underspecified) + len(short.underspecified)
    cells = [f"{figures.median}, {figures.p95}" for figures in map(figures_of, (built, hidden, visible))]
    return name_of(build), len(built), *cells, unknown


def errors(builds: Iterable[Build]) -> Iterator[Sequence[object]]:
    """A row for each project and kind of text."""
    for build in builds:
        files = (path.read_text("utf-8") for path in sorted(build.folder.source.rglob("*.py")))
        kinds = {
            "statements": [task.problem_statement for task in build.tasks],
            "patches": [task.patch for task in build.tasks],
            "files": [text for text in files if text],
        }
        for kind, texts in kinds.items():
            pairs = [(estimate(text), COUNT(text)) for text in texts]
            off = figures_of([round(1000 * abs(about - exact) / exact) for about, exact in pairs])
            ratio = sum(about for about, _ in pairs) / sum(exact for _, exact in pairs)
            yield name_of(build), kind, len(texts), f"{ratio:.2f}", f"{off.median / 10} %", f"{off.p95 / 10} %"


def of(part: int, whole: int) -> str:
    """A share."""
    return f"{part}/{whole} ({100 * part / whole:.0f} %)"


def name_of(build: Build) -> str:
    """The project's short name."""
    return str(build.tasks[0].row["repo"]).rpartition("/")[2]


if __name__ == "__main__":
    main()
