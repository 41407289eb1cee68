"""A copy of the probe is compiled already for the release that runs here, and holds sources alone for any other."""

import os
import platform
import subprocess
import sys

from sweflow_tracer.project.interpreter import PROBE
from sweflow_tracer.runner.probe_copy import copy_probe

SOURCES = {path.relative_to(PROBE).as_posix() for path in PROBE.rglob("*.py")}


def files(folder, suffix):
    return {path.relative_to(folder).as_posix() for path in folder.rglob(f"*{suffix}")}


def test_another_release_gets_the_sources(tmp_path):
    copy_probe(tmp_path / "probe", "3.9.1")
    assert files(tmp_path / "probe", "") - files(tmp_path / "probe", ".py") <= {"guard", "hook"}
    assert files(tmp_path / "probe", ".py") == SOURCES


def test_this_release_imports_what_was_compiled_and_knows_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    copy_probe(tmp_path / "probe", platform.python_version())
    assert len(files(tmp_path / "probe", ".pyc")) == len(SOURCES)
    script = (
        "import sys; sys.dont_write_bytecode = True; import probe.limit as module; "
        "print(module.__cached__); print(module.soft_limit.__wrapped__.__code__.co_filename)"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONVERBOSE": "1"}
    environment.pop("PYTHONPYCACHEPREFIX", None)
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    cached, source = done.stdout.splitlines()
    assert source == str(tmp_path / "probe" / "limit.py")
    assert f"code object from '{cached}'" in done.stderr
    assert f"code object from {source}" not in done.stderr
