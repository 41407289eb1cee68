"""The outcome: what a proof is worth, and the next move for each cause."""

from collections.abc import Iterable

from sweflow_tracer.recording.assemble import last_line

from sweflow_datasets.environments.values import (
    Blocker,
    EnvironmentCause,
    EnvironmentStatus,
    Failure,
    Outcome,
    Proof,
    Stage,
)

MOVES = {
    EnvironmentCause.NO_TESTS: "see that the repository holds its tests (a source distribution may leave them out)",
    EnvironmentCause.ALWAYS_PASSES: "look at its conftest: a test that must fail passes there",
    EnvironmentCause.SOURCES_ONLY: "name the tests that run the project's code, after --",
    EnvironmentCause.UNPROVEN: "look at what its conftest collects: a test that must fail was not run there",
    EnvironmentCause.FEW_PASS: "look at the failing tests; add what they need with --with",
    EnvironmentCause.NOTHING_PASSES: "look at the first failing test; add what it needs with --with",
    EnvironmentCause.NO_PYTHON: "install an interpreter that it supports, or name one with --python",
    EnvironmentCause.NOT_LOCKED: "see that the index can be reached and has what is asked for",
    EnvironmentCause.NOT_INSTALLED: "read the end of the build's log; it may need system packages or another Python",
    EnvironmentCause.UNSAFE: "look at what the package installs: it writes where others do",
    EnvironmentCause.RUNNER_DEPENDENCY: "choose another repository: pytest imports this one itself",
    EnvironmentCause.ELSEWHERE: "install the repository so that its own tree is imported",
    EnvironmentCause.GENERATED: "build the project in place first, so that generated files are there",
    EnvironmentCause.SYSTEM: "install the system packages that environment.toml names, and run it again",
    EnvironmentCause.NETWORK: "leave out the tests that need the network, after --",
    EnvironmentCause.DATA: "get the data files that the tests read",
    EnvironmentCause.DISPLAY: "leave out the tests that need a display, after --",
    EnvironmentCause.LOCALE: "generate the locale on this machine",
    EnvironmentCause.SERVICE: "leave out the tests that need the service, after --",
    EnvironmentCause.TIME_OUT: "give it longer with --seconds, or leave out slow tests after --",
    EnvironmentCause.CRASHED: "run it again with -v and look at the end of the log",
}


def judged(
    proof: Proof, blockers: Iterable[Blocker], ended: Blocker | None, failures: Iterable[Failure] = ()
) -> Outcome:
    """The outcome of the best attempt.

    ``ended`` is what stopped it before tests ran, ``blockers`` what it showed, ``failures`` what went wrong.
    """
    shown = tuple(blockers)
    if ended is not None:
        return _bad(EnvironmentStatus.FAILED, shown[0] if shown else ended)
    if proof.collected == 0:
        torn = Blocker(
            EnvironmentCause.NOTHING_PASSES, ": ".join(("no test file can be imported", *_first_error(failures)))
        )
        return _bad(
            EnvironmentStatus.FAILED,
            shown[0] if shown else torn if proof.errors else Blocker(EnvironmentCause.NO_TESTS),
        )
    if proof.tells is False:
        return _bad(EnvironmentStatus.FAILED, Blocker(EnvironmentCause.ALWAYS_PASSES))
    if proof.passed == 0:
        return _bad(EnvironmentStatus.FAILED, shown[0] if shown else Blocker(EnvironmentCause.NOTHING_PASSES))
    if not proof.loaded:
        return _bad(EnvironmentStatus.FAILED, Blocker(EnvironmentCause.SOURCES_ONLY))
    if 2 * proof.passed < proof.collected + proof.errors:
        return _bad(EnvironmentStatus.PARTLY, shown[0] if shown else Blocker(EnvironmentCause.FEW_PASS))
    if proof.tells is None:
        return _bad(EnvironmentStatus.PARTLY, Blocker(EnvironmentCause.UNPROVEN))
    return Outcome(EnvironmentStatus.READY)


def _first_error(failures: Iterable[Failure]) -> list[str]:
    return [last_line(failure.text)[:160] for failure in failures if failure.stage is Stage.COLLECT][:1]


def _bad(status: EnvironmentStatus, blocker: Blocker) -> Outcome:
    return Outcome(status, blocker.cause, blocker.detail, MOVES.get(blocker.cause, ""))
