"""Patches to trees that no history holds."""

from sweflow_tasks.grading.patches import apply_patch
from sweflow_tasks.history.commits import AS_IT_IS
from sweflow_tasks.history.fast_import import CommitStream
from sweflow_tasks.history.git import run_git
from sweflow_tasks.history.tree_patch import patch_cutter

from tests.helpers import git


def test_a_patch_leads_to_the_tree_that_it_was_cut_for(tmp_path):
    folder = tmp_path / "history.git"
    folder.mkdir()
    run_git(folder, "init", "--quiet", "--bare", "--template=", ".")
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "attributes").write_bytes(AS_IT_IS + b"\n")
    stream = CommitStream()
    files = {"core.py": ("100644", b"one = 1\r\ntwo = 2\r\n"), "other.py": ("100755", b"x")}
    mark = stream.commit("refs/heads/main", "one", files)
    commit = stream.send(folder)[mark]
    before = git(folder, "count-objects", "-v")
    changed = {"core.py": ("100644", b"one = 1\r\ntwo = 3\r\n")}
    with patch_cutter(folder, commit) as cutter:
        made = cutter.cut(changed)
        assert cutter.cut(changed) == made
        assert cutter.cut({"core.py": files["core.py"]}).patch == ""
        assert cutter.cut({}).tree == git(folder, "rev-parse", f"{commit}^{{tree}}").strip()
    assert apply_patch(folder, commit, made.patch) == {**files, **changed}
    assert git(folder, "count-objects", "-v") == before
