"""Names of files as browsers take them."""

import re
from urllib.parse import quote

_UNSAFE = re.compile(r"[^\w .,'’&()-]+")
_NAME_LIMIT = 80


def disposition(name: str) -> str:
    """``Content-Disposition`` of a download: a plain name for old systems, the whole one for those that take any script."""
    stem, _, extension = name.rpartition(".")
    plain = re.sub(r"[^A-Za-z0-9.-]+", "-", stem.encode("ascii", "ignore").decode()).strip("-.") or "clea"
    return f"attachment; filename=\"{plain[:_NAME_LIMIT]}.{extension}\"; filename*=UTF-8''{quote(safe_name(name), safe='')}"


def safe_name(name: str) -> str:
    """A file name without what separates folders or starts a hidden file, and not too long; its extension stays."""
    stem, _, extension = name.rpartition(".")
    readable = " ".join(_UNSAFE.sub(" ", stem).split()).strip(". ")
    return f"{readable[:_NAME_LIMIT].rstrip('. ') or 'clea'}.{extension}"
