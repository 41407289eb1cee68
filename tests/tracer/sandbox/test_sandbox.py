"""Sandboxes: what code of a target can reach, what it may use, and that nothing is left of it (V7)."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sweflow_tracer.errors import SandboxFailed, SandboxNotUsable
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.recording.interning import unpack_edge
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.leftovers import find_leftovers, remove
from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.records import Record, codes_of
from sweflow_tracer.runner.session import Session, run_session
from sweflow_tracer.runner.workspace import OWNER, Workspace
from sweflow_tracer.sandbox import Limits, choose, examine, open_sandbox, seccomp
from sweflow_tracer.sandbox.choose import examine_one, warning
from sweflow_tracer.sandbox.docker import open_client
from sweflow_tracer.sandbox.image import BASE_LABEL, ENVIRONMENT_LABEL, OWNER_LABEL, find_base, owner_label
from sweflow_tracer.sandbox.ownership import TOKEN, kill_marked, marked, owner

import sweflow
from tests.helpers import write_repository

DOCKER = pytest.param("docker", marks=pytest.mark.docker)
ISOLATED = ["bubblewrap", DOCKER]
EVERY = ["process", *ISOLATED]
PYTHON = Path(sys.executable)
GIB = 1 << 30


def usable(name: str) -> str:
    found = examine_one(name)
    if not found.works:
        pytest.skip(f"{name} does not work here: {found.problem}")
    return name


class Place:
    """Where scripts run in one sandbox; what a script prints to its channel is JSON."""

    def __init__(self, name: str, root: Path, limits: Limits) -> None:
        self.sandbox = open_sandbox(name, PYTHON, limits=limits)
        self.launcher = Launcher(self.sandbox)
        self.root = root
        self.runs = 0

    def begin(self, text: str) -> tuple[Path, Path, Path]:
        self.runs += 1
        cwd, run = self.root / "tree", self.root / f"run{self.runs}"
        cwd.mkdir(exist_ok=True)
        run.mkdir()
        (run / "script.py").write_text("import json, os, sys, time\nfrom pathlib import Path\n" + HEADER + text)
        channel = run / "channel"
        channel.touch()
        return cwd, run, channel

    def run(self, text: str, seconds: float = 60.0) -> tuple[int | None, object, str]:
        """Exit code (None: no end in time), what came through the channel, and the log."""
        cwd, run, channel = self.begin(text)
        until = time.monotonic() + seconds
        with self.start(cwd, run, channel) as running:
            while (code := running.wait(0.05)) is None and time.monotonic() < until:
                pass
        lines = channel.read_text().splitlines()
        return code, json.loads(lines[-1]) if lines else None, (run / "log").read_text("utf-8", "replace")

    def start(self, cwd: Path, run: Path, channel: Path):
        environment = {"CHANNEL": str(channel), "HOME": str(run), "TMPDIR": str(run)}
        return self.launcher.start([str(PYTHON), str(run / "script.py")], cwd, environment, run / "log", channel)


HEADER = """
def tell(value):
    with open(os.environ["CHANNEL"], "a") as file:
        file.write(json.dumps(value) + "\\n")

def attempt(action, *arguments):
    try:
        action(*arguments)
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return None

