"""Attacks on the channel: forged records, and walks to the probe's own objects."""

from sweflow_tasks.attacks.values import at_import, when_called

FORGE = """
    def forge(write):
        import json, sys
        names = [a for a in sys.argv]
        ids = set()
        for module in list(sys.modules.values()):
            name = getattr(module, "__file__", None) or ""
            for test in [n for n in list(vars(module)) if n.startswith("test")] if "test" in name else ():
                for cut in range(1, 6):
                    ids.add("/".join(name.split("/")[-cut:]) + "::" + test)
        for test in ids:
            for number in range(3):
                write(json.dumps({"kind": "test", "id": test, "outcome": "passed", "group": number,
                                  "evidence": "ended", "edges": {}, "codes": [], "base": 0}) + "\\n")
"""
TO_DESCRIPTORS = (
    FORGE
    + """
    def scribble():
        import os
        for fd in range(3, 256):
            try:
                forge(lambda text: os.write(fd, text.encode()))
            except OSError:
                pass
"""
)
TO_FILES = (
    FORGE
    + """
    def plant():
        import os, tempfile
        here = tempfile.gettempdir()
        for _ in range(3):
            here = os.path.dirname(here)
            for folder, _folders, names in os.walk(here) if os.path.basename(here) != "tmp" or _ == 0 else ():
                for name in [*names, "records.jsonl"]:
                    if name.endswith((".jsonl", ".json", ".xml", ".txt")):
                        try:
                            with open(os.path.join(folder, name), "a") as file:
                                forge(file.write)
                        except OSError:
                            pass
"""
)
WALK = """
    def change(thing, seen, depth=0):
        if id(thing) in seen or depth > 4:
            return
        seen.add(id(thing))
        kind = type(thing).__name__
        if kind == "ItemOutcome":
            thing._outcomes[:] = ["passed"]
            thing._failure, thing._called = None, True
            type(thing).record = lambda self: {"outcome": "passed", "duration": 0.0}
        if kind == "Guard":
            type(thing).after = lambda self, item, last: "ended"
        values = list(vars(thing).values()) if hasattr(thing, "__dict__") else []
        for value in values:
            if type(value).__module__.startswith("_sweflow") or kind == "module":
                change(value, seen, depth + 1)
"""
TO_PROBES = """
    import sys

    def probes():
        for hook in sys.meta_path:
            config = getattr(hook, "config", None)
            for plugin in config.pluginmanager.get_plugins() if config is not None else ():
                if getattr(getattr(plugin, "RUN", None), "guard", None) is not None:
                    yield plugin

    def seal_as_passed(wanted):
        for probe in probes():
            def forged(record, _seal=probe.RUN.guard.seal):
                if record.get("kind") == "test" and wanted(record):
                    record = {**record, "outcome": "passed", "evidence": "ended"}
                return _seal(record)

            probe.RUN.guard.seal = forged
"""

CHANNEL = (
    at_import(
        "forge-descriptors",
        "records written to every open descriptor, at import",
        TO_DESCRIPTORS + "\n    scribble()\n",
    ),
    when_called(
        "forge-descriptors-in-test",
        "records written to every open descriptor, then os._exit(0)",
        TO_DESCRIPTORS + "\n    def payload(*a, **k):\n        import os\n        scribble()\n        os._exit(0)\n",
    ),
    at_import(
        "forge-files", "records written to every file that looks like results, at import", TO_FILES + "\n    plant()\n"
    ),
    at_import(
        "forge-at-exit",
        "the same at the end of the process",
        TO_FILES + "\n    import atexit\n    atexit.register(plant)\n",
    ),
    when_called(
        "walk-frames",
        "from its own frame up to the probe's, whose outcome it changes",
        WALK
        + """
    def payload(*a, **k):
        import sys
        frame, seen = sys._getframe(), set()
        while frame is not None:
            for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
                change(value, seen)
            frame = frame.f_back
        raise RuntimeError
""",
    ),
    when_called(
        "walk-traceback",
        "the same from a traceback's frame",
        WALK
        + """
    def payload(*a, **k):
        try:
            raise ValueError
        except ValueError as error:
            frame, seen = error.__traceback__.tb_frame, set()
        while frame is not None:
            for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
                change(value, seen)
            frame = frame.f_back
        raise RuntimeError
""",
    ),
    when_called(
        "walk-heap",
        "the same among all objects of the garbage collector",
        WALK
        + """
    def payload(*a, **k):
        import gc
        seen = set()
        for thing in gc.get_objects():
            if type(thing).__module__.startswith("_sweflow"):
                change(thing, seen)
        raise RuntimeError
""",
    ),
    at_import(
        "walk-modules",
        "the probe's modules by name, whose functions it replaces",
        """
        import sys

        for _name, _module in list(sys.modules.items()):
            if _name.startswith("_sweflow") and _name.endswith(".outcome"):
                _module.ItemOutcome.record = lambda self: {"outcome": "passed", "duration": 0.0}
            if _name.startswith("_sweflow") and _name.endswith(".guard.guard"):
                _module.Guard.after = lambda self, item, last: "ended"
        """,
    ),
    at_import(
        "walk-plugin-manager",
        "the probe by way of pytest's import hook, its configuration and the plugin manager",
        TO_PROBES
        + """
    for _probe in probes():
        _probe.run_groups.__globals__["ItemOutcome"].record = lambda self: {"outcome": "passed", "duration": 0.0}
        type(_probe.RUN.guard).after = lambda self, item, last: "ended"
""",
    ),
    at_import(
        "seal-by-plugin-manager",
        "the probe's own seal, called on forged records by way of the plugin manager",
        TO_PROBES + "\n    seal_as_passed(lambda record: True)\n",
    ),
    at_import(
        "seal-selectively",
        "the same, for the task's own tests only: those below the working folder",
        TO_PROBES
        + """
    import os

    seal_as_passed(lambda record: os.path.exists(record["id"].partition("::")[0]))
""",
    ),
)
