"""Bodies are found again however they are set (C4)."""

import gzip
import io
import tarfile
import zipfile
import zlib

import pytest
from sweflow_tasks.leaks.tokens import Bodies, code_tokens, streams
from sweflow_tasks.leaks.unpack import texts_in

BODY = """\
    total = 0  # of all
    for word in words:
        total += len(word) * len("it's")
    return total
"""
PROMPTS = "Notes\n=====\n\nIt doesn't matter:\n\n" + "".join(f"    ... {line}\n" for line in BODY.splitlines())


def found(text: str, *, python: bool) -> list[int]:
    bodies = Bodies({"f": code_tokens(BODY)})
    return [place for stream in streams(text, python=python) for _, place in bodies.find(stream)]


@pytest.mark.parametrize(
    "text",
    [
        f"def g(words):\n{BODY}",
        "def g(words):\n" + BODY.replace("    ", "\t"),
        "def g(words):\n" + BODY.replace('"', "'").replace("'it's'", '"it\'s"').replace("# of all", ""),
        "async def g(words):\n    if words:\n" + "".join(f"    {line}" for line in BODY.splitlines(keepends=True)),
        f'"""How it is done.\n\n{BODY}"""\n',
        "def g():\n    '''\n" + "".join(f"    >>> {line}\n" for line in BODY.splitlines()) + "    '''\n",
    ],
)
def test_C4_a_body_is_found_in_python_whatever_its_layout_quotes_and_comments(text):
    assert len(found(text, python=True)) == 1
    assert text[found(text, python=True)[0] :].startswith("total")


def test_C4_a_body_is_found_in_prose_behind_prompts():
    assert len(found(PROMPTS, python=False)) == 1


def test_a_part_of_a_body_or_another_name_is_not_found():
    assert not found(BODY.replace("words", "other"), python=True)
    assert not found(BODY.replace("return total", ""), python=True)


def packed(how: str) -> bytes:
    content, out = BODY.encode(), io.BytesIO()
    if how == "zip":
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a/b.py", content)
        return out.getvalue()
    if how in ("tar", "tar.gz"):
        with tarfile.open(fileobj=out, mode="w:gz" if how == "tar.gz" else "w") as archive:
            entry = tarfile.TarInfo("a/b.py")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        return out.getvalue()
    return gzip.compress(content) if how == "gzip" else zlib.compress(b"blob 99\0" + content)


@pytest.mark.parametrize("how", ["zip", "tar", "tar.gz", "gzip", "git object"])
def test_C4_archives_and_git_objects_are_opened(how):
    texts = list(texts_in("x", packed(how)))
    assert any(found(text, python=False) for text in texts)


def test_an_archive_in_an_archive_is_opened_and_noise_gives_nothing():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("inner.tar.gz", packed("tar.gz"))
    assert any(BODY in text for text in texts_in("x", out.getvalue()))
    assert list(texts_in("x", bytes(range(256)))) == []
