"""Attacks: patches that try to score without solving their task (V6).

They take a task with its history and a grader, make a patch of each known attack, and give what the grader says of it,
and at the end of the gold patch.
"""

from sweflow_tasks.attacks.matrix import GOLD, AttackOutcome, run_attacks
from sweflow_tasks.attacks.registry import ATTACKS
from sweflow_tasks.attacks.values import Attack, Situation

__all__ = ["ATTACKS", "GOLD", "Attack", "AttackOutcome", "Situation", "run_attacks"]
