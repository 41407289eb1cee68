"""The tracer: runs a repository's tests and records who called whom."""

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
