"""A headless Chromium, reports to open in it, and pages that fail their test on an error or a request."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sweflow
from tests.corpus.projects import script
from tests.shell.reporting.crafted import EVIL, folder_of

Open = Callable[..., Any]


def until(page: Any, expression: str, arg: Any = None, seconds: float = 30) -> None:
    """Wait until an expression holds. The page's policy forbids ``eval``, which Playwright's own waiting needs."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"never true: {expression}"
        time.sleep(0.05)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def report(tmp_path_factory) -> Path:
    """The report of a verified build with full certificates: 80 functions, 260 calls, 30 tests."""
    out = script("report").make_folder(tmp_path_factory.mktemp("synthetic") / "out", 80, 260, 30)
    return Path(sweflow.report(out).path)


@pytest.fixture(scope="session")
def evil(tmp_path_factory) -> Path:
    """The report of a graph whose names are markup."""
    out = folder_of(tmp_path_factory.mktemp("evil") / "out", EVIL, ((0, 1), (1, 2), (2, 0)))
    return Path(sweflow.report(out).path)


@pytest.fixture(scope="session")
def empty(tmp_path_factory) -> Path:
    """The report of a graph without functions."""
    return Path(sweflow.report(folder_of(tmp_path_factory.mktemp("empty") / "out", ())).path)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    benchmark = script("report")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=benchmark.chromium(), args=list(benchmark.FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium) -> Iterator[Open]:
    """Opens a file at a hash. At the end: no message of an error, no request but for the file itself."""
    contexts, problems = [], []

    def opened(file: Path, hash: str = "", theme: str = "light", **options: Any) -> Any:
        size = options.pop("viewport", {"width": 1360, "height": 850})
        before = options.pop("init", None)
        context = chromium.new_context(viewport=size, color_scheme=theme, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        address = file.as_uri()
        page.on("console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: problems.append(str(e)))
        allowed = (address, "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(allowed) else problems.append(r.url))
        if before:
            page.add_init_script(before)
        page.goto(address + hash)
        view = hash.lstrip("#").partition("?")[0] or "overview"
        until(page, f"(document.body.dataset.ready || '').split(' ').includes('{view}')")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in problems if "GPU stall" not in text and "WebGL" not in text] == []
