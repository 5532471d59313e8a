"""Whether a country's prefix and host can be used: by the protocol, by the size of a code, beside those of other countries."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clea_portal.authorities.models import Country
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.links import build_link, parse_link

# A code of version 12, level M, in bytes: the largest that phones read from a small poster (posters.symbol).
CODE_CHARACTERS = 287
LSP_CHARACTERS = 234
T_CHARACTERS = 13
MAX_PREFIX = CODE_CHARACTERS - LSP_CHARACTERS - T_CHARACTERS


def check_prefix(prefix: str) -> None:
    """Raises ValidationError, with what to change."""
    if not prefix.endswith("#"):
        raise ValidationError(_("A prefix ends with #: what follows it never leaves the phone for a web server."))
    if not prefix.startswith("https://"):
        raise ValidationError(_("A prefix begins with https://."))
    if len(prefix) > MAX_PREFIX:
        raise ValidationError(
            _(
                "This prefix has %(length)d characters, and %(most)d fit: a version 12 code of level M holds %(code)d, the"
                " longest location part takes %(lsp)d of them, and the t parameter %(t)d."
            ),
            params={
                "length": len(prefix),
                "most": MAX_PREFIX,
                "code": CODE_CHARACTERS,
                "lsp": LSP_CHARACTERS,
                "t": T_CHARACTERS,
            },
        )
    try:
        link = parse_link(build_link(prefix=prefix, lsp=bytes(1)))
    except ProtocolError as error:
        raise ValidationError(
            _("Codes could not begin with this: %(why)s. It looks like https://host?v=0#."), params={"why": error.detail}
        ) from None
    if link.prefix != prefix:
        raise ValidationError(_("Phones would read another prefix than this one: leave out its parameter t."))


def check_host(prefix: str, host: str) -> None:
    """Raises ValidationError unless the prefix is one of this host."""
    if parse_link(build_link(prefix=prefix, lsp=bytes(1))).host != host:
        raise ValidationError(_("The prefix does not begin with https:// and this host."))


def clashes(*, prefix: str, host: str, country: Country | None) -> Iterator[ValidationError]:
    """What another country has already; ``country``: the one that is changed, None for a new one."""
    bare = prefix.removesuffix("#").lower()
    others = Country.objects.all() if country is None else Country.objects.exclude(pk=country.pk)
    for other in others:
        of_other = other.prefix.removesuffix("#").lower()
        name = {"country": other.name, "prefix": other.prefix}
        if other.host.lower() == host:
            yield ValidationError(_("%(country)s has this host already: a link's host tells its country."), params=name)
        elif of_other == bare:
            yield ValidationError(_("%(country)s has this prefix already."), params=name)
        elif of_other.startswith(bare) or bare.startswith(of_other):
            yield ValidationError(
                _("One of this prefix and that of %(country)s (%(prefix)s) begins with the other: links could be mistaken."),
                params=name,
            )
