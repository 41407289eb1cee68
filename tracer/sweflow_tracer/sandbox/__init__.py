"""Sandboxes: where a target's code runs. One port (``port.py``), an implementation a file (V7)."""

from sweflow_tracer.sandbox.choose import Availability, choose, default_name, examine, open_sandbox
from sweflow_tracer.sandbox.port import Limits, Running, Sandbox, SandboxJob

__all__ = [
    "Availability",
    "Limits",
    "Running",
    "Sandbox",
    "SandboxJob",
    "choose",
    "default_name",
    "examine",
    "open_sandbox",
]
