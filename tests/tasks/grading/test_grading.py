"""Grading: patches of strangers, what is put back, predictions, verdicts and the report."""

import json
from collections import Counter
from math import isclose
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweflow_tasks.errors import UnknownInstance
from sweflow_tasks.format import TaskTable
from sweflow_tasks.grading import (
    Evaluated,
    Prediction,
    Verdict,
    VerdictKind,
    evaluate,
    evaluation_report,
    read_predictions,
)
from sweflow_tasks.grading.grader import verdict_of
from sweflow_tasks.grading.patches import Refused, apply_patch
from sweflow_tasks.grading.protected import restore
from sweflow_tasks.grading.report import pass_at_k, wilson
from sweflow_tasks.grading.sessions import Seen
from sweflow_tasks.history.fast_import import CommitStream
from sweflow_tasks.history.git import run_git
from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.runner.session import Session

from tests.helpers import git

TASK = {
    "instance_id": "small-1",
    "base_commit": "0",
    "test_patch": "",
    "patch": "+one\n",
    "FAIL_TO_PASS": ["tests/test_a.py::test_new", "tests/test_a.py::test_other"],
    "PASS_TO_PASS": ["tests/test_a.py::test_old"],
    "depth": 1,
    "repo": "small",
}


TABLE = TaskTable(({**TASK, "pass_to_pass_count": 1},), ("tests/test_a.py::test_old", *TASK["FAIL_TO_PASS"]))


@pytest.fixture
def history(tmp_path: Path) -> tuple[Path, str]:
    """A bare repository of one commit with one file, and the commit."""
    folder = tmp_path / "history.git"
    folder.mkdir()
    run_git(folder, "init", "--quiet", "--bare", "--template=", ".")
    stream = CommitStream()
    mark = stream.commit("refs/heads/main", "one", {"core.py": ("100644", b"one = 1\n")})
    return folder, stream.send(folder)[mark]


def new_file(path: str, mode: str = "100644", text: str = "x") -> str:
    return f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+{text}\n"


def test_a_patch_gives_the_files_it_leads_to_and_the_history_gains_nothing(history):
    folder, commit = history
    before = git(folder, "count-objects", "-v")
    made = apply_patch(folder, commit, new_file("more.py"))
    assert made == {"core.py": ("100644", b"one = 1\n"), "more.py": ("100644", b"x\n")}
    assert git(folder, "count-objects", "-v") == before


def test_a_patch_whose_last_line_has_no_end_applies(history):
    assert apply_patch(*history, new_file("a.py").rstrip("\n")) == apply_patch(*history, new_file("a.py"))
    assert "a.py" in apply_patch(*history, new_file("a.py"))


def test_an_empty_patch_is_the_skeleton(history):
    folder, commit = history
    assert apply_patch(folder, commit, "") == {"core.py": ("100644", b"one = 1\n")}


@pytest.mark.parametrize(
    ("patch", "verdict"),
    [
        (new_file("../out.py"), VerdictKind.DOES_NOT_APPLY),
        (new_file(".git/hooks/pre-commit", "100755"), VerdictKind.DOES_NOT_APPLY),
        (new_file("link", "120000", "/etc/passwd"), VerdictKind.TAMPERED),
        ("not a patch", VerdictKind.DOES_NOT_APPLY),
        ("\ud800", VerdictKind.DOES_NOT_APPLY),
        (new_file("big", text="x" * 11_000_000), VerdictKind.DOES_NOT_APPLY),
        (new_file("bomb") + "GIT binary patch\nliteral 999999999999\n", VerdictKind.DOES_NOT_APPLY),
    ],
)
def test_V6_a_patch_that_reaches_out_or_is_none_is_refused(history, patch, verdict):
    made = apply_patch(*history, patch)
    assert isinstance(made, Refused)
    assert made.verdict is verdict


