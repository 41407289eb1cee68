"""The documentation's pictures: the script that takes them works, and each shows something of its own."""

from pathlib import Path

from tests.corpus.projects import script

PICTURES = Path(__file__).parents[2] / "docs" / "report"


def test_pictures_are_light_and_dark_and_differ(chromium, report, tmp_path):
    from PIL import Image, ImageStat

    pictures = script("pictures")
    links = pictures.links(report.parent)
    made = pictures.take(chromium, report, {name: links[name] for name in ("overview", "map")}, tmp_path)
    assert [picture.name for picture in made] == [
        "overview-light.png",
        "map-light.png",
        "overview-dark.png",
        "map-dark.png",
    ]
    assert len({picture.read_bytes() for picture in made}) == 4
    for picture in made:
        image = Image.open(picture)
        assert image.size == (1360, 850)
        light = ImageStat.Stat(image.convert("L")).mean[0] > 128
        assert light == picture.stem.endswith("light")


def test_the_documentation_has_every_picture(report):
    links = script("pictures").links(report.parent)
    views = {link.lstrip("#").partition("?")[0] for link in links.values()}
    assert views == {"overview", "schedule", "focus", "map", "table"}
    wanted = {f"{name}-{theme}.png" for name in links for theme in ("light", "dark")}
    assert {picture.name for picture in PICTURES.iterdir()} == wanted
