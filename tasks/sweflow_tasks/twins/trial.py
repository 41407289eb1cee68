"""A trial of changed test files: a session on the complete code."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sweflow_tracer.errors import SessionFailed
from sweflow_tracer.project.files import Blobs, tree_digest
from sweflow_tracer.runner.options import SessionOptions

from sweflow_tasks.execution.job_pool import Run
from sweflow_tasks.values import JsonObject

SEED = 3000


@dataclass(frozen=True, slots=True)
class TwinJob:
    """A session on the complete code with other test files; ``groups`` are names of tests.

    Of the first ``asserting`` groups what neither passes nor fails by an assertion of its own function runs once more,
    alone.
    ``opaque``: names say nothing of parameters. ``timeout`` is in seconds for one test, ``jobs`` are side by side.
    ``limits`` gives less to tests by name: changed ones may be endless. They depend on how quick this machine is, and
    so are no part of the facts.
    """

    blobs: Blobs
    groups: tuple[tuple[str, ...], ...]
    paths: tuple[str, ...]
    opaque: bool
    timeout: float
    jobs: int
    asserting: int = 0
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def facts(self) -> Iterator[str]:
        """All that the outcome depends on."""
        facts = (self.groups, self.paths, self.opaque, self.asserting)
        yield from ("twins 3", tree_digest(self.blobs), json.dumps(facts))

    def measure(self, run: Run) -> JsonObject:
        """What was collected, in order, how each test ended, and what could not be collected.

        Of an item its name, its function, and the place of that: path, qualified name, line. Of an error the end of
        pytest's report. All are empty where the session came to nothing.
        """
        options = SessionOptions(
            groups=self.groups,
            timeout=self.timeout,
            seed=SEED,
            paths=self.paths,
            follow=False,
            opaque=self.opaque,
            jobs=self.jobs,
            asserting=range(self.asserting),
            limits=self.limits,
            limited=range(len(self.groups)) if self.limits else (),
        )
        try:
            session = run(self.blobs, options)
        except SessionFailed as error:
            if error.killed:
                raise
            return {"items": [], "ended": {}, "errors": []}
        items = session.collected["items"] if session.collected is not None else []
        return {
            "items": [(item["id"], item["function"], _place(item["body"])) for item in items],
            "ended": {
                record["id"]: [record["outcome"], record.get("failure", {}).get("when", "")] for record in session.tests
            },
            "errors": [row["text"] for row in session.errors],
        }


def _place(body: Mapping[str, Any] | None) -> tuple[str, str, int]:
    return (body["path"], body["name"], body["line"]) if body is not None else ("", "", 0)
