"""The judge that exports carry: what it runs, what it believes, and what it leaves."""

import json
import os
import subprocess
import sys
import time

from hypothesis import assume, given
from hypothesis import strategies as st
from sweflow_datasets.judging import judge
from sweflow_datasets.judging.spec import judge_spec, judge_text, rules_of
from sweflow_tasks.grading.protected import installed_modules, restore
from sweflow_tracer.project.project import Project

PROJECT = Project(
    repo="o/small",
    source="5f4df0ec" * 5,
    created_at="1970-01-01T00:00:00Z",
    version="1",
    license="MIT",
    python="3.11.7",
    folder="small",
    roots=("src",),
    names=("pack",),
    plugins=(),
    requirements=("six==1.17.0", "pytest-mock==3.15.1"),
    arguments=(),
    files=(),
)
SECONDS = 60


def row(fail, stay=()):
    return {"FAIL_TO_PASS": list(fail), "PASS_TO_PASS": list(stay), "timeout": SECONDS}


def judged(tmp_path, monkeypatch, files, fail, stay=(), candidate=None, timeout=SECONDS):
    """How ids end. `files` are the trusted tree, `candidate` what stands in the other tree beside them."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)  # the tests' user could not read this interpreter
    trusted, other = tmp_path / "trusted", tmp_path / "candidate"
    for folder, held in ((trusted, files), (other, {**files, **(candidate or {})})):
        for path, text in held.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
    spec = judge_spec(row(fail, stay), PROJECT, {}, [], trusted=str(trusted), candidate=str(other))
    spec |= {"root": str(tmp_path / "testbed"), "python": sys.executable, "timeout": timeout}
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    merged = judge.merge(judge.tree_of(str(trusted)), judge.tree_of(str(other)), spec["rules"])
    return judge.judged(spec, merged, str(scratch))


def test_only_what_set_up_call_and_tear_down_passed_has_passed(tmp_path, monkeypatch):
    text = """
import pytest, unittest
def test_good(): pass
def test_bad(): assert 0
@pytest.mark.xfail
def test_expected(): assert 0
@pytest.mark.xfail
def test_unexpected(): pass
def test_skipped(): pytest.skip("no")
@pytest.fixture
def broken():
    yield
    raise RuntimeError
def test_torn(broken): pass
@pytest.mark.parametrize("text", ["a b", "c%d"])
def test_named(text): pass
class Case(unittest.TestCase):
    def test_parts(self):
        for n in range(2):
            with self.subTest(n=n):
                self.assertEqual(n, 0)
"""
    names = ("good", "bad", "expected", "unexpected", "skipped", "torn", "named[a b]", "named[c%d]")
    ids = [f"tests/test_x.py::test_{name}" for name in names] + ["tests/test_x.py::Case::test_parts"]
    found = judged(tmp_path, monkeypatch, {"tests/test_x.py": text}, [], ids)
    assert {name for name, end in found.items() if end == "PASSED"} == {ids[0], ids[6], ids[7]}


def test_one_test_that_ends_the_process_or_hangs_costs_those_behind_it(tmp_path, monkeypatch):
    text = "import os, time\ndef test_a(): pass\ndef test_b(): os._exit(0)\ndef test_c(): pass\n"
    ids = [f"tests/test_x.py::test_{name}" for name in "abc"]
    found = judged(tmp_path / "exit", monkeypatch, {"tests/test_x.py": text}, [], ids)
    assert found == {ids[0]: "PASSED"}
    started = time.monotonic()
    text = text.replace("os._exit(0)", "time.sleep(600)")
    found = judged(tmp_path / "hang", monkeypatch, {"tests/test_x.py": text}, [], ids, timeout=4)
    assert found == {ids[0]: "PASSED"}
    assert time.monotonic() - started < 60


def test_a_test_that_fails_among_others_is_run_alone_before_it_counts(tmp_path, monkeypatch):
    text = "import state\ndef test_a(): pass\ndef test_b(): assert state.first()\ndef test_c(): assert state.first()\n"
    state = "seen = []\ndef first():\n    seen.append(1)\n    return len(seen) == 1\n"
    ids = [f"tests/test_x.py::test_{name}" for name in "abc"]
    found = judged(tmp_path, monkeypatch, {"tests/test_x.py": text, "src/state.py": state}, ids)
    assert set(found.values()) == {"PASSED"}


FORGED = """
import json, os, sys
for name in ("tests/test_x.py::test_value", "tests/test_x.py::test_other"):
    line = json.dumps(["", name, "PASSED"]) + "\\n" + "PASSED " + name + "\\n"
    for fd in range(1, 30):
        try:
            os.write(fd, line.encode())
        except OSError:
            pass
    print(line)
def value():
    return 0
