"""The command line.

Exit codes are those of docs/cli.md; ``exit_codes.py`` has them.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from sweflow_datasets import pipeline
from sweflow_datasets.dataset import load_tasks
from sweflow_datasets.grading import attack
from sweflow_datasets.log import logging_run
from sweflow_datasets.options import Options
from sweflow_datasets.version import __version__
from sweflow_tasks import CertificateOptions, Level
from sweflow_tasks.history.checkout import Content

from sweflow.cli.build_all import build_all_command
from sweflow.cli.clean import clean
from sweflow.cli.command import DIR, PYTHON, REPO, build_values
from sweflow.cli.command import certifying as _certifying
from sweflow.cli.command import chosen_sandbox as _chosen_sandbox
from sweflow.cli.command import chosen_target as _chosen_target
from sweflow.cli.command import folder_of as _out
from sweflow.cli.command import forcing as _forcing
from sweflow.cli.command import output as _output
from sweflow.cli.command import python as _python
from sweflow.cli.command import sandbox as _sandbox
from sweflow.cli.command import scheduling as _scheduling
from sweflow.cli.command import show as _show
from sweflow.cli.command import side_by_side as _jobs
from sweflow.cli.completion import completion
from sweflow.cli.config import config
from sweflow.cli.dataset import dataset
from sweflow.cli.doctor import doctor
from sweflow.cli.env import env
from sweflow.cli.eval import evaluation
from sweflow.cli.exit_codes import run_logged
from sweflow.cli.export import export_command
from sweflow.cli.graph import graph
from sweflow.cli.group import Commands
from sweflow.cli.images import images
from sweflow.cli.interrupts import take_signals
from sweflow.cli.judge import judge
from sweflow.cli.models import describe, solve
from sweflow.cli.negatives import negatives
from sweflow.cli.progress import Bars
from sweflow.cli.report import report
from sweflow.cli.schedule import schedule
from sweflow.cli.tables import attacks_object, attacks_table, counts_table, summary_table, trace_object, trace_table
from sweflow.cli.views import views

T = TypeVar("T")
OUT = click.Path(file_okay=False, path_type=Path)


def main() -> None:
    """Run the command line. Signals end it as Ctrl-C does: children are killed, scratch folders removed."""
    take_signals()
    with logging_run():
        code = run_logged(cli)
    sys.exit(code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sweflow")
def cli() -> None:
    """Turn a Python repository and its unit tests into verified test-driven development tasks.

    \b
    Start here:
      sweflow doctor
      sweflow build REPO --python VENV/bin/python
      sweflow report REPO.sweflow --open
    """


def _tracing(command: Callable[..., Any]) -> Callable[..., Any]:
    isolation = click.Choice(["fork", "process", "none"])
    engine = click.Choice(["auto", "settrace", "monitoring"])
    for decorate in (
        click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED),
        click.argument("repo", type=REPO),
        click.option("--allow-dirty", is_flag=True, help="Take a git tree with uncommitted changes as it is."),
        click.option("--reruns", type=click.IntRange(0), default=2, show_default=True, help="Plain runs after it."),
        click.option(
            "--docstrings",
            type=click.Choice(["keep", "strip"]),
            default="keep",
            show_default=True,
            help="Whether functions that come later keep their docstring.",
        ),
        click.option("--repeat", type=click.IntRange(1), default=1, show_default=True, help="Traced runs."),
        click.option(
            "--follow-subprocesses/--no-follow-subprocesses",
            default=True,
            show_default=True,
            help="Record Python processes that tests start, too.",
        ),
        click.option("--timeout", type=float, default=60.0, show_default=True, help="Seconds for one test."),
        click.option("--engine", type=engine, default="auto", show_default=True, help="How calls are seen."),
        click.option(
            "--isolation",
            type=isolation,
            default="fork",
            show_default=True,
            help="A forked child a test, a process a test, or all tests in one (misses calls).",
        ),
        click.option("--out", "-o", type=OUT, help="Output folder [default: NAME.sweflow]."),
        _python,
        _sandbox,
        _jobs,
        _output,
    ):
        command = decorate(command)
    return command


@cli.command()
@_tracing
@_scheduling
@_certifying
def build(repo: Path, pytest_args: tuple[str, ...], **given: Any) -> int:
    """Run every stage on REPO and leave verified tasks in the output folder.

    \b
    Examples:
      sweflow build examples/inventory
      sweflow build ../itsdangerous --python ../venv/bin/python --out out -- tests -k "not slow"
    """
    out, summary = _run(pipeline.build, repo, pytest_args, given)
    _show(given, summary, summary_table(summary, f"{repo} → {out}"))
    return 0 if summary["steps"]["verified"] else 1


@cli.command()
@click.option("--select", multiple=True, metavar="NODE", help="Run only tests at or below this node id [repeatable].")
@_tracing
@_forcing
def trace(repo: Path, pytest_args: tuple[str, ...], **given: Any) -> None:
    """Run REPO's tests and record who called whom, for each test.

    Where the output folder holds a trace of an earlier state of REPO, only tests that the change can touch are run.

    \b
    Examples:
      sweflow trace examples/inventory
      sweflow trace examples/inventory --allow-dirty --select tests/test_stock.py --out one --json
    """
    out, found = _run(partial(pipeline.trace, force=given["force"]), repo, pytest_args, given)
    _show(given, trace_object(found), trace_table(found, f"{repo} → {out}"))


@cli.command()
@click.argument("dir", type=DIR)
@_forcing
@_output
def tasks(dir: Path, **given: Any) -> None:
    """Make masked codebases and patches from DIR's schedule; nothing is verified yet.

    \b
    Examples:
      sweflow tasks inventory.sweflow
    """
    made = pipeline.tasks(dir, force=given["force"])
    counts = {"candidates": len(made), "patch bytes": sum(len(task.patch) for task in made)}
    _show(given, counts, counts_table(counts, str(dir)))


@cli.command()
@click.argument("dir", type=DIR)
@click.option("--python", type=PYTHON, help="The target's interpreter [default: the one that was traced].")
@click.option("--attacks", is_flag=True, help="Grade every known attack on one of DIR's tasks instead.")
@_sandbox
@_certifying
@_jobs
@_output
def verify(dir: Path, **given: Any) -> int:
    """Run the tests on every tree of DIR's chain and keep the tasks that hold.

    Options of the certificate that are not given are those that the build was started with. With --attacks the tasks
    of an earlier run stay; the exit code is 1 where an attack scores.

    \b
    Examples:
      sweflow verify inventory.sweflow
      sweflow verify inventory.sweflow --certificate full --min-strength 0.5
      sweflow verify inventory.sweflow --attacks --sandbox bubblewrap
    """
    sandbox = _chosen_sandbox(given)
    if given["attacks"]:
        return _attacks(dir, sandbox, given)
    asked = _certificate(dir, given)
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"], workers=_workers(given)) as bars:
        dataset = pipeline.verify(
            dir, python=given["python"], jobs=given["jobs"], certificate=asked, sandbox=sandbox, progress=bars
        )
    _show(given, dataset.summary, summary_table(dataset.summary, str(dir)))
    return 0 if dataset.tasks else 1


def _certificate(dir: Path, given: dict[str, Any]) -> CertificateOptions:
    """The certificate of the build with what was given on the command line."""
    stored = pipeline.stored_options(dir)
    if given["certificate"] == Level.BASIC:
        unselected = replace(stored.certificate, min_strength=None, max_unnoticed=None)
        stored = replace(stored, certificate=unselected)
    return stored.with_values(build_values(given)).certificate


@cli.command()
@click.argument("dir", type=DIR)
@click.argument("instance")
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--tests", is_flag=True, help="Add the step's tests.")
@click.option("--reference", is_flag=True, help="Add the step's tests and the gold patch.")
@_output
def checkout(dir: Path, instance: str, dest: Path, tests: bool, reference: bool, **given: Any) -> None:
    """Materialise a task of DIR at DEST: a git repository of one commit and nothing else.

    \b
    Examples:
      sweflow checkout inventory.sweflow inventory-c19d07c8-0001 task
      sweflow checkout inventory.sweflow inventory-c19d07c8-0001 solved --reference
    """
    content = Content.REFERENCE if reference else Content.TESTS if tests else Content.SKELETON
    commit = pipeline.checkout(dir, instance, dest, content)
    task = next(task for task in load_tasks(dir) if task.instance_id == instance)
    facts = {"commit": commit, "path": str(dest), **task.whole_row()}
    note = f"Its tests, in {dest} and in the task's environment:\n\n    {task.test_command}"
    _show(given, facts, counts_table({f"{instance} at": dest, "commit": commit}, str(dir)), note)


def _attacks(dir: Path, sandbox: str, given: dict[str, Any]) -> int:
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"], workers=_workers(given)) as bars:
        outcomes = attack(dir, sandbox=sandbox, python=given["python"], progress=bars)
    _show(given, attacks_object(outcomes), attacks_table(outcomes, f"{dir}, sandbox {sandbox}"))
    return 0 if all(outcome.harmless for outcome in outcomes) else 1


def _run(stage: Callable[..., T], repo: Path, pytest_args: tuple[str, ...], given: dict[str, Any]) -> tuple[Path, T]:
    """Run a stage that starts from a repository, under progress bars; the output folder and the result."""
    out = _out(repo, given["out"])
    options = _options(given)
    python, arguments = _chosen_target(given, repo, pytest_args)
    sandbox = _chosen_sandbox(given)
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"], workers=_workers(given)) as bars:
        made = stage(
            repo,
            out,
            python=python,
            arguments=arguments,
            allow_dirty=given["allow_dirty"],
            options=options,
            sandbox=sandbox,
            progress=bars,
        )
    return out, made


def _workers(given: dict[str, Any]) -> int:
    return given["jobs"] or os.cpu_count() or 1


def _options(given: dict[str, Any]) -> Options:
    if given["isolation"] == "none" and not given["quiet"]:
        text = "--isolation none misses calls that an earlier test made unnecessary (caches, singletons, lazy imports)."
        print(f"sweflow: {text}", file=sys.stderr)
    return Options.of(**build_values(given))


cli.add_command(evaluation)
cli.add_command(graph)
cli.add_command(schedule)
for _command in (
    env,
    build_all_command,
    views,
    negatives,
    judge,
    solve,
    describe,
    export_command,
    images,
    dataset,
    report,
    doctor,
    clean,
    config,
    completion,
):
    cli.add_command(_command)


if __name__ == "__main__":
    main()
