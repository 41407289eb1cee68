"""Patches in answers: found whatever stands around them, and made such that git can read them."""

import pytest
from sweflow_datasets.models.patch_text import patch_of

GOOD = """diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -1,3 +1,3 @@ def f():
 one
-two
+three

"""
FIXED = GOOD.replace("\n\n", "\n \n").rstrip("\n") + "\n"
MISCOUNTED = GOOD.replace("-1,3 +1,3", "-1,9 +1")


@pytest.mark.parametrize(
    ("answer", "patch"),
    [
        (f"Here:\n\n```diff\n{GOOD}```\nDone.", GOOD.rstrip("\n") + "\n"),
        (f"```patch\n{MISCOUNTED}```", None),
        (f"I did it.\n\n{GOOD}", None),
        (f"```diff\r\n{GOOD}```".replace("\n", "\r\n"), None),
        ("```python\nprint(1)\n```", ""),
        (f"```diff\n{GOOD}", ""),  # cut off: the fence has no end
        ("```diff\nno hunks\n```", ""),
        ("I cannot.", ""),
        ("", ""),
    ],
)
def test_a_patch_is_found_and_its_hunks_add_up(answer, patch):
    found = patch_of(answer)
    if patch == "":
        assert found == ""
    else:
        assert found.startswith("diff --git a/a.py b/a.py\n")
        assert "@@ -1,2 +1,2 @@ def f():\n one\n-two\n+three\n" in found


def test_several_files_and_fences_are_one_patch():
    other = GOOD.replace("a.py", "b.py")
    one = patch_of(f"```diff\n{GOOD.rstrip()}\n{other}```")
    two = patch_of(f"```diff\n{GOOD}```\nand\n```diff\n{other}```")
    for found in (one, two):
        assert [line for line in found.split("\n") if line.startswith("+++")] == ["+++ b/a.py", "+++ b/b.py"]


def test_a_removed_line_of_dashes_is_no_head_of_a_file():
    patch = "--- a/a.sql\n+++ b/a.sql\n@@ -1,2 +1,1 @@\n one\n--- a comment\n"
    assert patch_of(f"```diff\n{patch}```") == patch
