"""Which functions are removed until their step and which leave a stub (C2)."""

import pytest
from sweflow_rdg import index_source
from sweflow_scheduler import Rules, Schedule, Step
from sweflow_tasks.masking.mask_policy import Returns, removable

HELPER = "def helper(): return 1\n"
USER = "def target(): return helper()\n"


def step(number: int, *functions: str) -> Step:
    """A step whose functions named ``target…`` are targets."""
    targets = tuple(f for f in functions if f.rpartition("::")[2].startswith("target"))
    rest = tuple(f for f in functions if f not in targets)
    return Step(number, (), functions, targets, rest, (), 1, 1, 0, 1, ())


def removed(files: dict[str, str], *steps: Step, tests: dict[str, int] | None = None) -> set[str]:
    index = index_source({path: ("100644", text.encode()) for path, text in files.items()})
    returns = Returns({f: s.number for s in steps for f in s.functions}, tests or {})
    return set(removable(index, Schedule(Rules(), (), steps), returns))


def helper_is_removed(*more: str, **files: str) -> bool:
    text = "".join((HELPER, USER, *more))
    found = removed({"m.py": text, **{f"{name}.py": body for name, body in files.items()}}, BOTH)
    return found == {"m.py::helper"}


BOTH = step(1, "m.py::helper", "m.py::target")


def test_C2_a_helper_that_only_its_own_step_names_is_removed():
    assert helper_is_removed()


@pytest.mark.parametrize(
    "line",
    [
        "x = helper\n",
        "TABLE = {'a': 'helper'}\n",
        "TABLE = ['m.helper']\n",
        "TABLE = ['m:helper']\n",
        "__all__ = ['helper']\n",
        "class A:\n    f = helper\n",
        "def unreached(x=helper): pass\n",
        "def unreached(): return module.helper\n",
        "def unreached(): return getattr(m, 'helper')\n",
        "@helper\ndef unreached(): pass\n",
        "def unreached() -> helper: pass\n",
        "from other import helper\n",
        "def unreached(name): return globals()['help_%s' % name], globals()[f'helpe{name}']\n",
    ],
)
def test_C2_a_function_that_something_kept_names_is_a_stub(line):
    assert not helper_is_removed(line)
    assert not helper_is_removed(other=line)


def test_C2_what_a_comment_or_a_sentence_says_names_nothing():
    assert helper_is_removed("# helper\nx = 'the helper of this'\n")


def test_C2_names_in_earlier_steps_bodies_count_and_those_in_later_ones_do_not():
    files = {"m.py": HELPER + USER + "def target2(): return helper()\n"}
    assert removed(files, step(1, "m.py::target2"), step(2, *BOTH.functions)) == set()
    assert removed(files, BOTH, step(2, "m.py::target2")) == {"m.py::helper"}


def test_C5_names_in_tests_up_to_the_functions_own_step_count():
    files = {"m.py": HELPER + USER, "tests/test_m.py": "def test_m(): assert helper() == 1\n"}
    test = "tests/test_m.py::test_m"
    assert removed(files, BOTH, tests={test: 1}) == set()
    assert removed(files, BOTH, tests={test: 2}) == {"m.py::helper"}


def test_C5_names_that_a_test_file_imports_are_stubbed_though_its_tests_come_later():
    files = {"m.py": HELPER + USER, "tests/test_m.py": "from m import helper\ndef test_m(): pass\n"}
    assert removed(files, BOTH, tests={"tests/test_m.py::test_m": 9}) == set()


def test_C2_a_target_is_a_stub_though_nothing_names_it():
    assert removed({"m.py": "def target(): pass\n"}, step(1, "m.py::target")) == set()


METHODS = {
    "a plain method goes": ("class A:\n    def part(self): pass\n", True),
    "a class method goes": ("class A:\n    @classmethod\n    def part(cls): pass\n", True),
    "a cached function goes": ("class A:\n    @functools.lru_cache(maxsize=2)\n    def part(self): pass\n", True),
    "a property stays": ("class A:\n    @property\n    def part(self): pass\n", False),
    "a cached property stays": ("class A:\n    @cached_property\n    def part(self): pass\n", False),
    "an abstract method stays": ("class A:\n    @abstractmethod\n    def part(self): pass\n", False),
    "a registered method stays": ("class A:\n    @route('/')\n    def part(self): pass\n", False),
    "an overriding method stays": (
        "class B:\n    def part(self): pass\nclass A(B):\n    def part(self): pass\n",
        False,
    ),
    "an overridden one too": ("class A:\n    def part(self): pass\nclass B(A):\n    def part(self): pass\n", False),
    "a mixin's method stays": ("class A:\n    def part(self): pass\nclass B:\n    def part(self): pass\n", False),
    "below an unknown class it stays": ("class A(Visitor):\n    def part(self): pass\n", False),
    "below object it goes": ("class A(object):\n    def part(self): pass\n", True),
    "below a built-in class without it, it goes": ("class A(dict):\n    def part(self): pass\n", True),
    "a second definition stays": ("class A:\n    def part(self): pass\n    def part(self): pass\n", False),
}


@pytest.mark.parametrize("case", METHODS)
def test_C2_methods_that_others_may_call_by_name_are_stubs(case):
    text, goes = METHODS[case]
    assert (removed({"m.py": text}, step(1, "m.py::A.part")) == {"m.py::A.part"}) == goes


def test_C2_a_builtin_bases_own_method_and_special_methods_stay():
    text = "class A(dict):\n    def update(self): pass\n    def __len__(self): pass\nclass E(Enum):\n    def part(self): pass\n"
    assert removed({"m.py": text}, step(1, "m.py::A.update", "m.py::A.__len__", "m.py::E.part")) == set()
