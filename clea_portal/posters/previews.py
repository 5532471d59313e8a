"""Small pictures of prints, to look at while choosing; never to print."""

import io

from PIL import Image

from clea_portal.posters.rasterising import draw_first_page


def picture_of_page(content: bytes, *, width: int) -> bytes:
    """The first page of one of our own PDFs, as a PNG this many pixels wide."""
    return _png(draw_first_page(content, width=width))


def shrunk(picture: bytes, *, width: int) -> bytes:
    """A PNG made smaller to this many pixels; one that is smaller stays as it is."""
    with Image.open(io.BytesIO(picture)) as image:
        if image.width <= width:
            return picture
        return _png(image.convert("RGB").resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS))


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(file, "PNG", optimize=False)
    return file.getvalue()
