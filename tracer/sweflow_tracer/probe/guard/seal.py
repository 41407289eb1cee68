"""The seal: records that were written by somebody else do not carry it."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Sealer = Callable[[dict[str, Any]], dict[str, Any]]

OUTSIDE = ("group", "seal")  # added after sealing


def text_of(record: dict[str, Any]) -> bytes:
    """What a seal covers of a record."""
    covered = {key: value for key, value in record.items() if key not in OUTSIDE}
    return json.dumps(covered, separators=(",", ":"), sort_keys=True).encode("ascii")


def make_sealer(key: bytes) -> Sealer:
    """A function that adds its seal to a record."""
    start = hmac.new(key, digestmod=hashlib.sha256)
    covered = text_of

    def seal(record: dict[str, Any]) -> dict[str, Any]:
        made = start.copy()
        made.update(covered(record))
        return {**record, "seal": made.hexdigest()}

    return seal
