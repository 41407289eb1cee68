"""Verdicts and scores are joined one to one; what does not fit is said with its line."""

import json

import pytest
from sweflow_datasets.scores import read_scored
from sweflow_datasets.scores.report import ScoreOptions, judge_scores
from sweflow_tracer.errors import FileNotUsable

NEGATIVES = [
    {"instance_id": "a", "digest": "d0", "resolved": False, "verdict": "failed", "repo": "o/a", "difficulty": 0.1},
    {"instance_id": "a", "digest": "d1", "resolved": True, "verdict": "resolved", "repo": "o/a", "difficulty": 0.1},
]
RESULTS = [
    {"instance_id": "a", "model_name_or_path": m, "candidate": n, "key": f"{m}{n}", "resolved": n == 1, "verdict": "x"}
    for m in ("m1", "m2")
    for n in (0, 1)
]


@pytest.fixture
def joined(tmp_path):
    def join(verdicts, scores):
        for name, rows in (("v.jsonl", verdicts), ("s.jsonl", scores)):
            text = rows if isinstance(rows, str) else "\n".join(map(json.dumps, rows))
            (tmp_path / name).write_text(text, "utf-8")
        return read_scored(tmp_path / "v.jsonl", tmp_path / "s.jsonl")

    return join


def score(value=0.5, instance="a", **names):
    return {"instance_id": instance, "score": value, **names}


def test_negatives_are_named_by_digest_or_by_number(joined):
    by_id = joined(NEGATIVES, [score(0.1, id="d0"), score(0.9, id="d1")])
    by_number = joined(NEGATIVES, [score(0.9, candidate=1), score(0.1, candidate=0)])
    assert by_id == by_number
    assert [(s.resolved, s.score, s.repo, s.difficulty) for s in by_id.scored] == [
        (False, 0.1, "o/a", 0.1),
        (True, 0.9, "o/a", 0.1),
    ]


def test_results_of_several_models_are_named_by_key_or_by_model_and_number(joined):
    scores = [
        score(n / 10, candidate=r["candidate"], model_name_or_path=r["model_name_or_path"])
        for n, r in enumerate(RESULTS)
    ]
    assert joined(RESULTS, scores) == joined(RESULTS, [score(n / 10, id=r["key"]) for n, r in enumerate(RESULTS)])


def test_what_could_not_be_graded_needs_no_score(joined):
    broken = {**NEGATIVES[0], "verdict": "infrastructure"}
    assert joined([broken, NEGATIVES[1]], [score(candidate=1)]).ungraded == 1


@pytest.mark.parametrize(
    ("verdicts", "scores", "problem"),
    [
        (NEGATIVES, [score(candidate=0)], "no score for 1 of 2 candidates"),
        (NEGATIVES, [score(candidate=0), score(id="d0")], "twice, the second time in line 2"),
        (NEGATIVES, [score(candidate=7)], "a candidate without a verdict in line 1"),
        (NEGATIVES, [score(candidate=0, instance="b")], "a candidate without a verdict in line 1"),
        (NEGATIVES, [score()], "names no candidate in line 1"),
        (NEGATIVES, [score(candidate=0, id="d0")], "or does so twice"),
        (NEGATIVES, [score(candidate=[])], "a candidate without a verdict"),
        (RESULTS, [score(candidate=0)], "names 2 candidates at once"),
        (NEGATIVES, '{"instance_id": "a", "candidate": 0, "score": NaN}', "NaN is no JSON"),
        (NEGATIVES, '{"instance_id": "a", "candidate": 0, "score": 1e999}', "no finite number"),
        (NEGATIVES, [score("0.5", candidate=0)], "no finite number"),
        (NEGATIVES, [score(True, candidate=0)], "no finite number"),
        (NEGATIVES, [{"score": 1}], "no instance_id in line 1"),
        (NEGATIVES, "", "holds no line"),
        ([{"instance_id": "a"}], [score(candidate=0)], "has no verdict in line 1"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(joined, verdicts, scores, problem):
    with pytest.raises(FileNotUsable, match=problem):
        joined(verdicts, scores)


def test_a_score_that_is_no_probability_is_refused_unless_that_is_said(joined, tmp_path):
    pytest.importorskip("sklearn")
    joined(NEGATIVES, [score(-2.5, candidate=0), score(3.0, candidate=1)])
    files = (tmp_path / "v.jsonl", tmp_path / "s.jsonl")
    with pytest.raises(FileNotUsable, match=r"2 scores that are no probability \(first: -2.5 for a\)"):
        judge_scores(*files)
    assert judge_scores(*files, ScoreOptions(unbounded=True))["auc"] == 1.0


def test_the_command_prints_the_figures_and_draws_the_calibration(joined, tmp_path, capsys):
    pytest.importorskip("sklearn")
    from sweflow.cli.main import cli

    joined(NEGATIVES, [score(0.2, candidate=0), score(0.8, candidate=1)])
    paths = [str(tmp_path / name) for name in ("v.jsonl", "s.jsonl", "c.svg")]
    cli.main(["judge", "score", *paths[:2], "--plot", paths[2], "--json"], standalone_mode=False)
    report = json.loads(capsys.readouterr().out)
    assert (report["accuracy"], report["auc"], report["brier"]) == (1.0, 1.0, 0.04)
    assert (tmp_path / "c.svg").read_text("utf-8").startswith("<svg")
    cli.main(["judge", "score", *paths[:2]], standalone_mode=False)
    assert "best of n" in capsys.readouterr().out
