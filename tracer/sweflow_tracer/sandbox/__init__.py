"""Sandboxes: where a target's code runs. One port (``port.py``), an implementation a file (V7).

They take a command with its folders and environment (``SandboxJob``), and give a running job to wait for, to signal and
to end; nothing of it is left then but its log and its channel. ``choose.py`` says which of them work here.
"""

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