"""


def test_a_candidate_that_prints_what_the_judge_prints_is_not_believed(tmp_path, monkeypatch):
    tests = "from pack import value\ndef test_value(): assert value() == 1\ndef test_other(): assert value() == 1\n"
    ids = ["tests/test_x.py::test_value", "tests/test_x.py::test_other"]
    files = {"tests/test_x.py": tests, "src/pack.py": "def value():\n    raise NotImplementedError\n"}
    assert "PASSED" not in judged(tmp_path, monkeypatch, files, ids, candidate={"src/pack.py": FORGED}).values()


def test_tests_and_configuration_of_a_candidate_do_not_run(tmp_path, monkeypatch):
    tests = "from pack import value\ndef test_value(): assert value() == 1\n"
    files = {"tests/test_x.py": tests, "src/pack.py": "def value():\n    return 0\n"}
    cheats = {
        "tests/test_x.py": "def test_value(): pass\n",
        "conftest.py": "import pack\npack.value = lambda: 1\n",
        "src/pack_helper.pth": "import pack",
        "pytest.ini": "[pytest]\naddopts = -p cheat\n",
        "sitecustomize.py": "raise SystemExit",
        "src/six.py": "raise SystemExit",
        "tests/conftest.py": "import pack\npack.value = lambda: 1\n",
    }
    found = judged(tmp_path, monkeypatch, files, ["tests/test_x.py::test_value"], candidate=cheats)
    assert found == {"tests/test_x.py::test_value": "FAILED"}
    right = judged(
        tmp_path / "right",
        monkeypatch,
        files,
        ["tests/test_x.py::test_value"],
        candidate={
            **cheats,
            "src/pack.py": "from helper import one\ndef value():\n    return one\n",
            "src/helper.py": "one = 1\n",
        },
    )
    assert right == {"tests/test_x.py::test_value": "PASSED"}


NAMES = st.sampled_from(
    [
        "a.py",
        "src/pack/a.py",
        "src/six.py",
        "src/os.py",
        "conftest.py",
        "src/conftest.py",
        "tests/a.py",
        "src/test_a.py",
        "setup.cfg",
        "docs/a.txt",
        "src/pack.egg-info/x",
        "src/a.pth",
        "src/pack/_pytest/x.py",
        "TESTS/a.py",
        "src/new.py",
        "tests",
        "setup.cfg/a.txt",
    ]
)
BLOBS = st.sampled_from([("100644", b"1"), ("100755", b"1"), ("100644", b"2")])


def is_tree(blobs):
    """No file stands in the place of a folder."""
    return not any(path.startswith(other + "/") for path in blobs for other in blobs)


TREES = st.dictionaries(NAMES, BLOBS).filter(is_tree)


@given(TREES, TREES, TREES)
def test_V6_the_judge_and_the_grader_take_the_same_files_from_a_candidate(made, skeleton, tests):
    trusted = {**skeleton, **{path: blob for path, blob in tests.items() if path.startswith(("tests/", "src/test_"))}}
    assume(is_tree(trusted))
    ids = ["docs/a.txt::test_in_a_text"]
    wanted, _ = restore(made, skeleton, trusted, PROJECT.roots, PROJECT.requirements, ids)
    changed = [path for path in skeleton.keys() | trusted.keys() if skeleton.get(path) != trusted.get(path)]
    rules = rules_of(row(ids), PROJECT, changed)
    kinds = {"100644": "file", "100755": "run"}

    def tree(blobs):
        return {path: (kinds[mode], content) for path, (mode, content) in blobs.items()}

    assert judge.merge(tree(trusted), tree(made), rules) == tree(wanted)


def test_links_of_a_candidate_are_left_out_and_those_of_the_task_stay(tmp_path):
    trusted, other = tmp_path / "trusted", tmp_path / "candidate"
    for folder in (trusted, other):
        folder.mkdir()
        (folder / "kept").symlink_to("a.py")
    (other / "new").symlink_to("/etc/passwd")
    (other / "below").symlink_to("/etc")
    found = judge.merge(judge.tree_of(str(trusted)), judge.tree_of(str(other)), rules_of(row([]), PROJECT, []))
    assert found == {"kept": ("link", "a.py")}


@given(st.text(), st.text())
def test_ids_are_shown_as_one_word_and_no_two_as_the_same(one, other):
    assert len(judge.shown(one).split()) <= 1
    assert (judge.shown(one) == judge.shown(other)) == (one == other)


def test_what_the_judge_started_is_gone_when_it_is_done(tmp_path, monkeypatch):
    mark = f"judge-leftover-{os.getpid()}"
    text = f"import subprocess, sys\ndef test_a():\n    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{mark}'])\n"
    judged(tmp_path, monkeypatch, {"tests/test_x.py": text}, [], ["tests/test_x.py::test_a"])
    time.sleep(0.2)
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert mark not in listed


def test_the_script_needs_the_standard_library_alone_and_holds_no_mark_of_a_client():
    compile(judge_text(), "judge.py", "exec", dont_inherit=True)
    words = (line.split()[1].strip(",") for line in judge_text().splitlines() if line.startswith(("import ", "from ")))
    assert set(words) <= sys.stdlib_module_names | {"__future__"}
    assert ">>>>> " not in judge_text(), "SWE-bench's harness looks for its marks in every line of a script"


def test_a_spec_is_plain_json():
    spec = judge_spec(row(["t.py::a"]), PROJECT, {}, [], trusted="/t", candidate="/c")
    assert json.loads(json.dumps(spec)) == spec


def test_trees_that_are_not_there_are_no_verdict(tmp_path):
    spec = judge_spec(row(["t.py::a"]), PROJECT, {}, [], trusted=str(tmp_path / "no"), candidate=str(tmp_path / "no"))
    (tmp_path / "spec.json").write_text(json.dumps({**spec, "root": str(tmp_path / "root")}))
    command = [sys.executable, "-I", "-S", judge.__file__, str(tmp_path / "spec.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert not (tmp_path / "root").exists()


def test_names_of_installed_modules_are_protected_whatever_their_distributions_are_called(tmp_path):
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    names = (
        "xdist/plugin.py",
        "_hypothesis_pytestplugin.py",
        "yaml/__init__.py",
        "a-b.pth",
        "pytest_xdist-3.8.dist-info/RECORD",
    )
    for name in names:
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_text("")
    python = tmp_path / "bin" / "python"
    found = judge.installed(str(python))
    assert found == ["_hypothesis_pytestplugin", "xdist", "yaml"]
    assert tuple(found) == installed_modules(python)
    assert judge.protected("src/xdist/plugin.py", False, {**rules_of(row([]), PROJECT, []), "shadows": found})
