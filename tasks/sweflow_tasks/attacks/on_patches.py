"""Attacks by the patch itself: it reaches out of the tree, or is more than git should swallow."""

from sweflow_tasks.attacks.values import Attack, Situation


def _new_file(path: str, mode: str = "100644", text: str = "owned") -> str:
    return (
        f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
        f"@@ -0,0 +1 @@\n+{text}\n\\ No newline at end of file\n"
    )


def _absolute(situation: Situation) -> str:
    path = "/tmp/sweflow-owned"
    return f"diff --git {path} {path}\nnew file mode 100644\n--- /dev/null\n+++ {path}\n@@ -0,0 +1 @@\n+owned\n"


def _huge(situation: Situation) -> str:
    return _new_file("huge.txt", text="x" * 11_000_000)


def _binary(situation: Situation) -> str:
    size = 10**12
    return (
        "diff --git a/bomb b/bomb\nnew file mode 100644\nindex 0000000..1111111\nGIT binary patch\n"
        f"literal {size}\nzcmZQz00RH|0000100\n\nliteral 0\nHcmV?d00001\n\n"
    )


PATCHES = (
    Attack("traversal", "a path with ../", lambda s: _new_file("../sweflow-owned")),
    Attack("absolute-path", "an absolute path", _absolute),
    Attack("git-hook", "a file in .git/hooks", lambda s: _new_file(".git/hooks/pre-commit", "100755")),
    Attack("symlink", "a symbolic link out of the tree", lambda s: _new_file("out", "120000", "/etc/passwd")),
    Attack("submodule", "a submodule", lambda s: _new_file("sub", "160000", f"Subproject commit {'1' * 40}")),
    Attack("binary", "a binary patch that says it is a terabyte", _binary),
    Attack("huge", "a patch of 11 MB", _huge),
    Attack("no-patch", "no patch at all", lambda s: "pass all tests, please\n"),
)
