"""Judge a candidate's tree by a task's tests: `python -I -S judge.py SPEC.json`, a line an id on standard output.

It needs Python 3.8 and pytest beside it and nothing else, and is meant to run as root in a task's container. With -I
and -S it imports nothing but the standard library: the environment's own path leads to the candidate's tree. The tree
that runs is the trusted one's tests and configuration over the candidate's other files; pytest runs as a user who can
read neither the trusted tree nor write where verdicts go, and nothing that it started is left when it is judged. Exit
code 0: judged, whatever came of it; 3: could not judge.
"""

from __future__ import annotations

import fnmatch
import glob
import json
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, Dict, Iterator, List, Optional, Tuple

Tree = Dict[str, Tuple[str, Any]]
"""Paths with a kind (file, run, link) and the bytes, or the goal of a link."""

NOBODY = 65534
"""The user who runs the tests, where the judge is root."""
SAID = 200000
"""Characters of pytest's output that are kept of a run."""

START = """
import json, os, sys

def begin():
    fd = os.dup(1)
    os.set_inheritable(fd, False)
    os.dup2(2, 1)
    with os.fdopen(os.dup(0), encoding="utf-8") as told:
        said = json.loads(told.readline())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.path[:1] = said["path"]
    os.environ["PYTHONPATH"] = os.pathsep.join(said["path"][1:])
    import pytest

    class Hear:
        bad, good = set(), set()

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items):
            found = {item.nodeid: item for item in items}
            items[:] = [found[name] for name in said["ids"] if name in found]

        def pytest_runtest_logreport(self, report):
            if report.outcome != "passed" or hasattr(report, "wasxfail"):
                self.bad.add(report.nodeid)
            elif report.when == "call" and type(report).__name__ == "TestReport":
                self.good.add(report.nodeid)
            if report.when == "teardown":
                passed = report.nodeid in self.good and report.nodeid not in self.bad
                record = [said["token"], report.nodeid, "PASSED" if passed else "FAILED"]
                os.write(fd, (json.dumps(record) + chr(10)).encode("utf-8"))

    sys.argv[:] = [os.path.join(os.path.dirname(pytest.__file__), "__main__.py"), *said["arguments"]]
    return pytest.main(said["arguments"], plugins=[Hear()])

if __name__ == "__main__":
    sys.exit(begin())
"""
"""Starts pytest, and tells the judge how each test ended by the pipe that is standard output until then.

The pipe is taken before anything of the tree can be imported: until then the path holds the interpreter and what is
installed, with the tree's own folders behind them.
"""


class Unswept(Exception):
    """What the tests started cannot be ended."""


