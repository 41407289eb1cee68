"""The index cache: a JSON file for each file's content, in a folder that any build may share."""

import contextlib
import hashlib
import json
import os
import secrets
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sweflow_rdg.index.definitions import Binding, ClassDefinition, Cut, Definition, Kind, Trait
from sweflow_rdg.index.file import FileIndex
from sweflow_rdg.index.text import decode

CACHE_VERSION = 2
"""Goes up whenever a reader would give anything else for the same bytes."""
KEPT_SECONDS = 30 * 24 * 3600
"""Entries that nobody asked for so long are removed when new ones are written."""


class IndexCache:
    """Files that were indexed before, by path and content. Without a folder it holds nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._salt = f"{CACHE_VERSION} {version('libcst')}\0".encode()
        self._swept = False

    def load(self, path: str, content: bytes) -> FileIndex | None:
        """The index of a file; None where it is not here, or not whole."""
        if self._folder is None:
            return None
        entry = self._entry(self._folder, path, content)
        try:
            row = json.loads(entry.read_bytes())
            file = _file(row, path, content)
            if time.time() - entry.stat().st_mtime > KEPT_SECONDS / 30:
                os.utime(entry)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return file

    def save(self, content: bytes, file: FileIndex) -> None:
        """Keep the index of a file. A folder that cannot be written to is passed over."""
        if self._folder is None:
            return
        entry = self._entry(self._folder, file.path, content)
        scratch = entry.with_name(f".{entry.name}.{secrets.token_hex(4)}")
        with contextlib.suppress(OSError):
            entry.parent.mkdir(parents=True, exist_ok=True)
            scratch.write_text(json.dumps(_row(file), separators=(",", ":")), "ascii")
            scratch.replace(entry)
            self._sweep(self._folder)

    def _entry(self, folder: Path, path: str, content: bytes) -> Path:
        digest = hashlib.sha256(self._salt + os.fsencode(path) + b"\0" + content).hexdigest()
        return folder / digest[:2] / f"{digest[2:]}.json"

    def _sweep(self, folder: Path) -> None:
        if self._swept:
            return
        self._swept = True
        oldest = time.time() - KEPT_SECONDS
        for entry in folder.glob("??/*"):
            with contextlib.suppress(OSError):
                if entry.stat().st_mtime < oldest:
                    entry.unlink()


def _row(file: FileIndex) -> dict[str, Any]:
    return {
        "line_count": file.line_count,
        "definitions": [_definition_row(definition) for definition in file.definitions],
        "classes": [asdict(found) for found in file.classes],
        "imports": file.imports,
        "bindings": [[binding.name, binding.target] for binding in file.bindings],
        "mentions": file.mentions,
        "postponed": file.postponed,
        "defined": file.defined,
    }


def _definition_row(definition: Definition) -> dict[str, Any]:
    row = asdict(definition)
    row["traits"] = sorted(definition.traits)
    row["cut"]["indent"] = definition.cut.indent.decode("latin-1")
    return row


def _file(row: dict[str, Any], path: str, content: bytes) -> FileIndex:
    return FileIndex(
        path=path,
        text=decode(content),
        line_count=row["line_count"],
        definitions=tuple(_definition(item) for item in row["definitions"]),
        classes=tuple(ClassDefinition(**_tuples(item)) for item in row["classes"]),
        imports=tuple(row["imports"]),
        bindings=tuple(Binding(name, target) for name, target in row["bindings"]),
        mentions={name: tuple(places) for name, places in row["mentions"].items()},
        postponed=tuple((start, end) for start, end in row["postponed"]),
        defined=tuple(row["defined"]),
    )


def _definition(row: dict[str, Any]) -> Definition:
    cut = Cut(**{**row["cut"], "indent": row["cut"]["indent"].encode("latin-1")})
    traits = frozenset(Trait(trait) for trait in row["traits"])
    return Definition(**{**_tuples(row), "kind": Kind(row["kind"]), "traits": traits, "cut": cut})


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
