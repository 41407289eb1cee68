"""System packages: a header, library or program that was not found, and the Debian package that has it."""

import re

from sweflow_datasets.environments.values import (
    Blocker,
    ChangeKind,
    EnvironmentCause,
    EnvironmentChange,
    Failure,
    Finding,
)

PACKAGES = {
    "Python.h": "python3-dev",
    "ffi.h": "libffi-dev",
    "openssl/ssl.h": "libssl-dev",
    "libxml/xmlversion.h": "libxml2-dev",
    "libxslt/xsltconfig.h": "libxslt1-dev",
    "libpq-fe.h": "libpq-dev",
    "mysql.h": "default-libmysqlclient-dev",
    "sqlite3.h": "libsqlite3-dev",
    "zlib.h": "zlib1g-dev",
    "lzma.h": "liblzma-dev",
    "bzlib.h": "libbz2-dev",
    "readline/readline.h": "libreadline-dev",
    "yaml.h": "libyaml-dev",
    "gmp.h": "libgmp-dev",
    "mpfr.h": "libmpfr-dev",
    "curl/curl.h": "libcurl4-openssl-dev",
    "ldap.h": "libldap-dev",
    "sasl/sasl.h": "libsasl2-dev",
    "krb5.h": "libkrb5-dev",
    "sndfile.h": "libsndfile1-dev",
    "jpeglib.h": "libjpeg-dev",
    "ft2build.h": "libfreetype-dev",
    "hdf5.h": "libhdf5-dev",
    "geos_c.h": "libgeos-dev",
    "proj.h": "libproj-dev",
    "magic.h": "libmagic-dev",
    "snappy-c.h": "libsnappy-dev",
    "re2/re2.h": "libre2-dev",
    "graphviz/cgraph.h": "libgraphviz-dev",
    "sodium.h": "libsodium-dev",
    "enchant.h": "libenchant-2-dev",
    "portaudio.h": "portaudio19-dev",
    "libGL.so.1": "libgl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libmagic": "libmagic1",
    "libenchant": "libenchant-2-2",
    "libsndfile": "libsndfile1",
    "libzmq": "libzmq5",
    "libgomp.so.1": "libgomp1",
    "libpango": "libpango-1.0-0",
    "libcairo": "libcairo2",
    "gcc": "build-essential",
    "cc": "build-essential",
    "g++": "build-essential",
    "cmake": "cmake",
    "ninja": "ninja-build",
    "cargo": "cargo",
    "rustc": "rustc",
    "gfortran": "gfortran",
    "pkg-config": "pkg-config",
    "swig": "swig",
    "pg_config": "libpq-dev",
    "mysql_config": "default-libmysqlclient-dev",
    "curl-config": "libcurl4-openssl-dev",
    "git": "git",
    "dot": "graphviz",
    "ffmpeg": "ffmpeg",
    "tesseract": "tesseract-ocr",
    "pandoc": "pandoc",
    "node": "nodejs",
    "make": "make",
    "hg": "mercurial",
    "svn": "subversion",
    "gpg": "gnupg",
    "unrar": "unrar-free",
    "pdftotext": "poppler-utils",
    "convert": "imagemagick",
    "xclip": "xclip",
}
"""Headers, shared libraries and programs, by the package of Debian that has them."""
_PATTERNS = (
    r"fatal error: ([\w./+-]+\.h(?:pp)?): No such file",
    r"(?:ImportError|OSError): (lib[\w.+-]+\.so[\w.]*): cannot open shared object",
    r"failed to find (lib\w+)",
    r"(?:error: )?command '([\w+/.-]+)' failed: No such file",
    r"Unable to find (pg_config|mysql_config)|(pg_config|mysql_config) executable not found",
    r"FileNotFoundError: \[Errno 2\] No such file or directory: '([\w+-]+)'",
    r"/bin/sh: \d+: ([\w+-]+): not found",
    r"error: linker `(cc)` not found|can't find (Rust) compiler",
)


def missing_system(failure: Failure) -> tuple[Finding, ...]:
    """The Debian package, recorded and not installed; and that this is what stands in the way."""
    names = [
        name for pattern in _PATTERNS for found in re.findall(pattern, failure.text) for name in _names(found) if name
    ]
    found: list[Finding] = []
    for name in dict.fromkeys(names):
        package = _package("cargo" if name == "Rust" else name.rpartition("/")[2] if name.startswith("/") else name)
        if package:
            found += [
                EnvironmentChange(ChangeKind.SYSTEM, package, f"{name} is missing"),
                Blocker(EnvironmentCause.SYSTEM, f"{name} ({package})"),
            ]
        elif (name.startswith("lib") and ".so" in name) or name.endswith((".h", ".hpp")):
            found.append(Blocker(EnvironmentCause.SYSTEM, name))
    return tuple(found)


def _names(found: str | tuple[str, ...]) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else found


def _package(name: str) -> str:
    return PACKAGES.get(name) or PACKAGES.get(re.sub(r"(?:-[\d.]+)?\.so.*", "", name), "")
