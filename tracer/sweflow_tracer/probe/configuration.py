"""The configuration of a session, read once.

``config.json`` beside this file holds:

- ``root`` (the scratch tree), ``origin`` (the tree it was copied from, or null), ``names`` (the project's top-level
  import names);
- ``channel`` (file for the records), ``scratch`` (folder for temporary files), ``spool`` (folder for what followed
  processes write), ``bytecode`` (folder for compiled modules, or null: what code compiled that nobody trusts must not
  become another run's), ``compiled`` (the same in an isolated sandbox, where new ones are told as records, or null);
- ``engine``, ``follow`` (record processes that tests start), ``jobs``, ``timeout`` (seconds a test), ``fork``,
  ``parent`` (process id of who started it, 0 in a sandbox that ends with it);
- ``variants``: by number of a group, other texts of functions to run it with (variants.py); such a group ends with
  its first test that does not pass. ``limits``: by id, seconds for a test in such a group and in those
  that are ``limited``.
  ``lines``: groups of which to record the lines that they execute of ``watched``, spans of lines by path;
- ``groups``: "each" (every item alone), "together", or lists of ids; ``traced``: null (record from the start), or the
  numbers of the groups to record; ``again``: groups of which what fails, and all after it, runs once more, each test
  alone; ``stubs``: by number of a group functions by whose stubs its tests are to fail: what does not runs once more,
  alone, and only then is it recorded; ``asserting``: groups of which what neither passes nor fails by an assertion of
  its own function runs once more, too;
- ``skip``: ids that a run before this one has finished; ``select``: node ids, if there are any, that a test must be or
  lie below: others count as not collected;
- ``guard``: null, or what makes results hard to forge (guard/): ``key`` (hex) and ``trusted`` (files that are not code
  under test). The file is removed once it is read, since it holds the key;
- ``opaque``: a test's parameters are in its id by their names, whatever their values;
- ``tidy``: put the tree back before each group, as it was when the tests were collected;
- ``series``: null, or of several sessions (series.py) how many these are (``sessions``), which folders are emptied
  after each (``emptied``), and what stands in the log after each (``mark``);
- ``watch``: say of each test which files of the project it read as data and whether it started a process.
"""

from __future__ import annotations

import json
import os
from typing import Any

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "config.json"), encoding="utf-8") as _file:
    CONFIG: dict[str, Any] = json.load(_file)
if CONFIG["guard"]:
    os.unlink(_file.name)
