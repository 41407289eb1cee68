"""A series: sessions on one tree after another, each in a process that is forked from one with pytest loaded.

That process loads nothing of the project, and moves the tree from one state to the next. When a session is over, what
it left is removed: processes, files in the tree, temporary ones. ``turnN.json`` beside this file holds of a session

- ``config`` (configuration.py) and ``arguments`` (of pytest);
- ``gone`` (paths below the root) and ``files`` (mode, and content in base64, by such a path): how its tree differs from
  that of the session before it.
"""

from __future__ import annotations

import base64
import gc
import glob
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from .bundled import load_plugins
from .channel import encode, write_all
from .configuration import CONFIG
from .tidy import Tidy, remove
from .workers import Orphans, die_with_parent

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARED = ("/tmp", "/var/tmp", "/dev/shm")
"""Folders of a sandbox in which sessions may leave files."""


def run() -> None:
    """Run all sessions. Returns in the processes that are to run one, and ends the one that they are forked from."""
    here = os.path.dirname(os.path.abspath(__file__))
    count = int(CONFIG["series"]["sessions"])
    emptied = [str(folder) for folder in CONFIG["series"]["emptied"]]
    mark = "%s\n" % CONFIG["series"]["mark"]
    compiled = CONFIG["bytecode"] or CONFIG["compiled"]
    root, alone = str(CONFIG["root"]), not CONFIG["parent"]
    die_with_parent(CONFIG["parent"])
    channel = os.open(CONFIG["channel"], os.O_WRONLY | os.O_APPEND)
    load_plugins()
    gc.collect()
    gc.freeze()
    tidy = Tidy(root)
    orphans = Orphans()
    for number in range(count):
        with open(os.path.join(here, "turn%d.json" % number), encoding="utf-8") as file:
            turn: dict[str, Any] = json.load(file)
        files = {path: (mode, base64.b64decode(data)) for path, (mode, data) in turn["files"].items()}
        tidy.move(turn["gone"], files)
        _forget_compiled(compiled, root, (*turn["gone"], *files))
        me = os.getpid()
        pid = os.fork()
        if not pid:
            os.close(channel)
            CONFIG.clear()
            CONFIG.update(turn["config"], parent=me)
            sys.argv[1:] = turn["arguments"]
            return
        _, status = os.waitpid(pid, 0)
        orphans.end()
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        write_all(1, mark.encode("ascii"))
        write_all(channel, encode({"kind": "turn", "code": code}))
        changed = [os.path.relpath(path, root) for path in tidy.restore()]
        _forget_compiled(compiled, root, changed)
        _empty(emptied, root, SHARED if alone else ())
    os._exit(0)


def _forget_compiled(folder: str, root: str, paths: Iterable[str]) -> None:
    """Drop what was compiled from files: Python itself would only look at their size and their second."""
    for path in paths:
        place, name = os.path.split(os.path.join(root, path))
        stem = os.path.join(glob.escape(folder + place), glob.escape(os.path.splitext(name)[0]))
        for found in glob.glob(stem + ".*pyc"):
            os.unlink(found)


def _empty(folders: Iterable[str], root: str, shared: Iterable[str]) -> None:
    """Empty folders of a session, and in shared ones remove what does not lead to the tree."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder, exist_ok=True)
    for folder in shared:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            path = os.path.join(folder, name)
            if not root.startswith(os.path.join(path, "")):
                remove(path)
