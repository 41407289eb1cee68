"""Compiled modules that go from one isolated run to the next: read from a folder, and told where new ones were made.

Only what is compiled until the tests are collected goes on: no test has run by then.
"""

from __future__ import annotations

import base64
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 1 << 24
"""Bytes of a module that goes on."""


class Compiled:
    """Has Python and pytest keep compiled modules below ``folder``, at the whole path of the source.

    So it is for what lies below ``root``, and for what has none beside it elsewhere; the rest is read as it lies.
    """

    def __init__(self, folder: str, root: str) -> None:
        self._folder = folder
        self._root = os.path.join(root, "")
        self._known = set(self._files())

    def begin(self) -> None:
        """From here on modules are kept."""
        external: Any = importlib._bootstrap_external
        beside = external.cache_from_source

        def cache_from_source(path: str, debug_override: Any = None, *, optimization: Any = None) -> str:
            found: str = beside(path, debug_override, optimization=optimization)
            return self._place(str(path), found)

        external.cache_from_source = cache_from_source
        rewrite: Any = sys.modules.get("_pytest.assertion.rewrite")
        if hasattr(rewrite, "get_cache_dir"):
            rewrite.get_cache_dir = self._cache_dir
        sys.dont_write_bytecode = False

    def end(self) -> Iterator[dict[str, Any]]:
        """From here on nothing more is kept; a record of each new module."""
        sys.dont_write_bytecode = True
        for path in self._files():
            if path not in self._known and os.path.getsize(path) <= MOST:
                with open(path, "rb") as file:
                    data = base64.b64encode(file.read()).decode("ascii")
                yield {"kind": "compiled", "path": os.path.relpath(path, self._folder), "data": data}

    def _place(self, source: str, beside: str) -> str:
        source = os.path.abspath(source)
        if not source.startswith(self._root) and os.path.exists(beside):
            return beside
        return "".join((self._folder, os.path.dirname(source), os.sep, os.path.basename(beside)))

    def _cache_dir(self, source: Path) -> Path:
        return Path(self._folder + os.path.dirname(os.path.abspath(str(source))))

    def _files(self) -> Iterator[str]:
        for folder, _, names in os.walk(self._folder):
            yield from (os.path.join(folder, name) for name in names if name.endswith(".pyc"))
