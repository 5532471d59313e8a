"""Names of files as browsers take them."""

import re
from urllib.parse import quote

_UNSAFE = re.compile(r"[^\w .,'’&()-]+")
_NAME_LIMIT = 80


def disposition(name: str, *, plain: str = "") -> str:
    """``Content-Disposition`` of a download: a plain name for old systems, the whole one for those that take any script."""
    return f"attachment; filename=\"{plain or _plain(name)}\"; filename*=UTF-8''{quote(safe_name(name), safe='')}"


def _plain(name: str) -> str:
    stem, _, extension = name.rpartition(".")
    letters = re.sub(r"[^A-Za-z0-9.-]+", "-", stem.encode("ascii", "ignore").decode()).strip("-.")
    return f"{letters[:_NAME_LIMIT] or 'clea'}.{extension}"


def safe_name(name: str) -> str:
    """A file name without what separates folders or starts a hidden file, and not too long; its extension stays."""
    stem, _, extension = name.rpartition(".")
    return f"{safe_stem(stem)}.{extension}"


def safe_stem(text: str) -> str:
    """The same for the name of a folder, or of a file without its extension."""
    readable = " ".join(_UNSAFE.sub(" ", text).split()).strip(". ")
    return readable[:_NAME_LIMIT].rstrip(". ") or "clea"