"""


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Place]]:
    made: list[Place] = []

    def make(name: str, **limits: object) -> Place:
        (tmp_path / "scratch").mkdir(exist_ok=True)
        made.append(Place(usable(name), tmp_path / "scratch", replace(Limits(), **limits)))
        return made[-1]

    yield make
    for one in made:
        one.launcher.stop()


@pytest.mark.parametrize("way", ["told", "asked"])
def test_an_end_is_seen_and_leaves_no_descriptor(way, place, monkeypatch):
    if way == "asked":
        monkeypatch.delattr(os, "pidfd_open")  # as where the system has none
    here, before = place("process"), len(os.listdir("/proc/self/fd"))
    cwd, run, channel = here.begin("time.sleep(0.3); sys.exit(3)")
    with here.start(cwd, run, channel) as running:
        assert running.wait(0.01) is None
        started = time.monotonic()
        assert running.wait(30) == running.wait(30) == 3
        assert time.monotonic() - started < 15
    assert len(os.listdir("/proc/self/fd")) == before
    assert running.wait(0.01) == 3


@pytest.mark.parametrize("name", EVERY)
def test_exit_code_log_and_records_come_back(name, place):
    here = place(name)
    code, said, log = here.run("print('printed'); tell([os.getcwd(), os.environ['HOME']]); sys.exit(7)")
    assert (code, said, log) == (7, [str(here.root / "tree"), str(here.root / "run1")], "printed\n")
    assert here.run("os.kill(os.getpid(), 9)")[0] == -signal.SIGKILL
    assert (
        here.run("tell(sorted(os.environ))")[1] == ["CHANNEL", "HOME", "LC_CTYPE", TOKEN, "TMPDIR"] or name != "process"
    )


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_there_is_no_network_but_loopback_works(name, place):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        text = f"""
import socket
def connect(address):
    socket.create_connection(address, 3).close()
server = socket.create_server(("127.0.0.1", 0))
tell([attempt(connect, ("127.0.0.1", {port})), attempt(connect, ("1.1.1.1", 53)),
      attempt(connect, server.getsockname()), sorted(name for _, name in socket.if_nameindex())])
"""
        _, said, log = place(name).run(text)
    host, outside, own, interfaces = said
    assert host == "ConnectionRefusedError", log
    assert outside == "OSError"
    assert own is None
    assert set(interfaces) <= {
        "lo",
        "sit0",
        "tunl0",
        "ip6tnl0",
        "gre0",
        "erspan0",
        "gretap0",
        "ip_vti0",
        "ip6_vti0",
        "ip6gre0",
    }


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_nothing_outside_the_scratch_folder_can_be_written(name, place):
    here = place(name)
    (here.root / "tree").mkdir()
    (here.root / "tree" / "kept.py").write_text("as it was")
    text = """
import sysconfig
places = ["/", "/usr", "/etc", "/root", sys.prefix, sys.base_prefix, sysconfig.get_path("purelib"), "/proc/sys/kernel"]
def write(folder):
    Path(folder, "planted").write_text("x")
tell([[place, attempt(write, place)] for place in places] + [os.getuid() == 0])
Path("kept.py").write_text("changed")
write("/tmp"), write(os.environ["HOME"])
"""
    code, said, log = here.run(text)
    assert code == 0, log
    *places, root = said
    assert not root
    assert [place for place, error in places if error is None] == []
    assert (here.root / "tree" / "kept.py").read_text() == "as it was"
    assert not Path("/tmp/planted").exists()


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_files_of_the_host_are_not_visible(name, place, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("solution")
    seen = [str(secret), str(Path.home() / ".ssh"), "/etc/shadow", str(Path(__file__))]
    text = f"""
def readable(path):
    try:
        return bool(os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))
    except OSError:
        return False
tell([[path for path in {seen!r} if readable(path)], sorted(os.listdir("/home") if os.path.isdir("/home") else [])])
"""
    _, said, log = place(name).run(text)
    assert said == [[], []], log


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_nothing_of_an_earlier_run_is_there(name, place):
    here = place(name)
    look = "tell(sorted(p for f in ('/tmp', '/dev/shm', '/var/tmp', '.') for p in os.listdir(f) if 'mine' in p))"
    plant = "[Path(f, 'mine').write_text('x') for f in ('/tmp', '/dev/shm', '/var/tmp', '.')]\n"
    assert here.run(plant + look)[1] == ["mine"] * 4
    assert here.run(look)[1] == []


@pytest.mark.parametrize("name", EVERY)
def test_V7_a_memory_hog_hits_its_limit(name, place):
    _, said, _ = place(name, address_space=GIB).run("tell(attempt(bytearray, 3 << 30))")
    assert said == "MemoryError"


@pytest.mark.parametrize("name", EVERY)
def test_V7_a_file_cannot_grow_without_end(name, place):
    text = "tell([attempt(Path(f, 'big').write_bytes, bytes(3 << 20)) for f in (os.environ['HOME'], '.')])"
    assert place(name, file_size=1 << 20).run(text)[1] == ["OSError", "OSError"]


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_files_together_cannot_fill_the_disk(name, place):
    text = "tell(attempt(lambda: [Path('f%d' % n).write_bytes(bytes(1 << 20)) for n in range(40)]))"
    assert place(name, scratch=16 << 20).run(text)[1] == "OSError"


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_a_fork_bomb_is_bounded_and_ends(name, place):
    text = """
