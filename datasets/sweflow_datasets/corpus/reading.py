"""The list: repositories in TOML, or one name a line."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from sweflow_tracer import SweflowError
from sweflow_tracer.paths import StrPath

from sweflow_datasets.corpus.values import Commit, CorpusEntry, Local, Release, Source
from sweflow_datasets.errors import ListNotUsable
from sweflow_datasets.options import DEFAULTS

TABLES = ("defaults", "repository")
SOURCES = ("path", "git", "pypi")
OWN = ("name", *SOURCES, "commit", "sha256", "licence", "python", "requirements", "arguments", "allow-dirty")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_RELEASE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_URL = re.compile(r"(?:https?|ssh|git|file)://[^\s@]*(?:@[^\s@/]+)?[^\s@]*")
_ARCHIVE = re.compile(r"(.+?)(?:-\d[^-]*)?(?:\.tar\.(?:gz|bz2|xz)|\.tgz|\.zip)")
GIVE = "give path, git with commit, or pypi as NAME==VERSION"


def read_list(path: StrPath) -> tuple[CorpusEntry, ...]:
    """The repositories of a list, in its order; a file ``*.toml`` is TOML, any other has a name a line.

    Relative paths start from the list's folder. Raises ListNotUsable, which names file and line.
    """
    file = Path(path)
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "is no UTF-8"
        raise ListNotUsable(file, 0, f"cannot be read ({problem})", "give a TOML file or one name a line") from error
    entries = tuple(_tables(file, text) if file.suffix == ".toml" else _lines(file, text))
    if not entries:
        raise ListNotUsable(file, 0, "names no repository", f"add one: {GIVE}")
    _check_names(file, entries)
    return entries


def _lines(file: Path, text: str) -> Iterator[CorpusEntry]:
    for number, line in enumerate(text.splitlines(), 1):
        said = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if said:
            source = _of_line(file, number, said)
            yield CorpusEntry(_name(file, number, source), source, place=f"{file}, line {number}")


def _of_line(file: Path, line: int, said: str) -> Source:
    if said.startswith("git+"):
        url, _, commit = said.removeprefix("git+").rpartition("@")
        return _commit(file, line, url, commit)
    release = _RELEASE.fullmatch(said)
    if release:
        return Release(release[1], release[2])
    if said.startswith((".", "/", "~")) or "/" in said:
        return _local(file, said)
    hint = "pin it as NAME==VERSION, or write a path with a slash, as ./NAME"
    raise ListNotUsable(file, line, f"{said!r} is no release, commit or path", hint)


def _tables(file: Path, text: str) -> Iterator[CorpusEntry]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise ListNotUsable(file, int(found[1]) if found else 0, f"is no TOML: {error}", "correct it") from error
    places = _places(text)
    for key in document:
        if key not in TABLES:
            line = _line_of(text, key, 0)
            raise ListNotUsable(file, line, f"has an unknown table {key}", "take [defaults] or [[repository]]")
    rows, defaults = document.get("repository", []), document.get("defaults", {})
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not isinstance(defaults, dict):
        raise ListNotUsable(file, 0, "has no tables [[repository]]", "write [[repository]] before each of them")
    for key in defaults:
        if key in ("name", *SOURCES, "commit", "sha256"):
            raise ListNotUsable(file, _line_of(text, key, 0), f"has {key} for all repositories", "give it to one")
    for number, row in enumerate(rows):
        start = places[number] if number < len(places) else 0
        yield _entry(file, text, start, {**defaults, **row})


def _places(text: str) -> list[int]:
    return [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*repository\s*\]\]", line)]


def _line_of(text: str, key: str, start: int) -> int:
    """The line of a key in the table that begins at a line; that line itself where the key is not found."""
    pattern = re.compile(rf"\s*(?:\[\s*)?[\"']?{re.escape(key)}[\"']?\s*[=\]]")
    for number, line in enumerate(text.splitlines()[start:], start + 1):
        if pattern.match(line):
            return number
        if start and re.match(r"\s*\[", line):
            break
    return start


def _entry(file: Path, text: str, start: int, row: Mapping[str, Any]) -> CorpusEntry:
    def bad(key: str, problem: str, hint: str) -> ListNotUsable:
        return ListNotUsable(file, _line_of(text, key, start), problem, hint)

    known = {**dict.fromkeys(OWN), **{name.replace("_", "-"): None for name in DEFAULTS.values() if name != "jobs"}}
    for key, value in row.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise bad(key, f"has an unknown key {key}", f"did you mean {near[0]}?" if near else GIVE)
        wanted = _wanted(key)
        if wanted and not _is(value, wanted):
            raise bad(key, f"sets {key} to {value!r}", f"give {wanted}")
    source = _source(file, start, row)
    options = {key.replace("-", "_"): value for key, value in row.items() if key not in OWN}
    try:
        DEFAULTS.with_values(options)
    except (ValueError, TypeError, SweflowError) as error:
        raise ListNotUsable(file, start, f"has options that no build takes ({error})", "see docs/cli.md") from error
    frozen = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    return CorpusEntry(
        name=_checked_name(file, start, row["name"]) if "name" in row else _name(file, start, source),
        source=source,
        python=_python(file, row.get("python")),
        requirements=tuple(row.get("requirements", ())),
        arguments=tuple(row.get("arguments", ())),
        licence=row.get("licence", ""),
        allow_dirty=row.get("allow-dirty", False),
        options=tuple(sorted(frozen.items())),
        place=f"{file}, line {start}",
    )


def _wanted(key: str) -> str:
    if key == "allow-dirty":
        return "true or false"
    if key in ("requirements", "arguments"):
        return "a list of strings"
    return "a string" if key in OWN else ""


def _is(value: Any, wanted: str) -> bool:
    if wanted == "true or false":
        return isinstance(value, bool)
    if wanted == "a list of strings":
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    return isinstance(value, str) and value != ""


def _python(file: Path, given: str | None) -> str | None:
    """A version as it is; a path from the list's folder. Links stay: an environment's python is one."""
    if given is None or "/" not in given:
        return given
    return str(file.absolute().parent / Path(given).expanduser())


def _source(file: Path, line: int, row: Mapping[str, Any]) -> Source:
    given = [key for key in SOURCES if key in row]
    if len(given) != 1:
        problem = f"names {' and '.join(given)} for one repository" if given else "does not say where a repository is"
        raise ListNotUsable(file, line, problem, GIVE)
    for key, of in (("commit", "git"), ("sha256", "pypi")):
        if key in row and of not in row:
            raise ListNotUsable(file, line, f"gives {key} to what is not from {of}", f"leave it out, or give {of}")
    if "path" in row:
        return _local(file, row["path"])
    if "git" in row:
        return _commit(file, line, row["git"], row.get("commit", ""))
    release = _RELEASE.fullmatch(row["pypi"])
    if release is None:
        raise ListNotUsable(file, line, f"has a release {row['pypi']!r} without a version", "pin it as NAME==VERSION")
    sha256 = row.get("sha256", "").lower()
    if sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ListNotUsable(file, line, f"has a sha256 {sha256!r}", "give 64 hexadecimal digits")
    return Release(release[1], release[2], sha256)


def _local(file: Path, said: str) -> Local:
    return Local(str((file.absolute().parent / Path(said).expanduser()).resolve()))


def _commit(file: Path, line: int, url: str, commit: str) -> Commit:
    if not _COMMIT.fullmatch(commit.lower()):
        hint = "give the whole name of a commit, 40 hexadecimal digits: branches and tags move"
        raise ListNotUsable(file, line, f"has no commit for {url or commit}", hint)
    if not _URL.fullmatch(url):
        raise ListNotUsable(
            file, line, f"has a git URL {url!r}", "give one that begins with https://, ssh:// or file://"
        )
    return Commit(url, commit.lower())


def _name(file: Path, line: int, source: Source) -> str:
    match source:
        case Release():
            return canonicalize_name(source.project)
        case Commit():
            found = source.url.rstrip("/").removesuffix(".git").rpartition("/")[2]
        case Local():
            last = Path(source.path).name
            archive = _ARCHIVE.fullmatch(last)
            found = archive[1] if archive else last
    return _checked_name(file, line, re.sub(r"[^A-Za-z0-9._-]", "-", found))


def _checked_name(file: Path, line: int, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ListNotUsable(file, line, f"has a name {name!r}", "give letters, digits, dots and dashes as its name")
    return name


def checked_entries(entries: Iterable[CorpusEntry]) -> tuple[CorpusEntry, ...]:
    """Entries that no list was read for. Raises ListNotUsable where a name is no folder's, or is there twice."""
    given = tuple(entries)
    held: set[str] = set()
    for entry in given:
        if entry.name.lower() in held or not _NAME.fullmatch(entry.name):
            problem = "is there twice" if entry.name.lower() in held else "is no name"
            raise ListNotUsable(
                Path("entries"), 0, f"{entry.name!r} {problem}", "give each a name of letters and digits"
            )
        held.add(entry.name.lower())
    return given


def _check_names(file: Path, entries: tuple[CorpusEntry, ...]) -> None:
    held: dict[str, CorpusEntry] = {}
    for entry in entries:
        before = held.setdefault(entry.name.lower(), entry)
        if before is not entry:
            line = int(entry.place.rpartition(" ")[2])
            where = before.place.rpartition(", ")[2]
            hint = "give one of them another name"
            raise ListNotUsable(file, line, f"has a second repository {entry.name} (the first is in {where})", hint)
