"""Options: how to build, composed of what each room takes; the command line, settings and files have them flat."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any

from sweflow_scheduler import Closure, Cost, Rules
from sweflow_tasks import CertificateOptions, Docstrings, Level
from sweflow_tracer import TraceOptions

_ELSEWHERE = {"follow": "follow_subprocesses", "level": "certificate"}
"""Fields that have another name where all stand side by side."""
_KINDS: dict[str, type[Enum]] = {"cost": Cost, "closure": Closure, "docstrings": Docstrings, "certificate": Level}


@dataclass(frozen=True, slots=True)
class Options:
    """How to build. ``timeout`` is in seconds for one test; ``jobs`` run side by side, 0 is one a core.

    ``docstrings`` of functions that come later are kept or stripped.

    >>> Options.of(reruns=1, docstrings="strip", certificate="full").trace.reruns
    1
    """

    trace: TraceOptions = field(default_factory=TraceOptions)
    rules: Rules = field(default_factory=Rules)
    docstrings: Docstrings = Docstrings.KEEP
    certificate: CertificateOptions = field(default_factory=CertificateOptions)
    timeout: float = 60.0
    jobs: int = 0

    @property
    def workers(self) -> int:
        """Processes to run side by side."""
        return self.jobs or os.cpu_count() or 1

    @classmethod
    def of(cls, **values: Any) -> "Options":
        """Options by the names that the command line, ``sweflow.toml`` and ``options.json`` have for them.

        Raises TypeError for another name, ValueError for a value that is none of an option's, BandUpsideDown,
        NothingMeasured.
        """
        return cls().with_values(values)

    def with_values(self, values: Mapping[str, Any]) -> "Options":
        """The same with some options replaced, by the names of ``of``."""
        defaults = DEFAULTS.values()
        for name, value in values.items():
            if not _fits(value, defaults.get(name)):
                raise ValueError(f"{value!r} is no value of {name}")
        left: dict[str, Any] = {
            name: _KINDS[name](value) if name in _KINDS else value for name, value in values.items()
        }
        trace = replace(self.trace, **_taken(left, self.trace))
        rules = replace(self.rules, **_taken(left, self.rules))
        certificate = replace(self.certificate, **_taken(left, self.certificate))
        return replace(self, trace=trace, rules=rules, certificate=certificate, **left)

    def values(self) -> dict[str, Any]:
        """All options by the names of ``of``."""
        parts = (self.trace, self.rules, self.certificate)
        found = {_ELSEWHERE.get(f.name, f.name): getattr(part, f.name) for part in parts for f in fields(part)}
        found |= {"docstrings": self.docstrings, "timeout": self.timeout, "jobs": self.jobs}
        return {name: value.value if isinstance(value, Enum) else value for name, value in found.items()}

    def stored(self) -> dict[str, Any]:
        """The options that a dataset depends on, as ``options.json`` holds them."""
        return {name: value for name, value in self.values().items() if name != "jobs"}


def _fits(value: object, default: object) -> bool:
    """Whether a value is of the kind that an option's default is; None stands for a number that is not there."""
    if default is None:
        return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if isinstance(default, tuple):
        return isinstance(value, list | tuple) and all(isinstance(part, str) for part in value)
    return isinstance(value, str)


DEFAULTS = Options()


def _taken(left: dict[str, Any], part: TraceOptions | Rules | CertificateOptions) -> dict[str, Any]:
    """The values of a part's fields, which are taken out of ``left``."""
    names = {field.name: _ELSEWHERE.get(field.name, field.name) for field in fields(part)}
    return {name: left.pop(outside) for name, outside in names.items() if outside in left}
