"""The card of a dataset, and its plots."""

import hashlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sweflow_datasets.dataset import load_tasks
from sweflow_datasets.export.card import card, digests_of
from sweflow_datasets.export.files import WrittenFile
from sweflow_datasets.export.plots import plots
from sweflow_datasets.export.tables import COLUMNS, write_jsonl
from sweflow_datasets.export.values import ExportTask, by_split

from tests.datasets.made_tasks import made_task

TASKS = (
    *(replace(made_task("o/one", step), group="o__one-5f4df0ec-0001") for step in (1, 2)),
    replace(made_task("o/two", 1, full=True, split="test", license="BSD-3-Clause"), group="o__one-5f4df0ec-0001"),
    replace(made_task("o/three", 3, license="Beerware | <b>"), group="o__three-5f4df0ec-0003"),
    replace(made_task("o/four", 40, license="GPL-3.0-or-later"), group="o__four-5f4df0ec-0040"),
)
FILES = (
    WrittenFile("data/test.jsonl", 10, "a" * 64, 1),
    WrittenFile("data/train.jsonl", 40, "b" * 64, 4),
    WrittenFile("plots/lines.svg", 5, "c" * 64),
)


def header(text: str):
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load(text.partition("\n---\n")[0].removeprefix("---\n"))


def test_the_header_says_how_to_load_the_data():
    found = header(card(TASKS, FILES, {}))
    assert found["configs"] == [
        {
            "config_name": "default",
            "data_files": [
                {"split": "test", "path": ["data/test.jsonl"]},
                {"split": "train", "path": ["data/train.jsonl"]},
            ],
        }
    ]
    assert [feature["name"] for feature in found["dataset_info"]["features"]] == [column.name for column in COLUMNS]
    assert found["license"] == ["bsd-3-clause", "gpl-3.0", "mit", "other"]
    assert found["size_categories"] == ["n<1K"]
    assert "configs" not in header(card((), (), {}))


@pytest.mark.parametrize("title", ['a: "b" #c', "- x", "ü 😀 \u2028 \x85 \x7f", "---", "yes", "\ud800"])
def test_any_title_is_a_text_in_the_header(title):
    assert header(card(TASKS, FILES, {}, title=title))["pretty_name"] == title


def test_the_text_has_fields_repositories_figures_and_hashes():
    text = card(TASKS, FILES, {Path("/builds/o/one"): "d" * 64}, selection="lines < 4 || '`'")
    for column in COLUMNS:
        assert f"| `{column.name}` | `{column.kind}` |" in text
    assert f"| o/one | 1.0 | {'5f4df0ec' * 5} | MIT | 3.11.7 | 2 |" in text
    assert "| `lines` | 5 | 3 | 3 | 6 | 9 | 120 |" in text
    assert "| `strength` | 1 | 0.75 | 0.75 | 0.75 | 0.75 | 0.75 |" in text
    assert "| train | 4 | 3 |" in text
    assert f"| `data/train.jsonl` | 4 | 40 | `{'b' * 64}` |" in text
    assert f"| o/one | 1.0 | {'5f4df0ec' * 5} | 7 | `{'d' * 64}` |" in text
    assert "1 group with 3 tasks of more than one repository, and 0 groups within one repository" in text
    assert "| o\\_\\_one-5f4df0ec-0001 | 3 | o/one, o/two |" in text
    assert "with the selection `` lines < 4 || '`' ``" in text
    assert "/builds" not in text


def test_the_card_says_whether_near_duplicates_are_in_one_split():
    assert "Some are in two splits." in card(TASKS, FILES, {})
    assert "No group is in two splits." in card([replace(task, split="train") for task in TASKS], FILES, {})
    assert "Near duplicates were not looked for." in card([made_task()], FILES, {})


def test_what_others_wrote_is_no_markup():
    text = card(TASKS, FILES, {})
    assert "Beerware \\| \\<b\\>" in text


def test_the_card_does_not_depend_on_the_order_of_tasks():
    assert card(TASKS, FILES, {}) == card(TASKS[::-1], FILES, {})


def test_a_card_can_be_written_whatever_names_hold():
    card([made_task("o/\ud800", version="\udcff")], FILES, {}, title="\ud800").encode("utf-8")


def test_a_card_of_nothing_is_a_card():
    text = card((), (), {})
    assert text.startswith("---\n")
    assert "0 tasks from 0 Python repositories" in text


def test_builds_are_known_by_the_hash_of_their_tasks(calculator, tmp_path):
    tasks = [ExportTask(task.folder, task.whole_row(), task.certificate) for task in load_tasks(calculator.root)]
    digests = digests_of(tasks)
    assert digests == {tasks[0].build: hashlib.sha256((calculator.root / "tasks.jsonl").read_bytes()).hexdigest()}
    assert f"`{digests[tasks[0].build]}`" in card(tasks, write_jsonl(by_split(tasks), tmp_path), digests)


def test_plots_are_pictures_with_titles_and_labels():
    found = plots(TASKS)
    assert list(found) == ["lines", "depth", "tests", "strength"]
    for text in found.values():
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        labels = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert "tasks" in labels
        assert root.find("{http://www.w3.org/2000/svg}title").text
        assert "prefers-color-scheme:dark" in text
        assert "href" not in text
        assert "url(" not in text


def test_bars_count_every_task_once():
    pictures = plots(
        made_task("o/one", step, lines=lines) for step, lines in enumerate((1, 2, 3, 4, 5, 16, 17, 500), 1)
    )
    assert "number of tasks. 1: 1; 2: 1; 3–4: 2; 5–8: 1; 9–16: 1; 17–32: 1; 257–512: 1<" in pictures["lines"]
    assert "number of tasks. 1: 8<" in pictures["depth"]
    shares = plots(made_task("o/one", step, strength=share) for step, share in enumerate((0.0, 0.1, 0.99, 1.0), 1))
    assert "0.0–0.1: 1; 0.1–0.2: 1; 0.9–1.0: 2<" in shares["strength"]


def test_what_was_not_measured_is_not_drawn():
    assert "strength" not in plots([made_task()])
    assert plots(()) == {}


def test_plots_are_the_same_each_time():
    assert plots(TASKS) == plots(TASKS[::-1])
