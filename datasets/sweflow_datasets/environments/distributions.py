"""Distributions: which one has a module. A short table of what is often wrong elsewhere, then pipreqs' mapping."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from packaging.utils import canonicalize_name

OFTEN = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cpuinfo": "py-cpuinfo",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "google.protobuf": "protobuf",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "pkg_resources": "setuptools<81",
    "psycopg2": "psycopg2-binary",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "snapshottest": "snapshottest",
    "socks": "pysocks",
    "usb": "pyusb",
    "xdist": "pytest-xdist",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
    "distutils": "setuptools",
}
"""Modules whose distribution has another name."""
PLAIN = ("pytest_",)
"""Beginnings of modules that are named like their distribution."""


def distribution_of(module: str) -> str:
    """The requirement that brings a module: by its whole name, then by its first part; else that part itself.

    >>> distribution_of("yaml.representer")
    'pyyaml'
    """
    first = module.partition(".")[0]
    for name in (module, first):
        if name in OFTEN:
            return OFTEN[name]
    if first.startswith(PLAIN):
        return str(canonicalize_name(first))
    return str(canonicalize_name(kept_mapping().get(first, first)))


@cache
def kept_mapping() -> Mapping[str, str]:
    """pipreqs' table of modules, where it is installed; nothing of it is imported."""
    spec = find_spec("pipreqs")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    path = Path(places[0], "mapping") if places else None
    if path is None or not path.is_file():
        return {}
    rows = (line.partition(":") for line in path.read_text("utf-8").splitlines())
    found: dict[str, str] = {}
    for module, colon, distribution in rows:
        if colon:
            found.setdefault(module.strip(), distribution.strip())
    return found
