"""Pictures of codes as people send them: drawn, hung up, photographed badly. The same seed gives the same bytes everywhere."""

import math
import random
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from io import BytesIO

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter

FRENCH_PREFIX = "https://tac.gouv.fr?v=0#"
CODE_MODULES = 65 + 2 * 4  # version 12 and the light border that readers need

Point = tuple[float, float]


def clea_link(seed: int, *, prefix: str = FRENCH_PREFIX, with_contact: bool = True) -> str:
    """A deep link with a valid clear header (LSP type 0) around random bytes: readable by everybody, decryptable by nobody."""
    lsp = b"\x00" + random.Random(seed).randbytes(174 if with_contact else 109)
    return prefix + urlsafe_b64encode(lsp).rstrip(b"=").decode()


def draw_code(text: str, *, module: int = 8, error: str = "m", version: int | None = None) -> Image.Image:
    """The QR code of a text, black on white, border included; ``module`` is in pixels."""
    code = segno.make_qr(text, error=error, version=version, boost_error=False)
    rows = [[0 if dark else 255 for dark in row] for row in code.matrix_iter(border=4)]
    image = Image.new("L", (len(rows[0]), len(rows)))
    image.putdata([shade for row in rows for shade in row])
    return image.resize((image.width * module, image.height * module), Image.Resampling.NEAREST)


