"""The HTML report as a file: what is in it, that it is the same each time, and that no name can break out."""

import base64
import gzip
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from sweflow_tasks.json_lines import read_lines
from sweflow_tracer.errors import OutputNotUsable

import sweflow
from sweflow.cli.main import cli
from sweflow.reporting.page import script_json
from sweflow.reporting.script import join
from sweflow.reporting.texts import pack_texts
from sweflow.reporting.vendor import ASSETS, vendor_files
from tests.corpus.projects import script

from .crafted import EVIL, folder_of


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A verified build of a synthetic project, with full certificates."""
    return script("report").make_folder(tmp_path_factory.mktemp("synthetic") / "out", 60, 150, 20)


class _Parts(HTMLParser):
    """The elements of a page as a browser's parser would see them: scripts by id or number, and all tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self._inside = dict(attrs).get("id") or f"script-{len(self.scripts)}"
            self.scripts[self._inside] = ""

    def handle_endtag(self, tag):
        if tag == "script":
            self._inside = ""

    def handle_data(self, data):
        if self._inside:
            self.scripts[self._inside] += data


def parts_of(out: Path, file: Path) -> _Parts:
    sweflow.report(out, file)
    return _Parts(file.read_text("utf-8"))


def packed(parts: _Parts, name: str):
    return json.loads(gzip.decompress(base64.b64decode(parts.scripts[name])))


def test_the_same_folder_gives_the_same_bytes(built, tmp_path):
    sweflow.report(built, tmp_path / "a.html")
    sweflow.report(built, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def rows_of(folder: Path) -> list[dict]:
    """The lines of tasks, each with its certificate."""
    pairs = zip(read_lines(folder / "tasks.jsonl"), read_lines(folder / "certificates.jsonl"), strict=True)
    return [{**row, "certificate": certificate} for row, certificate in pairs]


def test_facts_hold_every_node_call_test_step_and_task(built, tmp_path):
    facts = packed(parts_of(built, tmp_path / "r.html"), "facts")
    graph = sweflow.load_graph(built)
    names = [f"{facts['paths'][p]}::{n}" for p, n in zip(facts["nodes"]["path"], facts["nodes"]["name"], strict=True)]
    assert names == [node.id for node in graph.nodes]
    assert list(zip(facts["calls"]["caller"], facts["calls"]["callee"], strict=True)) == [
        (call.caller, call.callee) for call in graph.calls
    ]
    assert facts["tests"]["id"] == [test.id for test in graph.tests]
    rows = rows_of(built)
    assert [task["instance"] for task in facts["tasks"]] == [row["instance_id"] for row in rows]
    assert facts["tasks"][0]["strength"][1] == rows[0]["certificate"]["strength"]["total"]
    assert len(facts["ran"]) == sum(len(row["certificate"]["figures"]["lines"]) for row in rows)


def test_texts_hold_statements_patches_certificates_and_sources(built, tmp_path):
    texts = packed(parts_of(built, tmp_path / "r.html"), "texts")
    row = rows_of(built)[0]
    assert texts[f"patch:{row['step']}"] == row["patch"]
    assert texts[f"problem_statement:{row['step']}"] == row["problem_statement"]
    assert json.loads(texts[f"certificate:{row['step']}"])["certificate"] == row["certificate"]
    path = row["certificate"]["base"][0]["functions"][0].partition("::")[0]
    assert texts[f"source:{path}"] == (built / "source" / path).read_text()


def test_the_page_has_no_address_to_load_from(built, tmp_path):
    parts = parts_of(built, tmp_path / "r.html")
    for tag, attributes in parts.tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert not {"src", "href", "srcset", "action", "data"} & set(attributes), (tag, attributes)
    style = (tmp_path / "r.html").read_text("utf-8").split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_names_exactly_the_two_scripts_that_run(built, tmp_path):
    parts = parts_of(built, tmp_path / "r.html")
    policy = next(a["content"] for tag, a in parts.tags if tag == "meta" and "Security" in (a.get("http-equiv") or ""))
    own = next(text for name, text in parts.scripts.items() if name.startswith("script-"))
    wanted = {base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in (parts.scripts["vendor"], own)}
    assert set(re.findall(r"'sha256-([^']+)'", policy)) == wanted
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]


def test_a_name_that_is_markup_stays_a_name(tmp_path):
    plain = parts_of(folder_of(tmp_path / "plain", ("a", "b", "c", "d")), tmp_path / "plain.html")
    evil = parts_of(folder_of(tmp_path / "evil", EVIL), tmp_path / "evil.html")
    assert [tag for tag, _ in evil.tags] == [tag for tag, _ in plain.tags]
    assert set(EVIL) <= set(packed(evil, "facts")["nodes"]["name"])


def test_a_folder_whose_name_is_markup_stays_a_name(tmp_path):
    name = '<script>alert(1)<∕script>"&'.replace("/", "")
    parts = parts_of(folder_of(tmp_path / name, ("a",)), tmp_path / "r.html")
    assert json.loads(parts.scripts["about"])["name"] == name
    assert sum(tag == "script" for tag, _ in parts.tags) == 6


