"""Uploaded pictures stay in memory until they stand encrypted in the database: they are private, and never lie on a disk."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from clea_portal.scanning.results import MAX_BYTES

View = Callable[..., HttpResponseBase]


class PictureUploadHandler(FileUploadHandler):
    """Keeps files of at most MAX_BYTES, ``most`` times that in all. What is larger is counted and let go, so that the form can
    say so.
    """

    kept_in_all = 0

    def __init__(self, request: HttpRequest, *, most: int) -> None:
        super().__init__(request)
        self.most_in_all = most * MAX_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.chunks: list[bytes] = []
        self.kept = 0
        self.overflowed = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.overflowed:
            return
        if self.kept + len(raw_data) > MAX_BYTES or self.kept_in_all + len(raw_data) > self.most_in_all:
            self.overflowed = True
            self.kept_in_all -= self.kept
            self.chunks.clear()
            return
        self.kept += len(raw_data)
        self.kept_in_all += len(raw_data)
        self.chunks.append(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file. One that overflowed is larger than its content, which is empty."""
        return InMemoryUploadedFile(
            file=BytesIO(b"".join(self.chunks)),
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


def takes_pictures(*, most: int) -> Callable[[View], View]:
    """Has a view alone take large uploads, ``most`` pictures or PDFs.

    Put it under the decorators that let only those through who may upload. The CSRF check reads the form, so it must come
    after the handler is set; it is made here, not skipped.
    """

    def decorate(view: View) -> View:
        checked = csrf_protect(view)

        @wraps(view)
        def prepared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.upload_handlers = [PictureUploadHandler(request, most=most)]
            return checked(request, *args, **kwargs)

        return csrf_exempt(prepared)

    return decorate
