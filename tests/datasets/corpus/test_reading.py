"""Lists of repositories: what they may say, and that every mistake names its file, its line and the next move."""

from pathlib import Path

import pytest
from sweflow_datasets.corpus.reading import checked_entries, read_list
from sweflow_datasets.corpus.values import Commit, CorpusEntry, Local, Release
from sweflow_datasets.errors import ListNotUsable
from sweflow_datasets.export.licences import is_allowed

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def read(tmp_path, text, name="list.toml"):
    (tmp_path / name).write_text(text, "utf-8")
    return read_list(tmp_path / name)


def test_a_name_a_line_is_a_release_a_commit_or_a_path(tmp_path):
    text = f"# mine\nItsDangerous == 2.2.0  # signs\n\ngit+https://host/owner/thing.git@{COMMIT}\n./here\n../x-1.0.tar.gz\n"
    entries = read(tmp_path, text, "list.txt")
    assert [(entry.name, entry.source) for entry in entries] == [
        ("itsdangerous", Release("ItsDangerous", "2.2.0")),
        ("thing", Commit("https://host/owner/thing.git", COMMIT)),
        ("here", Local(str(tmp_path / "here"))),
        ("x", Local(str(tmp_path.parent / "x-1.0.tar.gz"))),
    ]
    assert entries[1].place == f"{tmp_path / 'list.txt'}, line 4"


def test_toml_gives_options_a_repository_and_for_all(tmp_path):
    text = """
[defaults]
closure = "needed"
python = "3.12"

[[repository]]
pypi = "toolz==1.0.0"
licence = "BSD-3-Clause"
requirements = ["pytest-mock"]

[[repository]]
path = "a"
name = "other"
python = "venv/bin/python"
closure = "observed"
arguments = ["tests", "-k", "not slow"]
allow-dirty = true
min-lines = 5
"""
    first, second = read(tmp_path, text)
    assert (first.licence, first.requirements, first.python) == ("BSD-3-Clause", ("pytest-mock",), "3.12")
    assert first.options == (("closure", "needed"),)
    assert first.interpreter is None
    assert (second.name, second.arguments, second.allow_dirty) == ("other", ("tests", "-k", "not slow"), True)
    assert second.options == (("closure", "observed"), ("min_lines", 5))
    assert second.interpreter == str(tmp_path / "venv/bin/python")


@pytest.mark.parametrize(
    ("name", "text", "line", "said"),
    [
        ("l.txt", "a==1\nrequests\n", 2, "pin it as NAME==VERSION"),
        ("l.txt", "git+https://host/x.git@main\n", 1, "branches and tags move"),
        ("l.txt", f"git+ext::sh -c evil@{COMMIT}\n", 1, "begins with https://"),
        ("l.txt", f"git+--upload-pack=x@{COMMIT}\n", 1, "begins with https://"),
        ("l.txt", "a==1\n./b\nA==2\n", 3, "(the first is in line 1)"),
        ("l.txt", "# nothing\n", 0, "names no repository"),
        ("l.toml", '[[repository]]\npypi = "a==1"\n\n[[repository]]\npypi = "b"\n', 4, "without a version"),
        ("l.toml", '[[repository]]\npypi = "a==1"\nlicense = "MIT"\n', 3, "did you mean licence?"),
        ("l.toml", '[[repository]]\npypi = "a==1"\nrequirements = "x"\n', 3, "give a list of strings"),
        ("l.toml", '[[repository]]\npypi = "a==1"\npath = "x"\n', 1, "names path and pypi for one repository"),
        ("l.toml", '[[repository]]\nlicence = "MIT"\n', 1, "does not say where a repository is"),
        ("l.toml", '[[repository]]\npath = "a"\ncommit = "x"\n', 1, "gives commit to what is not from git"),
        ("l.toml", '[[repository]]\npypi = "a==1"\nsha256 = "12"\n', 1, "64 hexadecimal digits"),
        ("l.toml", '[[repository]]\npath = "a"\nname = "../up"\n', 1, "give letters, digits"),
        ("l.toml", '[[repository]]\npath = "a"\nclosure = "most"\n', 1, "options that no build takes"),
        ("l.toml", '[[repository]]\npath = "a"\ntimeout = "long"\n', 1, "options that no build takes"),
        ("l.toml", "[[repository]\n", 1, "is no TOML"),
        ("l.toml", '[repositories]\na = "b"\n', 1, "unknown table repositories"),
        ("l.toml", '[defaults]\npath = "a"\n[[repository]]\n', 2, "has path for all repositories"),
    ],
)
def test_a_mistake_names_its_line_and_the_next_move(tmp_path, name, text, line, said):
    with pytest.raises(ListNotUsable) as caught:
        read(tmp_path, text, name)
    assert caught.value.line == line
    assert said in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)


def test_a_list_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ListNotUsable, match="cannot be read"):
        read_list(tmp_path / "none.toml")


def test_the_corpus_of_the_examples_is_pinned_by_digest_and_has_licences():
    entries = read_list(Path(__file__).parents[3] / "examples" / "corpus.toml")
    assert len(entries) >= 100
    assert all(isinstance(entry.source, Release) and entry.source.sha256 for entry in entries)
    allowed = [
        "MIT",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "Apache-2.0",
        "MPL-2.0",
        "Unlicense",
        "LicenseRef-Repoze-BSD-derived",
    ]
    assert all(is_allowed(entry.licence, allowed) for entry in entries)


@pytest.mark.parametrize("names", [("a", "A"), ("../a",), ("",), (".a",)])
def test_entries_that_no_list_was_read_for_have_names_of_folders_too(names):
    with pytest.raises(ListNotUsable):
        checked_entries(CorpusEntry(name, Release("a", "1")) for name in names)
