"""axe-core finds nothing serious in any view, light or dark."""

import importlib.resources

import pytest

LINKS = {
    "overview": "#overview",
    "schedule": "#schedule?step=2",
    "patch": "#schedule?step=2&doc=patch",
    "certificate": "#schedule?step=2&doc=certificate",
    "focus": "#focus?in=1&out=2",
    "map": "#map",
    "table": "#table",
    "tests": "#table?tab=tests",
    "rejections": "#table?tab=rejections",
}


@pytest.fixture(scope="session")
def axe() -> str:
    return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def serious(page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{problem['id']}: {node['target']} {node['failureSummary']}"
        for problem in found
        if problem["impact"] in ("serious", "critical")
        for node in problem["nodes"][:3]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", list(LINKS))
def test_no_serious_finding(open_page, report, axe, name, theme):
    page = open_page(report, LINKS[name], theme=theme)
    page.wait_for_timeout(200)
    assert serious(page, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_finding_in_what_opens(open_page, report, axe, theme):
    page = open_page(report, "#focus", theme=theme)
    page.locator(".box.centre").click()
    page.wait_for_selector("#details:visible")
    page.keyboard.press("/")
    page.keyboard.type("a")
    page.wait_for_selector("#hits:visible")
    assert serious(page, axe) == []
    page.keyboard.press("Escape")
    page.locator("#export").click()
    assert serious(page, axe) == []
    page.keyboard.press("Escape")
    page.locator("#help-button").click()
    assert serious(page, axe) == []
