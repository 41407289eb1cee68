"""The build: runs inside a sandbox and makes wheels with uv. Standard library only; nobody imports it here.

Its one argument is a JSON object: ``commands`` (with ``{port}`` for the way to the index), ``door``, ``out`` and
``channel``. Wheels that stand in ``out`` afterwards go to the channel as one tar archive.
"""

import json
import os
import socket
import subprocess
import sys
import tarfile
import threading


def main() -> None:
    """Run the commands; exit code 1 where one of them fails."""
    job = json.loads(sys.argv[1])
    environment = dict(os.environ)
    if job["door"]:
        proxy = "http://127.0.0.1:%d" % listen(job["door"])
        environment.update(dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), proxy))
    for command in job["commands"]:
        if subprocess.call(command, env=environment):
            sys.exit(1)
    with open(job["channel"], "wb") as channel, tarfile.open(fileobj=channel, mode="w|") as archive:
        for name in sorted(os.listdir(job["out"])):
            if name.endswith(".whl"):
                archive.add(os.path.join(job["out"], name), name)


def listen(door: str) -> int:
    """Listen on a port of the loopback and lead whoever comes to the door; the port."""
    server = socket.create_server(("127.0.0.1", 0), backlog=64)

    def serve() -> None:
        while True:
            inner, _ = server.accept()
            outer = socket.socket(socket.AF_UNIX)
            outer.connect(door)
            for pair in ((inner, outer), (outer, inner)):
                threading.Thread(target=carry, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return int(server.getsockname()[1])


def carry(source: socket.socket, goal: socket.socket) -> None:
    """Bytes from one to the other until there are no more."""
    try:
        while True:
            data = source.recv(1 << 16)
            if not data:
                break
            goal.sendall(data)
    except OSError:
        pass
    for end in (source, goal):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


if __name__ == "__main__":
    main()
