"""Laws: whatever a step writes, each view of it gives the reference back, and no view holds it before."""

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st
from sweflow_datasets.views import chat, fim, instruction, search_replace
from sweflow_datasets.views.chat import Chat
from sweflow_datasets.views.instruction import Instruction, broken
from sweflow_datasets.views.prompt import Prompt
from sweflow_datasets.views.values import AnswerKind, Refused
from sweflow_tasks.history.fast_import import CommitStream
from sweflow_tasks.history.git import run_git, scratch_repository

from tests.datasets.views.made_steps import made_step

LINES = [
    "x = 1",
    "# why, naïvely",
    "return x",
    "yield x",
    "for n in x:\n    f0(n)",
    "while x:\n    x = x[1:]",
    "if x:\n    return [n for n in x]\nelse:\n    return f1(x)",
    "def inner():\n    return 1",
    '"""Not a docstring."""',
    "text = '''\nraw\n  lines\n'''",
]
WRITTEN = st.lists(st.sampled_from(LINES), min_size=1, max_size=4)
BODIES = WRITTEN.filter(lambda lines: any(line[0] != "#" for line in lines)).map("\n".join)


@st.composite
def steps(draw):
    """A module of functions of which some are stubs before."""
    bodies = draw(st.lists(BODIES, min_size=1, max_size=4))
    written = draw(st.sets(st.sampled_from(range(len(bodies))), min_size=1))
    documented = draw(st.booleans())
    newline, last = draw(st.sampled_from(["\n", "\r\n"])), draw(st.sampled_from(["", "\n"]))

    def module(stubs: set[int]) -> bytes:
        parts = []
        for number, body in enumerate(bodies):
            text = f"raise NotImplementedError('f{number}')" if number in stubs else body
            docs = '    """Docs."""\n' if documented else ""
            parts.append(f"def f{number}(x):\n{docs}" + "".join(f"    {line}\n" for line in text.split("\n")))
        return ("\n\n".join(parts).removesuffix("\n") + last).replace("\n", newline).encode()

    names = [f"a.py::f{number}" for number in sorted(written)]
    other = {"other.bin": b"\xff\0"}
    return made_step({"a.py": module(written), **other}, {"a.py": module(set()), **other}, *names)


@settings(max_examples=30, deadline=None)
@given(steps())
def test_a_hole_in_any_function_is_filled_byte_for_byte(step):
    for view in fim.views_of(step):
        assert fim.apply(view, view.answer) == step.reference
        assert fim.apply(view, "")["a.py"][1].decode() == view.region.prefix + view.region.suffix
        assert view.psm.count(view.marks.middle) == view.spm.count(view.marks.middle) == 1


@settings(max_examples=30, deadline=None)
@given(steps())
def test_any_function_follows_the_rules_that_are_drawn_from_it(step):
    build = SimpleNamespace(places={}, links=SimpleNamespace(callees={-1: ()}), graph=None)
    for view in instruction.views_of(build, step):
        if isinstance(view, Instruction):
            assert instruction.apply(view, view.answer) == step.reference
            assert broken(view, view.answer) == ""
            assert "does not parse" in broken(view, view.answer + "\n    return (")


@settings(max_examples=50, deadline=None)
@given(steps())
def test_a_chat_with_blocks_gives_any_step_back(step):
    view = Chat(step.head, Prompt("", (), ()), search_replace.answer_of(step), AnswerKind.SEARCH_REPLACE, step.base)
    assert not isinstance(view.answer, Refused)
    assert chat.apply(view, view.answer) == step.reference


@settings(max_examples=5, deadline=None)
@given(steps())
def test_a_chat_with_a_patch_gives_any_step_back(step):
    view = Chat(step.head, Prompt("", (), ()), patch_of(step), AnswerKind.PATCH, step.base)
    assert chat.apply(view, view.answer) == step.reference


def patch_of(step) -> str:
    with scratch_repository() as folder:
        (folder / "info").mkdir(exist_ok=True)
        (folder / "info" / "attributes").write_text("* -text\n")
        stream = CommitStream()
        stream.commit("refs/heads/main", "before", step.base)
        stream.commit("refs/heads/main", "after", {"a.py": step.reference["a.py"]})
        stream.send(folder)
        return run_git(folder, "diff", "main~1", "main").decode()
