"""Our own posters, printed or on a screen, as a phone sees them on a bad day. The same kind and seed give the same picture.

Each picture has the small troubles of every photo - a slant of some degrees, a blur of a quarter module, noise, uneven light,
JPEG - and one of them, the kind's own, much larger.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from clea_portal.posters.documents import render_pdf
from clea_portal.posters.layouts import CODE_MODULES, Layout
from clea_portal.posters.pictures import render_screen
from clea_portal.posters.poster import Poster, PosterKind
from clea_portal.posters.rasterising import draw, opened
from tests.pictures import Point, add_noise, clea_link, draw_code, perspective

POINTS = 72 / 25.4
WALL = 150
PRINTED = (Layout.A4, Layout.A5, Layout.A6, Layout.TENT, Layout.STICKERS_2, Layout.BADGE)


@dataclass(frozen=True, kw_only=True)
class HardPicture:
    """``links``: all that a reader has to find in it, in any order, and nothing else."""

    content: bytes
    links: tuple[str, ...]


def make_picture(kind: "Kind", seed: int) -> HardPicture:
    # A text as seed gives the same numbers in every process.
    return kind(random.Random(f"{kind.__name__} {seed}"), seed)


def print_poster(links: Sequence[str], generator: random.Random, *, module: float, layout: Layout) -> Image.Image:
    """The first page, in grey, with this many pixels to a module; as many posters on it as there are links."""
    posters = [
        Poster(
            name=generator.choice(("Le Petit Bistrot", "Médiathèque Émile-Zola", "Salle des fêtes", "Boulangerie de la Gare")),
            deep_link=link,
            check_code=f"K{generator.randrange(100_000):05}",
            kind=PosterKind.STATIC,
            created_on=date(2027, 6, 1),
            languages=generator.choice((("fr",), ("fr", "en"), ("de",))),
            application_name="TousAntiCovid",
        )
        for link in links
    ]
    with opened(render_pdf(posters, layout=layout)) as document:
        return draw(document[0], scale=module / (layout.module_millimetres * POINTS))


def take_photo(
    paper: Image.Image,
    generator: random.Random,
    *,
    module: float,
    angle: float | None = None,
    blur: float = 0.27,
    noise: float = 8,
    quality: int | None = None,
) -> bytes:
    """``module``: pixels of the paper to a module. ``angle``: degrees from straight ahead; ``blur``: sigma in modules."""
    scene = _look_at(paper, generator, angle=generator.uniform(0, 10) if angle is None else angle)
    shade = Image.linear_gradient("L").rotate(generator.randrange(360), Image.Resampling.BILINEAR).resize(scene.size)
    depth = generator.uniform(0, 0.35)
    scene = ImageChops.multiply(scene, shade.point([round(255 - depth * (255 - level)) for level in range(256)]))
    scene = scene.filter(ImageFilter.GaussianBlur(blur * module))
    scene = add_noise(scene, noise, generator)
    buffer = BytesIO()
    scene.save(buffer, "JPEG", quality=quality or generator.randrange(70, 92))
    return buffer.getvalue()


def _look_at(paper: Image.Image, generator: random.Random, *, angle: float) -> Image.Image:
    """The sheet on its wall, turned away by an angle around some axis, through a lens rather close to it."""
    width, height = paper.size
    axis, turn = generator.uniform(0, math.tau), math.radians(generator.uniform(-8, 8))
    slope, distance = math.radians(angle), generator.uniform(1.6, 2.6) * max(paper.size)
    seen: list[Point] = []
    for u, v in ((0, 0), (width, 0), (width, height), (0, height)):
        x, y = u - width / 2, v - height / 2
        along, across = x * math.cos(axis) + y * math.sin(axis), y * math.cos(axis) - x * math.sin(axis)
        scale = distance / (distance + across * math.sin(slope))
        along, across = along * scale, across * math.cos(slope) * scale
        x, y = along * math.cos(axis) - across * math.sin(axis), along * math.sin(axis) + across * math.cos(axis)
        seen.append((x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)))
    margin = max(20, 0.06 * max(paper.size))
    left, top = min(x for x, _ in seen) - margin, min(y for _, y in seen) - margin
    size = (round(max(x for x, _ in seen) + margin - left), round(max(y for _, y in seen) + margin - top))
    flat: list[Point] = [(0, 0), (width, 0), (width, height), (0, height)]
    coefficients = perspective([(x - left, y - top) for x, y in seen], flat)
    mask = Image.new("L", paper.size, 255).transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BILINEAR)
    sheet = paper.transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    return Image.composite(sheet, Image.new("L", size, generator.randrange(90, 200)), mask)


def _poster(generator: random.Random, seed: int, *, lowest: float = 3, highest: float = 6) -> tuple[Image.Image, float]:
    module = generator.uniform(lowest, highest)
    return print_poster([clea_link(seed)], generator, module=module, layout=generator.choice(PRINTED)), module


def _code_box(paper: Image.Image, link: str) -> tuple[float, float, float]:
    """Left, top and side of the code on a page, without its quiet zone."""
    place = next(code for code in zxingcpp.read_barcodes(paper) if code.text == link).position
    across = [corner.x for corner in (place.top_left, place.top_right, place.bottom_left, place.bottom_right)]
    down = [corner.y for corner in (place.top_left, place.top_right, place.bottom_left, place.bottom_right)]
    return min(across), min(down), max(across) - min(across)


def blurred(generator: random.Random, seed: int) -> HardPicture:
    paper, module = _poster(generator, seed)
    content = take_photo(paper, generator, module=module, blur=generator.uniform(0.3, 0.8))
    return HardPicture(content=content, links=(clea_link(seed),))


def slanted(generator: random.Random, seed: int) -> HardPicture:
    paper, module = _poster(generator, seed, lowest=3.5)
    content = take_photo(paper, generator, module=module, angle=generator.uniform(18, 35))
    return HardPicture(content=content, links=(clea_link(seed),))


def glared(generator: random.Random, seed: int) -> HardPicture:
    """A lamp in the glass before the poster: white in its middle, a veil around it."""
    paper, module = _poster(generator, seed)
    left, top, side = _code_box(paper, clea_link(seed))
    x, y = left + generator.uniform(0, side), top + generator.uniform(0, side)
    lamp = Image.new("L", paper.size, 0)
    for reach, light in ((generator.uniform(0.12, 0.3), 110), (generator.uniform(0.05, 0.12), 255)):
        radius, flat = reach * side, generator.uniform(0.5, 1)
        veil = Image.new("L", paper.size, 0)
        ImageDraw.Draw(veil).ellipse((x - radius, y - radius * flat, x + radius, y + radius * flat), fill=light)
        lamp = ImageChops.add(lamp, veil.filter(ImageFilter.GaussianBlur(radius / 4)))
    content = take_photo(ImageChops.add(paper, lamp), generator, module=module)
    return HardPicture(content=content, links=(clea_link(seed),))


def stained(generator: random.Random, seed: int) -> HardPicture:
    """Coffee, fingers and a pen: each spot up to 1.5 per cent of the code, the ring of a cup, a stroke."""
    paper, module = _poster(generator, seed)
    left, top, side = _code_box(paper, clea_link(seed))
    dirt = Image.new("L", paper.size, 255)
    pen = ImageDraw.Draw(dirt)
    for _ in range(generator.randrange(2, 5)):
        x, y = left + generator.uniform(0, side), top + generator.uniform(0, side)
        radius = side * math.sqrt(generator.uniform(0.002, 0.015) / math.pi)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=generator.randrange(40, 190))
    x, y, radius = left + generator.uniform(0, side), top + generator.uniform(0, side), generator.uniform(0.2, 0.4) * side
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=150, width=round(1.5 * module))
    ends = [(left + generator.uniform(0, side), top + generator.uniform(0, side)) for _ in range(2)]
    pen.line(ends, fill=60, width=max(1, round(0.8 * module)))
    paper = ImageChops.multiply(paper, dirt.filter(ImageFilter.GaussianBlur(module / 3)))
    return HardPicture(content=take_photo(paper, generator, module=module), links=(clea_link(seed),))


def small(generator: random.Random, seed: int) -> HardPicture:
    paper, module = _poster(generator, seed, lowest=1.9, highest=2.2)
    return HardPicture(content=take_photo(paper, generator, module=module), links=(clea_link(seed),))


def inverted(generator: random.Random, seed: int) -> HardPicture:
    paper, module = _poster(generator, seed)
    return HardPicture(content=take_photo(ImageOps.invert(paper), generator, module=module), links=(clea_link(seed),))


def crumpled(generator: random.Random, seed: int) -> HardPicture:
    paper, module = _poster(generator, seed)
    return HardPicture(content=take_photo(_crumple(paper, generator, module), generator, module=module), links=(clea_link(seed),))


def _crumple(paper: Image.Image, generator: random.Random, module: float) -> Image.Image:
    """Waves of 20 to 45 modules, each stretching the paper by up to 12 per cent, with their light and shadow."""
    waves = []
    for _ in range(4):
        number = math.tau / (generator.uniform(20, 45) * module)
        reach = generator.uniform(0.05, 0.12) / number
        waves.append((number, generator.uniform(0, math.tau), generator.uniform(0, math.tau), reach))

    def move(x: float, y: float) -> Point:
        for number, course, phase, reach in waves:
            away = reach * math.sin(number * (x * math.cos(course) + y * math.sin(course)) + phase)
            x, y = x + away * math.cos(course), y + away * math.sin(course)
        return x, y

    step = max(6, round(3 * module))
    columns, rows = -(-paper.width // step), -(-paper.height // step)
    nodes = [[move(column * step, row * step) for column in range(columns + 1)] for row in range(rows + 1)]
    mesh = []
    for row in range(rows):
        for column in range(columns):
            box = (column * step, row * step, (column + 1) * step, (row + 1) * step)
            corners = (nodes[row][column], nodes[row + 1][column], nodes[row + 1][column + 1], nodes[row][column + 1])
            mesh.append((box, tuple(value for corner in corners for value in corner)))
    moved = paper.transform(paper.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=255)
    slopes = [
        sum(
            math.cos(number * step * (column * math.cos(course) + row * math.sin(course)) + phase)
            for number, course, phase, _ in waves
        )
        for row in range(rows)
        for column in range(columns)
    ]
    light = Image.new("L", (columns, rows))
    light.putdata([min(255, max(0, round(205 + 24 * slope))) for slope in slopes])
    return ImageChops.multiply(moved, light.resize(paper.size, Image.Resampling.BICUBIC))


def on_screen(generator: random.Random, seed: int) -> HardPicture:
    """A screen's grid of pixels under the camera's own: moiré."""
    lying = generator.random() < 0.5
    layout = Layout.SCREEN_16_9 if lying else Layout.SCREEN_9_16
    poster = Poster(
        name="Médiathèque",
        deep_link=clea_link(seed),
        check_code="K12345",
        kind=PosterKind.STATIC,
        created_on=date(2027, 6, 1),
        languages=("fr",),
        application_name="TousAntiCovid",
    )
    screen = Image.open(BytesIO(render_screen(poster, layout=layout))).convert("L")
    left, top, side = _code_box(screen, clea_link(seed))
    pixels = side / CODE_MODULES
    box = [round(edge) for edge in (left - 12 * pixels, top - 12 * pixels, left + side + 12 * pixels, top + side + 12 * pixels)]
    screen = screen.crop((max(0, box[0]), max(0, box[1]), min(screen.width, box[2]), min(screen.height, box[3])))
    # Each pixel is 4 by 4 points: stripes of red, green and blue as a grey camera sees them, and the dark between them.
    large = screen.resize((screen.width * 4, screen.height * 4), Image.Resampling.NEAREST)
    cell = Image.new("L", (4, 4), 0)
    cell.putdata([*(110, 255, 60, 25) * 3, 30, 60, 20, 10])
    grid = Image.new("L", large.size)
    row = Image.new("L", (large.width, 4))
    for x in range(0, large.width, 4):
        row.paste(cell, (x, 0))
    for y in range(0, large.height, 4):
        grid.paste(row, (0, y))
    glowing = ImageChops.multiply(large, grid).filter(ImageFilter.GaussianBlur(generator.uniform(0.6, 1.4)))
    module = generator.uniform(3.2, 6)
    size = round((screen.width / pixels) * module), round((screen.height / pixels) * module)
    # Without averaging, as a sensor's points see it: this is what makes the pattern.
    factor, tilt = 4 * pixels / module, math.radians(generator.uniform(-6, 6))
    turned = (factor * math.cos(tilt), -factor * math.sin(tilt), 0, factor * math.sin(tilt), factor * math.cos(tilt), 0)
    seen = glowing.transform(size, Image.Transform.AFFINE, turned, Image.Resampling.BILINEAR, fillcolor=20)
    seen = seen.point([min(255, round(level * 2.1)) for level in range(256)])
    return HardPicture(content=take_photo(seen, generator, module=module, blur=0.15), links=(clea_link(seed),))


def several(generator: random.Random, seed: int) -> HardPicture:
    """A sheet of stickers of different places, or posters side by side: all of them are wanted."""
    module = generator.uniform(3, 5)
    count = generator.randrange(2, 5)
    links = tuple(clea_link(1000 * seed + number) for number in range(count))
    if generator.random() < 0.5:
        paper = print_poster(links, generator, module=module, layout=Layout.STICKERS_4)
    else:
        sheets = [print_poster([link], generator, module=module, layout=Layout.A6) for link in links]
        paper = Image.new("L", (sum(sheet.width + 20 for sheet in sheets), max(sheet.height for sheet in sheets)), WALL)
        left = 0
        for sheet in sheets:
            paper.paste(sheet, (left, 0))
            left += sheet.width + 20
    return HardPicture(content=take_photo(paper, generator, module=module), links=links)


def among_others(generator: random.Random, seed: int) -> HardPicture:
    """Beside the codes of a shop window: a menu, a network's password, products, a parcel, a ticket."""
    paper, module = _poster(generator, seed, highest=5)
    others = [
        draw_code("https://example.org/menu", module=5),
        draw_code("WIFI:T:WPA;S:guests;P:welcome;;", module=4, error="h"),
        _draw_other("3661112502850", zxingcpp.BarcodeFormat.EAN13),
        _draw_other("010366111250285017270601", zxingcpp.BarcodeFormat.DataMatrix),
        _draw_other("TICKET 0042", zxingcpp.BarcodeFormat.Aztec),
        _draw_other("PARCEL 8L00042", zxingcpp.BarcodeFormat.PDF417),
    ]
    chosen = generator.sample(others, 3)
    width = max(other.width for other in chosen) + 30
    window = Image.new("L", (paper.width + width, max(paper.height, sum(other.height + 20 for other in chosen))), WALL)
    right = generator.random() < 0.5
    window.paste(paper, (0 if right else width, 0))
    top = 0
    for other in chosen:
        window.paste(other, (paper.width + 15 if right else 15, top))
        top += other.height + 20
    return HardPicture(content=take_photo(window, generator, module=module), links=(clea_link(seed),))


def _draw_other(text: str, form: zxingcpp.BarcodeFormat) -> Image.Image:
    drawn = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, form), scale=4)
    return Image.fromarray(drawn) if hasattr(drawn, "__array_interface__") else _from_view(memoryview(drawn))


def _from_view(view: memoryview) -> Image.Image:
    height, width = view.shape[:2]
    return Image.frombytes("L", (width, height), view.tobytes())


Kind = Callable[[random.Random, int], HardPicture]
HARD_KINDS: tuple[Kind, ...] = (
    blurred,
    slanted,
    glared,
    stained,
    small,
    inverted,
    crumpled,
    on_screen,
    several,
    among_others,
)
