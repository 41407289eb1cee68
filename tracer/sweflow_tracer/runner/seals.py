"""Seals on records of a guarded session: the host's end of probe/guard/seal.py (V6)."""

import hashlib
import hmac
import json
from collections.abc import Mapping


def is_sealed(key: str, record: Mapping[str, object]) -> bool:
    """Whether a record carries the seal of the key (hex)."""
    covered = {name: value for name, value in record.items() if name not in ("group", "seal")}
    text = json.dumps(covered, separators=(",", ":"), sort_keys=True).encode("ascii")
    seal = hmac.new(bytes.fromhex(key), text, hashlib.sha256).hexdigest()
    return hmac.compare_digest(seal, str(record.get("seal")))
