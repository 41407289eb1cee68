"""Texts of a report: sources, patches and statements in one compressed stream that stays below a limit."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_GZIP = 31


@dataclass(frozen=True, slots=True)
class Texts:
    """A compressed JSON object of texts by key. ``left_out`` counts those that had no room."""

    packed: bytes
    left_out: int


def pack_texts(texts: Iterable[tuple[str, str]], limit: int) -> Texts:
    """Compress texts with their keys, the most wanted first, into so many bytes; what does not fit is left out.

    Each is tried on a copy of the stream, so that the limit holds for what is really written.
    """
    stream = zlib.compressobj(9, wbits=_GZIP)
    packed = bytearray(stream.compress(b"{"))
    held = left_out = 0
    for key, text in texts:
        trial = stream.copy()
        comma = "," if held else ""
        piece = trial.compress(f"{comma}{json.dumps(key)}:{json.dumps(text)}".encode()) + trial.flush(zlib.Z_SYNC_FLUSH)
        if len(packed) + len(piece) > limit:
            left_out += 1
            continue
        stream = trial
        packed += piece
        held += 1
    packed += stream.compress(b"}") + stream.flush()
    return Texts(bytes(packed), left_out)
