"""The card of a dataset: a README.md that people read, and from whose header `datasets` knows how to load it."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from sweflow_datasets.export.files import WrittenFile
from sweflow_datasets.export.selection import Fact, facts_of
from sweflow_datasets.export.tables import COLUMNS, Column, Kind, split_of
from sweflow_datasets.export.values import ExportTask
from sweflow_datasets.version import __version__

_GROUPS_SHOWN = 20
_FIGURES = ("lines", "functions", "tests", "pass_to_pass", "depth", "strength", "patch_lines")
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
_LICENSES = frozenset(
    """afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 cc cc0-1.0
    cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 ecl-2.0 epl-1.0 epl-2.0 eupl-1.1 eupl-1.2 gfdl gpl gpl-2.0 gpl-3.0
    isc lgpl lgpl-2.1 lgpl-3.0 mit mpl-2.0 ms-pl ncsa ofl-1.1 osl-3.0 postgresql unlicense wtfpl zlib""".split()  # noqa: SIM905  # a list would have a line each
)
"""Licences that the Hub knows, which are SPDX's in small letters."""


def card(
    tasks: Iterable[ExportTask],
    files: Iterable[WrittenFile],
    digests: Mapping[Path, str],
    *,
    title: str = "Test-driven development tasks",
    pictures: Mapping[str, str] | None = None,
    selection: str = "",
) -> str:
    """The README.md of a dataset of these tasks in these files.

    ``files`` may have more than the data. ``digests`` are the SHA-256 of each build's `tasks.jsonl` (``digests_of``),
    ``pictures`` the paths of plots from the dataset's root by what they show, ``selection`` the expression that chose
    the tasks. PASS_TO_PASS need not be written out.
    """
    given = sorted(tasks, key=lambda task: (task.repo, str(task.row["version"]), task.row["step"], task.instance_id))
    written = tuple(files)
    sections = (
        f"# {_plain(title)}",
        *_about(given),
        "## Fields",
        _fields(),
        "## Repositories",
        _repositories(given),
        "## Figures",
        *_figures(given),
        *(f"![{_plain(name)}]({path})" for name, path in sorted((pictures or {}).items())),
        "## Near duplicates",
        *_near(given),
        "## How it was made",
        *_made(given, written, digests, selection),
        "## Limits",
        _LIMITS,
    )
    text = f"---\n{_yaml(_header(given, written, title))}\n---\n\n" + "\n\n".join(sections) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")  # names of files may hold bytes that are no text


def digests_of(tasks: Iterable[ExportTask]) -> dict[Path, str]:
    """The SHA-256 of the `tasks.jsonl` of each build that tasks are from."""
    builds = sorted({task.build for task in tasks})
    return {build: hashlib.sha256((build / "tasks.jsonl").read_bytes()).hexdigest() for build in builds}


def _header(tasks: Sequence[ExportTask], files: Sequence[WrittenFile], title: str) -> dict[str, Any]:
    header = {
        "pretty_name": title,
        "license": sorted({_license(task.row["license"]) for task in tasks}) or ["unknown"],
        "language": ["en"],
        "task_categories": ["text-generation"],
        "tags": ["code", "python", "software-engineering", "unit-tests", "sweflow"],
        "size_categories": [next((name for most, name in _SIZES if len(tasks) < most), "1M<n<10M")],
        # JSON has no types for what is null or empty in every row, so the loader is told them here.
        "dataset_info": {"features": [_feature(column) for column in COLUMNS]},
    }
    splits: dict[str, list[str]] = {}
    for file in files:
        if split_of(file.path):
            splits.setdefault(split_of(file.path), []).append(file.path)
    data = [{"split": split, "path": paths} for split, paths in splits.items()]
    return {**header, "configs": [{"config_name": "default", "data_files": data}]} if data else header


def _feature(column: Column) -> dict[str, Any]:
    kinds: dict[Kind, dict[str, Any]] = {
        Kind.TEXT: {"dtype": "string"},
        Kind.INTEGER: {"dtype": "int64"},
        Kind.NUMBER: {"dtype": "float64"},
        Kind.TEXTS: {"list": "string"},
        Kind.NAMED: {"list": [{"name": name, "dtype": "string"} for name in ("kind", "path", "name")]},
    }
    return {"name": column.name, **kinds[column.kind]}


def _license(name: str) -> str:
    known = re.sub(r"-(only|or-later)$", "", name.strip().lower())
    if known in _LICENSES:
        return known
    return "other" if known else "unknown"


def _about(tasks: Sequence[ExportTask]) -> Iterator[str]:
    repos = len({task.repo for task in tasks})
    yield (
        f"{_counted(len(tasks), 'task')} from {repos} Python {'repository' if repos == 1 else 'repositories'}. "
        "Each asks for functions that were taken out of a real project, and brings the project's own unit tests for "
        "them. The functions of a task need only code that is there: tasks of a repository follow the order in which "
        "its functions call each other."
    )
    yield (
        "A task was run before it was called one. Its FAIL_TO_PASS tests fail without the functions and pass with "
        "them, and its PASS_TO_PASS tests pass in both cases. What was run stands in its certificate. The problem "
        "statement is made of facts about code and tests; no language model had a part in it."
    )
    levels = Counter(str(task.certificate["level"]) for task in tasks)
    if levels:
        counted = " and ".join(f"{level} for {_counted(levels[level], 'task')}" for level in sorted(levels))
        yield f"Certificates are {counted}. A full one says how strong the tests are."


def _fields() -> str:
    return _table(
        ("field", "type", "meaning"),
        ((f"`{column.name}`", f"`{column.kind}`", _plain(column.description)) for column in COLUMNS),
    )