def draw_poster(text: str, *, dots_per_inch: int = 150, code_millimetres: int = 110) -> Image.Image:
    """An A4 sheet with a headline, a code in the middle and lines of text under it."""
    scale = dots_per_inch / 25.4
    page = Image.new("L", (round(210 * scale), round(297 * scale)), 255)
    pen = ImageDraw.Draw(page)
    pen.text((20 * scale, 20 * scale), "Scannez le code à votre arrivée", fill=0, font_size=11 * scale)
    for line in range(6):
        place = (25 * scale, (200 + 12 * line) * scale)
        pen.text(place, "Ouvrez l'application et visez le code. " * 2, fill=60, font_size=5 * scale)
    side = round(code_millimetres * scale)
    code = draw_code(text).resize((side, side), Image.Resampling.LANCZOS)
    page.paste(code, ((page.width - side) // 2, round(60 * scale)))
    return page


def hang_in_room(pictures: Sequence[Image.Image], *, seed: int, size: tuple[int, int] = (3000, 4000)) -> Image.Image:
    """A wall with a door and speckled paint, the pictures side by side on it."""
    generator = random.Random(seed)
    room = Image.new("L", size, 176)
    pen = ImageDraw.Draw(room)
    pen.rectangle((0, 0, size[0] // 8, size[1]), fill=70)
    for _ in range(60):
        x, y, length = generator.randrange(size[0]), generator.randrange(size[1]), generator.randrange(10, 120)
        pen.line((x, y, x + length, y + length // 4), fill=generator.randrange(120, 210), width=3)
    room = room.filter(ImageFilter.GaussianBlur(2))
    gap = (size[0] - sum(picture.width for picture in pictures)) // (len(pictures) + 1)
    left = gap
    for picture in pictures:
        room.paste(picture, (left, (size[1] - picture.height) // 2))
        left += picture.width + gap
    return room


def photograph(
    picture: bytes | Image.Image,
    *,
    seed: int,
    degrees: float = 3,
    blur: float = 0.8,
    quality: int = 70,
    tilt: float = 0,
    noise: float = 0,
    contrast: float = 1,
    brightness: float = 1,
    shadow: float = 0,
    covered: float = 0,
) -> bytes:
    """A JPEG of the picture as a hurried person takes it.

    ``degrees``: rotation; ``blur``: Gaussian radius in pixels; ``tilt``: 0 to 0.3, how far corners move, as a part of the side;
    ``noise``: 0 to 100 grey levels; ``contrast`` and ``brightness``: 1 leaves them; ``shadow``: 0 to 1, darkness of the far
    side; ``covered``: part of the area under a finger or sticker.
    """
    generator = random.Random(seed)
    image = picture if isinstance(picture, Image.Image) else Image.open(BytesIO(picture))
    image = image.convert("L")
    if covered:
        image = _cover(image, covered, generator)
    if tilt:
        image = _tilt(image, tilt, generator)
    if degrees:
        image = image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=190)
    if shadow:
        shade = Image.linear_gradient("L").rotate(generator.choice((0, 90, 180, 270))).resize(image.size)
        image = ImageChops.multiply(image, shade.point([round(255 - shadow * (255 - level)) for level in range(256)]))
    image = image.filter(ImageFilter.GaussianBlur(blur))
    middle = 128 * brightness
    image = image.point([min(255, max(0, round(middle + (level - 128) * contrast * brightness))) for level in range(256)])
    if noise:
        image = add_noise(image, noise, generator)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _cover(image: Image.Image, part: float, generator: random.Random) -> Image.Image:
    side = math.sqrt(part * image.width * image.height)
    x, y = generator.uniform(0, image.width - side), generator.uniform(0, image.height - side)
    image = image.copy()
    ImageDraw.Draw(image).ellipse((x, y, x + side, y + side), fill=generator.randrange(60, 200))
    return image


def add_noise(image: Image.Image, levels: float, generator: random.Random) -> Image.Image:
    """``levels``: how far, in grey levels, most pixels move."""
    # The mean of two uniform fields is bell-shaped enough, and unlike Pillow's own noise it can be seeded.
    fields = [Image.frombytes("L", image.size, generator.randbytes(image.width * image.height)) for _ in range(2)]
    weaker = [min(255, max(0, round(128 + (level - 128) * levels / 52))) for level in range(256)]
    field = Image.blend(fields[0], fields[1], 0.5).point(weaker)
    return ImageChops.add(image, field, offset=-128)


def _tilt(image: Image.Image, tilt: float, generator: random.Random) -> Image.Image:
    width, height = image.size
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    moved = [(abs(x - generator.uniform(0, tilt) * width), abs(y - generator.uniform(0, tilt) * height)) for x, y in corners]
    coefficients = perspective(moved, corners)
    return image.transform(image.size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=190)


def perspective(seen: Sequence[Point], flat: Sequence[Point]) -> list[float]:
    """The eight coefficients with which Pillow finds, for each point of the seen picture, its place in the flat one."""
    rows = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(8):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [rows[index][8] / rows[index][index] for index in range(8)]


def _vary(seed: int) -> tuple[random.Random, Image.Image, int]:
    generator = random.Random(seed)
    module = generator.choice((3, 4, 5, 6, 8))
    return generator, draw_code(clea_link(seed), module=module), module


def small(seed: int) -> bytes:
    generator = random.Random(seed)
    code = draw_code(clea_link(seed), module=8)
    side = round(CODE_MODULES * generator.uniform(2, 3.5))
    return photograph(code.resize((side, side), Image.Resampling.LANCZOS), seed=seed, degrees=generator.uniform(-5, 5), blur=0.4)


def turned(seed: int) -> bytes:
    generator, code, _ = _vary(seed)
    return photograph(code, seed=seed, degrees=generator.uniform(0, 360))


def tilted(seed: int) -> bytes:
    generator, code, _ = _vary(seed)
    return photograph(code, seed=seed, degrees=generator.uniform(-30, 30), tilt=generator.uniform(0.05, 0.25))


def blurred(seed: int) -> bytes:
    generator, code, module = _vary(seed)
    return photograph(code, seed=seed, blur=module * generator.uniform(0.3, 0.8))


def noisy(seed: int) -> bytes:
    generator, code, _ = _vary(seed)
    return photograph(code, seed=seed, noise=generator.uniform(20, 80))


def squeezed(seed: int) -> bytes:
    generator, code, _ = _vary(seed)
    return photograph(code, seed=seed, quality=generator.randrange(12, 40))


def pale(seed: int) -> bytes:
    generator, code, _ = _vary(seed)
    return photograph(code, seed=seed, contrast=generator.uniform(0.06, 0.3), noise=3)


def shadowed(seed: int) -> bytes:
    generator, code, _ = _vary(seed)
    return photograph(code, seed=seed, shadow=generator.uniform(0.5, 0.97), noise=5)


def touched(seed: int) -> bytes:
    generator, code, _ = _vary(seed)
    return photograph(code, seed=seed, covered=generator.uniform(0.01, 0.06))


def hurried(seed: int) -> bytes:
    """Everything at once, each a little."""
    generator, code, module = _vary(seed)
    return photograph(
        code,
        seed=seed,
        degrees=generator.uniform(-40, 40),
        tilt=generator.uniform(0, 0.2),
        blur=module * generator.uniform(0.2, 0.6),
        noise=generator.uniform(0, 25),
        contrast=generator.uniform(0.4, 1),
        shadow=generator.uniform(0, 0.7),
        quality=generator.randrange(25, 80),
    )


def hung(seed: int) -> bytes:
    """A poster on a wall, taken from across the room: 2000 by 1500 pixels."""
    generator = random.Random(seed)
    poster = draw_poster(clea_link(seed), dots_per_inch=90, code_millimetres=generator.randrange(70, 121))
    room = hang_in_room([poster], seed=seed, size=(2000, 1500))
    return photograph(room, seed=seed, degrees=generator.uniform(-15, 15), tilt=0.08, noise=6, shadow=0.4)


# The kinds of trouble that a picture can be in, each a maker of one picture of ``clea_link(seed)``.
KINDS = (small, turned, tilted, blurred, noisy, squeezed, pale, shadowed, touched, hurried, hung)
