import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from clea_portal.posters.errors import PosterUnreadable
from clea_portal.posters.pictures import render_svg
from clea_portal.posters.proof import prove_pdf
from clea_portal.posters.symbol import make_symbol, svg_of
from clea_portal.posters.typesetting import lay_out, write_pdf
from tests.clea_portal.posters.making import LINK, LINK_WITHOUT_CONTACT

PAGE = '<html lang="en"><title>Page</title><body>{}</body></html>'


def code(link: str) -> str:
    return f'<div class="code">{svg_of(make_symbol(link), title="Code", background=False)}</div>'


def images_of(body: str) -> int:
    (page,) = PdfReader(io.BytesIO(write_pdf(lay_out(PAGE.format(body))))).pages
    return len(page.images)


def png() -> bytes:
    content = io.BytesIO()
    Image.new("L", (4, 4)).save(content, "PNG")
    return content.getvalue()


def test_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    address = (tmp_path / "secret.png").as_uri()
    assert images_of(f'<img alt="x" src="{address}"><div style="background: url({address})">x</div>') == 0


def test_network_is_not_asked() -> None:
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(png())

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        assert images_of(f'<img alt="x" src="http://127.0.0.1:{server.server_port}/x.png">') == 0
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert asked == []


def test_proof_accepts_the_code_and_nothing_else() -> None:
    prove_pdf(write_pdf(lay_out(PAGE.format(code(LINK)))), deep_link=LINK)
    for body in (code(LINK_WITHOUT_CONTACT), "no code", code(LINK) + code(LINK)):
        with pytest.raises(PosterUnreadable):
            prove_pdf(write_pdf(lay_out(PAGE.format(body))), deep_link=LINK)


def test_proof_refuses_a_second_page() -> None:
    body = f'{code(LINK)}<p style="break-before: page">more</p>'
    with pytest.raises(PosterUnreadable):
        prove_pdf(write_pdf(lay_out(PAGE.format(body))), deep_link=LINK)


def test_posters_are_made_in_several_threads_at_once() -> None:
    results: list[bytes] = []
    threads = [threading.Thread(target=lambda: results.append(render_svg(LINK, title="Code"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [render_svg(LINK, title="Code")] * 4
