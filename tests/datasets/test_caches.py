"""Where the index cache stands, and that the stages use it."""

from pathlib import Path

from sweflow_datasets import pipeline
from sweflow_datasets.caches import index_cache
from sweflow_scheduler import Closure, Cost, Rules

import sweflow


def test_the_cache_folder_is_that_of_the_xdg_specification(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert index_cache() == Path("/somewhere/sweflow/index")
    monkeypatch.setenv("HOME", "/home/me")
    for unusable in ("relative", ""):
        monkeypatch.setenv("XDG_CACHE_HOME", unusable)
        assert index_cache() == Path("/home/me/.cache/sweflow/index")


def test_stages_take_the_index_from_the_cache(inventory, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = pipeline.source_index(inventory.root)
    assert len(list(index_cache().rglob("*.json"))) == len(first.files)
    assert pipeline.source_index(inventory.root) == first


def test_options_of_the_schedule_are_stored_with_the_build():
    options = sweflow.Options.of(cost="complexity", closure="merged", min_lines=5, max_lines=50)
    assert options.rules == Rules(Cost.COMPLEXITY, Closure.MERGED, 5, 50)
    assert options.stored().items() >= {"cost": "complexity", "closure": "merged", "min_lines": 5}.items()
