"""File formats of this room: ``project.json`` and ``trace.json``, and the helpers that every room's format uses.

Every file is one JSON object: ``format`` and ``version`` first, every other object's keys sorted, and equal
values give equal bytes.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.project.files import FileEntry
from sweflow_tracer.project.project import Project
from sweflow_tracer.values import CodeRef, CollectionError, Edge, Outcome, TestTrace, Trace

PROJECT_VERSION = 1
TRACE_VERSION = 2
OTHER_VERSION = "read it with the version that wrote it, or build anew in another folder"
"""What to do about a file of another version."""


def write_text(path: Path, text: str) -> None:
    """Write a file at once: it is whole under its name, or not there (D1)."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with scratch.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


def dumps(value: Any, *, indent: int | None = None) -> str:
    """JSON with sorted keys, ASCII, and no time or place in it."""
    separators = None if indent else (",", ":")
    return json.dumps(value, sort_keys=True, separators=separators, indent=indent)


def write_document(path: Path, name: str, version: int, body: Mapping[str, Any]) -> None:
    """Write one versioned document, a line a member."""
    lines = [f'"format": "sweflow-{name}"', f'"version": {version}']
    lines += [f"{json.dumps(key)}: {dumps(body[key])}" for key in sorted(body)]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def read_document(path: Path, name: str, version: int) -> dict[str, Any]:
    """Read a versioned document. Raises FileNotUsable."""
    command = _COMMANDS.get(name, f"sweflow {name} {path.parent}")
    hint = f"run `{command}` first"
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise FileNotUsable(path, "is not there", hint) from error
    except (OSError, ValueError) as error:
        raise FileNotUsable(path, f"cannot be read ({error})", hint) from error
    if not isinstance(document, dict) or document.get("format") != f"sweflow-{name}":
        raise FileNotUsable(path, f"is no sweflow {name} file", hint)
    if document.get("version") != version:
        problem = f"has format version {document.get('version')}, and this program reads {version}"
        raise FileNotUsable(path, problem, OTHER_VERSION)
    return document


@contextmanager
def reading(path: Path, hint: str) -> Iterator[None]:
    """Values are made of a file's members here; what is missing or of another kind is a FileNotUsable."""
    try:
        yield
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        what = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        raise FileNotUsable(path, f"is damaged ({what})", hint) from error


_TRACE = "sweflow trace REPO --out DIR"
_COMMANDS = {
    "manifest": "sweflow build-all LIST --out DIR",
    "images": "sweflow images build DIR",
    "export": "sweflow export DIR... --out PATH",
    "project": _TRACE,
    "options": _TRACE,
    "trace": _TRACE,
    "summary": "sweflow build REPO --out DIR",
}


def write_project(path: Path, project: Project, python: Path) -> None:
    """Write ``project.json``: the project, and the interpreter that its tests run under."""
    write_document(path, "project", PROJECT_VERSION, {"project": asdict(project), "interpreter": str(python)})


def read_project_file(path: Path) -> tuple[Project, Path]:
    """Read ``project.json``."""
    document = read_document(path, "project", PROJECT_VERSION)
    with reading(path, f"run `{_TRACE}` in another folder"):
        facts = document["project"]
        facts["files"] = [FileEntry(**entry) for entry in facts["files"]]
        facts = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
        return Project(**facts), Path(document["interpreter"])


def write_trace(path: Path, trace: Trace) -> None:
    """Write ``trace.json``; codes are ``[path, name, line]``, edges ``[caller, callee, flags]``."""
    body = {
        "python": trace.python,
        "engine": trace.engine,
        "isolation": trace.isolation,
        "codes": [[code.path, code.name, code.line] for code in trace.codes],
        "edges": [[e.caller, e.callee, e.flags] for e in trace.edges],
        "edge_sets": trace.edge_sets,
        "imports": trace.imports,
        "collection": trace.collection,
        "tests": [asdict(test) for test in trace.tests],
        "errors": [asdict(error) for error in trace.errors],
        "modules": trace.modules,
    }
    write_document(path, "trace", TRACE_VERSION, body)


def read_trace(path: Path) -> Trace:
    """Read ``trace.json``."""
    document = read_document(path, "trace", TRACE_VERSION)
    with reading(path, f"run `{_TRACE}` in another folder"):
        return _trace(document)


def _trace(document: dict[str, Any]) -> Trace:
    return Trace(
        python=document["python"],
        engine=document["engine"],
        isolation=document["isolation"],
        codes=tuple(CodeRef(*code) for code in document["codes"]),
        edges=tuple(Edge.of(*edge) for edge in document["edges"]),
        edge_sets=tuple(tuple(edge_set) for edge_set in document["edge_sets"]),
        imports=document["imports"],
        collection=document["collection"],
        tests=tuple(_read_test(test) for test in document["tests"]),
        errors=tuple(CollectionError(**error) for error in document["errors"]),
        modules=tuple(document["modules"]),
    )


def _read_test(test: dict[str, Any]) -> TestTrace:
    body = CodeRef(**test["body"]) if test["body"] else None
    outcomes = {name: tuple(map(Outcome, test[name])) for name in ("reruns", "repeats")}
    varying = tuple(test["varying"])
    return TestTrace(**{**test, **outcomes, "body": body, "outcome": Outcome(test["outcome"]), "varying": varying})
