"""The page: one HTML file with everything in it, that asks nothing of a network."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from sweflow_datasets.version import __version__
from sweflow_rdg.format import GRAPH_VERSION
from sweflow_scheduler.format import SCHEDULE_VERSION
from sweflow_tasks.format import TASKS_VERSION
from sweflow_tracer.format import TRACE_VERSION

from sweflow.reporting.material import JsonObject, Material, plain
from sweflow.reporting.payload import FORMAT, payload
from sweflow.reporting.script import join
from sweflow.reporting.texts import Texts, pack_texts
from sweflow.reporting.vendor import ASSETS, vendor_files

WANTED = 1_880_000
"""Bytes of a whole page; sources, patches and statements take what the rest leaves of them."""
LEAST = 150_000
"""Bytes of compressed text that a page may have however heavy the rest is."""


@dataclass(frozen=True, slots=True)
class Page:
    """A report's HTML, and what its parts weigh in bytes. ``left_out`` counts texts that had no room."""

    html: str
    facts: int
    texts: int
    scripts: int
    left_out: int


def make_page(material: Material) -> Page:
    """The report of some material. The same material gives the same bytes."""
    packed = gzip.compress(json.dumps(plain(payload(material)), separators=(",", ":")).encode(), 9, mtime=0)
    vendor = _vendor_script()
    own = join(_modules(), "app")
    room = WANTED - len(vendor) - len(own) - _in_base64(len(packed))
    texts = pack_texts(_texts(material), max(LEAST, room * 3 // 4))
    about = _about(material, texts)
    parts = {
        "title": escape(f"{material.name} · sweflow"),
        "policy": _policy(vendor, own),
        "style": "\n".join(_read(ASSETS / "css" / name) for name in _names("css", ".css")),
        "about": script_json(about),
        "facts": base64.b64encode(packed).decode(),
        "texts": base64.b64encode(texts.packed).decode(),
        "licences": escape(_read(ASSETS / "vendor" / "LICENSES.txt")),
        "vendor": vendor,
        "script": own,
    }
    html = _fill(_read(ASSETS / "page.html"), parts)
    return Page(html, len(parts["facts"]), len(parts["texts"]), len(vendor) + len(own), texts.left_out)


def script_json(value: object) -> str:
    """JSON that can stand in a script element whatever its strings hold."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _texts(material: Material) -> Iterator[tuple[str, str]]:
    """Texts by key, the most wanted first: sources of the core, then what each task says, then the tests' sources."""
    core = {node.path for node in material.graph.nodes if node.role == "core"}
    yield from ((f"source:{path}", text) for path, text in material.sources.items() if path in core)
    for field in ("problem_statement", "patch"):
        yield from ((f"{field}:{row['step']}", row[field]) for row in material.rows)
    yield from ((f"certificate:{row['step']}", _certificate(row)) for row in material.rows)
    yield from ((f"test_patch:{row['step']}", row["test_patch"]) for row in material.rows)
    yield from ((f"source:{path}", text) for path, text in material.sources.items() if path not in core)


def _certificate(row: JsonObject) -> str:
    """What is shown of a task on demand, as JSON."""
    names = ("base_commit", "certificate", "underspecified")
    return json.dumps({name: row.get(name) for name in names}, sort_keys=True, separators=(",", ":"))


def _in_base64(size: int) -> int:
    return -(-size // 3) * 4


def _about(material: Material, texts: Texts) -> JsonObject:
    """What stands in the page's head and foot, and can be read without unpacking anything."""
    project = material.project
    return {
        "name": material.name,
        "version": project.version if project else "",
        "source": project.source if project else "",
        "created_at": project.created_at if project else "",
        "license": project.license if project else "",
        "python": project.python if project else "",
        "tool": __version__,
        "format": FORMAT,
        "formats": {
            "trace": TRACE_VERSION,
            "graph": GRAPH_VERSION,
            "schedule": SCHEDULE_VERSION,
            "tasks": TASKS_VERSION,
        },
        "engine": material.trace.engine if material.trace else "",
        "isolation": material.trace.isolation if material.trace else "",
        "verified": material.verified,
        "options": material.options,
        "summary": material.summary,
        "left_out": texts.left_out,
        "vendor": [[file.package, file.version, file.license] for file in vendor_files() if file.package],
    }


def _vendor_script() -> str:
    """The bundle's scripts. The page runs them when the map is opened, where there is WebGL."""
    return "\n".join(file.read().decode() for file in vendor_files() if file.package)


def _policy(*scripts: str) -> str:
    """A content security policy: these scripts and no others, and no requests at all."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    rules = (
        "default-src 'none'",
        f"script-src {hashes}",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def _fill(template: str, parts: dict[str, str]) -> str:
    """The template with its ``{{name}}`` marks replaced, once and in one pass: parts may hold braces."""
    pieces = []
    for number, piece in enumerate(template.split("{{")):
        name, end, rest = piece.partition("}}")
        pieces.append(parts[name] + rest if number and end else piece)
    return "".join(pieces)


def _modules() -> dict[str, str]:
    return {name.removesuffix(".js"): _read(ASSETS / "js" / name) for name in _names("js", ".js")}


def _names(folder: str, suffix: str) -> list[str]:
    return sorted(entry.name for entry in (ASSETS / folder).iterdir() if entry.name.endswith(suffix))


def _read(file: Traversable) -> str:
    return file.read_text("utf-8")


def escape(text: str) -> str:
    """A text as HTML shows it, between tags or in an attribute with double quotes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
