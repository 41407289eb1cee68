"""The door: the index's hosts and nobody else."""

import socket
import threading
from contextlib import suppress

import pytest
from sweflow_datasets.environments.door import Door, index_hosts


@pytest.fixture
def echo():
    """A server that says what it hears; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):  # nobody came
                taken, _ = server.accept()
                with taken:
                    taken.sendall(taken.recv(100))

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def asked(door, request):
    with socket.socket(socket.AF_UNIX) as inner:
        inner.settimeout(10)
        inner.connect(str(door.path))
        inner.sendall(request)
        answer = inner.recv(100)
        if b" 200 " in answer:
            inner.sendall(b"hello")
            answer += inner.recv(100)
        return answer


def test_a_host_that_is_allowed_is_reached(tmp_path, echo):
    with Door(tmp_path / "door", [("127.0.0.1", echo)]) as door:
        assert asked(door, b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n" % echo).endswith(b"hello")
        assert door.refused == []


@pytest.mark.parametrize(
    "request_line", [b"CONNECT 127.0.0.1:%d HTTP/1.1", b"GET http://127.0.0.1:%d/ HTTP/1.1", b"CONNECT %d"]
)
def test_everybody_else_is_refused_and_named(tmp_path, echo, request_line):
    with Door(tmp_path / "door", [("pypi.org", 443)]) as door:
        assert b" 403 " in asked(door, request_line % echo + b"\r\n\r\n")
        assert door.refused in (["127.0.0.1"], ["?"])


def test_nothing_is_left_of_it(tmp_path):
    with Door(tmp_path / "door", []) as door:
        assert door.path.exists()
    assert not door.path.exists()


def test_hosts_are_those_of_the_index():
    assert index_hosts(None) == {("pypi.org", 443), ("files.pythonhosted.org", 443)}
    assert index_hosts("http://127.0.0.1:3141/root/simple") == {("127.0.0.1", 3141)}
