"""Splits: which part of a dataset each task goes into, with no repository and no duplicate in two of them."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from sweflow_datasets.errors import SplitNotUsable
from sweflow_datasets.export.components import least_connected
from sweflow_datasets.export.values import ExportTask

_NAME = re.compile(r"(?=.{1,64}$)[a-z][a-z0-9_]*")
"""Names that `datasets` takes for a split: a hyphen is none of its characters."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a dataset, and the share of the tasks that it should have, above 0 and at most 1."""

    name: str
    share: float


def parse_shares(text: str) -> tuple[Share, ...]:
    """The parts that a text such as `train=0.9,test=0.1` asks for. Raises SplitNotUsable."""
    shares = tuple(_share(text, part) for part in text.split(","))
    for name, count in Counter(share.name for share in shares).items():
        if count > 1:
            raise SplitNotUsable(text, f"{name} is there {count} times")
    total = math.fsum(share.share for share in shares)
    if abs(total - 1) > 1e-6:
        raise SplitNotUsable(text, f"the shares add up to {total:g}")
    return shares


def assign(tasks: Iterable[ExportTask], shares: Sequence[Share]) -> tuple[ExportTask, ...]:
    """The tasks, in the order given, each with its ``split``; whatever that order, a task gets the same one.

    Tasks of one repository stay together, in whatever versions, and so do those of one ``group`` of near duplicates,
    and with them all tasks of their repositories. The largest such parts come first, and each goes into the split
    that is furthest below its share, counted in tasks. Splits come as near to their shares as that allows.
    """
    given = tuple(tasks)
    part = _parts(given)
    sizes = Counter(part[task.repo] for task in given)
    missing = {share.name: share.share * len(given) for share in shares}
    chosen: dict[str, str] = {}
    for name in sorted(sizes, key=lambda name: (-sizes[name], _digest(name))):
        chosen[name] = max(missing, key=lambda split: missing[split])
        missing[chosen[name]] -= sizes[name]
    return tuple(replace(task, split=chosen[part[task.repo]]) for task in given)


def empty_splits(tasks: Iterable[ExportTask], shares: Iterable[Share]) -> str:
    """A sentence about splits that assigned tasks leave empty; empty where there are none."""
    given = tuple(tasks)
    names = [share.name for share in shares]
    empty = [name for name in names if name not in {task.split for task in given}]
    if not empty:
        return ""
    part = _parts(given)
    sizes = Counter(part[task.repo] for task in given)
    largest = f", the largest with {max(sizes.values())} of {len(given)} tasks" if sizes else ""
    return (
        f"No task is in {' and '.join(empty)}: tasks of one repository stay together, near duplicates too, "
        f"which leaves {_counted(len(sizes), 'part')} for {_counted(len(names), 'split')}{largest}."
    )


def _share(text: str, part: str) -> Share:
    name, _, number = (piece.strip() for piece in part.partition("="))
    if not _NAME.fullmatch(name) or name == "all":  # "all" means every split to `datasets`
        raise SplitNotUsable(text, f"{name!r} is no name for a split, which has a-z, 0-9 and _ and is not `all`")
    try:
        share = float(number)
    except ValueError as error:
        raise SplitNotUsable(text, f"{number!r} is no number") from error
    if not 0 < share < math.inf:
        raise SplitNotUsable(text, f"the share of {name} is {number}")
    return Share(name, share)


def _parts(tasks: Iterable[ExportTask]) -> Mapping[str, str]:
    """Repositories by name, each with the least one that it must not be parted from."""
    groups: dict[str, list[str]] = {}
    for task in tasks:
        groups.setdefault(task.group or task.instance_id, []).append(task.repo)
    return least_connected((repos[0], repo) for repos in groups.values() for repo in repos)


def _digest(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
