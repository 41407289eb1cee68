"""Texts of a report: sources, patches and statements in one compressed stream that stays below a limit."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

LIMIT = 600_000
"""Bytes of compressed text in a report; base64 makes a third more of them."""
_GZIP = 31


@dataclass(frozen=True, slots=True)
class Texts:
    """A compressed JSON list of texts. ``place`` says where a text stands in it, by key; ``left_out`` had no room."""

    packed: bytes
    place: dict[str, int]
    left_out: int


def pack(texts: Iterable[tuple[str, str]], limit: int = LIMIT) -> Texts:
    """Compress texts with their keys, the most wanted first; what does not fit any more is left out.

    Each is tried on a copy of the stream, so that the limit holds for what is really written.
    """
    stream = zlib.compressobj(9, wbits=_GZIP)
    packed = bytearray(stream.compress(b"["))
    place: dict[str, int] = {}
    left_out = 0
    for key, text in texts:
        trial = stream.copy()
        comma = b"," if place else b""
        piece = trial.compress(comma + json.dumps(text).encode()) + trial.flush(zlib.Z_SYNC_FLUSH)
        if len(packed) + len(piece) > limit:
            left_out += 1
            continue
        stream = trial
        packed += piece
        place[key] = len(place)
    packed += stream.compress(b"]") + stream.flush()
    return Texts(bytes(packed), place, left_out)
