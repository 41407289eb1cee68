"""Checks a list of releases: each source distribution is what the list says, carries tests, and is under its licence.

    python benchmarks/check_corpus.py examples/corpus.toml
    python benchmarks/check_corpus.py examples/corpus.toml --archives FOLDER

With --archives the source distributions in that folder are read; the index is asked only for those that are not there.
A line a release: test files, compiled sources, what is wrong. Exit code 1 where anything is.
"""

import argparse
import hashlib
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

from packaging.version import Version
from sweflow_datasets.corpus.package_index import download, is_of
from sweflow_datasets.corpus.reading import read_list
from sweflow_datasets.corpus.unpack import unpack
from sweflow_datasets.corpus.values import CorpusEntry, Release
from sweflow_tracer import SweflowError

_TEST = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?)\.py$")
_COMPILED = (".c", ".cc", ".cpp", ".pyx", ".rs", ".f90")
_WORDS = {
    "MIT": r"\bMIT\b",
    "BSD": r"\bBSD\b|Redistribution and use in source and binary forms",
    "Apache": r"\bApache\b",
    "PSF": r"Python Software Foundation|\bPSF",
    "MPL": r"\bMPL|Mozilla",
    "ISC": r"\bISC\b",
    "Unlicense": r"Unlicense",
    "LGPL": r"LGPL|Lesser General Public",
}


def main() -> int:
    """Check every release of the list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", type=Path)
    parser.add_argument("--archives", type=Path)
    parser.add_argument("--index-url")
    given = parser.parse_args()
    failed = 0
    for entry in read_list(given.list):
        try:
            facts, problems = check(entry, given.archives, given.index_url)
        except SweflowError as error:
            facts, problems = "", [str(error)]
        failed += bool(problems)
        print(f"{entry.name:24} {facts:44} {'; '.join(problems) or 'ok'}", flush=True)
    print(f"{failed} with something wrong")
    return 1 if failed else 0


def check(entry: CorpusEntry, archives: Path | None, index: str | None) -> tuple[str, list[str]]:
    """What a release holds, and what is wrong with its entry."""
    if not isinstance(entry.source, Release):
        return "", ["is no release"]
    with tempfile.TemporaryDirectory() as scratch:
        held = _held(entry.source, archives) if archives else None
        if held is not None:
            archive, digest = held, hashlib.sha256(held.read_bytes()).hexdigest()
        else:
            archive, digest = download(entry.source, Path(scratch), index)
        root = Path(scratch) / "source"
        unpack(archive, root, entry.name)
        files = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
        tests = [path for path in files if _TEST.search(path)]
        compiled = [path for path in files if path.endswith(_COMPILED)]
        problems = list(_problems(entry, entry.source, root, digest))
        if not tests:
            problems.append("carries no tests")
        return f"{len(tests)} test files, {len(compiled)} compiled sources", problems


def _held(release: Release, folder: Path) -> Path | None:
    return next((path for path in sorted(folder.iterdir()) if is_of(path.name, release)), None)


def _problems(entry: CorpusEntry, release: Release, root: Path, digest: str) -> Iterator[str]:
    if release.sha256 != digest:
        yield f"has the SHA-256 {digest}"
    message = HeaderParser().parsestr((root / "PKG-INFO").read_text("utf-8", "replace"))
    if Version(str(message["Version"])) != Version(release.version):
        yield f"says that it is {message['Version']}"
    said = _licence(root, message)
    if not entry.licence:
        yield f"has no licence in the list, and says {said[:60]!r}"
    elif entry.licence not in said:
        for name in re.findall(r"[A-Za-z]+(?=[\w.-]*)", entry.licence.replace("-Clause", "")):
            if name in _WORDS and not re.search(_WORDS[name], said):
                yield f"is {entry.licence} in the list, and says {said[:60]!r}"


def _licence(root: Path, message: object) -> str:
    """All that metadata and licence files say."""
    parts = [str(message[name]) for name in ("License-Expression", "License") if message[name]]  # type: ignore[index]
    parts += [str(c) for c in message.get_all("Classifier", ()) if str(c).startswith("License")]  # type: ignore[attr-defined]
    project = root / "pyproject.toml"
    if project.exists():
        parts.append(str(tomllib.loads(project.read_text("utf-8")).get("project", {}).get("license", "")))
    for path in sorted(root.glob("[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]*")):
        if path.is_file():
            parts.append(path.read_text("utf-8", "replace")[:4000])
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
