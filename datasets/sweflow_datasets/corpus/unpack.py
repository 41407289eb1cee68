"""Unpacking: a stranger's source distribution as a folder, with nothing outside of it, or a refusal."""

import shutil
import stat
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from sweflow_datasets.errors import SourceNotFetched

LARGEST = 1 << 30
"""Bytes that an archive may unpack to."""
MOST = 50_000
"""Members that it may have."""
CHOOSE = "choose another release, or unpack it yourself and give its folder as path"


def unpack(archive: Path, folder: Path, name: str) -> None:
    """Unpack an archive as ``folder``, which is there when it is whole. One folder at its top is left out.

    Raises SourceNotFetched where it is none, holds a path that leads out of it, or too much.
    """
    scratch = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        if zipfile.is_zipfile(archive):
            _unzip(archive, scratch, name)
        else:
            _untar(archive, scratch, name)
        _settle(scratch, folder)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        problem = f"{archive.name} cannot be unpacked: {type(error).__name__}: {error}"
        raise SourceNotFetched(name, problem, CHOOSE) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _untar(archive: Path, scratch: Path, name: str) -> None:
    size = 0
    with tarfile.open(archive) as opened:
        for count, member in enumerate(opened, 1):
            size += member.size
            _check(name, member.name, size, count)
            opened.extract(member, scratch, filter="data")


def _unzip(archive: Path, scratch: Path, name: str) -> None:
    size = 0
    with zipfile.ZipFile(archive) as opened:
        for count, member in enumerate(opened.infolist(), 1):
            size += member.file_size
            _check(name, member.filename, size, count)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise SourceNotFetched(name, f"its archive has a link, {member.filename}", CHOOSE)
            opened.extract(member, scratch)


def _check(name: str, member: str, size: int, count: int) -> None:
    path = PurePosixPath(member)
    if ".." in path.parts or path.is_absolute():
        raise SourceNotFetched(name, f"its archive has a path that leads out of it, {member}", CHOOSE)
    if size > LARGEST or count > MOST:
        raise SourceNotFetched(name, f"its archive holds more than {LARGEST >> 20} MiB or {MOST} files", CHOOSE)


def _settle(scratch: Path, folder: Path) -> None:
    """Give what was unpacked its name; where all stands in one folder, to that."""
    held = list(scratch.iterdir())
    whole = held[0] if len(held) == 1 and held[0].is_dir() and not held[0].is_symlink() else scratch
    whole.chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
    whole.rename(folder)