import signal
def bomb():
    count = 0
    while count < 500:
        if os.fork() == 0:
            time.sleep(600)
        count += 1
        Path("count").write_text(str(count))
tell([attempt(bomb), int(Path("count").read_text())])
"""
    here = place(name, processes=40)
    code, said, log = here.run(text)
    assert code == 0, log
    assert said[0] == "BlockingIOError"
    assert 5 < said[1] < 45
    assert not left(here)


@pytest.mark.parametrize("name", EVERY)
def test_V7_the_end_takes_the_whole_tree_with_it(name, place):
    text = """
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
tell("started")
time.sleep(600)
"""
    here = place(name)
    code, said, log = here.run(text, seconds=3.0)
    assert (code, said) == (None, "started"), log
    assert not left(here)


@pytest.mark.parametrize("name", EVERY)
def test_V7_a_process_that_outlives_the_command_is_ended(name, place):
    here = place(name)
    code, _, log = here.run("if os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n")
    assert code == 0, log
    assert not left(here)


@pytest.mark.parametrize("name", EVERY)
def test_stop_ends_what_runs_and_starts_nothing_more(name, place):
    here = place(name)
    cwd, run, channel = here.begin("tell(1); time.sleep(600)")
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012, SIM117  # what was cut off has no end of its own
        with here.start(cwd, run, channel) as running:
            running.wait(0.5)
            here.launcher.stop()
            assert not left(here)
            assert running.wait(5) == -signal.SIGKILL
    with pytest.raises(KeyboardInterrupt), here.start(cwd, run, channel):
        pass


def test_H3_a_process_that_ends_while_it_is_looked_at_is_passed_over(monkeypatch):
    def gone(place: Path, *_args, **_named):
        raise ProcessLookupError(f"No such process: {place}")

    monkeypatch.setattr(Path, "stat", gone)
    monkeypatch.setattr(Path, "read_bytes", gone)
    assert list(marked(TOKEN)) == []


def left(here: Place) -> list[int]:
    """Processes of this test run that still live."""
    time.sleep(0.1)
    return [pid for pid, token in marked(TOKEN) if token.startswith(f"{owner()}.")]


@pytest.mark.parametrize("name", EVERY)
def test_V7_nothing_is_left_when_we_crash(name, place, tmp_path):
    usable(name)
    text = f"""
import sys, time
from pathlib import Path
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.sandbox import open_sandbox
root = Path({str(tmp_path)!r})
(root / "tree").mkdir(), (root / "run").mkdir()
launcher = Launcher(open_sandbox({name!r}, Path(sys.executable)))
script = "import time; open('channel', 'a').write('up'); time.sleep(600)"
channel = root / "run" / "channel"
channel.touch()
with launcher.start([sys.executable, "-c", script], root / "run", {{}}, root / "run" / "log", channel) as running:
    while not channel.read_text():
        running.wait(0.1)
    from sweflow_tracer.sandbox.ownership import owner
    print(owner(), flush=True)
    running.wait(600)