def test_V6_tests_configuration_and_what_loads_by_itself_are_put_back():
    skeleton = dict.fromkeys(("pkg/a.py", "tests/test_a.py", "setup.cfg", "src/mod.py"), ("100644", b""))
    tests = {**skeleton, "tests/test_b.py": ("100644", b"task")}
    changed = ("100644", b"candidate")
    planted = (
        *(
            "conftest.py",
            "pkg/conftest.py",
            "pytest.ini",
            "sitecustomize.py",
            "x.pth",
            "x-1.dist-info/entry_points.txt",
        ),
        *("json.py", "pluggy.py", "click/__init__.py", "src/re.py", "pkg/__pycache__/a.cpython-311.pyc"),
    )
    candidate = {**skeleton, **dict.fromkeys(planted, changed), "setup.cfg": changed, "tests/test_b.py": changed}
    candidate |= {"pkg/a.py": changed, "pkg/json.py": changed, "pkg/new.py": changed, "data.txt": changed}
    del candidate["tests/test_a.py"]
    made, restored = restore(candidate, skeleton, tests, (".", "src"), ("click==8",), ("tests/test_a.py::test",))
    kept = {path for path, blob in made.items() if blob == changed}
    assert kept == {"pkg/a.py", "pkg/json.py", "pkg/new.py", "data.txt"}
    assert {path: made[path] for path in tests if path not in kept} == {p: b for p, b in tests.items() if p not in kept}
    assert set(restored) == {*planted, "setup.cfg", "tests/test_a.py", "tests/test_b.py"}


def test_V6_a_file_in_the_place_of_a_folder_of_tests_is_put_back_and_so_is_a_folder_in_that_of_a_file():
    skeleton = dict.fromkeys(("pkg/a.py", "tests/test_a.py", "tests/deep/test_b.py", "setup.cfg"), ("100644", b""))
    planted = ("tests", "setup.cfg/x.txt")
    kept = {path: blob for path, blob in skeleton.items() if path == "pkg/a.py"}
    made, restored = restore({**kept, **dict.fromkeys(planted, ("100644", b"new"))}, skeleton, skeleton, (".",), (), ())
    assert made == skeleton
    assert set(restored) == {*planted, *skeleton} - {"pkg/a.py"}
    deep, _ = restore({**kept, "tests/deep": ("100644", b"new")}, skeleton, skeleton, (".",), (), ())
    assert deep == skeleton


def test_V6_compiled_modules_and_binary_files_are_refused_where_the_project_has_none():
    skeleton = {"pkg/a.py": ("100644", b"a = 1\n"), "pkg/b.txt": ("100644", b"text")}
    added = {
        **{"pkg/_fast.cpython-311-x86_64-linux-gnu.so": ("100755", b"\x7fELF..."), "pkg/fast.PYD": ("100644", b"")},
        **{"data/blob": ("100644", b"\x7fELF..."), "pkg/b.txt": ("100644", b"PK\0\3")},
    }
    text = {"data/more.txt": ("100644", "\xfc\u2026".encode())}
    made, restored = restore({**skeleton, **added, **text}, skeleton, skeleton, (".",), (), ())
    assert (made, set(restored)) == ({**skeleton, **text}, set(added))
    with_some = {**skeleton, "pkg/old.so": ("100755", b"\x7fELF\0")}
    made, restored = restore({**with_some, **added}, with_some, with_some, (".",), (), ())
    assert (made, restored) == ({**with_some, **added}, ())


def seen(*ends: str) -> Seen:
    ids = (*TASK["FAIL_TO_PASS"], *TASK["PASS_TO_PASS"])
    records = {test: {"id": test, "outcome": end} for test, end in zip(ids, ends, strict=False) if end}
    return Seen(records, frozenset(), ())


@pytest.mark.parametrize(
    ("ends", "kind", "f2p", "p2p"),
    [
        (("passed", "passed", "passed"), VerdictKind.RESOLVED, 1.0, 1.0),
        (("passed", "failed", "passed"), VerdictKind.FAILED, 0.5, 1.0),
        (("passed", "passed", "skipped"), VerdictKind.FAILED, 1.0, 0.0),
        (("passed", "xfailed", "passed"), VerdictKind.FAILED, 0.5, 1.0),
        (("passed", "lost", "passed"), VerdictKind.FAILED, 0.5, 1.0),
        (("passed", "", "passed"), VerdictKind.FAILED, 0.5, 1.0),
        (("passed", "timed-out", "passed"), VerdictKind.TIMED_OUT, 0.5, 1.0),
        ((), VerdictKind.NO_TESTS_RAN, 0.0, 0.0),
    ],
)
def test_V2_only_a_test_that_ran_and_passed_is_a_pass(ends, kind, f2p, p2p):
    verdict = verdict_of(TASK, seen(*ends))
    assert (verdict.verdict, verdict.f2p_rate, verdict.p2p_rate) == (kind, f2p, p2p)
    assert verdict.reward == f2p * p2p


