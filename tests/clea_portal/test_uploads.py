from io import BytesIO

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from clea_portal.scanning.results import MAX_BYTES
from clea_portal.uploads import PictureUploadHandler


def upload(*contents: bytes, most: int = 10) -> tuple[HttpRequest, PictureUploadHandler]:
    """A request whose form has been read by the handler."""
    streams = [BytesIO(content) for content in contents]
    for number, stream in enumerate(streams):
        stream.name = f"photo{number}.jpg"
    request = RequestFactory().post("/", {"pictures": streams, "links": "typed"})
    handler = PictureUploadHandler(request, most=most)
    request.upload_handlers = [handler]
    request.POST  # noqa: B018 - reads the form
    return request, handler


def kept(request):
    return [(file.name, file.size, file.read()) for file in request.FILES.getlist("pictures")]


def test_files_are_kept_in_memory_with_their_names():
    request, _ = upload(b"one", b"\x00" * 70_000)
    assert kept(request) == [("photo0.jpg", 3, b"one"), ("photo1.jpg", 70_000, b"\x00" * 70_000)]
    assert request.POST["links"] == "typed"


def test_file_of_the_largest_size_is_kept_and_a_larger_one_only_counted():
    request, handler = upload(b"x" * MAX_BYTES, b"x" * (MAX_BYTES + 1), b"after")
    assert [(name, size, len(content)) for name, size, content in kept(request)] == [
        ("photo0.jpg", MAX_BYTES, MAX_BYTES),
        ("photo1.jpg", MAX_BYTES + 1, 0),
        ("photo2.jpg", 5, 5),
    ]
    assert handler.kept_in_all == MAX_BYTES + 5
    assert request.POST["links"] == "typed"


def test_memory_of_one_request_is_bounded(monkeypatch):
    monkeypatch.setattr("clea_portal.uploads.MAX_BYTES", 200_000)
    request, handler = upload(b"x" * 150_000, b"x" * 100_000, b"x" * 40_000, most=1)
    assert [(size, len(content)) for _, size, content in kept(request)] == [(150_000, 150_000), (100_000, 0), (40_000, 40_000)]
    assert handler.kept_in_all == 190_000


@pytest.mark.parametrize("size", [1, 3 * 1024 * 1024])
def test_by_default_no_request_writes_to_a_disk(settings, size, monkeypatch):
    monkeypatch.setattr("tempfile.NamedTemporaryFile", None)
    stream = BytesIO(b"x" * size)
    stream.name = "photo.jpg"
    request = RequestFactory().post("/", {"file": stream})
    assert [file.size for file in request.FILES.values()] == ([size] if size < settings.FILE_UPLOAD_MAX_MEMORY_SIZE else [])
