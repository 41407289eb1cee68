"""Many repositories with what people see of them: a report of each build, and an index over all."""

from collections.abc import Iterable
from pathlib import Path

from sweflow_datasets.corpus.events import OnEvent, silent
from sweflow_datasets.corpus.format import MANIFEST, read_manifest
from sweflow_datasets.corpus.options import DEFAULTS, CorpusOptions
from sweflow_datasets.corpus.run import build_all as build_repositories
from sweflow_datasets.corpus.values import CorpusEntry, CorpusRun
from sweflow_tracer.paths import StrPath

from sweflow.reporting import make_report
from sweflow.reporting.index import write_index


def build_all(
    entries: StrPath | Iterable[CorpusEntry],
    out: StrPath,
    options: CorpusOptions = DEFAULTS,
    *,
    sandbox: str | None = None,
    hear: OnEvent = silent,
) -> CorpusRun:
    """Build every repository of a list (a file, or entries) in the folder ``out``, and report on each of them.

    A folder with a run in it is gone on from: what has ended there is not done again. Raises SweflowError; what goes
    wrong with a repository is its result and raises nothing.

    >>> run = build_all("examples/corpus.toml", "corpus")  # doctest: +SKIP
    >>> [result.name for result in run.repositories if not result.verified]  # doctest: +SKIP
    """
    folder = Path(out)
    try:
        return build_repositories(entries, folder, options, sandbox=sandbox, report=make_report, hear=hear)
    finally:
        if (folder / MANIFEST).exists():
            write_index(folder, read_manifest(folder))
