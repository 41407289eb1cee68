"""No group of a session that is tidied meets what another one left in the tree (V9)."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweflow_tracer.probe.tidy import Tidy
from sweflow_tracer.runner.options import SessionOptions

from tests.helpers import session_on

FILES = {
    "core.py": "",
    "data/word.txt": "word",
    "test_leaves.py": """\
from pathlib import Path

HERE = Path(__file__).parent

def test_makes_a_folder_and_fails():
    (HERE / "made").mkdir()
    (HERE / "made" / "file").write_text("x")
    assert False

def test_makes_the_same_folder():
    (HERE / "made").mkdir()
    (HERE / "made").rmdir()

def test_moves_a_file_and_fails():
    (HERE / "data" / "word.txt").rename(HERE / "moved.txt")
    (HERE / "data").rmdir()
    assert False

def test_reads_that_file():
    assert (HERE / "data" / "word.txt").read_text() == "word"

def test_changes_it_and_fails():
    (HERE / "data" / "word.txt").write_text("drow")
    assert False

def test_reads_it_once_more():
    assert (HERE / "data" / "word.txt").read_text() == "word"
""",
}


@pytest.mark.parametrize("tidy", [True, False])
def test_V9_a_tidied_session_starts_each_group_on_the_tree_as_it_was_collected(tmp_path, python, tidy):
    names = [line[4:-3] for line in FILES["test_leaves.py"].splitlines() if line.startswith("def test")]
    groups = [[f"test_leaves.py::{name}"] for name in names]
    with session_on(tmp_path, FILES, python, SessionOptions(groups=groups, tidy=tidy)) as (session, _):
        ends = [record["outcome"] for record in session.tests]
    assert ends == (["failed", "passed"] * 3 if tidy else ["failed"] * 6)


NAMES = st.sampled_from(["a", "b", "c/d", "c/e", "f/g/h"])
TREES = st.dictionaries(NAMES, st.one_of(st.binary(max_size=5), st.just("link"), st.just("folder")), max_size=5)


@given(before=TREES, after=TREES, gone=st.sets(NAMES))
def test_V9_whatever_became_of_a_tree_it_is_put_back(tmp_path_factory, before, after, gone):
    root = tmp_path_factory.mktemp("tree")
    make(root, before)
    was = look(root)
    tidy = Tidy(str(root))
    for name in gone:
        remove(root / name.split("/")[0])
    make(root, after)
    tidy.restore()
    assert look(root) == was
    make(root, after)
    tidy.restore()
    assert look(root) == was


def make(root: Path, tree: dict[str, bytes | str]) -> None:
    """Files, links and folders, in place of what stands there."""
    for name, what in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        remove(path)
        if what == "folder":
            path.mkdir()
        elif what == "link":
            path.symlink_to("nowhere")
        else:
            path.write_bytes(what)


def remove(path: Path) -> None:
    """Whatever it is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def look(root: Path) -> dict[str, object]:
    """Every path below a folder, and what stands there."""
    paths = (Path(folder) / name for folder, folders, files in os.walk(root) for name in (*folders, *files))
    return {
        str(path.relative_to(root)): path.readlink()
        if path.is_symlink()
        else (path.stat().st_mode, None if path.is_dir() else (path.read_bytes(), path.stat().st_mtime_ns))
        for path in paths
    }
