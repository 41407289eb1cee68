"""What views ask of one build: its graph, its tests, and its steps with their trees."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sweflow_rdg import RuntimeDependencyGraph, index_source
from sweflow_rdg.format import read_graph
from sweflow_rdg.graph.links import Links
from sweflow_rdg.values import TestNode
from sweflow_scheduler.format import read_schedule
from sweflow_tasks.masking.mask_policy import NEVER
from sweflow_tasks.statements.facts import StepFacts
from sweflow_tasks.statements.module_bindings import ModuleBinding
from sweflow_tasks.statements.writer import StatementWriter
from sweflow_tracer.format import read_project_file
from sweflow_tracer.paths import StrPath

from sweflow_datasets.caches import index_cache
from sweflow_datasets.dataset import Task, load_tasks
from sweflow_datasets.folder import Folder
from sweflow_datasets.pipeline import stored_options
from sweflow_datasets.views.step import StepTrees, read_step


@dataclass(frozen=True)
class Build:
    """A finished build. What is asked of it is read when it is asked for, once."""

    folder: Folder
    tasks: tuple[Task, ...] = field(repr=False)

    @cached_property
    def graph(self) -> RuntimeDependencyGraph:
        """The runtime dependency graph."""
        return read_graph(self.folder.graph)

    @cached_property
    def links(self) -> Links:
        """Who calls whom."""
        return Links(self.graph)

    @cached_property
    def tests(self) -> dict[str, TestNode]:
        """The tests by id."""
        return {test.id: test for test in self.graph.tests}

    @cached_property
    def places(self) -> dict[str, int]:
        """The graph's nodes by id."""
        return {node.id: number for number, node in enumerate(self.graph.nodes)}

    @cached_property
    def writer(self) -> StatementWriter:
        """Writes statements of its steps."""
        project, _ = read_project_file(self.folder.project)
        index = index_source(self.folder.read_source(project), cache=index_cache())
        return StatementWriter(self.graph, index, stored_options(self.folder.root).docstrings)

    @cached_property
    def code(self) -> dict[str, int]:
        """The step of each function to develop; those of rejected steps have the step of the schedule."""
        planned = {f: step.number for step in read_schedule(self.folder.schedule).steps for f in step.functions}
        return planned | {f: t.step for t in self.tasks for f in (*t.target_functions, *t.dependent_functions)}

    def developed_at(self, function: str) -> int:
        """The step that develops a function; 0 where it is there from the start."""
        return self.code.get(function, 0)

    @cached_property
    def removed(self) -> frozenset[str]:
        """The functions of its tasks that are not there until their step."""
        return frozenset(function for task in self.tasks for function in task.row["removed_functions"])

    @cached_property
    def placeholders(self) -> frozenset[str]:
        """The functions of its tasks whose bodies do nothing until their step."""
        return frozenset(function for task in self.tasks for function in task.row["placeholder_functions"])

    def facts(self, step: StepTrees) -> StepFacts:
        """What a statement of a step is written from."""
        task = step.task
        return StepFacts(
            number=task.step,
            targets=task.target_functions,
            dependents=task.dependent_functions,
            failing=task.fail_to_pass,
            command=task.test_command,
            code=self.code,
            removed=self.removed,
            placeholders=self.placeholders,
            later=tuple(ModuleBinding(path, name, kind, NEVER) for kind, path, name in task.row["later"]),
            tree=step.skeleton,
        )

    def steps(self) -> Iterator[StepTrees]:
        """The verified steps with their trees, one after the other."""
        return map(read_step, self.tasks)


def open_build(out: StrPath, licence: str = "") -> Build:
    """A build of which the tasks are verified, with its licence where another one is known. Raises FileNotUsable."""
    folder = Folder(Path(out).resolve())
    tasks = load_tasks(folder.root, licence)
    folder.check_history()
    return Build(folder, tasks)
