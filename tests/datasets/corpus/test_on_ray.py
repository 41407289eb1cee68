"""The Ray engine on several nodes of this machine: what becomes of an item is as with the local engine, and a lost node
or a killed driver loses and doubles nothing."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from sweflow_datasets.corpus.options import CorpusOptions, EngineName
from sweflow_datasets.corpus.port import Broken, Cause, Returned
from sweflow_datasets.corpus.values import End, Limits
from sweflow_datasets.errors import ClusterNotUsable

import sweflow
from tests.datasets.corpus.jobs import double, misbehave
from tests.datasets.corpus.repositories import write, write_list
from tests.datasets.corpus.runs import bytes_of, ended_stages, ends, left, started

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
LIMITS = Limits(seconds=240, memory=1 << 30, disk=200 << 20, processes=200)
NODE = {"num_cpus": 1, "memory": 3 << 30, "object_store_memory": 80 << 20}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A head that takes no work, and two nodes that take one item each. Starting them takes some ten seconds."""
    from ray.cluster_utils import Cluster

    root = tmp_path_factory.mktemp("nodes")
    (root / "tmp").mkdir()
    own = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # the names of Ray's sockets must be short
    variables = {"TMPDIR": root / "tmp", "PYTHONPATH": ROOT, "RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": own}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, str(value))
        made = Cluster(initialize_head=True, head_node_args={**NODE, "num_cpus": 0, "include_dashboard": False})
        try:
            for _ in range(2):
                made.add_node(**NODE)
            patch.setenv("RAY_ADDRESS", made.address)
            made.root = root
            yield made
        finally:
            ray.shutdown()
            made.shutdown()
            shutil.rmtree(own, ignore_errors=True)


def engine(tmp_path: Path, limits: Limits = LIMITS, **more):
    from sweflow_datasets.corpus.on_ray import RayEngine

    return RayEngine(0, 1, limits, lambda key: tmp_path / "out" / key, **more)


def run(listed: Path, out: Path, limits: Limits = LIMITS, **more) -> sweflow.CorpusRun:
    options = CorpusOptions(engine=EngineName.RAY, limits=limits, **more)
    return sweflow.build_all(listed, out, options, sandbox="process")


def wait_for(what, seconds: float = 400) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_items_end_as_with_the_local_engine_and_what_they_said_is_heard(cluster, tmp_path):
    heard = []
    ours = engine(tmp_path, hear=lambda key, said, usage: heard.append((key, said)))
    ended = list(ours.map_unordered(double, [{"value": n} for n in range(4)], lambda item: f"n{item['value']}"))
    assert {each.key: each.value["doubled"] for each in ended} == {"n0": 0, "n1": 2, "n2": 4, "n3": 6}
    assert {("n0", 0), ("n1", 1), ("n2", 2), ("n3", 3)} <= {(key, said.get("halfway")) for key, said in heard}
    hows = ["raise", "exit", "hang", "memory", "disk", "fork", "return"]
    limits = Limits(seconds=15, memory=300 << 20, disk=30 << 20, processes=40)
    ours = engine(tmp_path, limits)
    found = {e.key: e for e in ours.map_unordered(misbehave, [{"how": how} for how in hows], lambda item: item["how"])}
    assert isinstance(found.pop("return"), Returned)
    assert {key: each.cause for key, each in found.items()} == {
        "raise": Cause.CRASHED,
        "exit": Cause.CRASHED,
        "hang": Cause.TIMED_OUT,
        "memory": Cause.MEMORY,
        "disk": Cause.DISK,
        "fork": Cause.CRASHED if found["fork"].cause is Cause.CRASHED else Cause.PROCESSES,
    }
    assert found["raise"].detail == "ValueError: I do not want to"
    assert not left(cluster.root)


def test_a_stop_ends_what_runs_and_what_no_node_can_run_is_said_at_once(cluster, tmp_path):
    began = time.monotonic()
    ours = engine(tmp_path, stop=lambda: "enough" if time.monotonic() - began > 8 else "")
    items = [{"how": "hang", "number": number} for number in range(5)]
    ended = list(ours.map_unordered(misbehave, items, lambda item: str(item["number"])))
    assert all(isinstance(each, Broken) for each in ended)
    assert [(each.cause, each.detail) for each in ended] == [(Cause.STOPPED, "enough")] * 2
    wait_for(lambda: not left(cluster.root))
    too_much = engine(tmp_path, Limits(memory=1 << 50))
    with pytest.raises(ClusterNotUsable, match="no node has 1 processors and 1073741824 MiB"):
        list(too_much.map_unordered(double, [{"value": 1}], lambda item: "one"))


def test_D1_D7_a_run_whose_driver_is_killed_and_that_loses_a_node_gives_the_bytes_of_an_undisturbed_local_one(
    cluster, tmp_path
):
    names = [f"p{number}" for number in range(4)]
    for name in names:
        write(tmp_path, name)
    listed = write_list(tmp_path / "list.toml", names)
    local = sweflow.build_all(listed, tmp_path / "local", CorpusOptions(workers=2), sandbox="process")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "sweflow", "build-all", str(listed), "--out", str(out), "--engine", "ray", "-q"]
    driver = subprocess.Popen([*command, "--sandbox", "process", "--repository-memory", "1G"], stderr=subprocess.PIPE)
    wait_for(lambda: any(stage == "build" for _, stage, _ in ended_stages(out)) or driver.poll() is not None)
    assert driver.poll() is None, driver.stderr.read()
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    wait_for(lambda: not left(cluster.root))
    finished, before = set(ended_stages(out)), len(started(out))
    assert 0 < len(finished) < 4 * len(names)
    lost = []

    def lose(event) -> None:
        """When both nodes are at a build, one goes as if its power had."""
        begun = {name for name, stage, _ in started(out)[before:] if stage == "build"}
        if event["event"] == "progress" and len(begun) >= 2 and not lost:
            lost.append(cluster.worker_nodes.copy().pop())
            cluster.remove_node(lost[0], allow_graceful=False)

    options = CorpusOptions(engine=EngineName.RAY, limits=LIMITS)
    made = sweflow.build_all(listed, out, options, sandbox="process", hear=lose)
    cluster.add_node(**NODE)
    assert lost
    assert ends(made) == dict.fromkeys(names, End.DONE)
    assert made.dataset == local.dataset
    assert bytes_of(out) == bytes_of(tmp_path / "local")
    assert not finished & set(started(out)[before:])
    assert len(ended_stages(out)) == len(set(ended_stages(out))) == 4 * len(names)
    wait_for(lambda: not left(cluster.root))
    before = len(started(out))
    assert run(listed, out).dataset == made.dataset
    assert len(started(out)) == before


def test_poisoned_repositories_on_nodes_are_lines_of_their_own(cluster, tmp_path):
    names = ["hangs", "forks", "hoards", "fills", "empty"]
    for name in names:
        write(tmp_path, name, name)
    write(tmp_path, "zeta")
    limits = Limits(seconds=100, memory=1 << 30, disk=60 << 20, processes=100)
    made = run(write_list(tmp_path / "list.toml", [*names, "zeta"]), tmp_path / "out", limits)
    assert ends(made) == {
        "hangs": End.TIMED_OUT,
        "forks": End.CRASHED,
        "hoards": End.MEMORY,
        "fills": End.DISK,
        "empty": End.NO_TESTS,
        "zeta": End.DONE,
    }
    wait_for(lambda: not left(cluster.root))
