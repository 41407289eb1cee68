"""Archives for tests: any member names, as a stranger would make them."""

import io
import tarfile
import zipfile
from pathlib import Path


def tar(path: Path, files: dict[str, str | bytes], links: dict[str, str] | None = None) -> Path:
    """A source distribution with these members, and symbolic links."""
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            content = text.encode() if isinstance(text, str) else text
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return path


def zipped(path: Path, files: dict[str, str]) -> Path:
    """The same as a zip file."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path
