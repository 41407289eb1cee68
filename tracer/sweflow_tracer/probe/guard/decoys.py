"""Decoys: tests that must fail. Where one passes, whatever judges tests in this process has been changed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

SOURCE = """
import unittest

import pytest


def test_assert():
    value = 1
    assert value == 2


def test_raises():
    with pytest.raises(ValueError):
        pass


def test_error():
    raise KeyError("decoy")


class TestCase(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(1, 2)

    def test_raises(self):
        with self.assertRaises(ValueError):
            pass
"""


def collect_decoys(session: Any, folder: str) -> list[Any]:
    """Items of the decoys, of a module that is written to a folder outside the tree under a name of its own."""
    import pytest

    path = Path(folder, "test_%s.py" % secrets.token_hex(6))
    path.write_text(SOURCE, "utf-8")
    module = pytest.Module.from_parent(session, path=path)
    items = list(session.genitems(module))
    os.unlink(path)
    return items
