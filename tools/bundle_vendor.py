"""Fetch the report's third-party JavaScript from npm, and write it down with versions, licences and hashes.

    python tools/bundle_vendor.py            # needs npm; rewrites src/sweflow/report/assets/vendor

The versions are pinned below. The result is committed, so that neither a build nor a report needs npm.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "src" / "sweflow" / "report" / "assets" / "vendor"
PACKAGES = (
    ("graphology", "0.26.0", "package/dist/graphology.umd.min.js", "package/LICENSE.txt"),
    ("sigma", "3.0.3", "package/dist/sigma.min.js", "package/LICENSE.txt"),
)
"""Name, version, the file to take, its licence; in the order in which a page loads them."""
INSIDE = (
    ("events", "3.3.0", "package/LICENSE"),
    ("graphology-utils", "2.5.2", "package/LICENSE.txt"),
)
"""Packages that the two files have built in. Only their licences are taken."""


def main() -> None:
    """Rewrite the folder."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for old in VENDOR.iterdir():
        old.unlink()
    files, notices = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for name, version, script, licence in PACKAGES:
            package = Package(name, version, Path(scratch))
            text = _without_map(package.read(script))
            (VENDOR / f"{name}.min.js").write_bytes(text)
            notices.append(package.notice(licence))
            files.append(
                {
                    "file": f"{name}.min.js",
                    "package": name,
                    "version": version,
                    "license": package.licence(),
                    "source": script.removeprefix("package/"),
                    "tarball_sha256": package.sha256(),
                    "sha256": hashlib.sha256(text).hexdigest(),
                }
            )
        for name, version, licence in INSIDE:
            notices.append(Package(name, version, Path(scratch)).notice(licence))
    text = "\n\n".join(notices).encode() + b"\n"
    (VENDOR / "LICENSES.txt").write_bytes(text)
    files.append({"file": "LICENSES.txt", "sha256": hashlib.sha256(text).hexdigest()})
    (VENDOR / "vendor.json").write_text(json.dumps({"files": files}, indent=1) + "\n", "utf-8")
    print(f"{VENDOR}: {', '.join(str(file['file']) for file in files)}")


class Package:
    """A package's tarball, as npm fetched and checked it."""

    def __init__(self, name: str, version: str, folder: Path) -> None:
        self.title = f"{name} {version}"
        command = ["npm", "pack", f"{name}@{version}", "--silent", "--pack-destination", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{self.title}: npm says: {done.stderr.strip()}")
        self.path = folder / f"{name}-{version}.tgz"

    def read(self, member: str) -> bytes:
        """A file of the tarball."""
        with tarfile.open(self.path) as tar:
            found = tar.extractfile(member)
            assert found is not None, member
            return found.read()

    def sha256(self) -> str:
        """The tarball's hash."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def licence(self) -> str:
        """The licence that the package declares."""
        declared: str = json.loads(self.read("package/package.json"))["license"]
        return declared

    def notice(self, licence: str) -> str:
        """The licence's text under the package's name."""
        return f"{self.title}\n{'=' * len(self.title)}\n\n{self.read(licence).decode().strip()}"


def _without_map(script: bytes) -> bytes:
    """A script without the comment that names its source map, which is not shipped."""
    lines = script.rstrip().split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(b"//# sourceMappingURL")) + b"\n"


if __name__ == "__main__":
    main()
