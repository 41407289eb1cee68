"""The entry: ``python -m PROBE ARGUMENTS`` is ``python -m pytest ARGUMENTS`` with the probe loaded before.

pytest imports what its configuration names (classes of warnings, plugins by ``-p``) before any plugin of the command
line. Where these are the project's, their import is recorded like every other one.
"""

from . import thrift  # before pytest: most of what it imports stays for good

thrift.begin()

import runpy  # noqa: E402

import pytest  # noqa: F401, E402  # what it brings along belongs to the runner, and the project's own must not

from .configuration import CONFIG  # noqa: E402

if CONFIG["series"]:
    from . import series

    series.run()  # goes on in processes of their own

from . import plugin  # noqa: E402

plugin.begin()
try:
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)
except SystemExit as end:
    thrift.leave(end.code)
    raise
