"""The stages: trace, graph, schedule, tasks and verify, each from the file before it, and all of them as one build.

Every function takes and gives typed values, prints nothing, and raises SweflowError where the user can put
something right. A stage whose file is there already is not run again by ``build``.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from sweflow_rdg import RuntimeDependencyGraph, SourceIndex, build_graph, index_source
from sweflow_rdg.format import GRAPH_VERSION, read_graph, write_graph
from sweflow_scheduler import Closure, Oracle, Rules, Schedule, make_schedule
from sweflow_scheduler.format import SCHEDULE_VERSION, read_schedule, write_schedule
from sweflow_tasks import (
    Candidate,
    CertificateOptions,
    Inputs,
    VerifyOptions,
    make_candidates,
    verify_tasks,
)
from sweflow_tasks.errors import RejectedStep, UnknownInstance
from sweflow_tasks.execution.job_pool import JobPool
from sweflow_tasks.format import (
    CERTIFICATE_VERSION,
    SUMMARY_VERSION,
    TASKS_VERSION,
    candidate_object,
    certificate_object,
    read_tasks,
    task_object,
    write_rejected,
    write_summary,
    write_tests,
)
from sweflow_tasks.history.checkout import Content, checkout_task
from sweflow_tasks.json_lines import read_lines, write_lines
from sweflow_tasks.noticing.oracle import RunningOracle
from sweflow_tasks.twins.format import TWINS_VERSION
from sweflow_tracer import SweflowError, Trace, trace_project
from sweflow_tracer.errors import (
    FileNotUsable,
    InterpreterNotUsable,
    NotARepository,
    OutputNotUsable,
    SandboxFailed,
    SessionFailed,
    TasksInTheWay,
)
from sweflow_tracer.format import (
    PROJECT_VERSION,
    TRACE_VERSION,
    read_document,
    read_project_file,
    read_trace,
    reading,
    write_project,
    write_trace,
)
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, Progress, silent
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.interpreter import find_python, inspect_interpreter
from sweflow_tracer.project.project import Project, keep_loaded, read_project
from sweflow_tracer.recording.incremental import Earlier
from sweflow_tracer.runner.launching import open_launcher
from sweflow_tracer.runner.options import Target
from sweflow_tracer.runner.settings import RunSettings

from sweflow_datasets.caches import index_cache
from sweflow_datasets.dataset import Dataset, load_tasks
from sweflow_datasets.folder import Folder
from sweflow_datasets.options import DEFAULTS, Options
from sweflow_datasets.version import __version__

T = TypeVar("T")
FORMATS = {
    "project": PROJECT_VERSION,
    "trace": TRACE_VERSION,
    "graph": GRAPH_VERSION,
    "schedule": SCHEDULE_VERSION,
    "tasks": TASKS_VERSION,
    "certificates": CERTIFICATE_VERSION,
    "twins": TWINS_VERSION,
    "summary": SUMMARY_VERSION,
}


def trace(
    repo: StrPath,
    out: StrPath,
    *,
    python: StrPath | None = None,
    arguments: tuple[str, ...] = (),
    allow_dirty: bool = False,
    options: Options = DEFAULTS,
    sandbox: str | None = None,
    progress: OnProgress = silent,
    force: bool = False,
) -> Trace:
    """Trace a repository's tests into ``out``: ``project.json``, ``source/`` and ``trace.json``.

    ``sandbox`` is process, bubblewrap, docker, auto (the strongest that works), or None: what the environment
    variable SWEFLOW_SANDBOX says, else auto.

    A folder that holds a trace of another state of the same repository, and no tasks, is brought up to date: only
    tests that the change can touch are run again. Raises SweflowError; a folder that was empty before is empty again
    then, but for the lock.
    """
    repo, out = Path(repo), Path(out)
    folder = Folder(out)
    if not repo.is_dir():
        raise NotARepository(repo)
    root = repo.resolve()
    if out.resolve().is_relative_to(root):
        raise OutputNotUsable(out, "it lies inside the repository")
    interpreter = inspect_interpreter(absolute(python or find_python(root)), root)
    project, blobs = read_project(root, interpreter, arguments, allow_dirty=allow_dirty)
    fresh = not out.exists()
    with folder.locked():
        finished = folder.trace.exists() or folder.tasks.exists()
        try:
            earlier = _earlier(folder, project, options)
            if earlier is None:
                folder.claim(project, interpreter.path, options.stored())
                if folder.trace.exists():
                    return read_trace(folder.trace)
            folder.check_replaceable("trace", force=force)
            target = Target(project, interpreter.path, root)
            with _timed(folder, "trace"), open_launcher(sandbox, target) as launcher:
                settings = RunSettings(target, launcher, options.workers, options.timeout, folder.keeper("trace"))
                journal = folder.work / f"trace-{project.source[:12]}"
                found = trace_project(settings, blobs, options.trace, journal, progress, earlier)
        except SweflowError as error:
            if not finished and _is_bad_input(error):
                folder.clear()
                if fresh:
                    shutil.rmtree(out, ignore_errors=True)
            raise
        project, blobs = keep_loaded(project, blobs, found.modules)
        folder.trace.unlink(missing_ok=True)  # from here on a killed run is one of the new state
        folder.drop_after("trace")
        write_project(folder.project, project, interpreter.path)
        folder.write_source(blobs)
        write_trace(folder.trace, found)
        shutil.rmtree(folder.work)
        return found


def _is_bad_input(error: SweflowError) -> bool:
    """Whether the same run would end the same way: then there is nothing to go on from."""
    cut_off = isinstance(error, SandboxFailed) or (isinstance(error, SessionFailed) and error.killed)
    return not cut_off and not isinstance(error, OutputNotUsable | TasksInTheWay)


def _earlier(folder: Folder, project: Project, options: Options) -> Earlier | None:
    """The folder's trace where it is one of another state of the project, and nothing rests on it but what is quick."""
    if not folder.holds_other_state(project, options.stored()):
        return None
    held, _ = read_project_file(folder.project)
    return Earlier(read_trace(folder.trace), folder.read_source(held))


