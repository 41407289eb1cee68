"""The tracer: runs a repository's tests and records who called whom.

It takes a repository, an interpreter with pytest, and options, and gives a ``Project`` (what the repository is) and a
``Trace`` (what each test did and called). The rooms above run their sessions with its runner, in its sandboxes.
"""

from sweflow_tracer.errors import SweflowError
from sweflow_tracer.project.project import Project
from sweflow_tracer.recording.trace import TraceOptions, trace_project
from sweflow_tracer.values import CodeRef, CollectionError, Edge, Outcome, TestTrace, Trace

__all__ = [
    "CodeRef",
    "CollectionError",
    "Edge",
    "Outcome",
    "Project",
    "SweflowError",
    "TestTrace",
    "Trace",
    "TraceOptions",
    "trace_project",
]
