"""The report as a person uses it, in Chromium."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import sweflow
from tests.browser.conftest import until
from tests.corpus.projects import script

VIEWS = ("overview", "schedule", "focus", "map", "table")


def hash_of(page) -> str:
    return page.evaluate("location.hash")


def model(page) -> dict:
    """The packed facts, unpacked by the test itself."""
    return page.evaluate(
        """async () => {
            const bytes = Uint8Array.from(atob(document.getElementById('facts').textContent), (c) => c.charCodeAt(0));
            return JSON.parse(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text());
        }"""
    )


def ids_of(facts: dict) -> list[str]:
    return [f"{facts['paths'][p]}::{n}" for p, n in zip(facts["nodes"]["path"], facts["nodes"]["name"], strict=True)]


def a_call(facts: dict) -> tuple[str, str, int]:
    """A call between two core functions that some test saw: caller, callee, number of tests."""
    ids, calls = ids_of(facts), facts["calls"]
    for a, b, tests in zip(calls["caller"], calls["callee"], calls["tests"], strict=True):
        if (
            a != b
            and tests
            and facts["nodes"]["role"][a] == facts["nodes"]["role"][b] == 0
            and facts["nodes"]["step"][a]
        ):
            return ids[a], ids[b], tests
    raise AssertionError("the synthetic project has no such call")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_from_its_link_and_from_its_key(open_page, report, view):
    page = open_page(report)
    page.keyboard.press(str(VIEWS.index(view) + 1))
    page.wait_for_selector(f".view-{view}:visible")
    assert hash_of(page).startswith(f"#{view}") or view == "overview"
    assert page.locator("nav a[aria-current=page]").inner_text() == view.title()
    assert page.locator(".view:visible").count() == 1


def test_search_finds_by_scattered_letters_and_enter_goes_there(open_page, report):
    page = open_page(report)
    wanted = next(i for i in ids_of(model(page)) if i.startswith("src/"))
    name = wanted.partition("::")[2]
    page.keyboard.press("/")
    page.keyboard.type("".join(part[:3] for part in name.split("_")))
    assert page.locator("#hits [role=option]").first.is_visible()
    page.locator("#query").fill(name)
    assert name in page.locator("#hits [aria-selected=true]").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#focus-picture .box.centre")
    assert name in page.locator("#focus-picture .box.centre title").text_content()
    assert "focus=" in hash_of(page)


def test_a_click_selects_a_double_click_focuses_and_back_undoes_both(open_page, report):
    page = open_page(report, "#table?sort=-Tests")
    first = page.locator("[data-row='0']")
    name = first.locator(".fn-name").inner_text()
    first.locator("td").nth(4).click()
    assert name in page.locator("#details h2").inner_text()
    page.locator("[data-row='0'] a.fn").dblclick()
    page.wait_for_selector("#focus-picture .box.centre")
    assert name in page.locator(".focus-head h1").inner_text()
    page.go_back()
    page.wait_for_selector(".view-table:visible")
    assert name in page.locator("#details h2").inner_text()
    page.go_back()
    until(page, "document.getElementById('details').hidden")


def test_a_link_reproduces_the_picture(open_page, report):
    page = open_page(report, "#focus")
    facts = model(page)
    caller, callee, _ = a_call(facts)
    page.evaluate("(id) => { location.hash = `#focus?focus=${encodeURIComponent(id)}&in=2&out=2&by=tests` }", caller)
    until(page, "(id) => document.querySelector('.box.centre title')?.textContent === id", arg=caller)
    page.locator(f".box:has(title:text-is('{callee}'))").first.click()
    page.mouse.move(3, 300)
    shown = page.locator("#focus-picture").inner_html()
    again = open_page(report, hash_of(page))
    assert again.locator("#focus-picture").inner_html() == shown
    assert again.locator("#details h2").inner_text() == page.locator("#details h2").inner_text()


def test_an_edge_tells_the_tests_that_made_the_call(open_page, report):
    page = open_page(report, "#focus")
    caller, callee, tests = a_call(model(page))
    page.evaluate("(id) => { location.hash = `#focus?focus=${encodeURIComponent(id)}` }", caller)
    label = f"{caller.partition('::')[2]} calls {callee.partition('::')[2]}"
    edge = page.locator(f".edge[aria-label^='{label};']")
    edge.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#details h2:text-is('Call')")
    assert f"seen by {tests} test" in page.locator("#details").inner_text()
    listed = page.locator("#details section:has(h3:has-text('Tests that made it')) li").count()
    assert listed == min(tests, 8)


def test_hops_and_arrow_keys_in_focus(open_page, report):
    page = open_page(report, "#focus")
    caller, _, _ = a_call(model(page))
    page.evaluate("(id) => { location.hash = `#focus?focus=${encodeURIComponent(id)}` }", caller)
    until(page, "(id) => document.querySelector('.box.centre title')?.textContent === id", arg=caller)
    before = page.locator(".box").count()
    page.get_by_label("More hops of callees").click()
    assert "out=2" in hash_of(page)
    assert page.locator(".box").count() >= before
    page.locator(".box.centre").focus()
    page.keyboard.press("ArrowRight")
    here = page.evaluate("document.activeElement.querySelector('title').textContent")
    assert here != caller
    page.keyboard.press("Enter")
    until(page, "(id) => document.querySelector('.box.chosen title')?.textContent === id", arg=here)
    page.keyboard.press("f")
    until(page, "(id) => document.querySelector('.box.centre title')?.textContent === id", arg=here)


def test_a_path_between_two_functions_is_a_chain_of_calls(open_page, report):
    page = open_page(report, "#focus")
    facts = model(page)
    ids = ids_of(facts)
    callees: dict[int, set[int]] = {}
    for a, b in zip(facts["calls"]["caller"], facts["calls"]["callee"], strict=True):
        if a != b:
            callees.setdefault(a, set()).add(b)
    start, end = next(
        (a, c) for a in callees for b in callees[a] for c in callees.get(b, ()) if c != a and c not in callees[a]
    )
    page.evaluate(
        "(id) => { location.hash = `#focus?focus=${encodeURIComponent(id)}&sel=${encodeURIComponent(id)}` }", ids[start]
    )
    page.locator("#path-to").fill(ids[end])
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.path")
    stops = page.locator("ol.path li a").evaluate_all("links => links.map((link) => link.title)")
    assert stops[0] == ids[start]
    assert stops[-1] == ids[end]
    assert len(stops) == 3
    assert page.locator("#focus-picture .box").count() == 3


def test_source_marks_the_lines_that_ran(open_page, report):
    page = open_page(report, "#focus")
    facts = model(page)
    node, differences = facts["ran"][0]
    page.evaluate("(id) => { location.hash = `#focus?focus=${encodeURIComponent(id)}` }", ids_of(facts)[node])
    page.wait_for_selector(f".listing .l-number:text-is('{facts['nodes']['line'][node]}')")
    assert page.locator(".l-ran").count() == len(differences)
    assert page.locator(".listing .t-k").first.inner_text() == "def"


def test_slider_arrows_and_play_move_through_the_steps(open_page, report):
    page = open_page(report, "#schedule")
    steps = len(model(page)["steps"])
    assert page.locator("#step-title").inner_text() == f"Step 1 of {steps}"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("#step-title").inner_text() == f"Step 3 of {steps}"
    assert page.locator(".bar-done").count() == 2
    assert page.locator(".bar-come").count() == steps - 3
    page.locator("#slider").fill("5")
    assert "step=5" in hash_of(page)
    page.keyboard.press("End")
    page.locator("#slider").blur()
    page.keyboard.press("Home")
    until(page, "document.getElementById('step-title').textContent.startsWith('Step 1 ')")
    page.locator("#play").click()
    until(page, "document.getElementById('step-title').textContent.startsWith('Step 3 ')")
    assert page.locator("#play").get_attribute("aria-label") == "Pause"
    page.locator("#play").click()
    page.go_back()
    until(page, "!document.getElementById('step-title').textContent.startsWith('Step 3 ')")


def test_a_step_shows_statement_patch_and_certificate(open_page, report):
    page = open_page(report, "#schedule?step=1")
    page.wait_for_selector(".prose h4:text-is('What to provide')")
    page.get_by_role("tab", name="Patch", exact=True).click()
    page.wait_for_selector(".patch .p-new .t-k")
    assert page.locator(".p-old").first.is_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "doc=certificate" in hash_of(page)
    text = page.locator("#doc-pane").inner_text()
    assert "mutants killed" in text
    assert "NotImplementedError" in text
    assert "synthetic-5f4df0ec-0001" in text


def test_selectors_mean_functions_and_what_is_around_them(open_page, report):
    page = open_page(report, "#table")
    facts = model(page)
    ids = ids_of(facts)
    caller, callee, _ = a_call(facts)

    def rows(text: str) -> int:
        page.locator("#pick").fill(text)
        page.locator("#pick").press("Enter")
        until(page, "(text) => new URLSearchParams(location.hash.split('?')[1]).get('pick') === text", arg=text)
        return int(re.sub(r"\D", "", page.locator("#table-info").inner_text()))

    short = callee.partition("::")[2]
    assert rows(short) == 1
    core = {n for n, role in enumerate(facts["nodes"]["role"]) if role == 0}
    pairs = {(a, b) for a, b in zip(facts["calls"]["caller"], facts["calls"]["callee"], strict=True)}

    def around(start: int, hops: int, forward: bool) -> set[int]:
        found = {start}
        for _ in range(hops):
            found |= {b if forward else a for a, b in pairs if (a if forward else b) in found}
        return found

    at = ids.index(callee)
    up, down = around(at, 2, False), around(at, 2, True)
    assert rows(f"+{short}+2") == len((up | down) & core)
    assert rows(f"1+{short}") == len(around(at, 1, False) & core)
    assert rows(f"{short}+") == len(around(at, 99, True) & core)
    assert rows("step:1-2") == sum(1 for step in facts["nodes"]["step"] if step in (1, 2))
    assert rows(f"{short} {caller.partition('::')[2]}") == 2
    assert rows("nothing_like_it") == 0
    assert "no function is called nothing_like_it" in page.locator("#filters").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    until(page, "!location.hash.includes('pick')")


def test_filters_by_file_package_test_and_steps(open_page, report):
    page = open_page(report, "#table")
    facts = model(page)
    core = [n for n, role in enumerate(facts["nodes"]["role"]) if role == 0]
    file = facts["paths"][facts["nodes"]["path"][core[0]]]

    def rows() -> int:
        return int(re.sub(r"\D", "", page.locator("#table-info").inner_text()))

    page.locator("#by-file").select_option(file)
    assert rows() == sum(1 for n in core if facts["paths"][facts["nodes"]["path"][n]] == file)
    page.locator("#clear").click()
    assert rows() == len(core)
    page.locator("#by-steps").fill("2-4")
    page.keyboard.press("Enter")
    until(page, "location.hash.includes('steps=2-4')")
    assert rows() == sum(1 for n in core if 2 <= facts["nodes"]["step"][n] <= 4)
    page.locator("#clear").click()
    test = facts["tests"]["id"][0]
    page.locator("#by-test").fill(test)
    page.keyboard.press("Enter")
    until(page, "location.hash.includes('test=')")
    calls, at = set(), 0
    for difference in facts["sets"][facts["tests"]["set"][0]]:
        at += difference
        calls.add(facts["calls"]["callee"][at])
    assert rows() == len(calls & set(core))


def test_the_table_sorts_searches_and_goes_by_keys(open_page, report):
    page = open_page(report, "#table")
    page.get_by_role("button", name="Lines").click()
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Lines")
    lines = [int(text) for text in page.locator("tbody tr td:nth-child(5)").all_inner_texts()]
    assert lines == sorted(lines, reverse=True)
    page.get_by_role("button", name="Lines").click()
    lines = [int(text) for text in page.locator("tbody tr td:nth-child(5)").all_inner_texts()]
    assert lines == sorted(lines)
    page.locator("[data-row='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#details:visible")
    assert page.locator("[data-row='1'].chosen").count() == 1
    page.locator("#table-query").fill("no such row at all")
    page.wait_for_selector(".empty:visible")
    for tab in ("Tests", "Steps", "Tasks", "Rejections"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(".grid tbody tr")


def test_the_map_draws_selects_and_collapses(open_page, report):
    page = open_page(report, "#map")
    facts = model(page)
    core = sum(1 for role in facts["nodes"]["role"] if role == 0)
    assert len(facts["maps"]["function"]["key"]) == core
    assert page.locator(".map-stage canvas").count() > 3
    painted = page.locator(".map-stage").screenshot()
    page.get_by_role("button", name="Modules").click()
    until(page, "location.hash.includes('grain=module')")
    page.wait_for_timeout(300)
    assert page.locator(".map-stage").screenshot() != painted
    page.get_by_role("button", name="Functions").click()
    page.locator("#map-stage").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#details:visible")
    first = page.locator("#details h2").inner_text()
    page.keyboard.press("ArrowRight")
    until(page, "(name) => document.querySelector('#details h2').textContent !== name", arg=first)
    page.keyboard.press("Enter")
    page.wait_for_selector("#focus-picture .box.centre")


def test_a_click_on_the_map_selects_what_is_there(open_page, report):
    page = open_page(report, "#map")
    facts = model(page)
    wanted = ids_of(facts)[facts["maps"]["function"]["key"][0]]
    found = None
    box = page.locator("#map-stage").bounding_box()
    for x in range(60, int(box["width"]) - 20, 6):
        for y in range(50, int(box["height"]) - 40, 7):
            page.mouse.move(box["x"] + x, box["y"] + y)
            if page.evaluate("document.getElementById('map-stage').style.cursor") == "pointer":
                found = (x, y)
                break
        if found:
            break
    assert found, f"no point of the map is under the pointer anywhere, {wanted} neither"
    page.mouse.click(box["x"] + found[0], box["y"] + found[1])
    page.wait_for_selector("#details:visible")
    assert "sel=" in hash_of(page)


@pytest.mark.parametrize("by", ["step", "package", "tests", "strength"])
def test_colours_have_a_legend_in_words(open_page, report, by):
    page = open_page(report, f"#map?by={by}")
    words = {"step": "step 1", "package": "src/app", "tests": "1 test", "strength": "no mutant killed"}[by]
    assert words in page.locator(".map-legend").inner_text()
    assert page.locator("#by").input_value() == by


def test_without_webgl_the_map_is_a_picture_that_works(open_page, report):
    off = "const real = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return kind.startsWith('webgl') ? null : real.call(this, kind, ...more); };"
    page = open_page(report, "#map", init=off)
    facts = model(page)
    core = sum(1 for role in facts["nodes"]["role"] if role == 0)
    assert page.locator("svg.map-picture [data-vertex]").count() == core
    assert "Without WebGL" in page.locator(".map-note").inner_text()
    page.locator("[data-vertex='0'] circle").last.click()
    page.wait_for_selector("#details:visible")


def test_dark_comes_from_the_system_and_from_the_switch(open_page, report):
    page = open_page(report, theme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator("#theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    light = page.evaluate(ground)
    assert light != dark
    page.reload()
    page.wait_for_selector(".view-overview")
    assert page.evaluate(ground) == light
    assert open_page(report, theme="light").evaluate(ground) == light


def saved(page, kind: str) -> bytes:
    page.locator("#export").click()
    with page.expect_download() as waiting:
        page.locator(f"[data-kind={kind}]").click()
    return waiting.value.path().read_bytes()


@pytest.mark.parametrize("view", ["schedule", "focus", "map"])
def test_pictures_are_saved_as_svg_and_png(open_page, report, view):
    page = open_page(report, f"#{view}")
    root = ET.fromstring(saved(page, "svg"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    shapes = [e for e in root.iter() if e.tag.rpartition("}")[2] in ("rect", "path", "circle")]
    assert len(shapes) > 20
    assert not [e for e in root.iter() if "var(" in json.dumps(e.attrib)]
    png = saved(page, "png")
    assert png.startswith(b"\x89PNG")
    assert len(png) > 3000


def test_what_is_shown_is_saved_as_json_and_dot(open_page, report):
    page = open_page(report, "#map?steps=1-3")
    facts = model(page)
    wanted = {i for i, step in zip(ids_of(facts), facts["nodes"]["step"], strict=True) if 1 <= step <= 3}
    part = json.loads(saved(page, "json"))
    assert {row["id"] for row in part["functions"]} == wanted
    assert all({call["caller"], call["callee"]} <= wanted for call in part["calls"])
    dot = saved(page, "dot").decode()
    assert dot.startswith("digraph")
    assert all(f'"{name}"' in dot for name in wanted)
    assert dot.count("->") == len({(call["caller"], call["callee"]) for call in part["calls"]})


def test_names_that_are_markup_are_shown_as_names(open_page, evil):
    for view in VIEWS:
        page = open_page(evil, f"#{view}")
        assert page.evaluate("window.hit") is None
        assert page.locator("main img, main script, aside img").count() == 0
    page = open_page(evil, "#table")
    name = "<img src=x onerror=window.hit=1>"
    page.get_by_text(name, exact=True).first.click()
    assert page.locator("#details h2").inner_text() == name
    page.keyboard.press("/")
    page.keyboard.type("<img src")
    assert name in page.locator("#hits").inner_text()
    page = open_page(evil, "#map")
    assert name in saved(page, "dot").decode()
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_report_says_so_in_every_view(open_page, empty, view):
    page = open_page(empty, f"#{view}")
    text = page.locator("main").inner_text()
    assert re.search(r"no function|No steps|No functions|Nothing to map", text), text


def test_the_keys_are_listed_and_escape_closes(open_page, report):
    page = open_page(report)
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    assert "+parse+2" in page.locator("#help").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.keyboard.press("3")
    page.wait_for_selector(".view-focus:visible")


def test_everything_in_the_head_is_reached_by_tab(open_page, report):
    page = open_page(report)
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert reached[0] == "skip"
    assert reached[1:6] == ["Overview", "Schedule", "Focus", "Map", "Table"]
    assert {"query", "export", "theme", "help-button"} <= set(reached)


def test_reduced_motion_moves_nothing(open_page, report):
    page = open_page(report, "#map", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.querySelector('nav a')).transitionDuration") == "0s"
    page.get_by_label("Zoom in").click()


def test_print_leaves_out_the_controls(open_page, report):
    page = open_page(report, "#schedule", theme="dark")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("#filters").is_visible()
    assert page.locator("#step-title").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_foot_tells_tool_source_date_and_format(open_page, report):
    text = open_page(report).locator("footer").inner_text()
    for part in ("sweflow ", "source 5f4df0ec24ad", "2026-01-31", "report format 2", "graph 2"):
        assert part in text


def test_a_link_to_what_is_not_there_says_so(open_page, report):
    page = open_page(report, "#map?sel=nowhere.py::nothing&by=nonsense&grain=nonsense&tab=nonsense&step=99999")
    assert "no such function" in page.locator("#details").inner_text()
    for view in VIEWS:
        page.keyboard.press(str(VIEWS.index(view) + 1))
        page.wait_for_selector(f".view-{view}:visible")


def test_a_huge_report_opens_its_map_at_package_level(open_page, tmp_path_factory):
    out = script("report").make_folder(tmp_path_factory.mktemp("huge") / "out", 5200, 9000, 50)
    page = open_page(Path(sweflow.report(out).path), "#map")
    assert page.get_by_role("button", name="Packages").get_attribute("aria-pressed") == "true"
    assert "too many" in page.locator(".map-note").inner_text()


def test_one_count_of_reached_functions_everywhere(open_page, report):
    page = open_page(report)
    facts = model(page)
    core = [n for n, role in enumerate(facts["nodes"]["role"]) if facts["enums"]["role"][role] == "core"]
    reached = sum(facts["nodes"]["reached"][n] for n in core)
    assert 0 < reached < len(core)
    assert f"reach {reached} functions of {len(core)}" in page.locator(".lead").inner_text()
    assert f"{reached} reached" in page.locator(".tile", has_text="Functions").first.inner_text()
    bar = page.locator(".card", has_text="The whole bar is")
    parts = {name: int(number) for number, name in re.findall(r"(\d+)\s+([a-z, ]+)", bar.locator("ul").inner_text())}
    assert sum(parts.values()) == len(core)
    assert sum(value for name, value in parts.items() if name.startswith(("in tasks", "reached"))) == reached
    none = page.locator(".card", has_text="How many accepted tests").locator("tr", has_text="none").locator(".b-value")
    assert int(none.inner_text()) == len(core) - reached


def test_a_tile_counts_what_its_link_shows(open_page, report):
    page = open_page(report, "#overview?file=nowhere.py")
    tile = page.locator(".tile", has_text="Calls between functions")
    counted = int(tile.locator(".t-value").inner_text())
    tile.click()
    page.wait_for_selector(".view-map:visible")
    assert page.evaluate("location.hash") == "#map?grain=function"
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".map-paper .arc").count() == counted


def test_reasons_lead_to_their_rows(open_page, report):
    page = open_page(report)
    row = page.locator(".card", has_text="Not accepted, by reason").locator("tbody tr").first
    counted = int(row.locator(".b-value").inner_text())
    row.locator("a").click()
    page.wait_for_selector(".view-table:visible")
    assert page.locator("#table-info").inner_text() == f"{counted} row{'s' if counted > 1 else ''}"


def test_a_row_of_tests_opens_the_test(open_page, report):
    page = open_page(report, "#table?tab=tests")
    name = page.locator(".grid tbody th").first.inner_text().split()[0]
    page.locator(".grid tbody tr").first.locator("td").nth(1).click()
    page.wait_for_selector(".view-focus:visible")
    assert name in page.locator(".focus-head h1").inner_text()


def test_the_rows_of_a_table_are_saved_as_csv(open_page, report):
    page = open_page(report, "#table?tab=functions&q=state%3Dunreached")
    rows = list(csv.DictReader(io.StringIO(saved(page, "csv").decode())))
    facts = model(page)
    assert {row["State"] for row in rows} == {"unreached"}
    assert len(rows) == int(page.locator("#table-info").inner_text().split()[0])
    assert {row["Function"] for row in rows} <= set(ids_of(facts))
    assert len(json.loads(saved(page, "json"))["rows"]) == len(rows)


def test_paper_has_all_rows_and_the_map(open_page, tmp_path_factory):
    out = script("report").make_folder(tmp_path_factory.mktemp("rows") / "out", 260, 500, 20)
    page = open_page(Path(sweflow.report(out).path), "#table")
    assert page.locator("[data-row]").count() == 100
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("[data-row]").count() == 260
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("[data-row]").count() == 100


@pytest.mark.parametrize(
    ("hash", "words"),
    [
        ("#focus?focus=nowhere.py::nothing", "a function nowhere.py::nothing"),
        ("#schedule?step=99999", "a step 99999"),
        ("#map?test=tests/t.py::gone", "a test tests/t.py::gone"),
        ("#table?file=gone.py", "a file gone.py"),
    ],
)
def test_an_address_that_names_what_is_not_there_says_so(open_page, report, hash, words):
    page = open_page(report, hash)
    assert words in page.locator("#notice").inner_text()
    page.evaluate("location.hash = '#overview'")
    until(page, "document.getElementById('notice').hidden")


def test_ids_commands_and_patches_can_be_copied(open_page, report):
    page = open_page(report, "#schedule?step=1&doc=patch", permissions=["clipboard-read", "clipboard-write"])
    page.wait_for_selector(".doc-tools button")
    for name in ("instance id", "command", "patch"):
        button = page.get_by_label(f"Copy {name}", exact=True)
        button.click()
        until(page, "name => document.getElementById('say').textContent === `Copied ${name}`", name)
        assert button.get_attribute("data-copy")
        assert page.evaluate("navigator.clipboard.readText()") == button.get_attribute("data-copy")


def test_words_tell_what_they_mean(open_page, report):
    page = open_page(report, "#schedule?step=1")
    for word in ("Wave", "Depth", "Difficulty", "Calls ahead"):
        assert len(page.locator("abbr", has_text=word).first.get_attribute("title")) > 30
    page.keyboard.press("?")
    page.get_by_text("What the words mean").click()
    assert "before any test does" in page.locator("#glossary").inner_text()


def test_keys_move_the_focus_into_the_view(open_page, report):
    page = open_page(report)
    page.locator("#export").focus()
    page.keyboard.press("5")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_wider_than_a_telephone(open_page, report, view):
    page = open_page(report, f"#{view}", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(f".view-{view}").is_visible()
