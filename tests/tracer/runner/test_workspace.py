"""Workspaces: scratch trees that move from state to state."""

import py_compile
from pathlib import Path

from sweflow_tracer.runner.session import end_of
from sweflow_tracer.runner.workspace import OWNER, Workspace, clean_line, remove_listed


def test_C1_a_tree_holds_exactly_the_files_it_is_shown_whatever_a_run_did(tmp_path):
    with Workspace("repo", tmp_path / "ledger") as space:
        space.show({"a.py": ("100644", b"1"), "sub/b.py": ("100755", b"2"), "link": ("120000", b"a.py")})
        (space.tree / "a.py").write_text("changed by a test")
        (space.tree / "sub" / "left").mkdir()
        (space.tree / "sub" / "left" / "behind").write_text("")
        (space.tree / "link").unlink()
        space.show({"a.py": ("100644", b"1"), "link": ("120000", b"a.py")})
        assert sorted(p.relative_to(space.tree).as_posix() for p in space.tree.rglob("*")) == ["a.py", "link"]
        assert (space.tree / "link").read_text() == "1"
        assert (space.tree / "link").is_symlink()
    assert not space.scratch.exists()


def test_bytecode_of_a_file_that_changes_is_forgotten_and_the_rest_is_kept(tmp_path):
    with Workspace("repo", tmp_path / "ledger") as space:
        space.show({"a.py": ("100644", b"x = 1\n"), "ab.py": ("100644", b"x = 1\n")})
        compiled = {}
        for name in ("a", "ab"):
            source = space.tree / f"{name}.py"
            target = space.bytecode / source.parent.relative_to("/") / f"{name}.cpython-311.pyc"
            py_compile.compile(str(source), str(target))
            compiled[name] = target
        space.show({"a.py": ("100644", b"x = 2\n"), "ab.py": ("100644", b"x = 1\n")})
        assert not compiled["a"].exists()
        assert compiled["ab"].exists()


def test_D1_scratch_folders_of_a_killed_run_are_removed_by_the_next(tmp_path):
    ledger = tmp_path / "ledger"
    space = Workspace("repo", ledger)  # never closed, as after a kill
    (space.scratch / OWNER).write_text("1-0", "ascii")  # which process 1 never was
    (tmp_path / "mine").mkdir()
    with ledger.open("a") as file:
        file.write(f"{tmp_path / 'mine'}\n")
    remove_listed(ledger)
    assert not space.scratch.exists()
    assert (tmp_path / "mine").exists()


def test_V9_scratch_folders_in_use_are_left_alone_and_stay_listed(tmp_path):
    ledger = tmp_path / "ledger"
    with Workspace("repo", ledger) as space:
        remove_listed(ledger)
        assert space.tree.exists()
        assert str(space.scratch) in ledger.read_text()
    remove_listed(ledger)
    assert ledger.read_text() == ""


def test_messages_lose_what_differs_between_two_equal_runs(tmp_path):
    with Workspace("repo", tmp_path / "ledger") as space:
        text = (
            f"{space.tree / 'tests' / 'a.py'}: <T object at 0x7f0011223344> in {space.fresh_run() / 'tmp' / 't3'}\nmore"
        )
        assert clean_line(text) == "tests/a.py: <T object at 0x…> in "
    assert Path(space.scratch.parent).exists()


def test_the_end_of_a_log_is_read_and_not_the_log(tmp_path):
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.truncate(6 << 30)  # a hole: longer than memory would like
        file.seek(0, 2)
        file.write("the énd".encode())
    assert end_of(log).endswith("the énd")
    assert len(end_of(log)) == 8000
    log.write_bytes(b"\xff short")
    assert end_of(log) == "\ufffd short"
