"""Keys: a digest of what a stage takes in. The same key, the same result."""

import hashlib
from dataclasses import asdict
from typing import Any

from sweflow_tracer.format import dumps

from sweflow_datasets.corpus.values import CorpusEntry, Local, Stage, StageRecord
from sweflow_datasets.options import Options
from sweflow_datasets.version import __version__

DIGITS = 16
"""Hexadecimal digits of a key: folders are named by it."""


def fetch_key(entry: CorpusEntry, content: str = "") -> str:
    """Of what an entry names; of what lies on this machine ``content`` digests its place and its files."""
    named = content if isinstance(entry.source, Local) else asdict(entry.source)
    return _key(Stage.FETCH, type(entry.source).__name__, named)


def environment_key(entry: CorpusEntry, fetched: StageRecord, interpreter: str = "") -> str:
    """Of the source's bytes and what is asked of an environment; ``interpreter`` digests one that is given."""
    asked = [interpreter or entry.python, entry.requirements, entry.arguments]
    return _key(Stage.ENVIRONMENT, fetched.facts["source"], entry.name, asked)


def build_key(entry: CorpusEntry, environment: StageRecord, options: Options) -> str:
    """Of the environment, which is of the source's bytes, and of the options that a dataset depends on."""
    given = [entry.arguments, entry.allow_dirty, options.stored()]
    return _key(Stage.BUILD, environment.key, environment.facts.get("pins", ""), given)


def report_key(build: StageRecord) -> str:
    """Of the build and its dataset."""
    return _key(Stage.REPORT, build.key, build.facts.get("dataset", ""))


def _key(stage: Stage, *parts: Any) -> str:
    text = dumps([stage.value, __version__, *parts])
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
