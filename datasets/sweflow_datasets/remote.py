"""Places elsewhere: URLs that fsspec knows, which is no part of a plain installation."""

import contextlib
from collections.abc import Iterator
from typing import Any

from sweflow_datasets.errors import ExtraMissing, PlaceNotUsable


@contextlib.contextmanager
def reached(url: str, extra: str) -> Iterator[tuple[Any, str]]:
    """The file system of a URL and the path there; what goes wrong in the block is the place's.

    Every file system of fsspec has errors of its own. ``extra`` brings fsspec. Raises ExtraMissing, PlaceNotUsable.
    """
    try:
        import fsspec  # noqa: PLC0415  # optional
    except ImportError as error:
        raise ExtraMissing(extra, ("fsspec",)) from error
    try:
        system, path = fsspec.core.url_to_fs(url)
        yield system, str(path)
    except Exception as error:
        raise PlaceNotUsable(url, " ".join(str(error).split())[:200]) from error
