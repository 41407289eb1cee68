"""Odd things that strangers hand in: repositories, predictions, and damaged output folders.

A case is a value that Hypothesis can shrink; ``write`` and ``damage`` make it real. Used by the laws beside it with a
small budget, and by ``benchmarks/fuzz.py`` with a large one.
"""

import contextlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

PARTS = st.sampled_from(
    (
        *("a", "b.py", "test_a.py", "conftest.py", "__init__.py", "src", "tests", "pkg", ".git", ".GIT", "git~1"),
        *(
            "é",
            "e\u0301",
            "with space",
            "new\nline",
            "tab\t",
            '"quoted"',
            "back\\slash",
            "-dash",
            "~",
            "*",
            "a:b",
            "CON",
        ),
        *("x" * 200, "\u2028", "\udcff", ".gitmodules", ".gitattributes", "pyproject.toml", "setup.cfg", "setup.py"),
        *(
            "PKG-INFO",
            "LICENSE",
            ".venv",
            "node_modules",
            "build",
            "pytest.ini",
            "tox.ini",
            ".hidden",
            "core.pyc",
            "...",
        ),
    )
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
PLAIN = "def f(a):\n    if a:\n        return g(a)\n    return 1\n\n\ndef g(a):\n    return a\n"
TEXTS = st.sampled_from(
    [
        PLAIN.encode(),
        b"from core import f\n\n\ndef test_f():\n    assert f(0) == 1\n",
        b"",
        b"\xef\xbb\xbfx = 1\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"# -*- coding: nonsense -*-\n",
        b"x = '\xff'\n",
        b"\x00\x01\x02",
        b"def f():\r\n    return 1\r\n",
        b"def f():\r    return 1\r",
        b"def f(:\n",
        b"print 'two'\n",
        b"async def f():\n    yield 1\n",
        b"match x:\n    case 1: pass\n",
        b"def f[T](x: T) -> T: return x\n",
        b"\tdef f(): pass\n",
        b"x = 1 \\\n",
        b"f'''{f'{1}'}'''\n",
        b"x = " + b"(" * 150 + b")" * 150 + b"\n",
        b"x = " + b"(" * 3000 + b")" * 3000 + b"\n",
        b"x = " + b"-" * 3000 + b"1\n",
        b"x = 1" + b" + 1" * 2000 + b"\n",
        b"[project]\nname = 'n'\nversion = '1'\n",
        b"[project]\nname = 5\n",
        b"[project\n",
        b"Name: n\nVersion: 1\nLicense: MIT\n",
        b"Name: \xff\n",
        b"[tool.pytest.ini_options]\naddopts = '-q'\n",
        b"* text eol=crlf ident filter=x\n",
        b"gitdir: /nowhere\n",
        b"gitdir: ../..\n",
        b'[submodule "x"]\n\tpath = x\n\turl = ../x\n',
        b'[filter "x"]\n\tclean = touch /tmp/sweflow-fuzz-ran\n',
    ]
)
LINKS = st.sampled_from(["core.py", "..", "/etc/passwd", "nowhere", ".", "loop", "/", "a/../../b", "x" * 300])


@dataclass(frozen=True)
class OddRepository:
    """Files by path: bytes, the target of a link, a pipe, or an empty folder; and what git knows of it.

    ``git`` is none, empty (no commit), committed, staged, bare-head, broken-head, no-objects or gitlink.
    """

    files: tuple[tuple[str, str, bytes | str], ...]
    git: str
    deep: int

    def write(self, root: Path) -> None:
        """Make it; what the file system refuses is left out."""
        root.mkdir()
        for path, kind, content in self.files:
            place = root / path
            with contextlib.suppress(OSError, ValueError):
                if os.path.lexists(place) or not place.parent.resolve().is_relative_to(root.resolve()):
                    continue  # nothing is written through links and pipes that an earlier file made
                place.parent.mkdir(parents=True, exist_ok=True)
                if kind == "file":
                    place.write_bytes(content if isinstance(content, bytes) else content.encode())
                elif kind == "link":
                    place.symlink_to(str(content))
                elif kind == "pipe":
                    os.mkfifo(place)
                else:
                    place.mkdir()
        with contextlib.suppress(OSError):
            os.makedirs(root.joinpath(*["d"] * self.deep))
        self._git(root)

    def _git(self, root: Path) -> None:
        if self.git == "none" or os.path.lexists(root / ".git"):
            return

        def git(*arguments: str) -> None:
            command = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "core.hooksPath=/dev/null"]
            command += ["-c", "core.fsmonitor=false"]
            environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "GIT_CONFIG_NOSYSTEM": "1"}
            with contextlib.suppress(subprocess.SubprocessError):
                subprocess.run(
                    [*command, *arguments], cwd=root, env=environment, capture_output=True, timeout=20, check=False
                )

        git("init", "-q")
        if self.git != "empty":
            git("add", "-A")
        if self.git in ("committed", "bare-head", "broken-head", "no-objects", "gitlink"):
            git("commit", "-q", "--allow-empty", "-m", "m")
        if self.git == "gitlink":
            git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
        head = root / ".git" / "HEAD"
        if self.git == "bare-head":
            head.write_text("1" * 40 + "\n")
        if self.git == "broken-head":
            head.write_bytes(b"ref: refs/heads/\xff\n")
        if self.git == "no-objects":
            shutil.rmtree(root / ".git" / "objects", ignore_errors=True)