def test_V6_what_a_candidate_prints_does_nothing_to_who_looks_at_it():
    text = "one\ttwo\nthree \x1b[2J\x1b]0;title\x07 \r \x9b \u202e \ud800 ü \u2026"
    shown = "one\ttwo\nthree \\x1b[2J\\x1b]0;title\\x07 \\r \\x9b \\u202e \\ud800 ü \u2026"
    verdict = Verdict("small-1", VerdictKind.FAILED, 0.0, 0.0, text, ((text, "failed"),), (text,), log=text).visible()
    assert {verdict.detail, verdict.log, *verdict.restored, verdict.failing[0][0]} == {shown}
    assert verdict == verdict.visible()


def test_V8_the_log_of_a_grade_with_twins_says_how_tests_as_they_stand_failed_and_nothing_else():
    printed = Session()
    printed.log = "assert f() == 'what the twin wants'"
    failed = {"outcome": "failed", "failure": {"type": "AssertionError", "message": "assert 1 == 2"}}
    records = {"tests/test_a.py::test_new": failed, "tests/test_a.py::test_old": {"outcome": "passed"}}
    assert Seen(records, frozenset(), (printed,)).log == "tests/test_a.py::test_new: AssertionError: assert 1 == 2\n"
    assert Seen(records, frozenset(), (printed,), plain=True).log == printed.log


def test_V6_a_pass_without_evidence_is_none():
    verdict = verdict_of(TASK, seen("passed", "passed", "passed"), [TASK["FAIL_TO_PASS"][0]])
    assert verdict.verdict is VerdictKind.FAILED


def test_predictions_are_counted_by_model_and_instance(tmp_path: Path):
    rows = [
        {"instance_id": "small-1", "model_name_or_path": "a", "model_patch": "one"},
        {"instance_id": "small-1", "model_name_or_path": "a", "model_patch": None, "score": 2},
        {"instance_id": "small-1", "model_name_or_path": "b", "model_patch": "three"},
    ]
    lines, whole = tmp_path / "preds.jsonl", tmp_path / "preds.json"
    lines.write_text("\n".join(map(json.dumps, rows)) + "\n\n", "utf-8")
    whole.write_text(json.dumps(rows), "utf-8")
    found = read_predictions(str(lines), [TASK])
    assert found == read_predictions(str(whole), [TASK])
    assert [(p.model, p.number, p.patch, p.score) for p in found] == [
        ("a", 0, "one", None),
        ("a", 1, "", 2),
        ("b", 0, "three", None),
    ]


@pytest.mark.parametrize(
    "text", ["{", '{"model_patch": ""}', '{"instance_id": "small-1", "model_patch": 3}', '[{"instance_id": 4}]', "7"]
)
def test_bad_predictions_are_a_clear_error(tmp_path: Path, text: str):
    path = tmp_path / "preds.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(FileNotUsable, match=r"preds\.jsonl"):
        read_predictions(str(path), [TASK])


def test_NaN_and_infinities_are_refused(tmp_path: Path):
    path = tmp_path / "preds.jsonl"
    for number in ("NaN", "Infinity", "-Infinity"):
        row = f'{{"instance_id": "small-1", "model_patch": "", "score": {number}}}'
        for text in (row, f"{row}\n{row}", f"[{row}]"):
            path.write_text(text, "utf-8")
            with pytest.raises(FileNotUsable, match="is no JSON"):
                read_predictions(str(path), [TASK])