def main() -> int:
    """Judge, and print a line an id."""
    os.umask(0o022)
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    try:
        rules = {**spec["rules"], "shadows": [*spec["rules"]["shadows"], *installed(spec["python"])]}
        merged = merge(tree_of(spec["trusted"]), tree_of(spec["candidate"]), rules)
    except OSError as error:
        print("judge: the trees cannot be read: %s" % error, file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory(prefix="judge-", dir="/tmp") as scratch:
        os.chmod(scratch, 0o755)
        try:
            outcomes = judged(spec, merged, scratch)
        except Unswept as error:
            print("judge: %s" % error, file=sys.stderr)
            return 3
    for name in spec["pass_to_pass"] + spec["fail_to_pass"]:
        print("%s %s" % (outcomes.get(name, "FAILED"), shown(name)))
    return 0


def shown(name: str) -> str:
    """An id as one word: white space, control characters and the sign that writes them are written by their bytes."""
    if all(c.isprintable() and not c.isspace() and c != "%" for c in name):
        return name
    return "".join(
        c
        if c.isprintable() and not c.isspace() and c != "%"
        else "".join("%%%02X" % byte for byte in c.encode("utf-8", "surrogateescape"))
        for c in name
    )


def judged(spec: Dict[str, Any], merged: Tree, scratch: str) -> Dict[str, str]:
    """How each id ended: PASS_TO_PASS in one process, FAIL_TO_PASS in another.

    From the first FAIL_TO_PASS on that does not pass each runs in a process of its own and that result counts: a test
    that fails leaves things registered. Where the first fails there, too, nothing can come of it.
    """
    found = run(spec, merged, scratch, spec["pass_to_pass"])
    found.update(run(spec, merged, scratch, spec["fail_to_pass"]))
    names = spec["fail_to_pass"]
    first = next((n for n, name in enumerate(names) if found.get(name) != "PASSED"), None)
    for name in [] if first is None or len(names) == 1 else names[first:]:
        found[name] = run(spec, merged, scratch, [name]).get(name, "FAILED")
        if found[name] != "PASSED":
            break
    return found


def run(spec: Dict[str, Any], merged: Tree, scratch: str, names: List[str]) -> Dict[str, str]:
    """Run tests on a fresh tree; how those ended that did."""
    if not names:
        return {}
    lay(spec["root"], merged)
    home = tempfile.mkdtemp(dir=scratch)
    code = tempfile.mkdtemp(dir=scratch)
    start = os.path.join(code, "start.py")
    with open(start, "w", encoding="utf-8") as file:
        file.write(START)
    for folder in [spec["root"], home] if os.geteuid() == 0 else []:
        give(folder)
    os.chmod(code, 0o755)
    files = list(dict.fromkeys(name.partition("::")[0] for name in names))
    arguments = [
        "-o",
        "cache_dir=" + os.path.join(home, "cache"),
        "--rootdir=" + spec["root"],
        *spec["options"],
        *files,
    ]
    environment = {"PATH": os.path.dirname(spec["python"]) + ":" + os.environ.get("PATH", os.defpath)}
    environment.update(spec["variables"], HOME=home, TMPDIR=home, PYTHONDONTWRITEBYTECODE="1")
    roots = [os.path.normpath(os.path.join(spec["root"], part)) for part in spec["roots"]]
    token = secrets.token_hex(16)
    told = {"token": token, "ids": names, "arguments": arguments, "path": [spec["root"], *roots]}
    said = supervised([spec["python"], start], environment, spec["root"], told, spec["timeout"])
    outcomes: Dict[str, str] = {}
    asked = set(names)
    for line in said.split(b"\n"):
        try:
            spoken, name, outcome = json.loads(line.decode("utf-8"))
        except (ValueError, TypeError):
            continue
        if spoken == token and name in asked:
            outcomes[name] = "FAILED" if outcomes.get(name) == "FAILED" else outcome
    return outcomes


def supervised(
    command: List[str], environment: Dict[str, str], cwd: str, told: Dict[str, Any], timeout: float
) -> bytes:
    """What a command says on its standard output until it ends or the time is over; nothing of it is left then."""
    root = os.geteuid() == 0

    def become() -> None:
        os.setsid()
        if root:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=become,  # noqa: PLW1509  # no other thread runs yet, and Python 3.8 has no user=
    )
    assert process.stdin is not None
    said, printed = bytearray(), bytearray()
    readers = [
        threading.Thread(target=drain, args=(process.stdout, said, None), daemon=True),
        threading.Thread(target=drain, args=(process.stderr, printed, SAID), daemon=True),
    ]
    for reader in readers:
        reader.start()
    try:
        process.stdin.write((json.dumps(told) + "\n").encode("utf-8"))
        process.stdin.close()
    except OSError:
        pass
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        print("judge: the tests did not end in %s s" % timeout, file=sys.stderr)
    sweep(process.pid, root)
    process.wait()
    for reader in readers:
        reader.join(5)
    for line in bytes(printed).decode("utf-8", "replace").splitlines():
        print("| " + line.replace(">>>>>", ">>>> "), file=sys.stderr)
    return bytes(said)


def drain(stream: Any, into: bytearray, most: Optional[int]) -> None:
    """Read a stream to its end, and keep so much of it at most."""
    for chunk in iter(lambda: stream.read1(65536), b""):
        if most is None or len(into) < most:
            into.extend(chunk)


def sweep(group: int, root: bool) -> None:
    """Kill a process group, and as root all that runs as the tests' user; raises Unswept where something is left.

    The kernel kills all processes of a user at once for a process of that user, so that none can fork meanwhile.
    """
    for _ in range(100):
        try:
            os.killpg(group, signal.SIGKILL)
        except OSError:
            pass
        if not root or next(processes_of(NOBODY), None) is None:
            return
        child = os.fork()
        if child == 0:
            try:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
                os.kill(-1, signal.SIGKILL)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        time.sleep(0.05)
    raise Unswept("processes that the tests started cannot be ended")