"""
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as crashing:
        who = crashing.stdout.readline().strip()
        crashing.kill()
    assert who
    if name == "process":  # pytest watches its parent by itself (probe/workers.py); other commands are found later
        found = [one for one in find_leftovers() if one.kind == "process"]
        mine = [
            one for one in found if any(str(pid) == one.name and token.startswith(who) for pid, token in marked(TOKEN))
        ]
        assert mine
        assert all(map(remove, mine))
    until = time.monotonic() + 20
    while (alive := [pid for pid, token in marked(TOKEN) if token.startswith(who)]) and time.monotonic() < until:
        time.sleep(0.1)
    assert not alive


@pytest.mark.docker
def test_V7_a_container_whose_owner_crashed_is_found_and_removed():
    usable("docker")
    client = open_client()
    labels = {OWNER_LABEL: f"999999-1@{socket.gethostname()}"}
    made = client.create_container(find_base(client), ["true"], labels=labels)["Id"]
    kept = client.create_container(
        find_base(client), ["true"], labels={OWNER_LABEL: f"{owner()}@{socket.gethostname()}"}
    )["Id"]
    try:
        found = [one for one in find_leftovers() if one.kind == "container"]
        assert made in [one.name for one in found]
        assert kept not in [one.name for one in found]
        assert all(remove(one) for one in found if one.name == made)
        assert made not in [row["Id"] for row in client.containers(all=True)]
    finally:
        client.remove_container(kept)


@pytest.mark.docker
def test_V7_a_container_that_has_an_owners_label_from_its_image_alone_is_left_alone():
    usable("docker")
    client = open_client()
    labels = {OWNER_LABEL: f"999999-1@{socket.gethostname()}"}
    made = client.create_container(find_base(client), ["true"], labels=labels)["Id"]
    committed = client.commit(made, "sweflow-test", "handed-on")["Id"]  # an image takes its container's labels
    client.remove_container(made)
    theirs = client.create_container(committed, ["true"])["Id"]
    try:
        assert theirs not in [one.name for one in find_leftovers() if one.kind == "container"]
    finally:
        client.remove_container(theirs)
        client.remove_image(committed, force=True)


@pytest.mark.docker
def test_V7_an_environments_image_is_nobodys_and_is_no_base(place):
    client = open_client()
    place("docker").run("pass")
    made = client.images(filters={"label": f"{ENVIRONMENT_LABEL}=1"})
    assert made
    assert not [row["Labels"] for row in made if row["Labels"].get(OWNER_LABEL) or row["Labels"].get(BASE_LABEL)]
    base = client.inspect_image(find_base(client))["Config"]["Labels"] or {}
    assert not base.get(ENVIRONMENT_LABEL)


def test_a_scratch_folder_whose_owner_crashed_is_found_and_a_living_ones_is_not(tmp_path):
    with Workspace("repo", tmp_path / "ledger") as lives, Workspace("repo", tmp_path / "ledger") as crashed:
        (crashed.scratch / OWNER).write_text("999999-1")
        found = [one for one in find_leftovers() if one.kind == "folder"]
        assert str(lives.scratch) not in [one.name for one in found]
        assert [remove(one) for one in found if one.name == str(crashed.scratch)] == [True]
        assert not crashed.scratch.exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ISOLATED)
def test_a_soft_time_out_reaches_the_test_and_processes_that_tests_start_are_followed(name, tmp_path):
    call = "subprocess.run([sys.executable, '-c', 'import small; small.work()'], check=True)"
    tests = f"def test_starts():\n    {call}\ndef test_slow():\n    small.slow()\n"
    files = {
        "small.py": "import time\ndef slow():\n    time.sleep(60)\ndef work():\n    return 1\n",
        "test_small.py": f"import small, subprocess, sys\n{tests}",
    }
    repo = write_repository(tmp_path / "repo", files)
    project, blobs = read_project(repo, inspect_interpreter(PYTHON, repo), (), allow_dirty=True)
    launcher = Launcher(open_sandbox(usable(name), PYTHON, project))
    options = SessionOptions("settrace", "together", fork=False, timeout=4.0)
    with Workspace("repo", tmp_path / "ledger") as workspace:
        workspace.show(blobs)
        session = run_session(Target(project, PYTHON, repo), workspace, launcher, options)
    records = {record["id"].rpartition("::")[2]: record for record in session.tests}
    assert {test: record["outcome"] for test, record in records.items()} == {
        "test_starts": "passed",
        "test_slow": "timed-out",
    }
    assert called(records["test_starts"], session) == {"work", "test_starts"}
    assert called(records["test_slow"], session) == {"slow", "test_slow"}


def called(record: Record, session: Session) -> set[str]:
    codes = codes_of(record, session.collected["codes"])
    return {codes[unpack_edge(edge)[1] - 1][1] for edge in record["edges"]["call"]}


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_an_installed_copy_of_the_project_is_not_visible(name, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    packages = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    (packages / "other.py").write_text("kept = 1\n")
    (packages / "small.py").write_text("solution = 1\n")
    (packages / "deep").mkdir()
    (packages / "deep" / "__init__.py").write_text("solution = 1\n")
    (packages / "shared" / "mine").mkdir(parents=True)
    (packages / "shared" / "mine" / "__init__.py").write_text("solution = 1\n")
    (packages / "shared" / "theirs.py").write_text("kept = 1\n")
    (packages / "__editable__.small.pth").write_text(f"{tmp_path / 'repo' / 'src'}\n")
    python = tmp_path / "venv" / "bin" / "python"
    text = "solution = 1\n"
    files = {
        f"src/{path}": text
        for path in ("small.py", "deep/__init__.py", "deep/part.py", "shared/mine/__init__.py", "only.py")
    }
    repo = write_repository(tmp_path / "repo", files)
    (packages / "pytest.pth").write_text(str(Path(pytest.__file__).parents[1]))  # read_project asks for it
    project, _ = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    launcher = Launcher(open_sandbox(usable(name), python, project))
    (tmp_path / "empty" / "cwd").mkdir(parents=True)
    (tmp_path / "empty" / "run").mkdir()
    script = textwrap.dedent("""
        import importlib
        found = []
        for name in ("small", "deep", "shared.mine", "only", "other", "shared.theirs", "pytest"):
            try:
                importlib.import_module(name)
                found.append(name)
            except ImportError:
                pass
        print(*found)
    """)
    log = tmp_path / "empty" / "run" / "log"
    with launcher.start([str(python), "-c", script], tmp_path / "empty" / "cwd", {}, log) as running:
        while running.wait(0.1) is None:
            pass
    assert log.read_text().split() == ["other", "shared.theirs", "pytest"]


def kill_from_outside(name: str) -> None:
    """Kill every sandbox of this process, as a user or the kernel would."""
    if name == "bubblewrap":
        assert kill_marked(TOKEN, f"{owner()}.")
        return
    client = open_client()
    mine = client.containers(filters={"label": [f"{label}={value}" for label, value in owner_label().items()]})
    assert mine
    for container in mine:
        client.kill(container["Id"])


@pytest.mark.parametrize("name", ISOLATED)
def test_V3_a_sandbox_that_is_killed_from_outside_is_no_outcome(name, place):
    here = place(name)
    cwd, run, channel = here.begin("tell(1); time.sleep(600)")
    with here.start(cwd, run, channel) as running:
        while not channel.read_text():
            running.wait(0.1)
        kill_from_outside(name)
        with pytest.raises(SandboxFailed, match=f"the sandbox {name} broke down"):
            running.wait(20)


KILLS = """
if os.fork() == 0:
    for pid in (-1, 1, *range(2, 20), os.getppid()):
        for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
            attempt(os.kill, pid, number) if pid != os.getpid() else None
    attempt(os.killpg, os.getpgid(1) or 1, signal.SIGKILL)
    os._exit(0)
