"""The problem statement: what a solver reads, from facts alone (D3)."""

from collections.abc import Mapping

from sweflow_rdg import Definition
from sweflow_scheduler import Step


def problem_statement(
    step: Step, definitions: Mapping[str, Definition], fail_to_pass: tuple[str, ...], test_command: str
) -> str:
    """The functions to write with signature and docstring, the tests that must pass, and how to run them."""
    lines = ["Implement the functions below so that the tests listed after them pass.", ""]
    lines += ["Each body is now `raise NotImplementedError`; signatures and docstrings are in place.", ""]
    lines += ["## Functions", ""]
    for function in (*step.targets, *step.dependents):
        lines += _function(definitions[function])
    lines += ["## Tests that fail now and must pass", ""]
    lines += [f"- `{test}`" for test in fail_to_pass]
    lines += [
        "",
        "Tests that pass now must still pass.",
        "",
        "## How to run them",
        "",
        f"    {test_command}",
        "",
    ]
    return "\n".join(lines)


def _function(definition: Definition) -> list[str]:
    text = [f"### `{definition.qualname}` in `{definition.path}`", "", "```python", definition.signature]
    if definition.docstring:
        text += ['    """' + definition.docstring.replace("\n", "\n    ") + '"""']
    return [*(line.rstrip() for line in "\n".join(text).split("\n")), "```", ""]
