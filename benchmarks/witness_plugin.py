"""A pytest plugin for witness.py: some tests, each in a forked child under coverage.py; lines go to WITNESS_OUT."""

import json
import os
import random

import coverage
import pytest
from _pytest.runner import runtestprotocol

ROOT = os.path.join(os.environ["WITNESS_ROOT"], "")
with open(os.environ["WITNESS_TESTS"], encoding="utf-8") as _file:
    TESTS = frozenset(json.load(_file))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Run the test in a child; the suite goes on as if it had passed."""
    if item.nodeid in TESTS:
        pid = os.fork()
        if pid == 0:
            try:
                _measure(item)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
    return True


def _measure(item) -> None:
    random.seed(0)
    cov = coverage.Coverage(data_file=None, config_file=False, include=[ROOT + "*"])
    cov.start()
    runtestprotocol(item, nextitem=None, log=False)
    cov.stop()
    data = cov.get_data()
    lines = {path[len(ROOT) :]: sorted(data.lines(path) or ()) for path in data.measured_files()}
    row = json.dumps({"id": item.nodeid, "lines": lines}) + "\n"
    with open(os.environ["WITNESS_OUT"], "a", encoding="ascii") as file:
        file.write(row)
