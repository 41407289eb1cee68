"""Signals: the first one ends a command as Ctrl-C does, within two seconds, whatever it is doing (H3)."""

import os
import signal
import sys
import threading
from types import FrameType

from sweflow_tracer.runner.leftovers import abandon

from sweflow.cli.exit_codes import INTERRUPTED, INTERRUPTED_SENTENCE

PATIENCE = 1.4
"""Seconds that a command has to clean up by itself."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def take_signals() -> None:
    """Let SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, once; see to it that the command is over soon after."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a shell's background job
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)  # what follows is cleaning up, which nothing should cut short
    last = threading.Timer(PATIENCE, _give_up)
    last.daemon = True
    last.start()
    raise KeyboardInterrupt


def _give_up() -> None:
    """Clean up from outside of whatever does not end, and leave."""
    abandon()
    print(INTERRUPTED_SENTENCE, file=sys.stderr, flush=True)
    os._exit(INTERRUPTED)
