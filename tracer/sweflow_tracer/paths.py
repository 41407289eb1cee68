"""Paths as callers may give them."""

import os

StrPath = str | os.PathLike[str]
"""A path as text or as any path object."""