def test_a_score_that_no_float_holds_is_refused(tmp_path: Path):
    path = tmp_path / "preds.jsonl"
    for number in ("1e999", "-1e999", "1" * 400):
        path.write_text(f'{{"instance_id": "small-1", "model_patch": "", "score": {number}}}', "utf-8")
        with pytest.raises(FileNotUsable, match="score that is no number"):
            read_predictions(str(path), [TASK])


def test_a_byte_order_mark_before_predictions_is_no_part_of_them(tmp_path: Path):
    path = tmp_path / "preds.jsonl"
    path.write_text('{"instance_id": "small-1", "model_patch": ""}\n', "utf-8-sig")
    assert [p.instance_id for p in read_predictions(str(path), [TASK])] == ["small-1"]


def test_one_prediction_for_no_task_is_that_rows_error(tmp_path: Path):
    path = tmp_path / "preds.jsonl"
    rows = [{"instance_id": name, "model_patch": ""} for name in ("small-1", "gone-7")]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert [p.instance_id for p in read_predictions(str(path), [TASK])] == ["small-1", "gone-7"]


def test_a_prediction_for_no_task_is_a_clear_error(tmp_path: Path):
    path = tmp_path / "preds.jsonl"
    path.write_text('{"instance_id": "small-2", "model_patch": ""}', "utf-8")
    with pytest.raises(UnknownInstance, match="did you mean small-1"):
        read_predictions(str(path), [TASK])


def test_a_row_without_a_patch_is_an_error_that_names_it_and_null_is_an_empty_patch(tmp_path: Path):
    path = tmp_path / "preds.jsonl"
    path.write_text('{"instance_id": "small-1", "model_patch": ""}\n\n{"instance_id": "small-1"}\n', "utf-8")
    with pytest.raises(FileNotUsable, match=r"has no model_patch in line 3 \(small-1\)"):
        read_predictions(str(path), [TASK])
    path.write_text('{"instance_id": "small-1", "model_patch": null}', "utf-8")
    assert read_predictions(str(path), [TASK])[0].patch == ""


@pytest.mark.parametrize("text", ["", "\n", "[]", "{}"])
def test_a_file_without_predictions_is_an_error(tmp_path: Path, text: str):
    (tmp_path / "preds.json").write_text(text, "utf-8")
    with pytest.raises(FileNotUsable, match="holds no prediction"):
        read_predictions(str(tmp_path / "preds.json"), [TASK])


def test_predictions_by_instance_are_read(tmp_path: Path):
    path = tmp_path / "preds.json"
    path.write_text(json.dumps({"small-1": {"model_patch": "one", "model_name_or_path": "m"}}), "utf-8")
    assert read_predictions(str(path), [TASK]) == (Prediction("small-1", "m", "one"),)


def test_only_a_line_feed_ends_a_line_of_predictions(tmp_path: Path):
    path = tmp_path / "preds.jsonl"
    row = json.dumps({"instance_id": "small-1", "model_patch": "a\u2028b\x85"}, ensure_ascii=False)
    path.write_text(f"{row}\n{row}\n", "utf-8")
    assert [p.patch for p in read_predictions(str(path), [TASK])] == ["a\u2028b\x85"] * 2


def test_the_report_names_what_became_of_each_instance_as_that_of_swe_bench_does():
    ends = {
        "r": (VerdictKind.RESOLVED, "p"),
        "f": (VerdictKind.FAILED, "p"),
        "t": (VerdictKind.TAMPERED, "p"),
        "e": (VerdictKind.FAILED, ""),
        "d": (VerdictKind.DOES_NOT_APPLY, "p"),
        "i": (VerdictKind.INFRASTRUCTURE, "p"),
    }
    tasks = [{**TASK, "instance_id": name} for name in (*ends, "n")]
    rows = [Evaluated(Prediction(name, "m", patch), Verdict(name, kind)) for name, (kind, patch) in ends.items()]
    found = evaluation_report(tasks, rows)["models"]["m"]
    names = ("resolved", "unresolved", "empty_patch", "error", "completed", "incomplete", "submitted")
    assert {name: found[f"{name}_ids"] for name in names} == {
        "resolved": ["r"],
        "unresolved": ["f", "t"],
        "empty_patch": ["e"],
        "error": ["d", "i"],
        "completed": ["f", "r", "t"],
        "incomplete": ["n"],
        "submitted": sorted(ends),
    }


