"""What tests of several rooms need to make small repositories and look at traces."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sweflow_datasets.dataset import load_tasks
from sweflow_datasets.folder import Folder
from sweflow_tracer import Trace
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.recording.trace import TraceOptions, trace_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.session import Session, run_session
from sweflow_tracer.runner.settings import RunSettings
from sweflow_tracer.runner.workspace import Workspace


def write_repository(root: Path, files: dict[str, str]) -> Path:
    """A repository with these files and a name for its project."""
    for name, text in {"pyproject.toml": '[project]\nname = "small"\nversion = "1"\n', **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def trace_of(repo: Path, python: Path, journal: Path, **options: object) -> Trace:
    """Trace a repository; ``options`` are those of TraceOptions and RunSettings, or ``earlier``."""
    earlier = options.pop("earlier", None)
    shared = {name: options.pop(name) for name in ("jobs", "timeout", "on_session") if name in options}
    interpreter = inspect_interpreter(python, repo)
    project, blobs = read_project(repo, interpreter, (), allow_dirty=True)
    chosen = TraceOptions(**{"reruns": 0, **options})  # type: ignore[arg-type]
    settings = RunSettings(Target(project, python, repo), Launcher(), **{"jobs": 2, **shared})  # type: ignore[arg-type]
    return trace_project(settings, blobs, chosen, journal, earlier=earlier)  # type: ignore[arg-type]


@contextmanager
def session_on(
    folder: Path,
    files: dict[str, str],
    python: Path,
    options: SessionOptions,
    run: Callable[[Target, Workspace, Launcher, SessionOptions], Session] = run_session,
) -> Iterator[tuple[Session, Path]]:
    """A session on a repository of these files, and the tree as it left it, while the block runs."""
    repo = write_repository(folder / "repo", files)
    project, blobs = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    with Workspace(project.folder, folder / "ledger") as workspace:
        workspace.show(blobs)
        yield run(Target(project, python), workspace, Launcher(), options), workspace.tree


def calls_of(trace: Trace, test: str, *phases: str) -> set[tuple[str, str]]:
    """Names of caller and callee of every edge of a test in some phases (default: set-up, call, teardown)."""
    found = next(t for t in trace.tests if t.id.endswith(test))
    edges = {e for phase in phases or ("setup", "call", "teardown") for e in trace.edge_sets[getattr(found, phase)]}
    names = [code.name for code in trace.codes] + ["-"]
    return {(names[trace.edges[e].caller], names[trace.edges[e].callee]) for e in edges}


def git(folder: Path, *arguments: str, data: str | None = None) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, input=data, capture_output=True, text=True, check=True)
    return done.stdout


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def whole_rows(out: Folder) -> list[dict[str, Any]]:
    """The tasks of a build with all that is known of them: PASS_TO_PASS written out, and the certificate."""
    return [{**task.whole_row(), "certificate": task.certificate} for task in load_tasks(out.root)]


def assert_adds_up(summary):
    """What came in is what was kept plus what was rejected."""
    tests, steps, functions = summary["tests"], summary["steps"], summary["functions"]
    assert tests["collected"] == tests["accepted"] + sum(tests["rejected"].values())
    assert steps["scheduled"] == steps["verified"] + sum(steps["rejected"].values())
    kept = functions["in_tasks"] + functions["scaffold"] + functions["unreached"]
    assert functions["core"] == kept + sum(functions["rejected"].values())
