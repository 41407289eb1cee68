"""The plugins that pytest brings along."""

from __future__ import annotations

from importlib import import_module


def load_plugins() -> None:
    """Load what pytest loads of its own when it starts."""
    from _pytest.config import default_plugins  # not before pytest is loaded

    for name in default_plugins:
        import_module("_pytest." + name)
