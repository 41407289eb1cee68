"""Pictures of a report's views, light and dark, for the documentation.

    python benchmarks/pictures.py jinja2.sweflow --out docs/report

Writes the report of a finished output folder and takes a picture of every view in headless Chromium. Impact
``playwright`` and ``pillow``, and a Chromium on PATH. What is looked at is chosen by the report itself, so that any
project will do: the function that is called from most others, and the step with the most lines.
"""

import argparse
import io
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import sync_playwright
from report import FLAGS, chromium
from sweflow_datasets.pipeline import load_schedule

import sweflow

SIZE = {"width": 1360, "height": 850}
COLOURS = 255


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("dir", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/report"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        file = Path(scratch) / "report.html"
        sweflow.report(given.dir, file)
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for picture in take(browser, file.resolve(), links(given.dir), given.out):
            print(f"{picture} {picture.stat().st_size}")
        browser.close()


def links(out: Path) -> dict[str, str]:
    """A hash for each picture."""
    graph = sweflow.load_graph(out)
    steps = load_schedule(out, graph).steps
    callers = [row for row in sweflow.questions.functions(graph) if row.state == "reached" and row.fan_out > 2]
    busy = max(callers, key=lambda row: (min(row.fan_in, 6) + min(row.fan_out, 6), row.tests)).function
    sizes = sorted(steps, key=lambda step: (step.lines, step.number))
    step = sizes[len(sizes) * 3 // 4].number
    return {
        "overview": "#overview",
        "schedule": f"#schedule?step={step}&doc=patch",
        "focus": f"#focus?focus={quote(busy)}&sel={quote(busy)}",
        "map": "#map",
        "map-selection": f"#map?sel={quote(busy)}",
        "table": "#table?sort=-Tests",
    }


def take(browser: Any, file: Path, hashes: dict[str, str], out: Path) -> list[Path]:
    """The pictures, as PNG files named by view and theme."""
    out.mkdir(parents=True, exist_ok=True)
    made = []
    for theme in ("light", "dark"):
        for name, hash in hashes.items():
            page = browser.new_context(viewport=SIZE, color_scheme=theme).new_page()
            page.goto(file.as_uri() + hash)
            _settle(page)
            made.append(out / f"{name}-{theme}.png")
            _save(page.screenshot(), made[-1])
            page.context.close()
    return made


def _settle(page: Any) -> None:
    """Wait for the view, for texts that are unpacked, and for a frame or two."""
    while not page.evaluate("document.body?.dataset.ready ?? ''"):
        time.sleep(0.05)
    time.sleep(1.0)


def _save(png: bytes, place: Path) -> None:
    """A picture with so few colours that it is small, and nobody sees it."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE).save(place, optimize=True)


if __name__ == "__main__":
    main()