def _files() -> st.SearchStrategy[tuple[str, str, bytes | str]]:
    return st.one_of(
        st.tuples(PATHS, st.just("file"), TEXTS),
        st.tuples(PATHS, st.just("file"), st.binary(max_size=60)),
        st.tuples(PATHS, st.just("link"), LINKS),
        st.tuples(PATHS, st.sampled_from(["pipe", "folder"]), st.just(b"")),
    )


GIT = ("none", "empty", "committed", "staged", "bare-head", "broken-head", "no-objects", "gitlink")


@st.composite
def odd_repositories(draw: st.DrawFn) -> OddRepository:
    """A small good project, usually, and odd files around it."""
    files = [
        ("core.py", "file", PLAIN.encode()),
        ("tests/test_core.py", "file", b"from core import f\n\ndef test_f():\n    assert f(0) == 1\n"),
    ]
    odd = draw(st.lists(_files(), max_size=8))
    if draw(st.integers(0, 9)) == 0:
        files = []
    deep = draw(st.sampled_from([0, 0, 0, 0, 30, 250]))
    return OddRepository((*files, *odd), draw(st.sampled_from(GIT)), deep)


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("x-0001"), st.just("\ud800")
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
FIELDS = ("instance_id", "model_name_or_path", "model_patch", "score", "prediction")


def rows(ids: tuple[str, ...]) -> st.SearchStrategy[object]:
    """Rows of a file of predictions: good ones, and others with something wrong."""
    good = st.fixed_dictionaries(
        {
            "instance_id": st.sampled_from(ids),
            "model_name_or_path": st.text(max_size=5),
            "model_patch": st.one_of(st.none(), st.text(max_size=30), st.just("diff --git a/x b/x\n")),
        },
        optional={"score": st.one_of(st.floats(), st.integers(), st.text(max_size=3))},
    )
    return st.one_of(good, st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4), VALUES)


@st.composite
def odd_predictions(draw: st.DrawFn, ids: tuple[str, ...]) -> bytes:
    """A file of predictions in one of its three forms, or nearly; sometimes torn."""
    listed = draw(st.lists(rows(ids), max_size=4))
    form = draw(st.sampled_from(["lines", "list", "by id", "raw"]))
    if form == "lines":
        ends = draw(st.sampled_from(["\n", "\r\n", "\n\n", "\u2028", "\x85"]))
        text = ends.join(json.dumps(row, ensure_ascii=draw(st.booleans())) for row in listed)
    elif form == "list":
        text = json.dumps(listed)
    elif form == "by id":
        text = json.dumps({draw(st.sampled_from([*ids, "other", ""])): row for row in listed})
    else:
        return draw(st.one_of(st.binary(max_size=60), st.just(b"[" * 100_000), st.just(b'{"a":' * 50_000)))
    data = text.encode("utf-8", "surrogatepass")
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 4)) == 0 else data


@dataclass(frozen=True)
class Damage:
    """What happened to a file: cut, flip, insert, delete, empty, remove, folder, link, double."""

    kind: str
    place: float
    content: bytes

    def apply(self, path: Path) -> None:
        """Damage a file."""
        data = path.read_bytes()
        at = int(self.place * len(data))
        changed = {
            "cut": data[:at],
            "flip": data[:at] + bytes([data[at] ^ (self.content[0] or 1)]) + data[at + 1 :] if at < len(data) else data,
            "insert": data[:at] + self.content + data[at:],
            "delete": data[:at] + data[at + len(self.content) :],
            "empty": b"",
            "double": data + data,
        }.get(self.kind)
        path.unlink()
        if changed is not None:
            path.write_bytes(changed)
        elif self.kind == "folder":
            path.mkdir()
        elif self.kind == "link":
            path.symlink_to("/nowhere/at/all")


def damages() -> st.SearchStrategy[Damage]:
    """Any of them; most change a byte or two."""
    kinds = ["cut", "flip", "flip", "flip", "insert", "delete", "empty", "remove", "folder", "link", "double"]
    content = st.one_of(
        st.binary(min_size=1, max_size=6),
        st.sampled_from([b"null", b"[]", b"{}", b"-1", b'"', b"1e999", b"NaN", b"\n"]),
    )
    return st.builds(Damage, st.sampled_from(kinds), st.floats(0, 1, exclude_max=True), content)
