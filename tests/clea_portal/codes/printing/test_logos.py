import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from clea_portal.accounts.enums import MemberRole
from clea_portal.codes.printing import logos
from clea_portal.codes.printing.logos import forget_logo, keep_logo, logos_for, purge, read_logo
from clea_portal.codes.printing.models import OwnLogo
from clea_portal.posters.logos import MAX_BYTES, Logo
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory, VenueFactory
from tests.members import member, signed_in

pytestmark = pytest.mark.django_db

BACK = "/venues/"


def picture():
    file = io.BytesIO()
    Image.new("RGB", (60, 20), "#0b5a6b").save(file, "PNG")
    return file.getvalue()


def sent(content=None, **fields):
    file = {} if content is None else {"file": SimpleUploadedFile("logo.png", content)}
    return {"next": BACK} | file | fields


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def organisation(db):
    return OrganisationFactory()


@pytest.fixture
def url(organisation):
    return reverse("printing:logo", args=[organisation.uuid])


@pytest.fixture
def owner(organisation):
    return signed_in(member(organisation))


@pytest.fixture
def reader(organisation):
    return signed_in(member(organisation, MemberRole.READER))


class TestView:
    def test_logo_for_a_single_print(self, url, reader):
        response = reader.post(url, sent(picture()))
        kept = OwnLogo.objects.get()
        assert (kept.remembered, kept.content_type, response["Location"]) == (False, "image/png", f"{BACK}?logo={kept.uuid}")

    def test_logo_of_the_organisation_replaces_the_one_before(self, url, owner, organisation):
        for _ in range(2):
            owner.post(url, sent(picture(), remember="on"))
        remembered = OwnLogo.objects.get(remembered=True)
        assert OwnLogo.objects.count() == 2
        assert logos_for(organisation, just_sent="") == [remembered]

    def test_logo_of_the_organisation_can_be_forgotten(self, url, owner, organisation):
        owner.post(url, sent(picture(), remember="on"))
        assert owner.post(url, sent(forget="yes"))["Location"] == BACK
        assert logos_for(organisation, just_sent="") == []

    @pytest.mark.parametrize("fields", [{"remember": "on"}, {"forget": "yes"}])
    def test_reader_changes_nothing_of_the_organisation(self, fields, url, reader):
        assert reader.post(url, sent(picture(), **fields)).status_code == 403
        assert OwnLogo.objects.count() == 0

    @pytest.mark.parametrize(("content", "sentence"), [
        (None, "Choose a file first: a PNG, a JPEG or an SVG."),
        (b"", "Choose a file first: a PNG, a JPEG or an SVG."),
        (b"no picture", "This file cannot be used as a logo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>", "This file cannot be used as a logo"),
        (b"\x89PNG" + bytes(MAX_BYTES), "This logo is too large"),
    ])  # fmt: skip
    def test_bad_file_is_refused_with_a_sentence(self, content, sentence, url, owner):
        response = owner.post(url, sent(content))
        assert (response["Location"], OwnLogo.objects.count()) == (BACK, 0)
        assert said(response)[0].startswith(sentence)

    @pytest.mark.parametrize("wanted", ["https://example.com/", "-1", "home", "\0"])
    def test_leads_nowhere_else(self, wanted, url, owner):
        assert owner.post(url, sent(next=wanted))["Location"] == "/"

    def test_ladder(self, url, owner):
        assert signed_in(MembershipFactory().user).post(url, sent(picture())).status_code == 404
        assert Client().post(url)["Location"].startswith(reverse("account_login"))
        assert {getattr(owner, verb)(url).status_code for verb in ("get", "put", "delete")} == {405}
        assert owner.post(reverse("printing:logo", args=[uuid4()])).status_code == 404


class TestKept:
    def test_is_encrypted_and_read_back_for_its_own_organisation_only(self, organisation):
        kept = keep_logo(picture(), organisation=organisation, remember=True, by=UserFactory())
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM printing_ownlogo")
            stored = bytes(cursor.fetchone()[0])
        assert b"PNG" not in stored
        own, other = VenueFactory(organisation=organisation), VenueFactory()
        logo = read_logo(str(kept.uuid), places=[own])
        assert (logo.content_type, logo.width, logo.height, logo.content[1:4]) == ("image/png", 60, 20, b"PNG")
        assert read_logo(str(kept.uuid), places=[other]) is None
        assert read_logo(str(kept.uuid), places=[own, other]) is None
        assert read_logo("", places=[own]) is None
        assert read_logo("nonsense", places=[own]) is None

    def test_forgotten_one_stays_for_prints_under_way(self, organisation):
        user = UserFactory()
        kept = keep_logo(picture(), organisation=organisation, remember=True, by=user)
        forget_logo(organisation=organisation, by=user)
        assert read_logo(str(kept.uuid), places=[VenueFactory(organisation=organisation)]) is not None

    def test_purge_deletes_those_of_single_prints(self, organisation):
        user = UserFactory()
        keep_logo(picture(), organisation=organisation, remember=False, by=user)
        remembered = keep_logo(picture(), organisation=organisation, remember=True, by=user)
        now = timezone.now()
        assert purge(now=now) == 0
        assert purge(now=now + timedelta(days=2, minutes=1)) == 1
        assert list(OwnLogo.objects.all()) == [remembered]

    def test_oldest_of_single_prints_make_room(self, organisation, monkeypatch):
        monkeypatch.setattr(logos, "MOST_FOR_SINGLE_USE", 2)
        user = UserFactory()
        remembered = keep_logo(picture(), organisation=organisation, remember=True, by=user)
        kept = [keep_logo(picture(), organisation=organisation, remember=False, by=user) for _ in range(3)]
        assert list(OwnLogo.objects.order_by("pk")) == [remembered, *kept[1:]]

    def test_one_is_remembered(self, organisation):
        words = {"organisation": organisation, "content": b"x", "content_type": "image/png", "width": 1, "height": 1}
        OwnLogo.objects.create(**words, remembered=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnLogo.objects.create(**words, remembered=True)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_a_file_is_cleaned(monkeypatch):
    """On SQLite, nobody could write anything meanwhile."""
    cleaned = Logo(b"x", "image/png", 1, 1)
    waiting = []
    monkeypatch.setattr(logos, "clean_logo", lambda content: waiting.append(connection.in_atomic_block) or cleaned)
    keep_logo(b"", organisation=OrganisationFactory(), remember=True, by=UserFactory())
    assert waiting == [False]
