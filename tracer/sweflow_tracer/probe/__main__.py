"""The entry: ``python -m PROBE ARGUMENTS`` is ``python -m pytest ARGUMENTS`` with the probe loaded before.

pytest imports what its configuration names (classes of warnings, plugins by ``-p``) before any plugin of the command
line. Where these are the project's, their import is recorded like every other one.
"""

import runpy

import pytest  # noqa: F401  # first: what it brings along belongs to the runner, and the project's own must not

from . import plugin

plugin.begin()
runpy.run_module("pytest", run_name="__main__", alter_sys=True)
