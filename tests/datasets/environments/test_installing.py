"""Installing: an environment's interpreter starts without code of its packages (H1)."""

import zipfile

import pytest
from sweflow_datasets.environments.installing import ROOTS, add_roots, fingerprint, parted, quieten
from sweflow_datasets.environments.locking import places_named, read_lock, wanted
from sweflow_datasets.environments.values import Plan, Source
from sweflow_datasets.images.lock import requirements_file

LOCK = """\
attrs==25.1.0 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
pytest==9.0.1 \\
    --hash=sha256:{b}
small @ file:///tmp/small-1.0-py3-none-any.whl \\
    --hash=sha256:{c}
yarl==1.0 ; python_version < "4" \\
    --hash=sha256:{a}
""".format(a="a" * 64, b="b" * 64, c="c" * 64)


def test_lines_that_run_code_and_files_that_start_by_themselves_are_taken_out(tmp_path):
    (tmp_path / "a.pth").write_text("import os; os.abort()\n./inside\n/tmp\n")
    (tmp_path / "b.pth").write_text("inside\n")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit\n")
    (tmp_path / "usercustomize").mkdir()
    assert quieten(tmp_path) == ("a.pth", "sitecustomize.py", "usercustomize")
    assert (tmp_path / "a.pth").read_text() == "./inside\n"
    assert not (tmp_path / "sitecustomize.py").exists()


def test_a_root_with_code_that_would_start_by_itself_is_not_put_on_the_path(tmp_path):
    root, folder = tmp_path / "repo", tmp_path / "site-packages"
    (root / "src").mkdir(parents=True)
    folder.mkdir()
    (root / "sitecustomize.py").touch()
    add_roots(folder, root, ("src", ".", "../.."))
    assert (folder / ROOTS).read_text() == f"{root / 'src'}\n"


def test_a_file_among_pytests_is_noticed_whatever_it_is_called(tmp_path):
    (tmp_path / "_pytest").mkdir()
    (tmp_path / "_pytest" / "config.py").touch()
    before = fingerprint(tmp_path)
    names = {name for name, _ in before}
    (tmp_path / "other.py").touch()
    assert fingerprint(tmp_path, names) == before
    (tmp_path / "_pytest" / "config.cpython-312-x86_64-linux-gnu.so").touch()
    assert fingerprint(tmp_path, names) != before


def test_pytest_is_unpacked_before_everything_else():
    first, rest = parted(LOCK)
    assert "pytest==9.0.1 " in first
    assert "small @" in rest
    assert sorted(filter(None, (first + rest).splitlines())) == sorted(LOCK.splitlines())


def test_a_lock_has_pins_with_hashes_but_none_of_the_project():
    found = read_lock(LOCK)
    assert found.pins == ("attrs==25.1.0", "pytest==9.0.1", "yarl==1.0")
    assert dict(found.hashes)["attrs==25.1.0"] == ("sha256:" + "a" * 64, "sha256:" + "b" * 64)
    assert read_lock(requirements_file(found.pins, dict(found.hashes))).hashes == found.hashes


def test_what_is_asked_for_is_pytest_the_project_with_its_extras_and_no_other_copy_of_it(tmp_path):
    plan = Plan(
        "3.12", Source("x", ("small[all]>=0", "faker"), ("test",)), requirements=("pytest-mock",), left_out=("Faker",)
    )
    wheel = tmp_path / "small-1.0-py3-none-any.whl"
    assert wanted(plan, wheel) == ["pytest>=7.4", f"small[test] @ {wheel.as_uri()}", "pytest-mock"]
    assert wanted(plan, None) == ["pytest>=7.4", "small[all]>=0", "pytest-mock"]


def test_what_a_wheel_wants_from_a_place_of_its_own_is_asked_of_the_index(tmp_path):
    wheel = tmp_path / "small-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        rows = "Requires-Dist: attrs\nRequires-Dist: other @ http://127.0.0.1/other.whl ; extra == 'test'\n"
        archive.writestr("small-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: small\nVersion: 1.0\n{rows}")
    assert places_named(wheel) == ["other"]


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18)])
def test_a_wheel_that_is_none_wants_nothing(tmp_path, content):
    (tmp_path / "small-1.0-py3-none-any.whl").write_bytes(content)
    assert places_named(tmp_path / "small-1.0-py3-none-any.whl") == []