tell(1)
time.sleep(600)
"""


@pytest.mark.parametrize("name", ISOLATED)
def test_V3_a_job_that_kills_all_that_it_can_ends_itself_and_not_its_sandbox(name, place):
    code, said, _ = place(name).run("import signal\n" + KILLS)
    assert (code, said) in (
        (-signal.SIGKILL, 1),
        (-signal.SIGKILL, None),
        (-signal.SIGTERM, 1),
        (-signal.SIGTERM, None),
    )


def test_V3_a_bubblewrap_that_is_not_allowed_is_an_error_with_a_next_move(place, tmp_path, monkeypatch):
    here = place("bubblewrap")
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(SandboxFailed, match=r"No permissions to create new namespace.*: allow unprivileged user"):
        here.run("pass")
    assert "No permissions" in examine_one("bubblewrap").problem


def test_V3_an_engine_that_is_not_there_is_said_with_a_next_move(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'nobody.sock'}")
    with pytest.raises(SandboxNotUsable, match=r"the sandbox docker cannot be used here \(.*\): install"):
        choose("docker")
    assert choose("auto").name in ("bubblewrap", "process")


def test_every_sandbox_says_what_it_isolates_and_how_to_get_it(monkeypatch):
    monkeypatch.delenv("SWEFLOW_SANDBOX")
    found = {one.name: one for one in examine()}
    assert list(found) == ["docker", "bubblewrap", "process"]
    assert all(one.works or (one.problem and one.hint) for one in found.values())
    assert "network" in found["process"].open
    assert all("network" in one.isolates for one in found.values() if one.name != "process")
    assert choose().name == next(one.name for one in found.values() if one.works)
    assert "plain processes" in warning(found["process"])
    with pytest.raises(SandboxNotUsable, match="take one of auto, docker, bubblewrap, process"):
        choose("jail")


@pytest.mark.slow
@pytest.mark.parametrize("name", ISOLATED)
def test_V7_D2_every_sandbox_gives_the_same_trace_and_the_same_tasks(name, example):
    usable(name)
    repo = example("calculator")
    folders = {}
    for sandbox in ("process", name):
        folders[sandbox] = sweflow.Folder(repo.parent / f"out-{sandbox}")
        sweflow.build(repo, folders[sandbox].root, python=PYTHON, sandbox=sandbox)
    mine, plain = folders[name], folders["process"]
    for file in ("project", "options", "graph", "schedule", "tasks", "certificates", "rejected"):
        assert getattr(mine, file).read_bytes() == getattr(plain, file).read_bytes()
    assert edges(mine) == edges(plain)


def edges(folder: sweflow.Folder) -> object:
    """The trace without its durations."""
    from sweflow_tracer.format import read_trace

    trace = read_trace(folder.trace)
    return replace(trace, tests=tuple(replace(test, duration=0.0) for test in trace.tests))


SURROUNDINGS = """
import getpass, grp, pwd, socket, stat