def graph(out: StrPath, *, index: SourceIndex | None = None, force: bool = False) -> RuntimeDependencyGraph:
    """Build the runtime dependency graph from ``trace.json`` into ``graph.json``.

    Where the graph is the one that stands there, what later stages made of it stays. Another one removes it, and asks
    for ``force`` where there are verified tasks. Raises SweflowError.
    """
    folder = Folder(out)
    found = read_trace(folder.trace)
    with folder.locked(), _timed(folder, "graph"):
        made = build_graph(found, index or source_index(out))
        if _read(read_graph, folder.graph) != made:
            folder.check_replaceable("graph", force=force)
            folder.drop_after("graph")
            write_graph(folder.graph, made)
        return made


def load_graph(out: StrPath) -> RuntimeDependencyGraph:
    """The graph of ``graph.json``; where it cannot be read, the one that would be made. Nothing is written (H2).

    Raises FileNotUsable where the trace cannot be read either.
    """
    folder = Folder(out)
    try:
        return read_graph(folder.graph)
    except FileNotUsable:
        if not folder.trace.exists():
            raise
        return build_graph(read_trace(folder.trace), source_index(out))


def schedule(
    out: StrPath,
    rules: Rules | None = None,
    *,
    jobs: int = 0,
    index: SourceIndex | None = None,
    sandbox: str | None = None,
    progress: OnProgress = silent,
    force: bool = False,
) -> Schedule:
    """Schedule the steps from ``graph.json`` into ``schedule.json``.

    Without ``rules`` by those of ``options.json``; other ones are stored there, since the dataset depends on them. An
    order by what tests need runs tests, in a ``sandbox`` as for ``trace``.
    Where the schedule is the one that stands there, what later stages made of it stays. Another one removes it, and
    asks for ``force`` where there are verified tasks. Raises SweflowError.
    """
    folder = Folder(out)
    found = read_graph(folder.graph)
    with folder.locked(), _timed(folder, "schedule"):
        stored = stored_options(out)
        rules = stored.rules if rules is None else rules
        if rules != stored.rules and rules.closure is Closure.NEEDED:
            folder.check_replaceable("schedule", force=force)  # before anything is asked, which takes its time
        asked = replace(stored, rules=rules, jobs=jobs)
        with _oracle(folder, found, asked, index, sandbox, progress) as oracle:
            made = make_schedule(found, rules, oracle)
        if _read(read_schedule, folder.schedule) != made:
            folder.check_replaceable("schedule", force=force)
            folder.drop_after("schedule")
            folder.change_options(replace(stored, rules=rules).stored())
            write_schedule(folder.schedule, made)
        return made


@contextmanager
def _oracle(
    folder: Folder,
    graph: RuntimeDependencyGraph,
    options: Options,
    index: SourceIndex | None,
    sandbox: str | None,
    progress: OnProgress,
) -> Iterator[Oracle | None]:
    """What answers whether a test notices a function, where the rules ask for it."""
    if options.rules.closure is not Closure.NEEDED:
        yield None
        return
    project, interpreter = read_project_file(folder.project)
    blobs = folder.read_source(project)
    target = Target(project, interpreter)
    folder.work.mkdir(exist_ok=True)
    with open_launcher(sandbox, target) as launcher:
        settings = RunSettings(target, launcher, options.workers, options.timeout, folder.keeper("schedule"))
        with JobPool(settings, folder.questions) as pool:
            seconds, places = _seconds_of_tests(folder), index or _index_of(blobs)
            yield RunningOracle(blobs, places, graph, project.arguments, pool, seconds, options.timeout, progress)


