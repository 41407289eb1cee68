"""sweflow: turn a Python repository and its unit tests into verified test-driven development tasks.

>>> import sweflow
>>> summary = sweflow.build("examples/inventory", "inventory.sweflow")  # doctest: +SKIP
>>> summary["steps"]["verified"]  # doctest: +SKIP
21
"""

from sweflow_datasets.checking.check import CheckReport, check_dataset
from sweflow_datasets.checking.diff import DatasetDiff, diff_datasets
from sweflow_datasets.corpus.options import CorpusOptions, EngineName
from sweflow_datasets.corpus.reading import read_list
from sweflow_datasets.corpus.values import Commit, CorpusEntry, CorpusRun, End, Local, Release, RepositoryResult
from sweflow_datasets.corpus.values import Limits as RepositoryLimits
from sweflow_datasets.coverage_run import cover
from sweflow_datasets.dataset import Dataset, Task, load_tasks
from sweflow_datasets.environments.make import make_environment
from sweflow_datasets.environments.values import (
    ChangeKind,
    Environment,
    EnvironmentCause,
    EnvironmentChange,
    EnvironmentStatus,
)
from sweflow_datasets.environments.values import Options as EnvironmentOptions
from sweflow_datasets.export.make import Exported, ExportOptions, Form, export
from sweflow_datasets.folder import Folder
from sweflow_datasets.grading import evaluate_predictions, grade
from sweflow_datasets.images.build import ImageOptions, build_images
from sweflow_datasets.images.check import check_images
from sweflow_datasets.models.describe import describe
from sweflow_datasets.models.solve import AskOptions, solve
from sweflow_datasets.models.values import Limits, Model
from sweflow_datasets.negatives.make import NegativeOptions, make_negatives
from sweflow_datasets.options import Options
from sweflow_datasets.pipeline import build, checkout, graph, load_graph, schedule, tasks, trace, verify
from sweflow_datasets.scores.report import ScoreOptions, judge_scores
from sweflow_datasets.version import __version__
from sweflow_datasets.views.instruction import broken as broken_rule
from sweflow_datasets.views.kinds import apply as apply_view
from sweflow_datasets.views.make import MadeViews, make_views, step_views
from sweflow_datasets.views.material import ViewOptions
from sweflow_datasets.views.values import AnswerKind, ContextKind, Refused, StatementKind, ViewKind
from sweflow_rdg import RuntimeDependencyGraph, build_graph, index_source
from sweflow_rdg.queries import questions, views
from sweflow_scheduler import Closure, Cost, Rules, Schedule, Step, critical_path, explain, make_schedule, waves, width
from sweflow_tasks import (
    Candidate,
    CertificateOptions,
    Docstrings,
    Level,
    Reason,
    Rejection,
)
from sweflow_tasks.grading import Verdict, VerdictKind
from sweflow_tasks.history.checkout import Content
from sweflow_tracer import Outcome, SweflowError, Trace, TraceOptions
from sweflow_tracer.progress import Progress

from sweflow import display
from sweflow.many import build_all
from sweflow.reporting import make_report as report

__all__ = [
    "AnswerKind",
    "AskOptions",
    "Candidate",
    "CertificateOptions",
    "ChangeKind",
    "CheckReport",
    "Closure",
    "Commit",
    "Content",
    "ContextKind",
    "CorpusEntry",
    "CorpusOptions",
    "CorpusRun",
    "Cost",
    "Dataset",
    "DatasetDiff",
    "Docstrings",
    "End",
    "EngineName",
    "Environment",
    "EnvironmentCause",
    "EnvironmentChange",
    "EnvironmentOptions",
    "EnvironmentStatus",
    "ExportOptions",
    "Exported",
    "Folder",
    "Form",
    "ImageOptions",
    "Level",
    "Limits",
    "Local",
    "MadeViews",
    "Model",
    "NegativeOptions",
    "Options",
    "Outcome",
    "Progress",
    "Reason",
    "Refused",
    "Rejection",
    "Release",
    "RepositoryLimits",
    "RepositoryResult",
    "Rules",
    "RuntimeDependencyGraph",
    "Schedule",
    "ScoreOptions",
    "StatementKind",
    "Step",
    "SweflowError",
    "Task",
    "Trace",
    "TraceOptions",
    "Verdict",
    "VerdictKind",
    "ViewKind",
    "ViewOptions",
    "__version__",
    "apply_view",
    "broken_rule",
    "build",
    "build_all",
    "build_graph",
    "build_images",
    "check_dataset",
    "check_images",
    "checkout",
    "cover",
    "critical_path",
    "describe",
    "diff_datasets",
    "evaluate_predictions",
    "explain",
    "export",
    "grade",
    "graph",
    "index_source",
    "judge_scores",
    "load_graph",
    "load_tasks",
    "make_environment",
    "make_negatives",
    "make_schedule",
    "make_views",
    "questions",
    "read_list",
    "report",
    "schedule",
    "solve",
    "step_views",
    "tasks",
    "trace",
    "verify",
    "views",
    "waves",
    "width",
]

display.register()