def test_json_in_a_script_element_cannot_end_it():
    value = {"a": "</script><!--", "b": "\u2028\u2029&"}
    text = script_json(value)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_a_path_that_leads_out_of_the_snapshot_is_not_read(tmp_path):
    out = folder_of(tmp_path / "out", ("a",))
    (tmp_path / "secret.py").write_text("token = 1\n")
    (out / "source").mkdir()
    graph = json.loads((out / "graph.json").read_text())
    graph["nodes"][0] |= {"path": "../../secret.py", "id": "../../secret.py::a"}
    (out / "graph.json").write_text(json.dumps(graph))
    assert "token" not in json.dumps(packed(parts_of(out, tmp_path / "r.html"), "texts"))


def test_an_empty_graph_and_a_graph_alone_make_a_report(tmp_path):
    empty = parts_of(folder_of(tmp_path / "empty", ()), tmp_path / "empty.html")
    assert packed(empty, "facts")["steps"] == []
    alone = parts_of(folder_of(tmp_path / "alone", ("a", "b"), ((0, 1),)), tmp_path / "alone.html")
    facts = packed(alone, "facts")
    assert len(facts["steps"]) == 1
    assert facts["tasks"] == []
    assert not json.loads(alone.scripts["about"])["verified"]
    assert not (tmp_path / "alone" / "schedule.json").exists()


def test_an_unverified_build_shows_candidates(built, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(built, out)
    rows = [json.loads(line) for line in (out / "tasks.jsonl").read_text().splitlines()]
    for name in ("tasks.jsonl", "certificates.jsonl", "rejected.jsonl", "summary.json"):
        (out / name).unlink()
    (out / "candidates.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    parts = parts_of(out, tmp_path / "r.html")
    assert not json.loads(parts.scripts["about"])["verified"]
    assert {(task["level"], task["strength"]) for task in packed(parts, "facts")["tasks"]} == {("", None)}


def test_texts_stay_below_their_limit_and_say_how_many_are_left_out():
    texts = [(str(n), hashlib.sha256(str(n).encode()).hexdigest() * 20) for n in range(200)]
    made = pack_texts(texts, 4000)
    held = json.loads(gzip.decompress(made.packed))
    assert len(made.packed) < 4100
    assert len(held) + made.left_out == 200
    assert 0 < len(held) < 200
    assert all(held[key] == text for key, text in texts if key in held)


def test_the_bundle_is_what_its_hashes_say():
    files = vendor_files()
    assert [(file.file, file.is_whole()) for file in files] == [(file.file, True) for file in files]
    listed = {file.file for file in files} | {"vendor.json"}
    assert {entry.name for entry in (ASSETS / "vendor").iterdir()} == listed
    assert {(file.package, file.license) for file in files if file.package} == {("graphology", "MIT"), ("sigma", "MIT")}
    licences = next(file for file in files if not file.package).read().decode()
    assert all(f"{file.package} {file.version}" in licences for file in files if file.package)


def test_scripts_cannot_end_their_element():
    for file in (ASSETS / "js").iterdir():
        assert not re.search(r"</script|<!--", file.read_text("utf-8"), re.IGNORECASE), file.name
    for vendored in vendor_files():
        assert not re.search(rb"</script|<!--", vendored.read(), re.IGNORECASE), vendored.file


def test_modules_are_joined_with_those_that_they_need_before_them():
    a = 'import { b } from "./b.js";\n\nconst hidden = 1;\nb(hidden);\n'
    b = "const hidden = 2;\n\nexport function b(x) { return x + hidden; }\n"
    joined = join({"a": a, "b": b, "unused": "const no = 1;"}, "a")
    assert joined.index("const $b") < joined.index("const $a")
    assert "unused" not in joined


@pytest.mark.parametrize(
    ("modules", "problem"),
    [
        ({"a": 'import { c } from "./b.js";\n', "b": "export const d = 1;\n"}, "which b.js does not export"),
        ({"a": 'import { b } from "./b.js";\n', "b": 'import { a } from "./a.js";\n'}, "a > b > a"),
        ({"a": 'import x from "elsewhere";\n'}, "cannot be joined"),
        ({"a": "export default 1;\n"}, "cannot be joined"),
    ],
)
def test_a_module_that_cannot_be_joined_is_refused(modules, problem):
    with pytest.raises(ValueError, match=re.escape(problem)):
        join(modules, "a")


def test_the_command_writes_into_the_folder_and_prints_what_it_weighs(tmp_path):
    out = folder_of(tmp_path / "out", ("a",))
    done = CliRunner().invoke(cli, ["report", str(out), "--json"], catch_exceptions=False)
    made = json.loads(done.output)
    assert Path(made["path"]) == out / "report.html"
    assert made["bytes"] == (out / "report.html").stat().st_size
    done = CliRunner().invoke(cli, ["report", str(out), "--out", str(tmp_path / "x.html")], catch_exceptions=False)
    assert done.exit_code == 0
    assert (tmp_path / "x.html").exists()


def test_open_hands_the_page_to_the_browser(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    CliRunner().invoke(cli, ["report", str(folder_of(tmp_path / "out", ("a",))), "--open"], catch_exceptions=False)
    assert opened == [(tmp_path / "out" / "report.html").as_uri()]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    out = folder_of(tmp_path / "out", ("a",))
    with pytest.raises(OutputNotUsable):
        sweflow.report(out, tmp_path / "nowhere" / "r.html")
