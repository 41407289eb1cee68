"""Proving: the tests run in the environment, in the sandbox, and the records of that session are counted."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sweflow_rdg.graph.roles import looks_like_test
from sweflow_tracer.errors import RanElsewhere, RunnerDependency, SessionFailed
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import Project, read_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.launching import open_launcher
from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.session import Session, run_session
from sweflow_tracer.runner.workspace import Workspace

from sweflow_datasets.environments.values import Blocker, EnvironmentCause, Failure, Options, Proof, Stage

MUST = "def test_must_pass():\n    assert True\n\n\ndef test_must_fail():\n    assert False\n"
"""A file put among the tests: where its second test passes, or its first fails, outcomes there mean nothing."""
MODE = "100644"
FINE = ("passed", "skipped", "xfailed")
CHOOSING = ("-k", "-m", "--deselect", "--ignore", "--ignore-glob")
UNCOLLECTED = "pytest passes over these test modules:"
_PASSED_OVER = re.compile(r"^(?:[^\s/]+/)*tests?\.py$")
_TESTS = re.compile(rb"^ *(?:async )?def test|^class \w*Test", re.MULTILINE)
FEW = 40
"""Failures whose texts a diagnosis gets."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A proof; what went wrong on the way, for diagnoses; and the end that no diagnosis is asked about, if any."""

    stage: Stage
    proof: Proof
    failures: tuple[Failure, ...] = ()
    ended: Blocker | None = None
    project: Project | None = None


def prove(
    python: Path, root: Path, arguments: tuple[str, ...], space: Workspace, sandbox: str, options: Options
) -> Proved:  # fmt: skip
    """Collect and run the tests once. Raises InterpreterNotUsable, SandboxFailed, NotARepository."""
    interpreter = inspect_interpreter(python, root)
    try:
        project, blobs = read_project(root, interpreter, arguments, allow_dirty=True)
    except RunnerDependency as error:
        return Proved(Stage.COLLECT, Proof(), ended=Blocker(EnvironmentCause.RUNNER_DEPENDENCY, ", ".join(error.names)))
    own = frozenset(project.names)
    target = Target(project, interpreter.path, root)
    with open_launcher(sandbox, target) as launcher:
        space.show(blobs)
        try:
            session = run_session(target, space, launcher, _options(options))
        except (RunnerDependency, RanElsewhere) as error:
            cause = (
                EnvironmentCause.ELSEWHERE if isinstance(error, RanElsewhere) else EnvironmentCause.RUNNER_DEPENDENCY
            )
            return Proved(Stage.COLLECT, Proof(), ended=Blocker(cause, str(error)), project=project)
        except SessionFailed as error:
            return _unfinished(error, own, project)
        proof = _counted(session, project)
        if proof.passed and proof.loaded:
            proof = replace(proof, tells=_tells(target, space, launcher, blobs, session, options))
    failures = (*_uncollected(proof, arguments, blobs, own), *_failures(session, own))
    return Proved(Stage.PROVED, proof, failures, _late(session), project)


def _options(options: Options) -> SessionOptions:
    return SessionOptions(jobs=options.jobs or 1, timeout=options.timeout, limit=options.limit, collect=options.seconds)


def _unfinished(error: SessionFailed, own: frozenset[str], project: Project) -> Proved:
    cause = EnvironmentCause.TIME_OUT if error.timed_out else EnvironmentCause.CRASHED
    last = next((line for line in reversed(error.log.splitlines()) if line.strip()), "")
    failure = Failure(Stage.COLLECT, error.log, own)
    return Proved(Stage.COLLECT, Proof(), (failure,), Blocker(cause, last[:200]), project)


def _late(session: Session) -> Blocker | None:
    return Blocker(EnvironmentCause.TIME_OUT, "the tests") if session.timed_out and not session.tests else None


