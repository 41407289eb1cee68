"""Sections that both forms of a statement have: what to provide, files, what is there, and how to run the tests."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from sweflow_rdg import Definition, TestNode

from sweflow_tasks.masking.mask import Docstrings
from sweflow_tasks.statements.facts import StepFacts
from sweflow_tasks.statements.module_bindings import ModuleBinding

Definitions = Mapping[str, Definition]
WORD = re.compile(r"\w+")


def functions_section(facts: StepFacts, definitions: Definitions, docstrings: Docstrings) -> Iterator[str]:
    """What to provide: decorators, signatures and docstrings of what is there."""
    stubs = [f for f in facts.dependents if f not in facts.removed]
    yield "Write the functions below, so that the tests listed after them pass."
    yield from ("", "## What to provide", "")
    yield from _how_they_stand(facts, [*facts.targets, *stubs])
    yield ""
    for function in facts.targets:
        yield from _function(definitions[function], docstrings, idle=function in facts.placeholders)
    if stubs:
        kind = "stubs" if facts.placeholders.isdisjoint(stubs) else "there"
        yield f"These are {kind} as well; the tests reach them only through the ones above:"
        yield ""
    for function in stubs:
        yield from _function(definitions[function], docstrings, idle=function in facts.placeholders)
    if len(stubs) < len(facts.dependents):
        count = len(facts.dependents) - len(stubs)
        helpers = "a function" if count == 1 else f"{count} functions"
        yield f"The original has {helpers} beside these that nothing else names: how you divide the work is yours."
        yield ""


def _how_they_stand(facts: StepFacts, there: list[str]) -> Iterator[str]:
    if facts.placeholders.isdisjoint(there):
        yield "Each is there as a stub that raises `NotImplementedError`."
    elif facts.placeholders.issuperset(there):
        yield "Each is there with a body that does nothing: tests that pass now call it and do not miss it."
    else:
        yield "Each is there as a stub that raises `NotImplementedError`, or, where it says so, with a body that"
        yield "does nothing: tests that pass now call it and do not miss it."


def _function(d: Definition, docstrings: Docstrings, *, idle: bool) -> Iterator[str]:
    yield f"### `{d.qualname}` in `{d.path}`"
    yield from ("", "```python")
    yield from (f"@{decorator}" for decorator in d.decorators)
    yield from d.signature.split("\n")
    if d.docstring and docstrings is Docstrings.KEEP:
        lines = ('    """' + d.docstring.replace("\n", "\n    ") + '"""').split("\n")
        yield from (line.rstrip() for line in lines)
    yield "```"
    yield from ("", "Its body does nothing so far.") if idle else ()
    yield ""


def files_section(facts: StepFacts, failing: Iterable[TestNode]) -> Iterator[str]:
    """The files that change, and those of the tests."""
    yield from ("## Files", "")
    yield from (f"- `{path}`: to be changed" for path in facts.paths)
    for path in sorted({test.path for test in failing}):
        yield f"- `{path}`: " + ("gets more tests" if path in facts.tree else "comes with the tests")
    yield ""


def present_section(facts: StepFacts, callees: Mapping[str, Collection[str]], known: Definitions) -> Iterator[str]:
    """Developed functions that the new ones may build on: those that they were seen to call."""
    used = {callee for f in facts.functions for callee in callees.get(f, ())}
    there = sorted(name for name in used - set(facts.functions) if facts.code.get(name, 0) < facts.number)
    if there:
        yield from ("## What is there to build on", "")
        yield from (f"- `{known[name].qualname}` in `{known[name].path}`" for name in there)
        yield ""


def asleep_section(facts: StepFacts, called: Collection[str], known: Definitions) -> Iterator[str]:
    """Placeholders of later steps that the tests call or that stand in the step's files."""
    found = (
        (facts.code[name], name)
        for name in facts.placeholders
        if facts.code[name] > facts.number and (name in called or name.partition("::")[0] in facts.paths)
    )
    names = sorted(found)
    if names:
        yield from ("## What does nothing yet", "")
        yield "The bodies of these functions come with later steps. Until then they do nothing, and the tests above"
        yield "do not miss them:"
        yield ""
        for number, name in names:
            yield f"- `{known[name].qualname}` in `{known[name].path}`, which comes with step {number}"
        yield ""


def later_section(facts: StepFacts, said: Iterable[str]) -> Iterator[str]:
    """What is there for later, as far as a reader comes across it by name."""
    words = {word for line in said for word in WORD.findall(line)}
    named: list[ModuleBinding] = [binding for binding in facts.later if binding.name in words]
    if named:
        yield from ("## What is there for later", "", "These stay, although only later steps use them:", "")
        yield from (f"- {binding.kind} `{binding.name}` in `{binding.path}`" for binding in named)
        yield ""


def running_section(command: str) -> Iterator[str]:
    """The command, and what it does not do."""
    yield from ("## How to run the tests", "", f"    {command}", "")
    yield "The line imports the code from this folder, whatever is installed. Other tests of the same files may fail: a"
    yield "class can inherit tests from another one before the functions are written that they need."
    yield ""


def added_section(items: Collection[str]) -> str:
    """What the tests rely on and nothing else says."""
    return "\n".join(["", "## Also named by the tests", "", *(f"- `{item}`" for item in items), ""]) if items else ""
