"""The independent check of a build agrees with it, and notices what is wrong (C1, C2, C3)."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PATH = "src/inventory/stock.py"


@pytest.fixture(scope="module")
def recheck():
    spec = importlib.util.spec_from_file_location("recheck", ROOT / "benchmarks" / "recheck.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["recheck"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def build(recheck, inventory):
    return recheck.Build(inventory.root)


def test_C1_C2_C3_every_tenth_task_of_the_example_holds(recheck, build, tmp_path):
    for row in build.rows[::10]:
        (tmp_path / row["instance_id"]).mkdir()
        assert not list(recheck.check_text(build, row, tmp_path / row["instance_id"]))


def test_C1_a_byte_outside_the_masks_is_noticed(recheck, build, tmp_path):
    build.checkout(build.rows[3]["base_commit"], tmp_path / "skeleton")
    content = (tmp_path / "skeleton" / PATH).read_bytes()
    step = build.rows[3]["step"]
    assert recheck.only_masked(build, step, PATH, content)
    assert not recheck.only_masked(build, step, PATH, b" " + content)
    assert not recheck.only_masked(build, step, PATH, content + b"\n")
    assert not recheck.only_masked(build, step, PATH, content.replace(b"NotImplementedError", b"NotImplemented", 1))
    assert not recheck.only_masked(build, step, PATH, content.replace(b"\n\n", b"\n", 1))


def test_C2_a_body_of_a_later_step_is_noticed_in_place_elsewhere_and_in_prose(recheck, build):
    original = build.original(PATH)
    quoted = b"Notes\n\n" + b"".join(b"    >>> " + line for line in original.splitlines(keepends=True))
    assert list(recheck.later_bodies(build, 1, PATH, original))
    assert list(recheck.later_bodies(build, 1, "vendored/stock.py", original))
    assert list(recheck.later_bodies(build, 1, "docs/stock.md", quoted))
    assert not list(recheck.later_bodies(build, 1000, PATH, original))


def test_a_patch_that_does_not_apply_or_gives_something_else_is_noticed(recheck, build, tmp_path):
    row = build.rows[3]
    for name, patch in (("torn", row["patch"].replace("\n ", "\n #")), ("other", row["patch"].replace("\n+", "\n+ "))):
        (tmp_path / name).mkdir()
        assert list(recheck.check_text(build, {**row, "patch": patch}, tmp_path / name))
