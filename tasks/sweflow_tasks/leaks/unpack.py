"""Unpacking: the texts that a file holds, archives and compressed files included."""

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

LARGEST = 4 << 20
"""Bytes of one text; what is larger is not read."""
DEEPEST = 2
"""Archives in archives."""
_OBJECT = re.compile(rb"\A(blob|tree|commit|tag) \d+\0")
"""What a loose git object begins with."""


def texts_in(path: str, content: bytes, depth: int = 0) -> Iterator[str]:
    """Every text in a file that is no Python source of the project: its own, or those of its members.

    Zip files (wheels and eggs among them), tar files, gzip and zlib streams (git's loose objects) are opened.
    """
    if len(content) <= LARGEST and b"\0" not in content[:8192]:
        yield content.decode("utf-8", "replace")
        return
    if depth < DEEPEST:
        for name, member in _members(content):
            yield from texts_in(f"{path}/{name}", member, depth + 1)


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    for unpack in (_zip, _tar, _gzip, _zlib):
        try:
            found = list(unpack(content))
        except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, tarfile.TarError):
            continue
        except zipfile.BadZipFile:
            continue
        yield from found
        return


def _zip(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            if not entry.is_dir() and entry.file_size <= LARGEST:
                yield entry.filename, archive.read(entry)


def _tar(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for entry in archive:
            member = archive.extractfile(entry) if entry.isfile() and entry.size <= LARGEST else None
            if member is not None:
                yield entry.name, member.read()


def _gzip(content: bytes) -> Iterator[tuple[str, bytes]]:
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
        yield "content", stream.read(LARGEST)


def _zlib(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "content", _OBJECT.sub(b"", zlib.decompressobj().decompress(content, LARGEST), count=1)