def user(): return bool(pwd.getpwuid(os.getuid()).pw_name and grp.getgrgid(os.getgid()).gr_name and getpass.getuser())
def host(): return socket.gethostbyname("localhost")
def own(): return bool(socket.gethostbyname(socket.gethostname()))
def service(): return socket.getservbyname("http")
def files(): return [bool(open(f"/etc/{name}").read()) for name in ("passwd", "group", "hosts", "nsswitch.conf")]
def folder(): return oct(os.stat("/etc").st_mode & 0o555)
def temporary(): return [oct(stat.S_IMODE(os.stat(name).st_mode)) for name in ("/tmp", "/var/tmp", "/dev/shm")]
def home(): return os.path.isdir(os.path.expanduser("~"))
def null(): return open("/dev/null").read()

def outcome(probe):
    try:
        return probe()
    except Exception as error:
        return f"{type(error).__name__}: {error}"

tell({probe.__name__: outcome(probe) for probe in (user, host, own, service, files, folder, temporary, home, null)})
"""


@pytest.mark.parametrize("name", EVERY)
def test_D2_what_programs_ask_of_a_system_has_one_answer_in_every_sandbox(name, place):
    _, said, log = place(name).run(SURROUNDINGS)
    assert said == {
        "user": True,
        "host": "127.0.0.1",
        "own": True,
        "service": 80,
        "files": [True] * 4,
        "folder": "0o555",
        "temporary": ["0o1777"] * 3,
        "home": True,
        "null": "",
    }, log


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_the_first_process_does_not_tell_where_things_are_on_the_host(name, place):
    _, said, _ = place(name).run("tell(Path('/proc/1/cmdline').read_bytes().replace(b'\\0', b' ').decode())")
    assert "bind" not in said
    assert "tmpfs" not in said


CALLS = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def ask(number, *arguments):
    ctypes.set_errno(0)
    libc.syscall(number, *arguments)
    return errno.errorcode.get(ctypes.get_errno(), "0")
"""


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_no_namespace_can_be_made_inside_and_nothing_mounted_or_loaded(name, place):
    """What a suite of tests does not need: by our filter under bubblewrap, by the engine's under docker."""
    wanted = ("unshare", "setns", "mount", "umount2", "pivot_root", "keyctl", "add_key", "bpf", "perf_event_open")
    wanted += ("userfaultfd", "kexec_load", "init_module", "finit_module", "reboot", "swapon", "acct", "open_tree")
    numbers = {call: seccomp.numbers()[call] for call in wanted}
    text = CALLS + f"tell({{call: ask(number, 0x10000000, 0, 0, 0, 0) for call, number in {numbers}.items()}})"
    _, said, log = place(name).run(text)
    assert set(said.values()) <= {"EPERM", "ENOSYS"}, (said, log)


