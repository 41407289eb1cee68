"""Attacks on the host: processes that stay, and what uses up processes, memory, disk or time."""

from sweflow_tasks.attacks.values import at_import, when_called

HOST = (
    at_import(
        "background-process",
        "a process that outlives the run and writes records later",
        """
        import os

        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                import time
                time.sleep(600)
            os._exit(0)
        """,
    ),
    when_called(
        "kill-parent",
        "the process above is killed",
        "def payload(*a, **k):\n    import os\n    os.kill(os.getppid(), 9)\n",
    ),
    when_called(
        "write-outside",
        "files written wherever that is possible, also through a symbolic link",
        """
        def payload(*a, **k):
            import os
            for folder in ("/tmp", "/var/tmp", "/etc", "/usr/local/lib", os.path.expanduser("~"), os.getcwd()):
                try:
                    link = os.path.join(os.getcwd(), "link")
                    os.symlink(folder, link)
                    with open(os.path.join(link, "sweflow-owned"), "w") as file:
                        file.write("owned")
                    os.unlink(link)
                except OSError:
                    pass
            raise RuntimeError
        """,
        harmful=True,
    ),
    when_called(
        "network",
        "a connection to the world",
        """
        def payload(*a, **k):
            import socket
            socket.create_connection(("192.0.2.1", 80), timeout=2)
        """,
    ),
    when_called("infinite-loop", "the function does not end", "def payload(*a, **k):\n    while True:\n        pass\n"),
    at_import("infinite-import", "the import does not end", "while True:\n    pass\n"),
    when_called(
        "fork-bomb",
        "processes without end",
        """
        def payload(*a, **k):
            import os, time
            end = time.monotonic() + 8
            while time.monotonic() < end:
                try:
                    os.fork()
                except OSError:
                    time.sleep(0.05)
        """,
        harmful=True,
    ),
    when_called(
        "memory-hog",
        "memory without end",
        "def payload(*a, **k):\n    kept = []\n    while True:\n        kept.append(b'x' * 50_000_000)\n",
        harmful=True,
    ),
    when_called(
        "disk-fill",
        "files without end",
        """
        def payload(*a, **k):
            import tempfile
            for number in range(400):
                with open(tempfile.gettempdir() + "/fill%d" % number, "wb") as file:
                    for _ in range(20):
                        file.write(b"x" * 5_000_000)
        """,
        harmful=True,
    ),
)
