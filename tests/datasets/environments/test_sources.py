"""Sources: what a repository's files ask for, read from texts alone."""

import pytest
from sweflow_datasets.environments.sources.automation import automation_sources
from sweflow_datasets.environments.sources.locks import lock_pins
from sweflow_datasets.environments.sources.order import NOTHING, ordered_sources
from sweflow_datasets.environments.sources.pytest_options import needed_plugins
from sweflow_datasets.environments.sources.pythons import python_candidates
from sweflow_datasets.environments.sources.tables import extra_sources, group_sources

TOML = """
[project]
name = "x"
requires-python = ">=3.10"
classifiers = ["Programming Language :: Python :: 3.11"]

[project.optional-dependencies]
test = ["pytest-mock"]
docs = ["sphinx"]

[dependency-groups]
tests = [{ include-group = "base" }, "pytest-xdist>=3"]
base = ["hypothesis"]
lint = ["ruff"]
loop = [{ include-group = "loop" }]

[tool.pytest.ini_options]
addopts = "-ra --cov=x -n 2"
asyncio_mode = "auto"
required_plugins = "pytest-sugar>=1"
"""


def named(files):
    return [source.name for source in ordered_sources(files)]


def test_groups_go_before_extras_and_these_before_files_and_tox():
    files = {
        "pyproject.toml": TOML,
        "requirements-test.txt": "pytest-timeout\n",
        "requirements-dev.txt": "pytest-repeat\n",
        "tox.ini": "[testenv]\ndeps = pytest-randomly\n",
    }
    assert named(files) == [
        "dependency-groups.tests",
        "extra test",
        "requirements-test.txt",
        "tox.ini [testenv]",
        "requirements-dev.txt",
        NOTHING.name,
    ]


def test_a_group_holds_what_it_includes_and_ends_where_it_includes_itself():
    found = {source.name: source.requirements for source in group_sources({"pyproject.toml": TOML})}
    assert found["dependency-groups.tests"] == ("hypothesis", "pytest-xdist>=3")
    assert found["dependency-groups.loop"] == ()


def test_a_repository_that_says_nothing_has_one_source():
    assert ordered_sources({"README.md": "x"}) == (NOTHING,)


def test_files_include_others_and_places_tools_and_options_are_left_out():
    files = {
        "requirements/test.txt": "-r base.txt\n-e .\n--index-url https://x\npytest-mock==3 --hash=sha256:00 # why\nblack\ngit+https://x/y\n./here\n",
        "requirements/base.txt": "attrs>=20 \\\n  ; python_version < '4'\n",
    }
    (source, _) = ordered_sources(files)
    assert source.requirements == ('attrs>=20; python_version < "4"', "pytest-mock==3")


def test_tox_nox_and_workflows_say_what_they_install():
    files = {
        "tox.ini": "[testenv]\nextras =\n  test\n  {env:MORE:}\ndeps =\n  py39: pytest-mock\n  -r{toxinidir}/t.txt\n",
        "t.txt": "faker\n",
        "noxfile.py": "def tests(session):\n    session.install('-e', '.[all]', 'responses', '-r', 't.txt')\n",
        ".github/workflows/ci.yml": "- run: python -m pip install -U pip tox && pip install '.[dev]' freezegun\n- run: pytest\n",
    }
    tox, nox, workflow = automation_sources(files)
    assert (tox.requirements, tox.extras) == (("pytest-mock", "faker"), ("test",))
    assert (nox.requirements, nox.extras) == (("responses", "faker"), ("all",))
    assert (workflow.requirements, workflow.extras) == (("freezegun",), ("dev",))


def test_extras_of_setup_files_are_found_without_running_them():
    setup = "import os\nos.abort()\nEXTRAS = {'testing': ['x']}\nsetup(extras_require=EXTRAS, tests_require=['mock'])\n"
    found = {source.name: source for source in extra_sources({"setup.py": setup})}
    assert found["extra testing"].extras == ("testing",)
    assert found["tests_require"].requirements == ("mock",)
    assert next(extra_sources({"setup.cfg": "[options.extras_require]\ntests = x\n"})).name == "extra tests"


def test_poetry_groups_give_lower_bounds():
    text = '[tool.poetry.group.test.dependencies]\npython = "^3.9"\npytest = "^7.1"\nfaker = "*"\n'
    (source, *_) = ordered_sources({"pyproject.toml": text})
    assert source.requirements == ("pytest>=7.1", "faker")


def test_lock_files_give_pins_of_what_an_index_has():
    uv = '[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://pypi.org/simple" }\n'
    own = '[[package]]\nname = "x"\nversion = "0"\nsource = { editable = "." }\n'
    twice = '[[package]]\nname = "b"\nversion = "1"\n[[package]]\nname = "b"\nversion = "2"\n'
    assert lock_pins({"uv.lock": uv + own + twice, "poetry.lock": ""}) == ("uv.lock", ("a==1",))
    assert lock_pins({"Pipfile.lock": '{"default": {"c": {"version": "==3"}}}'}) == ("Pipfile.lock", ("c==3",))
    assert lock_pins({"uv.lock": "not = [toml"}) == ("", ())


def test_options_and_keys_of_pytest_name_their_plugins():
    assert needed_plugins({"pyproject.toml": TOML}) == ("pytest-cov", "pytest-xdist", "pytest-asyncio", "pytest-sugar")
    assert needed_plugins({"setup.cfg": "[tool:pytest]\naddopts = --benchmark-skip\n"}) == ("pytest-benchmark",)
    assert needed_plugins({"pytest.ini": "[pytest]\n", "pyproject.toml": TOML}) == ()


@pytest.mark.parametrize("wanted", ["3.9", "3.9.18"])
def test_a_python_that_is_asked_for_is_the_only_candidate(wanted):
    assert python_candidates({"pyproject.toml": TOML}, ["3.9", "3.12"], wanted) == ("3.9",)


def test_classified_versions_go_first_and_what_is_not_supported_is_left_out():
    assert python_candidates({"pyproject.toml": TOML}, ["3.9", "3.12", "3.11", "3.13"]) == ("3.11", "3.12", "3.13")
    assert python_candidates({"setup.py": "setup(python_requires='<3.12')"}, ["3.12", "3.10"]) == ("3.10",)
    assert python_candidates({"pyproject.toml": '[project]\nrequires-python = ">=4"\n'}, ["3.12"]) == ()


@pytest.mark.parametrize(
    "text", ["[", "project = 3", "[project]\noptional-dependencies = 1\n[tool]\npytest = 2\npoetry = 3"]
)
def test_odd_files_say_nothing(text):
    files = {"pyproject.toml": text, "setup.cfg": text, "tox.ini": text, "setup.py": "(" * 300, "noxfile.py": "def ("}
    assert ordered_sources(files) == (NOTHING,)
    assert needed_plugins(files) == ()
    assert python_candidates(files, ["3.12"]) == ("3.12",)