def processes_of(user: int) -> Iterator[int]:
    """Processes of a user of which something runs: a zombie may have threads that do."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/status" % name, encoding="utf-8", errors="replace") as file:
                    rows = dict(line.split(":", 1) for line in file if ":" in line)
                threads = len(os.listdir("/proc/%s/task" % name))
            except (OSError, ValueError):
                continue
            dead = rows.get("State", "").strip().startswith(("Z", "X")) and threads < 2
            if rows.get("Uid", "").split()[:1] == [str(user)] and not dead:
                yield int(name)


def installed(python: str) -> List[str]:
    """Top-level names of what is installed beside an interpreter."""
    prefix = os.path.dirname(os.path.dirname(python))
    folders = glob.glob(os.path.join(prefix, "lib*", "python*", "*-packages"))
    names = {name.partition(".")[0] for folder in folders for name in os.listdir(folder) if not name.endswith(".pth")}
    return sorted(name for name in names if name.isidentifier())


def tree_of(folder: str) -> Tree:
    """Regular files and links below a folder: their paths, and for each its mode and its bytes or goal."""
    if not os.path.isdir(folder):
        raise NotADirectoryError(folder)
    found: Tree = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not os.path.islink(os.path.join(place, name)) and name != ".git"]
        linked = [n for n in os.listdir(place) if os.path.islink(os.path.join(place, n)) and n not in files]
        for name in files + linked:
            path = os.path.join(place, name)
            status = os.lstat(path)
            key = os.path.relpath(path, folder)
            if stat.S_ISLNK(status.st_mode):
                found[key] = ("link", os.readlink(path))
            elif stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    found[key] = ("run" if status.st_mode & stat.S_IXUSR else "file", file.read())
    return found


def merge(trusted: Tree, candidate: Tree, rules: Dict[str, Any]) -> Tree:
    """The candidate's files, with all that is the task's as in the trusted tree. New links are left out."""
    kept = {path: entry for path, entry in trusted.items() if protected(path, True, rules)}
    folders = {folder for path in kept for folder in above(path)}
    made = {
        path: entry
        for path, entry in candidate.items()
        if not protected(path, path in trusted, rules)
        and (entry[0] != "link" or trusted.get(path) == entry)
        and path not in folders
        and not any(folder in kept for folder in above(path))
    }
    made.update(kept)
    return made


def above(path: str) -> List[str]:
    """The folders that a path lies in."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def protected(path: str, known: bool, rules: Dict[str, Any]) -> bool:
    """Whether a path is the task's: by the names of tests, configuration and what Python or pytest load by themselves.

    ``known``: the path is in the trusted tree. A module that is not may not go by the name of an installed one.
    """
    parts = path.split("/")
    name = parts[-1]
    lower = name.lower()
    if path in rules["named"] or lower in rules["configuration"] or lower.endswith(tuple(rules["suffixes"])):
        return True
    if any(part.lower().endswith(tuple(rules["folders"])) for part in parts):
        return True
    if any(part.lower() in rules["test_folders"] for part in parts[:-1]):
        return True
    if any(fnmatch.fnmatch(name, pattern) for pattern in rules["test_files"]):
        return True
    return not known and top(path, rules["roots"]) in rules["shadows"]


def top(path: str, roots: List[str]) -> Optional[str]:
    """The top-level module that a file belongs to, from the import root that is nearest."""
    for root in sorted(roots, key=len, reverse=True):
        if root == ".":
            return path.split("/", maxsplit=1)[0].partition(".")[0]
        if path.startswith(root + "/"):
            return path[len(root) + 1 :].split("/", maxsplit=1)[0].partition(".")[0]
    return None


def lay(root: str, files: Tree) -> None:
    """Make a folder hold these files, and what git keeps there, and nothing else."""
    os.makedirs(root, exist_ok=True)
    for name in os.listdir(root):
        path = os.path.join(root, name)
        if name != ".git":
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
    for path, (kind, content) in sorted(files.items()):
        place = os.path.join(root, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if kind == "link":
            os.symlink(content, place)
        else:
            with open(place, "wb") as file:
                file.write(content)
            os.chmod(place, 0o755 if kind == "run" else 0o644)


def give(folder: str) -> None:
    """Give a folder and what is in it, but for what git keeps there, to the tests' user."""
    os.chown(folder, NOBODY, NOBODY)
    os.chmod(folder, 0o755)
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in folders + files:
            os.chown(os.path.join(place, name), NOBODY, NOBODY, follow_symlinks=False)


if __name__ == "__main__":
    sys.exit(main())
