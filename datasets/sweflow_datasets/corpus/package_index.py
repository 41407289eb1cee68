"""The package index: the source distribution of a release, by the simple API (PEP 691). No code of a package runs."""

import contextlib
import hashlib
import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from packaging.utils import InvalidSdistFilename, canonicalize_name, parse_sdist_filename
from packaging.version import InvalidVersion, Version

from sweflow_datasets.corpus.values import Release
from sweflow_datasets.errors import SourceNotFetched
from sweflow_datasets.version import __version__

PYPI = "https://pypi.org/simple"
KIND = "application/vnd.pypi.simple.v1+json"
SECONDS = 60.0
TRIES = 3
LARGEST = 256 << 20
"""Bytes of a source distribution."""
PAGE = 64 << 20
"""Bytes of what an index says of a project."""
REACH = "see that the index can be reached and has it (--index-url)"


def download(release: Release, folder: Path, index: str | None = None) -> tuple[Path, str]:
    """The source distribution of a release in a folder, and its SHA-256, which is compared with what was promised.

    Raises SourceNotFetched.
    """
    url, name, promised = _found(release, index or PYPI)
    content = _get(release, url, LARGEST)
    digest = hashlib.sha256(content).hexdigest()
    for wanted, whose in ((promised, "the index"), (release.sha256, "the list")):
        if wanted and wanted != digest:
            problem = f"{name} has the SHA-256 {digest}, and {whose} says {wanted}"
            raise SourceNotFetched(release.project, problem, "see which of them is right, and correct the entry")
    file = folder / name
    file.write_bytes(content)
    return file, digest


def _found(release: Release, index: str) -> tuple[str, str, str]:
    """URL, file name and promised SHA-256 of the source distribution."""
    page = f"{index.rstrip('/')}/{canonicalize_name(release.project)}/"
    try:
        held = json.loads(_get(release, page, PAGE))
        files: list[dict[str, Any]] = [file for file in held["files"] if is_of(file["filename"], release)]
        files.sort(key=lambda file: (not file["filename"].endswith(".tar.gz"), file["filename"]))
        first = files[0]
        return urljoin(page, first["url"]), first["filename"], first.get("hashes", {}).get("sha256", "")
    except IndexError as error:
        hint = "choose a release that has one"
        raise SourceNotFetched(
            release.project, f"the index has no source distribution of {release.version}", hint
        ) from (error)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceNotFetched(release.project, f"{page} is no answer of the simple API in JSON", REACH) from error


def is_of(filename: str, release: Release) -> bool:
    """Whether a file is by its name the source distribution of a release."""
    with contextlib.suppress(InvalidSdistFilename, InvalidVersion):
        name, version = parse_sdist_filename(filename)
        return name == canonicalize_name(release.project) and version == Version(release.version)
    return False


def _get(release: Release, url: str, most: int) -> bytes:
    """What stands at a URL. Asked again where the server or the network fails."""
    if urlsplit(url).scheme not in ("https", "http"):
        raise SourceNotFetched(release.project, f"{url} is no URL of an index", REACH)
    request = urllib.request.Request(
        url, headers={"Accept": f"{KIND}, */*;q=0.1", "User-Agent": f"sweflow/{__version__}"}
    )
    for wait in (*range(1, TRIES), 0):
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                content: bytes = answer.read(most + 1)
        except (OSError, ValueError) as error:  # URLError is one, and so is a connection that ends
            final = isinstance(error, urllib.error.HTTPError) and error.code < 500
            if final or not wait:
                raise SourceNotFetched(release.project, f"{url}: {error}", REACH) from error
            time.sleep(wait)
        else:
            break
    if len(content) > most:
        raise SourceNotFetched(release.project, f"{url} is larger than {most >> 20} MiB", "choose another release")
    return content
