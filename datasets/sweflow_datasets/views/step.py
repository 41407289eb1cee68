"""Steps of a build with their trees, and what else views ask of the build."""

from dataclasses import dataclass, field

from sweflow_tasks.history.git import read_commit, step_ref

from sweflow_datasets.dataset import Task
from sweflow_datasets.folder import Folder
from sweflow_datasets.views.values import Blobs, Head


@dataclass(frozen=True, slots=True)
class StepTrees:
    """A verified step with its trees: the skeleton, with the step's tests (``base``), and the reference.

    An answer is applied to ``base``: grading puts the tests there, too, and no patch touches their files.
    """

    task: Task
    head: Head
    skeleton: Blobs = field(hash=False, repr=False)
    base: Blobs = field(hash=False, repr=False)
    reference: Blobs = field(hash=False, repr=False)

    @property
    def functions(self) -> tuple[str, ...]:
        """The ids of the functions to develop."""
        return (*self.task.target_functions, *self.task.dependent_functions)


def read_step(task: Task) -> StepTrees:
    """A task with its trees, from the history of its build."""
    history = Folder(task.folder).history

    def tree(kind: str) -> Blobs:
        return read_commit(history, step_ref(kind, task.step))

    row = task.row
    head = Head(task.instance_id, str(row["repo"]), task.base_commit, task.step, str(row["license"]))
    return StepTrees(task, head, tree("skeletons"), tree("tests"), tree("references"))
