"""Values that this room hands on: verified tasks, and what did not become one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sweflow_tracer.displayable import Short

JsonObject = dict[str, Any]


class Reason(StrEnum):
    """The closed list of reasons for which a test, function or step is in no task (V4).

    Those that a trace gives are ``TestReason`` of the graph, too.
    """

    FAILING = "failing"
    SKIPPED = "skipped"
    XFAIL = "xfail"
    LOST = "lost"
    TIME_OUT = "time-out"
    FLAKY = "flaky"
    ORDER_DEPENDENT = "order-dependent"
    NOT_A_FUNCTION = "not-a-function"
    MIXED_FILE = "mixed-file"
    TRACER_DISPLACED = "tracer-displaced"
    COLLECTION_ERROR = "collection-error"
    PASSES_ON_SKELETON = "passes-on-skeleton"
    SWALLOWED = "swallowed"
    UNRELATED_FAILURE = "unrelated-failure"
    FAILS_ON_SKELETON = "fails-on-skeleton"
    FAILS_ON_REFERENCE = "fails-on-reference"
    UNTRACED_SUBPROCESS = "untraced-subprocess"
    NOT_COLLECTED = "not-collected"
    NO_F2P = "no-fail-to-pass"
    STEP_REJECTED = "step-rejected"
    UNPARSABLE_FILE = "unparsable-file"
    INVALID_PATH = "invalid-path"
    TOO_LARGE = "too-large"
    PATCH_DOES_NOT_APPLY = "patch-does-not-apply"
    MERGED = "merged"
    LEAK = "leak"
    NOTHING_TO_DEVELOP = "nothing-to-develop"
    WEAK_TESTS = "weak-tests"
    UNNOTICED_FUNCTION = "unnoticed-function"
    PSEUDO_TESTED = "pseudo-tested"
    NO_TWIN = "no-twin"


@dataclass(frozen=True, slots=True, repr=False)
class Candidate(Short):
    """A step as a task that nobody has verified yet. Patches are unified diffs for ``git apply``.

    ``removed_functions`` are those of the step that are not there at all, ``placeholder_functions`` those that are
    there and do nothing; the others are stubs. ``underspecified`` lists what the tests rely on and a solver could not
    know. ``later`` are what stands in the step's files and only later steps use: kind, path, name.
    ``pass_to_pass_count`` says how many of the dataset's tests are PASS_TO_PASS: the first so many in its order.
    ``lines`` are those of the step's functions in the original, ``difficulty`` is that of the schedule.
    """

    instance_id: str
    step: int
    base_commit: str
    patch: str
    test_patch: str
    fail_to_pass: tuple[str, ...]
    pass_to_pass_count: int
    problem_statement: str
    target_functions: tuple[str, ...]
    dependent_functions: tuple[str, ...]
    removed_functions: tuple[str, ...]
    placeholder_functions: tuple[str, ...]
    underspecified: tuple[str, ...]
    later: tuple[tuple[str, str, str], ...]
    depth: int
    wave: int
    test_command: str
    lines: int
    difficulty: float

    @property
    def functions(self) -> tuple[str, ...]:
        """The step's new functions."""
        return (*self.target_functions, *self.dependent_functions)


@dataclass(frozen=True, slots=True)
class OrderedTest:
    """A test in the one order of which every step's PASS_TO_PASS is the beginning, and the step that asks for it."""

    id: str
    step: int


@dataclass(frozen=True, slots=True, repr=False)
class UnverifiedDataset(Short):
    """Every step as an unverified task, and the order of the tests."""

    candidates: tuple[Candidate, ...]
    tests: tuple[OrderedTest, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a FAIL_TO_PASS test counts as failing on the skeleton.

    ``when`` is setup, call or teardown; ``error`` the exception's type; ``functions`` the step's stubs that the
    exception names (``raised``) or that the test called before it failed otherwise. ``at`` is the innermost code of the
    project that the exception went through, and ``origin`` says what that is: masked-function, test (or a fixture of
    it), project; both are empty where it is none.
    """

    test: str
    when: str
    error: str
    raised: bool
    functions: tuple[str, ...]
    origin: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the leak audit found of a step: leaks in words, and how many of its functions stand elsewhere without one.

    Without one: in code that is developed already, or only a few tokens of them.
    """

    leaks: tuple[str, ...] = ()
    similar: int = 0


@dataclass(frozen=True, slots=True)
class Inherited:
    """How many tests have a result on the skeleton or the reference that was seen on an earlier tree only (V1).

    ``since`` is the earliest of those trees.
    """

    tests: int = 0
    skeleton: int = 0
    reference: int = 0
    since: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedTask(Short):
    """A verified task: the candidate, the evidence, and what it takes to run it (D4).

    ``strength`` is the share of mutants that its tests notice, None where none were run. ``twins`` is how many of its
    FAIL_TO_PASS have a twin. ``certificate`` are the members of its certificate that depend on how much was measured
    (docs/certificate.md).
    """

    candidate: Candidate
    evidence: tuple[Evidence, ...]
    inherited: Inherited
    findings: Findings
    repaired: tuple[str, ...]
    repo: str
    created_at: str
    version: str
    source: str
    license: str
    environment: JsonObject
    timeout: float
    strength: float | None
    twins: int
    certificate: JsonObject


class Subject(StrEnum):
    """What did not make it."""

    TEST = "test"
    STEP = "step"
    FUNCTION = "function"
    FILE = "file"


@dataclass(frozen=True, slots=True, order=True)
class Rejection:
    """A test, step, function or file that did not make it."""

    kind: Subject
    id: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Repair:
    """A function that was to be removed and is a stub instead: on ``tree`` its removal cost the test.

    ``reason`` and ``detail`` say how the test failed without it.
    """

    function: str
    tree: int
    test: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedDataset(Short):
    """What verification hands on. ``summary`` holds counts that add up (see docs/formats.md).

    ``tests`` are those of rejected steps, too, which stay in the history. ``twins`` are the lines of ``twins.jsonl``.
    """

    tasks: tuple[VerifiedTask, ...]
    tests: tuple[OrderedTest, ...]
    twins: tuple[JsonObject, ...]
    rejected: tuple[Rejection, ...]
    summary: JsonObject