def _counted(session: Session, project: Project) -> Proof:
    outcomes = [test["outcome"] for test in session.tests]
    items = session.collected["items"] if session.collected else []
    skipped = sum(outcome in ("skipped", "xfailed") for outcome in outcomes)
    passed = outcomes.count("passed")
    return Proof(
        collected=len(items),
        passed=passed,
        failed=len(items) - passed - skipped,
        skipped=skipped,
        errors=len(session.errors),
        loaded=_loads_project(session, project),
    )


def _loads_project(session: Session, project: Project) -> bool:
    """Whether the tests loaded a module of the project that is not of the test side."""
    if session.collected is None:
        return False
    passed = [test for test in session.tests if test["outcome"] == "passed"]
    loaded = {path for record in (session.collected, *passed) for path in record.get("modules", ())}
    core = {entry.path for entry in project.files if not looks_like_test(entry.path) and entry.path != "setup.py"}
    return not loaded.isdisjoint(core)


def _tells(
    target: Target, space: Workspace, launcher: Launcher, blobs: Blobs, session: Session, options: Options
) -> bool | None:
    """Whether a failing test among the first tests fails; None where it was not run."""
    paths = sorted({item["path"] for item in (session.collected["items"] if session.collected else ()) if item["path"]})
    if not paths:
        return None
    name = f"test_{hashlib.sha256(paths[0].encode()).hexdigest()[:8]}.py"
    path = str(PurePosixPath(paths[0]).with_name(name))
    space.show({**blobs, path: (MODE, MUST.encode())})
    names = ("-o", "python_functions=test_*", "-o", "python_files=*.py")
    chosen = (*without_selection(target.project.arguments), *names, path)
    try:
        session = run_session(target, space, launcher, _deciding(options, chosen, path))
    except (SessionFailed, RanElsewhere, RunnerDependency):
        return None
    found = {test["id"].rpartition("::")[2]: test["outcome"] for test in session.tests}
    if len(found) != 2:
        return None
    return found.get("test_must_fail") == "failed" and found.get("test_must_pass") == "passed"


def without_selection(arguments: tuple[str, ...]) -> Iterator[str]:
    """pytest's arguments without those that choose among what is collected."""
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word in CHOOSING:
            left[:1] = []
        elif not word.startswith(("-k", "-m", *(f"{option}=" for option in CHOOSING))):
            yield word


def _deciding(options: Options, arguments: tuple[str, ...], path: str) -> SessionOptions:
    return SessionOptions(
        timeout=options.timeout, limit=options.limit, collect=options.seconds, paths=arguments, select=(path,)
    )


def _uncollected(proof: Proof, arguments: tuple[str, ...], blobs: Blobs, own: frozenset[str]) -> tuple[Failure, ...]:
    """Where nothing is collected and nothing was asked for: modules of tests under names that pytest passes over."""
    if proof.collected or proof.errors or arguments:
        return ()
    found = [path for path, (_, data) in sorted(blobs.items()) if _PASSED_OVER.search(path) and _TESTS.search(data)]
    return (Failure(Stage.COLLECT, f"{UNCOLLECTED} {' '.join(found)}", own),) if found else ()


def _failures(session: Session, own: frozenset[str]) -> Iterator[Failure]:
    """A text for each thing that could not be collected, each failed test and each reason to skip."""
    for error in session.errors[:FEW]:
        yield Failure(Stage.COLLECT, error["text"], own)
    yield from (Failure(Stage.RUN, text, own) for text in _texts(session, lambda outcome: outcome not in FINE))
    yield from (Failure(Stage.SKIP, text, own) for text in _texts(session, lambda outcome: outcome == "skipped"))


def _texts(session: Session, wanted: Callable[[str], bool]) -> list[str]:
    tests = [test for test in session.tests if wanted(test["outcome"])]
    counts = Counter(f"{_exception(test.get('failure', {}))}\n{test.get('detail', '')}".strip() for test in tests)
    return [text for text, _ in counts.most_common(FEW)]


def _exception(failure: Mapping[str, object]) -> str:
    return f"{failure.get('type', '')}: {failure.get('message', '')}" if failure else ""
