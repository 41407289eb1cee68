"""``sweflow dataset diff``: which tasks came, went and changed between two datasets, and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweflow_tasks.json_lines import read_lines
from sweflow_tracer.paths import StrPath

from sweflow_datasets.checking.held import BUILD, COMPARED, HeldDataset, HeldTask, open_dataset
from sweflow_datasets.folder import Folder


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A task that came, went, changed or was renamed; ``why`` in words."""

    kind: str
    instance_id: str
    why: str


@dataclass(frozen=True, slots=True)
class DatasetDiff:
    """The changes from one dataset to another, and how many tasks are the same."""

    same: int
    changes: tuple[Change, ...]


def diff_datasets(before: StrPath, after: StrPath) -> DatasetDiff:
    """Compare two datasets, builds or exports in whatever form. Raises NoDataset, FileNotUsable.

    Tasks are the same by name; where a name is in one of them only, by repository and functions, or where an export
    does not say these, by patch.
    """
    with open_dataset(Path(before)) as one, open_dataset(Path(after)) as other:
        old, new = ({task.instance_id: task for task in held.tasks} for held in (one, other))
        changes, same = [], 0
        for name in sorted(old.keys() & new.keys()):
            if why := _changed(old[name], new[name]):
                changes.append(Change("changed", name, why))
            else:
                same += 1
        gone = {_identity(old[name]): old[name] for name in sorted(old.keys() - new.keys())}
        came = {_identity(new[name]): new[name] for name in sorted(new.keys() - old.keys())}
        for key in sorted(gone.keys() & came.keys(), key=str):
            what = _changed(gone[key], came[key]) or "nothing else changed"
            changes.append(Change("renamed", gone[key].instance_id, f"is {came[key].instance_id}; {what}"))
        changes += [_went(task, one, other) for key, task in gone.items() if key not in came]
        changes += [_came(task, one) for key, task in came.items() if key not in gone]
        return DatasetDiff(same, tuple(sorted(changes)))


def _identity(task: HeldTask) -> tuple[object, ...]:
    return (task.repo, tuple(sorted(task.functions)) or task.fields["patch"])


def _changed(old: HeldTask, new: HeldTask) -> str:
    """What differs between two forms of a task."""
    words = []
    for name in COMPARED:
        if name not in old.fields or name not in new.fields or old.fields[name] == new.fields[name]:
            continue
        if isinstance(old.fields[name], list):
            gone = [test for test in old.fields[name] if test not in set(new.fields[name])]
            came = [test for test in new.fields[name] if test not in set(old.fields[name])]
            words.append(f"{name} (-{len(gone)}, +{len(came)})" if gone or came else f"the order of {name}")
        else:
            words.append(name)
    if old.split and new.split and old.split != new.split:
        words.append(f"split {old.split} → {new.split}")
    return ", ".join(words)


def _went(task: HeldTask, one: HeldDataset, other: HeldDataset) -> Change:
    if task.repo not in {held.repo for held in other.tasks}:
        return Change("went", task.instance_id, f"no task of {task.repo} is left")
    reasons = _rejections(other)
    step = task.instance_id.rpartition("-")[2].lstrip("0")
    if told := reasons.get(("step", step)):
        return Change("went", task.instance_id, f"step {step} was rejected: {told}")
    for function in task.functions:
        home = next((held.instance_id for held in other.tasks if function in held.functions), None)
        if home is not None:
            return Change("went", task.instance_id, f"{function} is in {home} now")
        if told := reasons.get(("function", function)):
            return Change("went", task.instance_id, f"{function}: {told}")
    why = "its functions are in no task" if task.functions else "no task has its patch"
    selected = other.manifest.get("select")
    return Change("went", task.instance_id, f"{why} (selected: {selected})" if selected else why)


def _came(task: HeldTask, one: HeldDataset) -> Change:
    if task.repo not in {held.repo for held in one.tasks}:
        return Change("came", task.instance_id, f"{task.repo} is new")
    homes = sorted({held.instance_id for held in one.tasks if set(held.functions) & set(task.functions)})
    if homes:
        return Change("came", task.instance_id, f"takes functions over from {', '.join(homes[:3])}")
    return Change("came", task.instance_id, "its functions were in no task")


def _rejections(held: HeldDataset) -> Mapping[tuple[str, str], str]:
    """What a build rejected and why; an export does not say."""
    if held.form != BUILD or not Folder(held.root).rejected.is_file():
        return {}
    rows = read_lines(Folder(held.root).rejected, ("kind", "id", "reason"))
    return {
        (row["kind"], row["id"].lstrip("0")): f"{row['reason']}: {row['detail']}"
        if row.get("detail")
        else row["reason"]
        for row in rows
    }


def as_object(found: DatasetDiff) -> dict[str, Any]:
    """A difference for machines."""
    return {"same": found.same, "changes": [asdict(change) for change in found.changes]}
