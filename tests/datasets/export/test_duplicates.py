"""Which tasks are near duplicates of each other."""

import random
import sys

import pytest
from sweflow_datasets.errors import ExtraMissing
from sweflow_datasets.export.duplicates import grouped
from sweflow_datasets.export.patch_text import added_text, changed_lines

from tests.datasets.made_tasks import LONG, made_task, patch_of

OTHER = "def tell(name, times):\n    words = [name.upper() for _ in range(times)]\n    text = ', '.join(words)\n    if not text:\n        return None\n    return text + '!' * times\n"


def groups(*tasks):
    pytest.importorskip("datasketch")
    return [task.group for task in grouped(tasks)]


def test_the_same_code_in_two_repositories_is_one_group():
    one, two, three = made_task("o/one", code=LONG), made_task("a/two", code=LONG), made_task("o/three", code=OTHER)
    assert groups(one, two, three) == [two.instance_id, two.instance_id, three.instance_id]


def test_comments_white_space_and_quotes_do_not_matter():
    spaced = OTHER.replace("    ", "\t").replace("', '", '", "').replace(":\n", ":  # as said\n\n")
    assert len(set(groups(made_task("o/one", code=OTHER), made_task("o/two", code=spaced)))) == 1


def test_a_changed_line_is_still_a_near_duplicate_and_other_names_are_not():
    longer = LONG + LONG.replace("area", "volume")
    changed = longer.replace("side % 3", "side % 4", 1)
    renamed = longer.replace("width", "left").replace("height", "right").replace("total", "found")
    one = made_task("o/one", code=longer)
    assert len(set(groups(one, made_task("o/two", code=changed)))) == 1
    assert len(set(groups(one, made_task("o/two", code=renamed)))) == 2


def test_groups_are_connected_by_those_between():
    def lines(start: int) -> str:
        return "".join(f"value_{n} = compute_{n}(first_{n}, second_{n})\n" for n in range(start, start + 40))

    chain = [made_task("o/one", n + 1, code=lines(4 * n)) for n in range(4)]
    assert set(groups(*chain)) == {chain[0].instance_id}
    assert len(set(groups(chain[0], chain[3]))) == 2


def test_short_code_is_a_duplicate_only_with_the_same_context():
    one, two = made_task("o/one", code="return self.name"), made_task("o/two", code="return self.name")
    moved = made_task("o/fork", patch=patch_of("return self.name", line=99))
    elsewhere = made_task("o/four", patch=patch_of("return self.name", "other/place.py"))
    assert groups(one, two, moved, elsewhere) == [moved.instance_id] * 3 + [elsewhere.instance_id]


def test_patches_that_add_nothing_are_alone():
    assert len(set(groups(made_task("o/one", patch=""), made_task("o/two", patch="")))) == 2


def test_the_order_of_tasks_does_not_matter():
    code = [LONG, OTHER, LONG + "# more\n", OTHER.replace("upper", "lower"), "return 1"]
    tasks = [made_task(f"o/{n}", n + 1, code=code[n % len(code)]) for n in range(20)]
    pytest.importorskip("datasketch")
    expected = {task.instance_id: task.group for task in grouped(tasks)}
    assert 1 < len(set(expected.values())) < 10
    for seed in range(3):
        mixed = random.Random(seed).sample(tasks, len(tasks))
        assert {task.instance_id: task.group for task in grouped(mixed)} == expected
        assert [task.instance_id for task in grouped(mixed)] == [task.instance_id for task in mixed]


def test_a_missing_library_is_named_with_the_extra_that_has_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'sweflow\[export\]'") as caught:
        grouped([made_task(code=LONG)])
    assert caught.value.libraries == ("datasketch",)


def test_lines_of_code_that_look_like_a_diffs_own_are_code():
    patch = patch_of("++ b\n-- a\n@@ x\x0c\ny") + patch_of("diff --git", "second.py")
    assert added_text(patch) == "++ b\n-- a\n@@ x\x0c\ny\ndiff --git"
    assert changed_lines(patch) == 7
