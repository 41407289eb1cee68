"""How a run ends: its exit code, and one sentence for each bad end.

Exit codes: 0 done, 1 done but not as hoped, 2 bad input, 70 an error of this program, 130 interrupted.
"""

import shlex
import sys
import time
import traceback

import click
from rich.console import Console
from sweflow_datasets.log import LOG, SAID, is_debugging
from sweflow_datasets.version import __version__
from sweflow_tracer import SweflowError

DONE, BAD_INPUT, BROKEN, INTERRUPTED = 0, 2, 70, 130
INTERRUPTED_SENTENCE = "sweflow: interrupted; the same command goes on from here."


def run_logged(command: click.Command) -> int:
    """Run the command line and say how it ended; the exit code."""
    started = time.monotonic()
    LOG.info("started: sweflow %s, %s", __version__, shlex.join(sys.argv[1:]))
    code = _run(command)
    LOG.info("ended after %.1f s with exit code %d", time.monotonic() - started, code)
    return code


def _run(command: click.Command) -> int:
    try:
        code = command.main(standalone_mode=False)
    except SweflowError as error:
        return _fail(str(error), error, BAD_INPUT)
    except click.ClickException as error:
        return _fail(_usage(error), error, BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        LOG.warning("interrupted", extra=SAID)
        print(INTERRUPTED_SENTENCE, file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        return _fail(f"the system says: {error}: put that right and run the same command again.", error, BROKEN)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"an error of this program at {place.name}, line {place.lineno}: {type(error).__name__}: {error}"
        return _fail(f"{what}: run the same command with -vv and report what it prints.", error, BROKEN)
    return code if isinstance(code, int) else DONE


def _usage(error: click.ClickException) -> str:
    """What is wrong with a command line, and where to read on; the place is the command."""
    context = getattr(error, "ctx", None)
    message = " ".join(error.format_message().split())
    more = f"{context.command_path if context else 'sweflow'} --help"
    return f"{message} See `{more}`." if message.endswith((".", "?")) else f"{message}: see `{more}`."


def _fail(sentence: str, error: Exception, code: int) -> int:
    if is_debugging():
        traceback.print_exception(error)
    if code == BROKEN:
        LOG.error("%s", "".join(traceback.format_exception(error)).rstrip(), extra=SAID)
    else:
        LOG.error("%s", sentence, extra=SAID)
    Console(stderr=True, highlight=False).print(f"sweflow: {sentence}", markup=False, soft_wrap=True)
    return code
