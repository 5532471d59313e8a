"""Opening an issued code with both authorities' keys."""

from base64 import b64encode
from dataclasses import dataclass

from weasyprint import HTML

from clea_portal.protocol.links import DeepLink, parse_link
from clea_portal.protocol.lsp import Contact, Header, Message, decode_header, decrypt_contact, decrypt_message
from clea_portal.scanning.reading import read_content
from tests.factories import SK_MCTA, SK_SA


@dataclass(frozen=True, kw_only=True)
class Opened:
    link: DeepLink
    header: Header
    message: Message
    contact: Contact | None


def open_code(deep_link: str) -> Opened:
    link = parse_link(deep_link)
    message = decrypt_message(link.lsp, SK_SA)
    blob = message.encrypted_contact
    return Opened(
        link=link,
        header=decode_header(link.lsp),
        message=message,
        contact=None if blob is None else decrypt_contact(blob, SK_MCTA),
    )


def links_in(content: bytes, *, kind: str) -> tuple[str, ...]:
    """What a reader of pictures finds in a file; an SVG is put on a page and drawn first."""
    if kind == "svg":
        source = b64encode(content).decode()
        page = f'<html lang="en"><title>Drawn</title><img style="width: 12cm" src="data:image/svg+xml;base64,{source}"></html>'
        content = HTML(string=page).write_pdf()
    return read_content(content).links
