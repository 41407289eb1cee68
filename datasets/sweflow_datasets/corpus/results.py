"""Results: what became of each repository, told from the records of its stages."""

import hashlib
from collections.abc import Iterable

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from sweflow_datasets.corpus.values import (
    CorpusEntry,
    End,
    RepositoryResult,
    Stage,
    StageRecord,
    Usage,
)

FIELDS = ("version", "tests", "accepted", "steps", "verified", "dataset")


def result_of(entry: CorpusEntry, records: Iterable[StageRecord], usage: Usage) -> RepositoryResult:
    """What became of a repository, of which these stages ended in this run or one before it."""
    by_stage = {record.stage: record for record in records}
    last = next((by_stage[stage] for stage in reversed(Stage) if stage in by_stage), None)
    built = by_stage.get(Stage.BUILD)
    end = End.NOT_BEGUN if last is None else last.end
    if end is End.DONE and (built is None or not built.done):
        end = End.UNFINISHED
    elif end is End.DONE and built is not None and not built.facts["verified"]:
        end = End.NO_TASKS
    facts = built.facts if built is not None and built.done else {}
    fetched, environment, report = (by_stage.get(s) for s in (Stage.FETCH, Stage.ENVIRONMENT, Stage.REPORT))
    return RepositoryResult(
        name=entry.name,
        end=end,
        detail="" if last is None or end is End.DONE else last.detail,
        licence=licence_of(facts.get("licence", ""), entry.licence),
        source=str(fetched.facts.get("source", "")) if fetched else "",
        sha256=str(fetched.facts.get("sha256", "")) if fetched else "",
        environment=str(environment.facts.get("status", "")) if environment else "",
        python=str(environment.facts.get("version", "")) if environment else "",
        reasons=tuple(sorted(facts.get("reasons", {}).items())),
        seconds=round(usage.seconds, 1),
        cpu_seconds=round(usage.cpu_seconds, 1),
        peak_memory=usage.peak_memory,
        bytes=usage.bytes,
        build=f"repositories/{entry.name}/{Stage.BUILD.value}/{built.key}" if facts and built else "",
        report=f"repositories/{entry.name}/{report.facts['path']}" if report and report.done else "",
        **{name: facts[name] for name in FIELDS if name in facts},
    )


def licence_of(metadata: str, listed: str) -> str:
    """A repository's licence: what its metadata say, unless that is no SPDX expression and the list has one.

    >>> licence_of("BSD", "BSD-3-Clause"), licence_of("MIT", "BSD-3-Clause"), licence_of("BSD", "")
    ('BSD-3-Clause', 'MIT', 'BSD')
    """
    try:
        canonicalize_license_expression(metadata)
    except InvalidLicenseExpression:
        return listed or metadata
    return metadata


def dataset_of(results: Iterable[RepositoryResult]) -> str:
    """A digest of the tasks of all repositories, in whatever order they came to be."""
    lines = sorted(f"{result.name} {result.dataset}\n" for result in results if result.verified)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
