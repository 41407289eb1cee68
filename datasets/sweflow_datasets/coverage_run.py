"""Coverage of a graph's functions: the suite is run once under coverage.py, or its file is read."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sweflow_rdg import RuntimeDependencyGraph, SourceIndex
from sweflow_rdg.queries.coverage_match import Coverage, CoverageRow, Executed, Missed, Statements, coverage_of
from sweflow_tracer.format import read_project_file
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, Progress, silent
from sweflow_tracer.runner.command import pytest_command, target_environment
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.launching import open_launcher
from sweflow_tracer.runner.options import Target
from sweflow_tracer.runner.workspace import Workspace

from sweflow_datasets.errors import CoverageNotUsable
from sweflow_datasets.folder import Folder
from sweflow_datasets.pipeline import source_index

SECONDS = 1800.0
"""The suite gets so long."""
PLUGIN = "_sweflow_coverage"
_HOOK = """\
import coverage
import pytest


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    running = coverage.Coverage.current()
    running.switch_context(item.nodeid)
    yield
    running.switch_context("")
"""
_COPY = """\
import subprocess, sys
code = subprocess.call(sys.argv[3:])
with open(sys.argv[1], "rb") as made, open(sys.argv[2], "ab") as channel:
    channel.write(made.read())
sys.exit(code)
"""
"""Runs a command and then copies its file to another, which is all that a sandbox brings back: as it grows, not as
SQLite rewrites it."""
_PHASES = ("setup", "run", "call", "teardown")


@dataclass(frozen=True, slots=True)
class Covered:
    """What coverage.py found, and a sentence on how it agrees with the trace."""

    rows: tuple[CoverageRow, ...]
    missed: tuple[Missed, ...]
    compared: int

    @property
    def verdict(self) -> str:
        """Whether coverage.py saw a test run a function that its trace has not (T2)."""
        if not self.compared:
            return "The file has no contexts that are ids of these tests, so it cannot witness the trace."
        if not self.missed:
            return f"Witness: in {self.compared} tests every function with an executed line is in the test's trace."
        shown = "\n".join(f"  {miss.test} ran {miss.function} (line {miss.line})" for miss in self.missed[:20])
        return f"Witness: {len(self.missed)} functions ran in a test whose trace has not seen them:\n{shown}"


def cover(
    out: StrPath,
    graph: RuntimeDependencyGraph,
    file: StrPath | None = None,
    progress: OnProgress = silent,
    sandbox: str | None = None,
) -> Covered:
    """Per core function of a folder's graph, the share of its lines that tests run.

    ``file`` is coverage.py's data file, best one with the tests' ids as contexts (``pytest --cov-context=test``);
    without it the suite is run once, in a scratch copy of the tree, by the interpreter that was traced. That
    interpreter's own coverage.py is used where it has one, and ours is lent to it otherwise. ``sandbox`` is that of
    ``trace``. Raises CoverageNotUsable, SandboxNotUsable.
    """
    folder = Folder(out)
    index = source_index(out)
    statements = _statements(folder, index)
    if file is not None:
        found = _compare(graph, index, Path(file), statements)
    else:
        with tempfile.TemporaryDirectory(prefix="sweflow-coverage-") as scratch:
            progress(Progress("coverage", 0, 1))
            with _suite(folder, Path(scratch), sandbox) as data:
                progress(Progress("coverage", 1, 1))
                found = _compare(graph, index, data, statements)
    rows = tuple(sorted(found.rows, key=lambda row: (row.share, row.function)))
    return Covered(rows, found.missed, found.compared)


def _compare(graph: RuntimeDependencyGraph, index: SourceIndex, file: Path, statements: Statements) -> Coverage:
    executed = read_executed(file, index.files, {test.id for test in graph.tests})
    return coverage_of(graph, index, executed, statements)


def _statements(folder: Folder, index: SourceIndex) -> Statements:
    """Executable lines of every file, as coverage.py counts them; files that it cannot parse have none."""
    import coverage  # noqa: PLC0415  # a tenth of a second, which other commands need not wait
    from coverage.exceptions import CoverageException  # noqa: PLC0415

    counter = coverage.Coverage(data_file=None, config_file=False)
    found = {}
    for path in index.files:
        try:
            found[path] = frozenset(counter.analysis2(str(folder.source / path))[1])
        except CoverageException:
            found[path] = frozenset()
    return found


@contextmanager
def _suite(folder: Folder, scratch: Path, sandbox: str | None) -> Iterator[Path]:
    """Run the suite under coverage.py; the file that it wrote."""
    project, python = read_project_file(folder.project)
    target = Target(project, python)
    with open_launcher(sandbox, target) as launcher, Workspace(project.folder, scratch / "ledger") as workspace:
        workspace.show(folder.read_source(project))
        lend = not _has_coverage(launcher, target, workspace)
        run = workspace.fresh_run()
        data = run / "coverage"
        (run / "probe" / PLUGIN).mkdir()
        (run / "probe" / PLUGIN / "plugin.py").write_text(_HOOK, "utf-8")
        (run / "rc").write_text(f"[run]\ndata_file = {run / 'measured'}\ninclude = {workspace.tree}/*\n", "utf-8")
        environment = target_environment(target, run, workspace, seed=0)
        if lend:  # its compiled part is optional
            import coverage  # noqa: PLC0415  # a tenth of a second, which other commands need not wait

            ours = Path(coverage.__file__).parent
            shutil.copytree(ours, run / "probe" / "coverage", ignore=shutil.ignore_patterns("__pycache__"))
        command = pytest_command(target, PLUGIN, run, workspace.tree, None)
        measured = [command[0], "-m", "coverage", "run", f"--rcfile={run / 'rc'}", *command[1:]]
        wrapped = [command[0], "-c", _COPY, str(run / "measured"), str(data), *measured]
        code = _run(launcher, wrapped, workspace.tree, environment, run / "log", data)
        if code not in (0, 1) or not data.exists():
            lines = (run / "log").read_text("utf-8", "replace").strip().splitlines() or ["nothing was printed"]
            raise CoverageNotUsable(
                f"the suite under coverage.py ended with exit code {code} ({lines[-1]})",
                "install coverage in the target's environment, or give a file with --coverage-file",
            )
        yield data


def _has_coverage(launcher: Launcher, target: Target, workspace: Workspace) -> bool:
    run = workspace.fresh_run()
    environment = target_environment(target, run, workspace, seed=0)
    return _run(launcher, [str(target.python), "-c", "import coverage"], run, environment, run / "log") == 0


def _run(
    launcher: Launcher,
    command: list[str],
    cwd: Path,
    environment: dict[str, str],
    log: Path,
    channel: Path | None = None,
) -> int:
    until = time.monotonic() + SECONDS
    with launcher.start(command, cwd, environment, log, channel) as running:
        while (code := running.wait(0.2)) is None:
            if time.monotonic() > until:
                raise CoverageNotUsable(
                    f"the suite under coverage.py took more than {SECONDS:.0f} seconds",
                    "run it yourself with --cov-context=test and give the file with --coverage-file",
                )
    return code


def read_executed(file: Path, paths: Iterable[str], tests: set[str]) -> Executed:
    """The lines that ran, by path in the repository, with the ids of tests as contexts. Raises CoverageNotUsable."""
    import coverage  # noqa: PLC0415  # a tenth of a second, which other commands need not wait
    from coverage.exceptions import CoverageException  # noqa: PLC0415

    known = frozenset(paths)
    data = coverage.CoverageData(str(file))
    found: dict[str, dict[int, frozenset[str]]] = {}
    try:
        data.read()
        for measured in sorted(data.measured_files()):
            path = _below(measured, known)
            if path is not None:
                lines = data.contexts_by_lineno(measured)
                found[path] = {
                    line: frozenset(_test_id(context, tests) for context in contexts)
                    for line, contexts in lines.items()
                }
    except CoverageException as error:
        hint = "give a file that coverage.py wrote (`coverage run`, `pytest --cov`)"
        raise CoverageNotUsable(f"{file} cannot be read as coverage data ({error})", hint) from error
    if not found:
        raise CoverageNotUsable(f"{file} names no file of this repository", "give the file of a run on this source")
    return found


def _below(measured: str, known: frozenset[str]) -> str | None:
    """The path below the repository's root: the longest end of a measured path that is one of its files."""
    parts = PurePosixPath(measured.replace(os.sep, "/")).parts
    ends = ("/".join(parts[place:]) for place in range(len(parts)))
    return next((end for end in ends if end in known), None)


def _test_id(context: str, tests: set[str]) -> str:
    """The id in a context: pytest-cov adds ``|run`` and the like, and coverage.py a static context in front."""
    head, bar, last = context.rpartition("|")
    plain = head if bar and last in _PHASES else context
    return plain if plain in tests or "|" not in plain else plain.partition("|")[2]
