"""The index: one HTML page over the repositories of a run, a table first, with links to their reports."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sweflow_datasets.corpus.values import CorpusRun, RepositoryResult
from sweflow_datasets.version import __version__
from sweflow_tracer.format import write_text

from sweflow.reporting.page import escape

INDEX = "index.html"
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem; } h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { padding: .25rem .7rem; text-align: left; vertical-align: top; }
thead th { border-bottom: 1px solid; } tbody tr:nth-child(even) { background: #8881; }
.n { text-align: right; font-variant-numeric: tabular-nums; } .d { max-width: 40rem; overflow-wrap: break-word; }
th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible { outline: 2px solid; }
th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
"""
_SCRIPT = """
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  table.querySelectorAll("th button").forEach((button, place) => button.addEventListener("click", () => {
    const head = button.parentElement;
    const down = head.getAttribute("aria-sort") !== "descending";
    for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[place].dataset.value ?? row.cells[place].textContent;
    const order = (a, b) => (head.className === "n" ? value(a) - value(b) : value(a).localeCompare(value(b)));
    body.append(...[...body.rows].sort((a, b) => (down ? order(b, a) : order(a, b))));
  }));
}
"""
_COLUMNS = (
    ("repository", False),
    ("version", False),
    ("licence", False),
    ("end", False),
    ("verified", True),
    ("steps", True),
    ("tests", True),
    ("seconds", True),
    ("CPU s", True),
    ("memory, MiB", True),
    ("disk, MiB", True),
    ("why, and what to do", False),
)


def write_index(folder: Path, run: CorpusRun) -> None:
    """Write ``index.html``. It asks nothing of a network; links lead to files below the folder."""
    write_text(folder / INDEX, page(run))


def page(run: CorpusRun) -> str:
    """The page of a run; the same run gives the same bytes."""
    digest = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    stopped = f" The run was ended by {escape(run.stopped)}; the same command goes on." if run.stopped else ""
    ends = Counter(result.end.value for result in run.repositories)
    reasons: Counter[str] = Counter()
    for result in run.repositories:
        reasons.update(dict(result.reasons))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{len(run.repositories)} repositories · sweflow</title>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body><main>
<h1>{run.verified} verified tasks of {len(run.repositories)} repositories</h1>
<p>Dataset <code>{run.dataset}</code>, made with sweflow {escape(__version__)}.{stopped}</p>
{_table(_COLUMNS, map(_row, run.repositories))}
<h2>Repositories by end</h2>
{_counts("end", "repositories", ends)}
<h2>Rejected steps by reason</h2>
{_counts("reason", "steps", reasons)}
</main><script>{_SCRIPT}</script></body></html>
"""


def _row(result: RepositoryResult) -> Iterator[str]:
    name = escape(result.name)
    yield f'<a href="{escape(result.report)}">{name}</a>' if result.report else name
    yield from map(escape, (result.version, result.licence, result.end.value))
    yield from map(str, (result.verified, result.steps, result.tests))
    yield from (f"{figure:.0f}" for figure in (result.seconds, result.cpu_seconds))
    yield from (f"{figure / (1 << 20):.0f}" for figure in (result.peak_memory, result.bytes))
    yield escape(f"{result.detail} — {result.move}" if result.detail and result.move else result.detail or result.move)


def _counts(what: str, of: str, counts: Counter[str]) -> str:
    rows = ((escape(name), str(count)) for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return _table(((what, False), (of, True)), rows) if counts else "<p>None.</p>"


def _table(columns: Iterable[tuple[str, bool]], rows: Iterable[Iterable[str]]) -> str:
    kinds = [(name, ' class="n"' if number else ' class="d"') for name, number in columns]
    head = "".join(f'<th scope="col"{kind}><button type="button">{name}</button></th>' for name, kind in kinds)
    body = "\n".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for (_, kind), cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