def _repositories(tasks: Sequence[ExportTask]) -> str:
    names = ("repo", "version", "environment_setup_commit", "license")
    counts = Counter(
        (*(str(task.row[name]) for name in names), str(task.row["environment"]["python"])) for task in tasks
    )
    return _table(
        ("repository", "version", "source", "licence", "Python", "tasks"),
        ((*map(_plain, facts), str(count)) for facts, count in sorted(counts.items())),
    )


def _figures(tasks: Sequence[ExportTask]) -> Iterator[str]:
    splits = sorted({task.split for task in tasks})
    yield _table(
        ("split", "tasks", "repositories"),
        (
            (
                _plain(split),
                str(sum(task.split == split for task in tasks)),
                str(len({task.repo for task in tasks if task.split == split})),
            )
            for split in splits
        ),
    )
    facts = [facts_of(task) for task in tasks]
    yield _table(
        ("of a task", "measured", "least", "first quartile", "median", "third quartile", "most"),
        ((f"`{name}`", *_spread(fact[name] for fact in facts)) for name in _FIGURES),
    )


def _spread(values: Iterable[Fact]) -> tuple[str, ...]:
    numbers = sorted(value for value in values if isinstance(value, int | float))
    if not numbers:
        return "0", *[""] * 5
    quartiles = quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else numbers * 3
    return str(len(numbers)), *(f"{value:.4g}" for value in (numbers[0], *quartiles, numbers[-1]))


def _near(tasks: Sequence[ExportTask]) -> Iterator[str]:
    if not all(task.group for task in tasks):
        yield "Near duplicates were not looked for."
        return
    groups: dict[str, list[ExportTask]] = {}
    for task in tasks:
        groups.setdefault(task.group, []).append(task)
    across = {name: of for name, of in groups.items() if len({task.repo for task in of}) > 1}
    within = sum(len(of) > 1 for of in groups.values()) - len(across)
    count = sum(map(len, across.values()))
    parted = any(len({task.split for task in of}) > 1 for of in groups.values())
    yield (
        f"Tasks whose gold patches are near duplicates: {_counted(len(across), 'group')} with "
        f"{_counted(count, 'task')} of more than one repository, and {_counted(within, 'group')} within one "
        f"repository. The field `group` names them. {'Some are' if parted else 'No group is'} in two splits."
    )
    if not across:
        return
    shown = sorted(across.items(), key=lambda item: (-len(item[1]), item[0]))
    yield _table(
        ("group", "tasks", "repositories"),
        (
            (_plain(name), str(len(of)), _plain(", ".join(sorted({task.repo for task in of}))))
            for name, of in shown[:_GROUPS_SHOWN]
        ),
    )
    if len(shown) > _GROUPS_SHOWN:
        yield f"{len(shown) - _GROUPS_SHOWN} more are in the data."


def _made(
    tasks: Sequence[ExportTask], files: Sequence[WrittenFile], digests: Mapping[Path, str], selection: str
) -> Iterator[str]:
    chosen = f", with the selection {_code(selection)}" if selection else ""
    yield f"Exported by sweflow {__version__}{chosen}. The same builds and options give the same tables."
    yield _table(
        ("file", "rows", "bytes", "SHA-256"),
        (
            (f"`{file.path}`", "" if file.rows is None else str(file.rows), str(file.bytes), f"`{file.sha256}`")
            for file in files
        ),
    )
    facts: dict[Path, ExportTask] = {}
    for task in tasks:
        facts.setdefault(task.build, task)
    rows = (
        (
            *(_plain(str(task.row[name])) for name in ("repo", "version", "environment_setup_commit")),
            str(task.row["format_version"]),
            f"`{digests[build]}`" if build in digests else "",
        )
        for build, task in facts.items()
    )
    yield _table(("build of", "version", "source", "format", "SHA-256 of tasks.jsonl"), rows)


_LIMITS = """\
- The tests decide what a solution is. A wrong one that they do not notice counts as solved; `strength` says how far
  they notice small mistakes, on a sample of mutants, and is null where that was not measured.
- Names and constants that tests rely on and that nothing tells are in `underspecified`.
- The projects are public, and models may have seen their code. Near duplicates are looked for among the tasks of this
  dataset and nowhere else, by estimates of the similarity of gold patches; a translated or renamed copy is not found.
- Tests were run with the interpreter and the pins of `environment`. Elsewhere they may behave in other ways.
- Running tests means running code of the projects. Do so in a sandbox.
- Code, tests and docstrings stand under the licence of their repository, which is given as its metadata says. Look
  into the repository itself where that is empty."""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


_MARKUP = re.compile(r"([\\`*_\[\]<>|#~])")


def _plain(text: str) -> str:
    """A text of others that Markdown shows as it is, in one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """Code in a line, between more backticks than it has in a row."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {' '.join(text.split())} {fence}" if longest else f"{fence}{' '.join(text.split())}{fence}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def _yaml(value: Any, indent: str = "") -> str:
    """Objects and lists as YAML blocks, and texts as JSON, which YAML reads."""
    if isinstance(value, dict):
        return "\n".join(f"{indent}{key}:{_under(of, indent)}" for key, of in value.items())
    items = (_yaml(item, indent + "  ") if isinstance(item, dict) else f"{indent}  {_scalar(item)}" for item in value)
    return "\n".join(f"{indent}- {item[len(indent) + 2 :]}" for item in items)


def _under(value: Any, indent: str) -> str:
    if isinstance(value, dict):
        return f"\n{_yaml(value, indent + '  ')}"
    return f"\n{_yaml(value, indent)}" if isinstance(value, list) else f" {_scalar(value)}"


def _scalar(value: object) -> str:
    """JSON, but with letters beyond ASCII as they are: YAML takes the halves of an escaped pair for two letters."""
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
