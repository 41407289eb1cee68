"""What pytest collected and what got loaded, as plain values."""

from __future__ import annotations

import inspect
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .recorder import Recorder


def describe(item: Any, recorder: Recorder) -> dict[str, Any]:
    """Id, kind, test function and the place of its body; ``body`` is None where it is no Python function."""
    parent = item.parent.nodeid if item.parent is not None else ""
    name = getattr(item, "originalname", None) or item.name
    is_function = isinstance(item, pytest.Function)
    return {
        "id": item.nodeid,
        "function": parent + "::" + name if is_function else item.nodeid,
        "kind": "function" if is_function else type(item).__name__,
        "body": body(item, recorder) if is_function else None,
        "path": recorder.relative(str(item.path)) if hasattr(item, "path") else None,
    }


def body(item: Any, recorder: Recorder) -> dict[str, Any] | None:
    """Path, qualified name and first line of an item's function; None where it has no code of the project's."""
    function: Any = inspect.unwrap(getattr(item.obj, "__func__", item.obj))
    code: Any = getattr(function, "__code__", None)
    path = recorder.relative(code.co_filename) if code is not None else None
    if path is None:
        return None
    return {"path": path, "name": function.__qualname__, "line": code.co_firstlineno}


def selected(test: str, wanted: list[str]) -> bool:
    """Whether a test is one of the node ids or lies below one; all are where there is no node id."""
    below = ("::", "[", "/")
    return not wanted or any(test == node or test.startswith(tuple(node + mark for mark in below)) for node in wanted)


def project_modules(names: list[str]) -> list[str]:
    """Modules under the project's names that are loaded already."""
    return sorted(name for name in list(sys.modules) if name.partition(".")[0] in names)


def loaded_files(known: set[str], config: dict[str, Any], recorder: Recorder) -> tuple[list[str], list[list[str]]]:
    """Files of modules that are not in ``known`` (which grows): below the root, and astray."""
    below: list[str] = []
    strays: list[list[str]] = []
    origin = os.path.join(config["origin"], "") if config["origin"] else None
    for name, module in list(sys.modules.items()):
        if name in known:
            continue
        known.add(name)
        filename = getattr(module, "__file__", None)
        if not isinstance(filename, str):
            continue
        path = recorder.relative(filename)
        if path is not None:
            below.append(path)
        elif name.partition(".")[0] in config["names"] or (
            origin is not None and not _installed(filename) and os.path.realpath(filename).startswith(origin)
        ):
            strays.append([name, filename])
    return sorted(below), strays


def _installed(filename: str) -> bool:
    return "site-packages" in filename or "dist-packages" in filename


def keep_bytecode(folder: str) -> None:
    """Write what this process and its children compile to a folder of the run; nothing goes beside the sources."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = folder
    sys.dont_write_bytecode = False


def pin_hypothesis() -> None:
    """Hypothesis: same examples every time, no database, no deadline, no shrinking."""
    from hypothesis import Phase, settings

    phases = [Phase.explicit, Phase.generate]
    pinned = settings(settings.default, derandomize=True, database=None, deadline=None, phases=phases)
    settings.register_profile("sweflow", pinned)
    settings.load_profile("sweflow")


def fresh_capture(config: Any) -> None:
    """Give a forked child capture files of its own: those of the parent share one position."""
    manager = config.pluginmanager.getplugin("capturemanager")
    if manager is None or not manager.is_globally_capturing():
        return
    captures = (manager._global_capturing.out, manager._global_capturing.err)
    if hasattr(os, "memfd_create") and all(hasattr(capture, "targetfd") for capture in captures):
        for capture in captures:
            _swap_file(capture)
    else:
        manager.stop_global_capturing()
        manager.start_global_capturing()


def _swap_file(capture: Any) -> None:
    """Put a new file under the descriptors of a capture; its objects, and the pages they lie on, stay as they are."""
    fresh = os.memfd_create("capture")
    os.dup2(fresh, capture.tmpfile.fileno(), inheritable=False)
    if capture._state == "started":
        os.dup2(fresh, capture.targetfd)
    os.close(fresh)
