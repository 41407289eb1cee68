"""Patches between two states: plain ``git apply`` of the smallest diff gives the other state byte for byte (C1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sweflow_tasks.history.commits import patch_gives, patches_meet, trees_of, write_checkout, write_history
from sweflow_tasks.history.git import read_commit
from sweflow_tasks.masking.mask_policy import NEVER
from sweflow_tracer.project.files import Blobs

from tests.helpers import files_of, git


@dataclass(frozen=True)
class TwoStates:
    """A chain of one step: what stands before it, its tests, and all of it."""

    states: Mapping[tuple[int, int], Blobs]
    steps: tuple[int, ...] = (1,)

    @property
    def original(self) -> Blobs:
        return self.states[1, 1]

    @property
    def code(self) -> Mapping[str, int]:
        return {f"{path}::f": 1 for files in self.states.values() for path in files}

    tests, appears = property(lambda self: {}), property(lambda self: {})

    def blob(self, path: str, code: int, tests: int) -> tuple[str, bytes] | None:
        return self.blobs(code, tests).get(path)

    def blobs(self, code: int, tests: int) -> Blobs:
        return self.original if code == NEVER else self.states[code, tests]


def plain(content: bytes, mode: str = "100644") -> tuple[str, bytes]:
    return mode, content


CASES: dict[str, tuple[Blobs, Blobs]] = {
    "a changed file": ({"a.py": plain(b"a\nb\nc\n")}, {"a.py": plain(b"a\nx\nc\n")}),
    "a new file": ({}, {"sub/a.py": plain(b"a\n")}),
    "an empty new file": ({}, {"sub/__init__.py": plain(b"")}),
    "an emptied file": ({"a.py": plain(b"a\n")}, {"a.py": plain(b"")}),
    "a filled file": ({"a.py": plain(b"")}, {"a.py": plain(b"a\n")}),
    "a file that goes": ({"a.py": plain(b"a\n")}, {}),
    "a mode": ({"a.sh": plain(b"a\n")}, {"a.sh": plain(b"a\n", "100755")}),
    "a link": ({"l": plain(b"a", "120000")}, {"l": plain(b"b", "120000")}),
    "windows line ends": ({"a.py": plain(b"a\r\nb\r\n")}, {"a.py": plain(b"a\r\nx\r\nb\r\n")}),
    "mixed line ends": ({"a.py": plain(b"a\r\nb\nc\r")}, {"a.py": plain(b"a\nb\r\nc\n")}),
    "a final newline that comes": ({"a.py": plain(b"a\nb")}, {"a.py": plain(b"a\nb\n")}),
    "a final newline that goes": ({"a.py": plain(b"a\nb\n")}, {"a.py": plain(b"a\nb")}),
    "latin letters": ({"a.py": plain("é\n".encode("latin-1"))}, {"a.py": plain("è\n".encode("latin-1"))}),
    "a file name of many letters": ({}, {'a "b" é\\ c.py': plain(b"a\n")}),
    "trailing white space and blank lines": ({"a.py": plain(b"\n\n\n")}, {"a.py": plain(b"\n  \n\n\t\n\n")}),
}


def committed(before: Blobs, after: Blobs, folder: Path):
    still = {"still.txt": plain(b"s\n")}
    states = {(0, 0): {**still, **before}, (0, 1): {**still, **before}, (1, 1): {**still, **after}}
    return write_history(folder, TwoStates(states))[1]  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES)
def test_C1_plain_git_apply_of_the_patch_turns_one_state_into_the_other(case, tmp_path):
    before, after = CASES[case]
    commits = committed(before, after, tmp_path / "history.git")
    write_checkout(tmp_path / "a", {"still.txt": plain(b"s\n"), **before}, "a")
    write_checkout(tmp_path / "b", {"still.txt": plain(b"s\n"), **after}, "b")
    git(tmp_path / "a", "apply", data=commits.patch)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    (tree,) = trees_of(tmp_path / "history.git", [commits.reference])
    assert patch_gives(tmp_path / "history.git", tmp_path / "index", commits.skeleton, [commits.patch], tree)


def test_C1_a_patch_that_does_not_give_the_reference_is_noticed(tmp_path):
    commits = committed(*CASES["a changed file"], tmp_path / "history.git")
    (tree,) = trees_of(tmp_path / "history.git", [commits.reference])
    for patch in ("", commits.patch.replace("+x", "+y"), commits.patch.replace(" c", " d")):
        assert not patch_gives(tmp_path / "history.git", tmp_path / "index", commits.skeleton, [patch], tree)


@pytest.mark.parametrize(
    ("other", "meet"),
    [
        ({"b.py": plain(b"x\n")}, False),
        ({"a.pyc": plain(b"x\n"), "sub/é.py": plain(b"x\n")}, False),
        ({"a.py": plain(b"x\n")}, True),
        ({"a.py/b.py": plain(b"x\n")}, True),
        ({'a "b" é\\ c.py/b.py': plain(b"x\n")}, True),
        ({}, False),
    ],
)
def test_C1_patches_meet_where_one_changes_a_path_or_a_folder_of_the_other(other, meet, tmp_path):
    one = committed(
        {}, {**CASES["a file name of many letters"][1], "a.py": plain(b"diff --git a/b.py b/b.py\n")}, tmp_path / "one"
    )
    second = committed({}, other, tmp_path / "second")
    assert patches_meet(one.patch, second.patch) == patches_meet(second.patch, one.patch) == meet


def test_a_patch_changes_no_more_lines_than_it_must(tmp_path):
    shared = [f"    line {n % 3}\n" for n in range(40)]
    before = "".join(["def a():\n", *shared, "def c():\n", *shared])
    after = "".join(["def a():\n", *shared, "def b():\n", *shared, "def c():\n", *shared])
    commits = committed({"a.py": plain(before.encode())}, {"a.py": plain(after.encode())}, tmp_path / "history.git")
    changed = [line for line in commits.patch.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert len(changed) == 41


def test_C4_a_checkout_holds_one_commit_and_no_reflog_stash_or_other_ref(tmp_path):
    name = write_checkout(tmp_path / "task", {"a.py": plain(b"a\n")}, "m")
    kinds = git(tmp_path / "task", "cat-file", "--batch-check", "--batch-all-objects").splitlines()
    assert sorted(line.split()[1] for line in kinds) == ["blob", "commit", "tree"]
    assert git(tmp_path / "task", "for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]
    assert not (tmp_path / "task" / ".git" / "logs").exists()
    assert git(tmp_path / "task", "rev-list", "--all", "--reflog").split() == [name]


def test_C4_a_skeleton_in_the_history_has_no_parent(tmp_path):
    commits = committed(*CASES["a changed file"], tmp_path / "history.git")
    assert git(tmp_path / "history.git", "rev-list", commits.skeleton).split() == [commits.skeleton]
    assert read_commit(tmp_path / "history.git", commits.skeleton)["a.py"] == plain(b"a\nb\nc\n")
