import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from clea_portal.audit.models import AuditEvent
from events.codes import renew_codes
from events.planning import archive_event
from tests.events.making import PARIS, planned_event, schedule_of
from tests.factories import UserFactory
from tests.members import member, signed_in
from tests.opening import links_in

pytestmark = pytest.mark.django_db
FILES = [("poster", "pdf"), ("png", "png"), ("svg", "svg"), ("picture", "svg")]


@pytest.mark.parametrize("code_kind", ["entrance", "asynchronous"])
@pytest.mark.parametrize(("name", "kind"), FILES)
def test_file_holds_the_code_that_was_issued(name, kind, code_kind, event, reader):
    code = event.codes.get(kind=code_kind)
    response = reader.get(reverse(f"events:{name}", args=[code.uuid]))
    assert links_in(response.content, kind=kind) == (code.deep_link,)
    assert response.headers["Cache-Control"] == "private, no-store"
    printed = AuditEvent.objects.filter(verb="printed").values_list("subject_uuid", "details")
    assert list(printed) == ([] if name == "picture" else [(event.uuid, {"code": str(code.uuid), "file": kind})])


@pytest.mark.parametrize(
    ("code_kind", "sentence"),
    [
        ("entrance", "Saturday 24 October 2026 Valid: 21:00 – Sun 25 October, 04:00"),
        ("asynchronous", "Saturday 24 October 2026 Counts for: 22:00 – Sun 25 October, 03:00"),
    ],
)
def test_poster_of_a_night_on_which_the_clocks_go_back_says_local_times(code_kind, sentence):
    schedule = schedule_of(start=datetime(2026, 10, 24, 22, tzinfo=PARIS), end=datetime(2026, 10, 25, 2, tzinfo=UTC))
    event = planned_event(schedule=schedule)
    code = event.codes.get(kind=code_kind)
    response = signed_in(member(event.organisation)).get(reverse("events:poster", args=[code.uuid]), {"language": "en"})
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages).split())
    assert sentence in text
    assert "(local time, Europe/" in text


@pytest.mark.parametrize("name", ["poster", "png", "svg"])
def test_replaced_or_archived_code_is_not_printed(name, event, code, owner):
    url, page = reverse(f"events:{name}", args=[code.uuid]), reverse("events:detail", args=[event.uuid])
    archive_event(event, by=UserFactory(), now=timezone.now())
    assert owner.get(url).headers["Location"] == page
    owner.post(reverse("events:bring_back", args=[event.uuid]))
    renew_codes(code, by=UserFactory(), now=timezone.now())
    assert owner.get(url).headers["Location"] == page
    assert not AuditEvent.objects.filter(verb="printed").exists()
