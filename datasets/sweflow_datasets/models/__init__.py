"""Language models, an option (D3): they write prose and patches, and nothing else here needs one."""

from sweflow_datasets.models.asking import ask_all
from sweflow_datasets.models.describe import describe
from sweflow_datasets.models.solve import solve
from sweflow_datasets.models.values import Answer, Limits, Model, Question, Unanswered, Why

__all__ = ["Answer", "Limits", "Model", "Question", "Unanswered", "Why", "ask_all", "describe", "solve"]
