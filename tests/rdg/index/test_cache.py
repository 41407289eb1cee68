"""The index cache and the indexing processes change how long an index takes, and nothing else (D2)."""

import os
import time

import pytest
from sweflow_rdg import index_source
from sweflow_rdg.index import cache as cache_module
from sweflow_rdg.index import pool

from tests.property.repositories import BODIES

FILES = {
    "a.py": ("100644", b"# coding: latin-1\nclass C(B):\n    @x.setter\n    def f(self): return '\xe9'\n"),
    "b.py": ("100644", "".join(f"async def f{n}():\n{body}" for n, body in enumerate(BODIES)).encode()),
    "c.py": ("100644", b"from __future__ import annotations\nfrom .a import C as D\ndef f(a: int): 'doc'; return 1\n"),
    "broken.py": ("100644", b"def f(:\n"),
    "link.py": ("120000", b"a.py"),
}


@pytest.fixture
def store(tmp_path):
    return tmp_path / "cache"


def test_a_second_index_comes_from_the_cache_and_is_the_same(store, monkeypatch):
    first = index_source(FILES, cache=store)
    assert first == index_source(FILES)
    monkeypatch.setattr(
        "sweflow_rdg.index.reader.index_file", lambda path, content: pytest.fail(f"{path} was read again")
    )
    good = {path: blob for path, blob in FILES.items() if path != "broken.py"}
    assert index_source(good, cache=store).files == first.files


def test_a_file_that_changed_is_read_again(store):
    index_source(FILES, cache=store)
    changed = {**FILES, "c.py": ("100644", b"def g(): pass\n")}
    assert index_source(changed, cache=store) == index_source(changed)


@pytest.mark.slow
@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"line_count": 1}', b"\xff\xfe"])
def test_a_damaged_entry_is_ignored_and_written_anew(store, damage):
    wanted = index_source(FILES, cache=store)
    for entry in store.rglob("*.json"):
        entry.write_bytes(damage)
    assert index_source(FILES, cache=store) == wanted
    assert all(entry.read_bytes() != damage for entry in store.rglob("*.json"))


def test_a_cache_that_cannot_be_written_to_is_passed_over(tmp_path):
    (tmp_path / "file").write_text("")
    assert index_source(FILES, cache=tmp_path / "file" / "cache") == index_source(FILES)


def test_entries_that_nobody_asked_for_in_a_month_are_removed(store):
    index_source({"a.py": FILES["a.py"]}, cache=store)
    (old,) = store.rglob("*.json")
    os.utime(old, (0, time.time() - 2 * cache_module.KEPT_SECONDS))
    index_source({"b.py": FILES["b.py"]}, cache=store)
    assert not old.exists()


def test_several_processes_give_the_same_index_as_one(monkeypatch):
    monkeypatch.setattr(pool, "WORTH", 1)
    assert index_source(FILES, workers=2) == index_source(FILES)


def test_an_indexing_process_that_dies_is_no_index(monkeypatch):
    monkeypatch.setattr(pool, "WORTH", 1)
    monkeypatch.setattr(pool.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="ended with exit code 1"):
        index_source(FILES, workers=2)
