"""Where caches stand: the user's cache folder (XDG Base Directory Specification)."""

import os
from pathlib import Path


def index_cache() -> Path:
    """The folder of the index cache: ``$XDG_CACHE_HOME/sweflow/index``, by default below ``~/.cache``."""
    return _caches() / "index"


def model_cache() -> Path:
    """The folder of answers of language models, beside that of the index."""
    return _caches() / "models"


def _caches() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~")) / ".cache"
    return home / "sweflow"
