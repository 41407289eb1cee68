"""sweflow: turn a Python repository and its unit tests into verified test-driven development tasks.

>>> from pathlib import Path
>>> import sweflow
>>> summary = sweflow.build(Path("examples/inventory"), Path("inventory.sweflow"))  # doctest: +SKIP
>>> summary["steps"]["verified"]  # doctest: +SKIP
21
"""

from sweflow_rdg import Reason, RuntimeDependencyGraph, build_graph, index_source
from sweflow_scheduler import Schedule, Step, make_schedule
from sweflow_tasks import Candidate, Dataset, Evidence, Rejection, Task
from sweflow_tasks.checkout import Content
from sweflow_tracer import Outcome, SweflowError, Trace

from sweflow.folder import Folder
from sweflow.stages import Options, build, checkout, graph, schedule, tasks, trace, verify
from sweflow.version import __version__

__all__ = [
    "Candidate",
    "Content",
    "Dataset",
    "Evidence",
    "Folder",
    "Options",
    "Outcome",
    "Reason",
    "Rejection",
    "RuntimeDependencyGraph",
    "Schedule",
    "Step",
    "SweflowError",
    "Task",
    "Trace",
    "__version__",
    "build",
    "build_graph",
    "checkout",
    "graph",
    "index_source",
    "make_schedule",
    "schedule",
    "tasks",
    "trace",
    "verify",
]
