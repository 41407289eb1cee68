"""The attack matrix: every attack against a task, and what it scored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.progress import OnProgress, Progress, silent
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.pool import side_by_side

from sweflow_tasks.attacks.values import Attack, Situation
from sweflow_tasks.grading.evaluate import Grades
from sweflow_tasks.grading.values import Verdict
from sweflow_tasks.history.fast_import import CommitStream
from sweflow_tasks.history.git import read_commit, run_git, scratch_repository
from sweflow_tasks.values import JsonObject

GOLD = Attack("gold", "no attack: the gold patch, which must still pass", lambda situation: situation.skeleton)


@dataclass(frozen=True, slots=True)
class AttackOutcome:
    """An attack and its verdict; None where it was not run since nothing here would bound it."""

    attack: Attack
    verdict: Verdict | None

    @property
    def harmless(self) -> bool:
        """Whether all is as it should be: an attack scored nothing, or is one that stands open; gold is resolved."""
        if self.attack is GOLD:
            return self.verdict is not None and self.verdict.resolved
        return not self.scored or bool(self.attack.open)

    @property
    def caught_by(self) -> str:
        """What speaks against it: twins, guard, both, or neither (empty)."""
        twins, guard = bool(self.verdict and self.verdict.fooled), bool(self.verdict and self.verdict.alarms)
        return "both" if twins and guard else "twins" if twins else "guard" if guard else ""

    @property
    def scored(self) -> bool:
        """Whether the attack got anything for it."""
        return self.verdict is not None and self.verdict.reward > 0


def run_attacks(
    task: JsonObject,
    history: Path,
    grader: Grades,
    attacks: Sequence[Attack],
    *,
    harmful: bool,
    workers: int = 1,
    progress: OnProgress = silent,
) -> Iterator[AttackOutcome]:
    """Grade each attack on a task, and its gold patch last.

    Those that use up the host are run only with ``harmful``: a sandbox bounds them. ``workers`` run side by side.
    """
    situation = situation_of(task, history)

    def outcome(attack: Attack) -> AttackOutcome:
        if attack.harmful and not harmful:
            return AttackOutcome(attack, None)
        return AttackOutcome(attack, grader.grade(task, attack_patch(attack, situation)))

    found: dict[Attack, AttackOutcome] = {}
    with side_by_side(attacks, outcome, found.__setitem__, grader.stop, workers) as outcomes:
        for _ in outcomes:
            progress(Progress("attacks", len(found), len(attacks)))
    yield from (found[attack] for attack in attacks)
    yield AttackOutcome(GOLD, grader.grade(task, task["patch"]))


def situation_of(task: JsonObject, history: Path) -> Situation:
    """What an attacker of a task has."""
    skeleton = read_commit(history, task["base_commit"])
    tests = sorted({test.partition("::")[0] for test in (*task["FAIL_TO_PASS"], *task["PASS_TO_PASS"])})
    functions = [*task["target_functions"], *task["dependent_functions"]]
    plain = [function for function in functions if "@" not in function and function not in task["removed_functions"]]
    return Situation(skeleton, tuple(tests), (plain or functions)[0])


def attack_patch(attack: Attack, situation: Situation) -> str:
    """The attack as a patch."""
    made = attack.make(situation)
    return made if isinstance(made, str) else _diff(situation.skeleton, made)


def _diff(before: Blobs, after: Blobs) -> str:
    with scratch_repository() as folder:
        stream = CommitStream()
        stream.commit("refs/heads/before", "before", before)
        stream.commit("refs/heads/after", "after", after)
        stream.send(folder)
        return run_git(folder, "diff", "--binary", "--no-renames", "before", "after").decode("utf-8", "surrogateescape")
