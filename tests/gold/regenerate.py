"""The graph of examples/calculator in every output format: what the gold files hold.

    python -m tests.gold.regenerate

writes them anew. Read the difference before it is committed.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from click.testing import CliRunner

import sweflow
from sweflow.cli.graph import LISTS
from sweflow.cli.main import cli

GOLD = Path(__file__).parent / "calculator"
EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "calculator"


def rendered(scratch: Path, python: Path) -> dict[str, str]:
    """The text of every gold file by name, from a fresh trace of the example."""
    repo, out = scratch / "calculator", scratch / "out"
    shutil.copytree(EXAMPLE, repo, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    sweflow.trace(repo, out, python=python, options=sweflow.Options.of(reruns=0))
    sweflow.graph(out)
    sweflow.schedule(out)
    return {
        "graph.json": (out / "graph.json").read_text("utf-8"),
        "schedule.json": (out / "schedule.json").read_text("utf-8"),
        **{f"view.{kind}": _run("graph", out, "--format", kind) for kind in ("dot", "graphml", "json")},
        **{f"{what}.txt": _run("graph", out, "--show", what) for what in LISTS},
        **{f"{what}.json": _pretty(_run("graph", out, "--show", what, "--json")) for what in LISTS},
    }


def _run(*arguments: object) -> str:
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)
    return "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())


def _pretty(text: str) -> str:
    return json.dumps(json.loads(text), indent=1) + "\n"


def main() -> None:
    """Write the gold files."""
    GOLD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in rendered(Path(scratch), Path(sys.executable)).items():
            (GOLD / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