def test_V7_the_filter_refuses_every_call_on_its_list_and_lets_programs_live(place):
    usable("bubblewrap")
    text = (
        CALLS
        + f"""
import subprocess, threading
refused = {{call: ask(number, 0, 0, 0, 0, 0) for call, number in {seccomp.numbers()}.items()}}
thread = threading.Thread(target=list)
thread.start(); thread.join()
pid = os.fork()
if pid == 0:
    os._exit(3)
ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
user = ask({56 if os.uname().machine == "x86_64" else 220}, 0x10000000 | 17, 0, 0, 0, 0)
tell([sorted(set(refused.values())), ended, subprocess.run(["true"]).returncode, user])
"""
    )
    code, said, log = place("bubblewrap").run(text)
    assert code == 0, log
    assert said == [["EPERM"], 3, 0, "EPERM"], log


def test_a_machine_whose_calls_are_not_known_has_no_filter():
    assert seccomp.program("riscv64") is None
    lengths = {machine: len(seccomp.program(machine)) for machine in seccomp.NAMES}
    assert all(length % 8 == 0 and length // 8 < 256 for length in lengths.values())


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_processes_together_hit_the_limit_of_memory(name, place):
    """Each of them is far below what one may have; the largest is killed, and the others live on."""
    text = """
import signal
children = []
for size in (40, 40, 40, 200):
    pid = os.fork()
    if pid == 0:
        held = bytearray(os.urandom(1 << 20)) * size
        time.sleep(2.0)
        os._exit(0)
    children.append(pid)
tell([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children])
"""
    _, said, log = place(name, memory=256 << 20).run(text)
    assert said == [0, 0, 0, -signal.SIGKILL], log


@pytest.mark.parametrize("name", ISOLATED)
def test_V7_memory_that_forks_share_counts_once(name, place):
    text = """
held = bytearray(os.urandom(1 << 20)) * 100
children = []
for _ in range(6):
    pid = os.fork()
    if pid == 0:
        time.sleep(1.0)
        os._exit(0)
    children.append(pid)
tell([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children])
"""
    assert place(name, memory=300 << 20).run(text)[1] == [0] * 6