def test_shares_by_depth_and_size_are_in_order():
    tasks = [{**TASK, "instance_id": str(depth), "depth": depth, "patch": "+x\n" * depth} for depth in (12, 2, 40)]
    rows = [Evaluated(Prediction("2", "m", "p"), Verdict("2", VerdictKind.FAILED))]
    found = evaluation_report(tasks, rows)["models"]["m"]
    assert list(found["by_depth"]) == ["2", "12", "40"]
    assert list(found["by_size"]) == ["1-10", "11-30", "31-100"]


def test_a_report_looks_at_each_row_a_bounded_number_of_times():
    """Counted, not timed: reading the model of a row is what every way to group rows has to do."""
    looks = Counter()

    class Row:
        verdict = Verdict("small-1", VerdictKind.FAILED)

        @property
        def prediction(self):
            looks["prediction"] += 1
            return Prediction("small-1", "m", "p")

    for rows in (100, 400):
        looks.clear()
        evaluation_report([TASK], [Row() for _ in range(rows)])
        assert looks["prediction"] <= 12 * rows


class FakeGrader:
    """Resolves a patch that says so, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def grade(self, task, patch):
        self.asked.append(patch)
        if patch == "down":
            return Verdict(task["instance_id"], VerdictKind.INFRASTRUCTURE, detail="no engine")
        kind = VerdictKind.RESOLVED if patch == "good" else VerdictKind.FAILED
        rate = float(patch == "good")
        return Verdict(task["instance_id"], kind, rate, 1.0, failing=() if rate else (("t", "failed"),))

    def stop(self):
        pass


def test_D1_what_was_graded_is_not_graded_again_but_for_infrastructure(tmp_path: Path):
    wanted = [Prediction("small-1", "m", patch, number) for number, patch in enumerate(("good", "bad", "down"))]
    first, second, results = FakeGrader(), FakeGrader(), tmp_path / "results.jsonl"
    once = evaluate(TABLE, wanted, first, results)
    with results.open("a", encoding="utf-8") as file:
        file.write('{"torn')
    again = evaluate(TABLE, wanted, second, results)
    assert first.asked == ["good", "bad", "down"]
    assert second.asked == ["down"]
    assert again == once
    assert [row["verdict"] for row in map(json.loads, results.read_text("utf-8").splitlines())] == [
        *("resolved", "failed", "infrastructure", "infrastructure")
    ]


def test_the_report_counts_every_task_and_every_candidate():
    tasks = [TASK, {**TASK, "instance_id": "small-2", "depth": 2}]
    good, bad = Verdict("small-1", VerdictKind.RESOLVED, 1.0, 1.0), Verdict("small-1", VerdictKind.FAILED, 0.5, 1.0)
    rows = [
        Evaluated(Prediction("small-1", "m", "b", 0, 0.1), bad),
        Evaluated(Prediction("small-1", "m", "g", 1, 0.9), good),
    ]
    report = evaluation_report(tasks, rows)["models"]["m"]
    assert report["resolved"] == {"count": 0, "of": 2, "share": 0.0, "interval": [0.0, 0.6576]}
    assert report["best"]["count"] == 1
    assert report["pass_at_k"] == {"1": 0.5, "2": 1.0}
    assert report["verdicts"] == {"failed": 1, "resolved": 1}
    assert report["reward"] == 0.25
    assert set(report["by_depth"]) == {"1", "2"}


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_the_interval_holds_the_share_and_stays_in_bounds(case):
    total, successes = case
    low, high = wilson(successes, total)
    assert 0.0 <= low <= successes / total + 1e-12
    assert successes / total - 1e-12 <= high <= 1.0


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_grows_with_k_and_is_the_share_at_one(case):
    samples, right, k = case
    assert isclose(pass_at_k(samples, right, 1), right / samples)
    assert pass_at_k(samples, right, k) <= pass_at_k(samples, right, min(k + 1, samples)) + 1e-12
