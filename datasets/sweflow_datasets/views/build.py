"""What views ask of one build: its graph, its tests, and its steps with their trees."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sweflow_rdg import RuntimeDependencyGraph
from sweflow_rdg.format import read_graph
from sweflow_rdg.graph.links import Links
from sweflow_rdg.values import TestNode
from sweflow_tracer.paths import StrPath

from sweflow_datasets.dataset import Task, load_tasks
from sweflow_datasets.folder import Folder
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

    def steps(self) -> Iterator[StepTrees]:
        """The verified steps with their trees, one after the other."""
        return map(read_step, self.tasks)


def open_build(out: StrPath) -> Build:
    """A build of which the tasks are verified. Raises FileNotUsable."""
    folder = Folder(Path(out).resolve())
    tasks = load_tasks(folder.root)
    folder.check_history()
    return Build(folder, tasks)
