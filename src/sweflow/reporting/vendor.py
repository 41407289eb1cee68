"""Third-party scripts of the page, and what is known of them. tools/bundle_vendor.py fetches them."""

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

ASSETS: Traversable = files("sweflow.reporting") / "assets"


@dataclass(frozen=True, slots=True)
class VendorFile:
    """A file of the bundle. ``package``, ``version`` and ``license`` are empty for the file of licences."""

    file: str
    sha256: str
    package: str = ""
    version: str = ""
    license: str = ""
    source: str = ""
    tarball_sha256: str = ""

    def read(self) -> bytes:
        """The file's content."""
        return (ASSETS / "vendor" / self.file).read_bytes()

    def is_whole(self) -> bool:
        """Whether the content is what the bundle was made with."""
        return hashlib.sha256(self.read()).hexdigest() == self.sha256


def vendor_files() -> tuple[VendorFile, ...]:
    """The bundle, in the order in which a page loads it."""
    listed = json.loads((ASSETS / "vendor" / "vendor.json").read_text("utf-8"))
    return tuple(VendorFile(**row) for row in listed["files"])
