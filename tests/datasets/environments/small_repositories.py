"""Small repositories whose build backend is a file of their own, and wheels of what is installed here: no network."""

import base64
import hashlib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

PYPROJECT = """
[project]
name = "small"
version = "1.0"
requires-python = ">=3.9"

[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import zipfile

INFO = "small-1.0.dist-info"


def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "small-1.0-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as archive:
        archive.write("small.py")
        archive.writestr(INFO + "/METADATA", "Metadata-Version: 2.1\\nName: small\\nVersion: 1.0\\n")
        archive.writestr(INFO + "/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr(INFO + "/RECORD", "small.py,,\\n" + INFO + "/METADATA,,\\n" + INFO + "/WHEEL,,\\n")
    return name
"""
MODULE = "def double(value):\n    return 2 * value\n"
TEST = "import small\n\n\ndef test_double():\n    assert small.double(2) == 4\n"
WHOLE = {
    "pyproject.toml": PYPROJECT,
    "backend.py": BACKEND,
    "small.py": MODULE,
    "tests/test_small.py": TEST,
}


def write(root: Path, **files: str) -> Path:
    """A repository of ``WHOLE`` with other texts for some of its files; names have ``__`` for ``/`` and ``_dot_`` for ``.``."""
    named = {name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()}
    for name, text in {**WHOLE, **named}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


NEEDED = ("__init__", "_mapping", "python", "diff", "default", "_luts")


def _is_needless(path: str) -> bool:
    """What lies elsewhere, and most of what pygments knows: it would be compiled in vain."""
    return path.startswith("..") or (
        path.startswith(("pygments/lexers/", "pygments/styles/")) and Path(path).stem not in NEEDED
    )


def wheel_of(name: str, folder: Path) -> Path:
    """A wheel of a distribution that is installed here and holds no compiled modules."""
    found = distribution(name)
    title = found.metadata["Name"].replace("-", "_")
    path = folder / f"{title}-{found.version}-py3-none-any.whl"
    info = f"{title}-{found.version}.dist-info"
    rows = []
    with zipfile.ZipFile(path, "w") as archive:
        for file in found.files or ():
            inside = str(file)
            if (
                inside.startswith("..")
                or file.suffix == ".pyc"
                or file.name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
            ):
                continue
            content = Path(str(found.locate_file(file))).read_bytes()
            if ".dist-info/" in inside:
                inside = f"{info}/{inside.partition('.dist-info/')[2]}"
            archive.writestr(inside, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.append(f"{inside},sha256={digest},{len(content)}")
        archive.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,", ""]))
    return path