def load_schedule(out: StrPath, graph: RuntimeDependencyGraph) -> Schedule:
    """The schedule of ``schedule.json``; where it cannot be read, the one that would be made. Nothing is written.

    Raises FileNotUsable where it cannot be read and tests would have to run to make it.
    """
    rules = stored_options(out).rules
    if rules.closure is Closure.NEEDED:
        return read_schedule(Folder(out).schedule)
    found = _read(read_schedule, Folder(out).schedule)
    return found if found is not None else make_schedule(graph, rules)


def stored_options(out: StrPath) -> Options:
    """The options of a folder's build; the defaults where it has none (a graph that was put there by hand)."""
    folder = Folder(out)
    if not folder.options.exists():
        return Options()
    values = folder.stored_options()
    with reading(folder.options, "put it back, or build in another folder"):
        return Options.of(**values)


def tasks(out: StrPath, *, index: SourceIndex | None = None, force: bool = False) -> tuple[Candidate, ...]:
    """Make unverified tasks from ``schedule.json``: ``candidates.jsonl``, ``tests.jsonl`` and ``history.git``.

    A build does without: ``verify`` makes its own of the schedule, and removes these. Verified tasks are removed, and
    ``force`` is asked for where there are any. Raises SweflowError.
    """
    folder = Folder(out)
    inputs = read_inputs(out, index=index)
    with folder.locked(), _timed(folder, "tasks"), _swapped(folder.history) as history:
        folder.check_replaceable("tasks", force=force)
        made = make_candidates(inputs, history)
        folder.drop_after("tasks")
        write_tests(folder.tests, made.tests, _seconds_of_tests(folder))
        write_lines(folder.candidates, map(candidate_object, made.candidates))
        return made.candidates


def verify(
    out: StrPath,
    *,
    python: StrPath | None = None,
    jobs: int = 0,
    certificate: CertificateOptions | None = None,
    index: SourceIndex | None = None,
    sandbox: str | None = None,
    progress: OnProgress = silent,
) -> Dataset:
    """Verify every step on really running trees: the dataset's files, ``tasks.jsonl`` to ``summary.json``.

    Without ``certificate`` as ``options.json`` says; another one is stored there, since the dataset depends on it.
    ``python`` is another place of the environment that was traced. ``sandbox`` is as for ``trace``. Tasks that are
    there stay until the new ones are whole. Raises SweflowError.
    """
    folder = Folder(out)
    inputs = read_inputs(out, python=python, index=index)
    stored = stored_options(folder.root)
    options = replace(stored, jobs=jobs, certificate=certificate or stored.certificate)
    with folder.locked():
        if options.stored() != stored.stored():
            folder.summary.unlink(missing_ok=True)  # what is there was asked for otherwise
            folder.change_options(options.stored())
        folder.work.mkdir(exist_ok=True)
        launching = open_launcher(sandbox, inputs.target)
        with _timed(folder, "verify"), launching as launcher, _swapped(folder.history) as history:
            settings = RunSettings(inputs.target, launcher, options.workers, options.timeout, folder.keeper("verify"))
            asked = VerifyOptions(options.certificate, inherit=options.trace.isolation != "none")
            dataset = verify_tasks(inputs, asked, settings, folder.journal, history, progress)
            folder.summary.unlink(missing_ok=True)  # it says that the rest is whole, which it is not for a moment
        for path in folder.of_images:
            path.unlink(missing_ok=True)
        write_tests(folder.tests, dataset.tests, _seconds_of_tests(folder))
        write_lines(folder.certificates, map(certificate_object, dataset.tasks))
        write_lines(folder.twins, dataset.twins)
        write_lines(folder.tasks, map(task_object, dataset.tasks))
        folder.candidates.unlink(missing_ok=True)
        write_rejected(folder.rejected, dataset.rejected)
        summary = {
            **dataset.summary,
            "seconds": folder.seconds(),
            "versions": {"sweflow": __version__, "formats": FORMATS},
        }
        write_summary(folder.summary, summary)
        shutil.rmtree(folder.work)
        return Dataset(load_tasks(out), dataset.rejected, summary)


