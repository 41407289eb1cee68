"""Instructions: drawn from the code, followed by the reference, and an answer that breaks each kind is found out."""

import ast
import textwrap

import pytest
from sweflow_datasets.views.instruction import Instruction, broken
from sweflow_datasets.views.regions import Region
from sweflow_datasets.views.rules import Rule, RuleKind, rules_of
from sweflow_datasets.views.values import Head

HEAD = Head("one", "o/one", "b" * 40, 1, "MIT")

LOOP = "    found = []\n    for n in ns:\n        found.append(n)\n"
FOLLOWED = {
    RuleKind.UP_TO_LOOP: LOOP,
    RuleKind.USE_HELPER: "    return scale(sum(ns))\n",
    RuleKind.KEEP_GENERATOR: "    for n in ns:\n        yield n\n",
    RuleKind.KEEP_RECURSION: "    return ns and ns[0] + f(ns[1:])\n",
    RuleKind.NO_RECURSION: "    return sum(n for n in ns)\n",
    RuleKind.NO_LOOP: "    first, last = ns\n    if first:\n        return last\n    return 0\n",
    RuleKind.ONE_RETURN: "    if ns:\n        ns.sort()\n    return ns\n",
}
BROKEN = {
    RuleKind.UP_TO_LOOP: (LOOP + "    found.sort()\n", "does not end with a loop"),
    RuleKind.USE_HELPER: ("    return 3 * sum(ns)  # scale(ns)\n", "does not call scale"),
    RuleKind.KEEP_GENERATOR: ("    def inner():\n        yield 1\n    return list(inner())\n", "no generator"),
    RuleKind.KEEP_RECURSION: ("    return sum(ns)\n", "does not call itself"),
    RuleKind.NO_RECURSION: ("    return ns and [ns[0], *f(ns[1:])]\n", "calls itself"),
    RuleKind.NO_LOOP: ("    return [n for n in ns][0]\n", "has a loop or comprehension"),
    RuleKind.ONE_RETURN: ("    if ns:\n        return ns\n    return []\n", "not one return"),
}
MORE = [
    (RuleKind.UP_TO_LOOP, LOOP + "    for n in ns:\n        pass\n", "second loop"),
    (RuleKind.UP_TO_LOOP, "    pass\n", "does not end with a loop"),
    (RuleKind.NO_RECURSION, "    return ns\n", "has no loop"),
    (RuleKind.NO_LOOP, "    while ns:\n        ns.pop()\n", "has a loop"),
    (RuleKind.ONE_RETURN, "    ns.sort()\n", "not one return"),
    (RuleKind.USE_HELPER, "    return scale(\n", "does not parse"),
    (RuleKind.USE_HELPER, "    pass\n\n\ndef scale(n):\n    return n\n", "does not call scale"),
]


def view_of(kind: RuleKind) -> Instruction:
    suffix = "    return found\n" if kind is RuleKind.UP_TO_LOOP else "\n\ndef g():\n    pass\n"
    region = Region("a.py::f", "a.py", "import x\n\n\ndef f(ns):\n", FOLLOWED[kind], suffix, 4)
    return Instruction(HEAD, region, Rule(kind, "scale" if kind is RuleKind.USE_HELPER else ""), {})


@pytest.mark.parametrize("kind", list(RuleKind))
def test_the_reference_follows_its_rule_and_another_answer_breaks_it(kind):
    answer, problem = BROKEN[kind]
    view = view_of(kind)
    assert broken(view, view.answer) == ""
    assert problem in broken(view, answer)
    assert "`f`" in view.instruction


@pytest.mark.parametrize(("kind", "answer", "problem"), MORE)
def test_more_answers_that_break_a_rule(kind, answer, problem):
    assert problem in broken(view_of(kind), answer)


@pytest.mark.parametrize("kind", list(RuleKind))
def test_a_rule_is_drawn_from_code_that_follows_it(kind):
    behind = "    return found\n" if kind is RuleKind.UP_TO_LOOP else ""
    (node,) = ast.parse(f"def f(ns):\n{FOLLOWED[kind]}{behind}").body
    assert kind in {rule.kind for rule in rules_of(node, ["scale", "other"])}


def test_no_rule_is_drawn_where_it_would_say_nothing():
    code = "def f(self):\n    return super().f() + self.size\n"
    (node,) = ast.parse(textwrap.dedent(code)).body
    assert list(rules_of(node, ["size"])) == []
