"""Sending the print form, and reading what comes of it."""

import base64
import io

from django.contrib.messages import get_messages
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from clea_portal.jobs import running
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import stream
from clea_portal.posters.proof import PRINT_DPI
from clea_portal.posters.rasterising import draw, opened
from clea_portal.scanning.reading import decode_image, read_content


def choices(subject, **changes):
    """What the browser sends of the form."""
    defaults = {
        "output": "a4", "language": "en", "second_language": "", "accent": "#0b5a6b", "width": "80", "act": "download",
        "keys": [printable.key for printable in subject.printables],
    }  # fmt: skip
    return defaults | changes


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def ordered(response):
    """The job that an answer leads to, done."""
    job = Job.objects.get()
    assert response.headers["Location"] == reverse("jobs:detail", args=[job.uuid])
    running.run(job.pk)
    job.refresh_from_db()
    return job


def content_of(job):
    assert (job.state, job.reason) == ("done", "")
    return b"".join(stream(job))


def body(response):
    return b"".join(response.streaming_content)


def links_of(pdf):
    """What is read on each page of a PDF, as it would be printed."""
    with opened(pdf) as document:
        return [tuple(sorted(set(decode_image(draw(page, scale=PRINT_DPI / 72))))) for page in document]


def links_in_picture(address):
    return read_content(base64.b64decode(address.partition(",")[2])).links


def one_page(pdf, number):
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_page(PdfReader(io.BytesIO(pdf)).pages[number])
    writer.write(file)
    return file.getvalue()