def build(
    repo: StrPath,
    out: StrPath,
    *,
    python: StrPath | None = None,
    arguments: tuple[str, ...] = (),
    allow_dirty: bool = False,
    options: Options = DEFAULTS,
    sandbox: str | None = None,
    progress: OnProgress = silent,
) -> dict[str, Any]:
    """Run every stage that is not done yet; the summary. Killed and called again, it goes on (D1).

    ``sandbox`` is as for ``trace``; the dataset does not depend on it.
    """
    folder = Folder(out)
    trace(
        repo,
        out,
        python=python,
        arguments=arguments,
        allow_dirty=allow_dirty,
        options=options,
        sandbox=sandbox,
        progress=progress,
    )
    if not folder.summary.exists():
        index = source_index(out)
        if not folder.graph.exists():
            progress(Progress("graph", 0, 1))
            graph(out, index=index)
        if not folder.schedule.exists():
            schedule(out, jobs=options.jobs, index=index, sandbox=sandbox, progress=progress)
        verify(out, jobs=options.jobs, index=index, sandbox=sandbox, progress=progress)
    return read_document(folder.summary, "summary", SUMMARY_VERSION)


def checkout(out: StrPath, instance: str, dest: StrPath, content: Content = Content.SKELETON) -> str:
    """Materialise a task as a git repository of one commit at ``dest``; the commit's name."""
    folder = Folder(out)
    rows = read_tasks(folder.tasks)
    if all(row["instance_id"] != instance for row in rows):
        raise _no_task(folder, instance, rows)
    folder.check_history()
    return checkout_task(rows, folder.history, instance, Path(dest), content)


def _no_task(folder: Folder, instance: str, rows: list[dict[str, Any]]) -> SweflowError:
    """Why an instance is no task: its step was rejected, or there is none."""
    project, _ = read_project_file(folder.project)
    prefix, _, number = instance.rpartition("-")
    for row in _rejected(folder):
        if (row["kind"], row["id"], prefix) == ("step", number, project.instance_prefix):
            return RejectedStep(instance, int(number), row["reason"], row["detail"])
    return UnknownInstance(instance, tuple(row["instance_id"] for row in rows))


def _seconds_of_tests(folder: Folder) -> dict[str, float]:
    """How long each test took, as the trace says; of no test where there is none."""
    found = _read(read_trace, folder.trace)
    return {test.id: test.duration for test in found.tests} if found is not None else {}


def _rejected(folder: Folder) -> list[dict[str, Any]]:
    return read_lines(folder.rejected, ("kind", "id", "reason", "detail")) if folder.rejected.exists() else []


def absolute(python: StrPath) -> Path:
    """An absolute path; symbolic links stay, as a virtual environment's python is one."""
    found = shutil.which(os.fspath(python))
    return Path(os.path.abspath(found or python))


def source_index(out: StrPath) -> SourceIndex:
    """The index of a folder's source."""
    folder = Folder(out)
    project, _ = read_project_file(folder.project)
    return _index_of(folder.read_source(project))


def _index_of(blobs: Blobs) -> SourceIndex:
    return index_source(blobs, cache=index_cache(), workers=os.cpu_count() or 1)


def _read(read: Callable[[Path], T], path: Path) -> T | None:
    """A file of the folder; None where it is not there, damaged or of another version."""
    try:
        return read(path)
    except FileNotUsable:
        return None


def read_inputs(out: StrPath, *, python: StrPath | None = None, index: SourceIndex | None = None) -> Inputs:
    """What the stages before ``tasks`` and ``verify`` left in a folder. Raises SweflowError."""
    folder = Folder(out)
    project, interpreter = read_project_file(folder.project)
    if python is not None:
        _check_same_environment(absolute(python), project, folder.source)
    blobs: Blobs = folder.read_source(project)
    return Inputs(
        target=Target(project, absolute(python or interpreter)),
        blobs=blobs,
        index=index or _index_of(blobs),
        graph=read_graph(folder.graph),
        schedule=read_schedule(folder.schedule),
        docstrings=stored_options(folder.root).docstrings,
        seconds=_seconds_of_tests(folder),
    )


def _check_same_environment(python: Path, project: Project, source: Path) -> None:
    """Raises InterpreterNotUsable where tasks would name another environment than the one that they ran in (D4)."""
    found = inspect_interpreter(python, source)
    pins = {f"{d.name}=={d.version}" for d in found.distributions}
    missing = [pin for pin in project.requirements if pin not in pins]
    what = f"is CPython {found.python}" if found.python != project.python else ""
    what = what or (f"has no {missing[0]}" if missing else "")
    if what:
        problem = f"{what}, and the tests were traced with CPython {project.python} and what it had installed"
        raise InterpreterNotUsable(python, problem, "take that environment, or build with this one in another folder")


@contextmanager
def _timed(folder: Folder, stage: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    finally:
        if folder.root.exists():
            folder.note(stage, time.monotonic() - started)


@contextmanager
def _swapped(folder: Path) -> Iterator[Path]:
    """A place to write a folder; it takes the old one's place when all went well."""
    scratch = folder.with_suffix(".new")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        yield scratch
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    scratch.rename(folder)
