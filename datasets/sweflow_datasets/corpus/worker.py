"""A job's process: takes a function and an item from its first file, and writes what comes of them, a line each.

It goes, with all that it started, when whoever started it does: a keeper beside it sees to that, since a cluster that
ends a node's process also kills its children, and would leave theirs.
"""

import contextlib
import json
import os
import pickle
import resource
import select
import shutil
import signal
import sys
import threading
import time
import traceback
from typing import Any, NoReturn

from sweflow_tracer.runner.leftovers import abandon
from sweflow_tracer.sandbox.ownership import lives, owner

from sweflow_datasets.corpus.watching import MARK, ROUNDS, end_family

TELL, RESULT, ERROR = "tell", "result", "error"


def main() -> None:
    """Work, and leave at once: threads that still wait for a process of the target's keep nobody."""
    out = int(sys.argv[1])
    largest = int(sys.argv[2])
    os.set_inheritable(out, False)
    given = os.dup(0)  # as every descriptor that Python makes, this one is not inherited
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    leader, who = os.getpid(), owner()
    if not os.fork():
        os.close(out)
        _keep(given, leader, who)
    source = os.fdopen(given, "rb", buffering=0)
    function, item = pickle.loads(_exactly(source, int.from_bytes(_exactly(source, 8), "big")))
    _limit(largest)
    lock = threading.Lock()

    def say(kind: str, value: Any) -> None:
        with lock:
            data = json.dumps([kind, value]).encode() + b"\n"
            while data:
                data = data[os.write(out, data) :]

    try:
        say(RESULT, function(item, lambda value: say(TELL, value)))
    except BaseException as error:
        print(traceback.format_exc(), file=sys.stderr, flush=True)
        say(ERROR, f"{type(error).__name__}: {error}"[:500])
        sys.stderr.flush()
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


def _exactly(source: Any, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        more = source.read(count - len(parts))
        if not more:
            os._exit(1)
        parts += more
    return bytes(parts)


def _keep(given: int, leader: int, who: str) -> NoReturn:
    """Wait until nobody holds the other end; then kill the leader and all that it started, and remove its scratch.

    The leader is stopped first: it would take the death of what it waits for as a result. ``who`` it is tells it from
    a later process of its number.
    """
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end = select.poll()
    end.register(given, 0)  # the end is told; what there is to read is the leader's
    end.poll()
    if lives(who):
        with contextlib.suppress(OSError):
            os.kill(leader, signal.SIGSTOP)
    else:
        leader = os.getpid()  # whoever has its number now is a stranger
    abandon(who)
    end_family(leader, os.environ.get(MARK, ""), who)
    scratch = os.environ.get("TMPDIR", "")
    if os.path.basename(scratch).startswith("sweflow-"):
        for _ in range(ROUNDS):
            shutil.rmtree(scratch, ignore_errors=True)
            if not os.path.exists(scratch):
                break
            time.sleep(0.05)
    os._exit(0)


def _limit(largest: int) -> None:
    """No file becomes larger than all may be together: a write beyond that is an error, and no signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if largest and (hard == resource.RLIM_INFINITY or largest < hard):
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))


if __name__ == "__main__":
    main()
