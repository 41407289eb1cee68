"""The documentation's pictures: the script that takes them works, and each shows something of its own."""

from ..corpus.projects import script


def test_every_view_has_a_picture_light_and_dark(report, tmp_path):
    from PIL import Image

    pictures = script("pictures")
    made = pictures.take(report, pictures.links(report.parent), tmp_path)
    assert len(made) == 12
    assert len({picture.read_bytes() for picture in made}) == 12
    for picture in made:
        image = Image.open(picture)
        assert image.size == (1360, 850)
        light = sum(image.convert("L").resize((1, 1)).getdata()) > 128
        assert light == picture.stem.endswith("light")
