"""Printing of venues: the page, what comes at once, what a worker makes."""

import io
from datetime import timedelta
from urllib.parse import unquote
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from clea_portal.accounts.enums import MemberRole
from clea_portal.audit.models import AuditEvent
from clea_portal.codes.printing import making
from clea_portal.jobs.models import Job
from clea_portal.posters.errors import LinkUnfit, PosterUnreadable
from clea_portal.posters.layouts import Layout
from clea_portal.scanning.reading import read_content
from tests.clea_portal.codes.printing.orders import (
    body,
    choices,
    content_of,
    links_in_picture,
    links_of,
    one_page,
    ordered,
    said,
)
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.members import member, organisation_with_choices, signed_in
from tests.opening import links_in
from tests.venues.making import opened_venue
from venues.codes import renew_code
from venues.managing import archive_venue
from venues.models import VenueCode
from venues.packs import make_pack
from venues.printing import of_pack, of_venue
from venues.rooms import add_rooms, set_tables
from venues.rotations import set_rotation

pytestmark = pytest.mark.django_db

BOTH_GONE = "This code has been replaced, so it is no longer printed. Below is the code that counts now."
OVERTAKEN = "A code was renewed, or its place archived, since this was ordered. Order it again: it will show what counts now."


@pytest.fixture
def browser(venue):
    return signed_in(member(venue.organisation))


@pytest.fixture
def url(venue):
    return reverse("venues:print", args=[venue.uuid])


@pytest.fixture
def rooms(venue):
    """Two rooms with codes of their own, and one that shows the venue's code."""
    user, now = UserFactory(), timezone.now()
    own = add_rooms(venue=venue, names=["Terrace", "Hall/1"], independent=True, by=user, now=now)
    shared = add_rooms(venue=venue, names=["Bar"], independent=False, by=user, now=now)
    return [*own, *shared]


@pytest.fixture
def pack(venue):
    user, now = UserFactory(), timezone.now()
    set_rotation(venue=venue, renewal_hours=["04:00"], by=user, now=now)
    today = now.astimezone(venue.zone).date()
    return make_pack(
        venue=venue,
        first_day=today + timedelta(days=1),
        last_day=today + timedelta(days=5),
        with_staff=True,
        by=user,
        now=now,
    )


class TestLadder:
    """Readers print too."""

    @pytest.fixture
    def urls(self, venue, pack):
        return {
            reverse("venues:print", args=[venue.uuid]): 200,
            reverse("venues:print_pack", args=[pack.uuid]): 200,
            reverse("venues:print_pack_staff", args=[pack.uuid]): 200,
            f"{reverse('venues:print_selection')}?venue={venue.uuid}": 200,
        }

    @pytest.mark.parametrize("role", MemberRole.values)
    def test_works_for_every_member(self, role, urls, venue):
        browser = signed_in(member(venue.organisation, role))
        assert {url: browser.get(url).status_code for url in urls} == urls

    def test_does_not_exist_for_strangers(self, urls):
        browser = signed_in(MembershipFactory().user)
        assert [browser.get(url).status_code for url in urls] == [404, 404, 404, 302]

    def test_asks_nobody_to_sign_in(self, urls):
        assert {Client().get(url)["Location"].partition("?")[0] for url in urls} == {reverse("account_login")}

    def test_wrong_method(self, urls, browser):
        assert {getattr(browser, verb)(url).status_code for url in urls for verb in ("put", "patch", "delete")} == {405}

    def test_unknown(self, browser):
        names = ("print", "print_pack", "print_pack_staff")
        assert {browser.get(reverse(f"venues:{name}", args=[uuid4()])).status_code for name in names} == {404}


class TestPage:
    def test_shows_the_first_page_its_module_and_its_distance(self, url, browser, code):
        response = browser.get(url)
        content = response.content.decode()
        preview = response.context["preview"]
        layout = Layout.A4
        shown = (layout.module_millimetres, layout.scan_distance_centimetres)
        assert (preview.pages, preview.module, preview.distance) == (1, *shown)
        assert f"{shown[0]:.2f} mm" in content
        assert f"about {shown[1]} cm" in content
        assert links_in_picture(preview.picture) == (code.deep_link,)

    def test_from_the_page_of_a_room_only_its_code_is_ticked(self, url, browser, venue, rooms):
        code = venue.codes.get(room=rooms[1])
        form = browser.get(f"{url}?code={code.uuid}").context["form"]
        assert (form["keys"].value(), form.default_options().keys) == ([str(code.uuid)], (str(code.uuid),))

    def test_answers_htmx_with_the_picture_only(self, url, browser, venue):
        response = browser.post(url, choices(of_venue(venue), output="card", act=""), headers={"HX-Request": "true"})
        content = response.content.decode()
        assert ("<html" in content, 'id="preview"' in content, response.context["preview"].pages) == (False, True, 1)
        assert response.context["preview"].module == Layout.CARD.module_millimetres

    def test_answers_htmx_with_no_file_whatever_button_has_the_focus(self, url, browser, venue):
        response = browser.post(url, choices(of_venue(venue), act="download"), headers={"HX-Request": "true"})
        assert response["Content-Type"].startswith("text/html")
        assert not AuditEvent.objects.filter(verb="printed").exists()

    def test_works_without_scripts(self, url, browser, venue):
        response = browser.post(url, choices(of_venue(venue), output="a5", language="fr", act="show"))
        content = response.content.decode()
        assert ("<html" in content, '<option value="a5" selected>' in content) == (True, True)

    @pytest.mark.parametrize(("changes", "sentence"), [
        ({"output": "png", "width": "20"}, "At this size phones could not read the code"),
        ({"accent": "#ffff00"}, "This colour is too pale"),
        ({"accent": "red"}, "Give the colour as #"),
        ({"second_language": "en"}, "Choose another one, or none."),
        ({"output": "a2"}, "Select a valid choice"),
        ({"width": "5"}, "greater than or equal to 10"),
        ({"keys": []}, "Choose at least one."),
    ])  # fmt: skip
    @pytest.mark.parametrize("htmx", [True, False])
    def test_says_what_is_wrong_and_keeps_what_was_chosen(self, htmx, changes, sentence, url, browser, venue):
        headers = {"HX-Request": "true"} if htmx else {}
        sent = choices(of_venue(venue), large_print="on", act="show") | changes
        response = browser.post(url, sent, headers=headers)
        assert response.status_code == 200
        assert sentence in response.content.decode()
        assert (
            htmx
            or 'name="large_print" class="checkboxinput form-check-input" id="id_large_print" checked'
            in " ".join(response.content.decode().split())
            or "checked" in response.content.decode()
        )

    def test_of_an_archived_venue_leads_back(self, url, browser, venue):
        archive_venue(venue, by=UserFactory(), now=timezone.now())
        response = browser.get(url)
        assert (response.headers["Location"], said(response)) == (
            reverse("venues:detail", args=[venue.uuid]), ["This is archived. Bring it back first."],
        )  # fmt: skip

    def test_without_a_code_leads_back(self, url, browser, venue):
        venue.codes.update(replaced_at=timezone.now())
        assert said(browser.get(url)) == ["There is no code to print here at the moment."]

    def test_asks_the_database_as_often_for_one_room_as_for_three(self, url, browser, venue):
        def count():
            with CaptureQueriesContext(connection) as queries:
                browser.get(url)
            return len(queries)

        add_rooms(venue=venue, names=["A"], independent=True, by=UserFactory(), now=timezone.now())
        one = count()
        add_rooms(venue=venue, names=["B", "C"], independent=True, by=UserFactory(), now=timezone.now())
        assert count() == one


class TestAtOnce:
    @pytest.mark.parametrize(("output", "content_type"), [
        ("a4", "application/pdf"),
        ("tent", "application/pdf"),
        ("png", "image/png"),
        ("svg", "image/svg+xml"),
    ])  # fmt: skip
    def test_single_page_is_a_download(self, output, content_type, url, browser, venue, code):
        response = browser.post(url, choices(of_venue(venue), output=output))
        extension = {"png": "png", "svg": "svg"}.get(output, "pdf")
        assert set(links_in(body(response), kind=extension)) == {code.deep_link}
        assert (response["Content-Type"], response["Cache-Control"]) == (content_type, "private, no-store")
        assert response["Content-Disposition"].endswith(
            f"filename*=UTF-8''CLEA%20{code.check_code}%20La%20Table%20du%20Drac.{extension}"
        )
        printed = AuditEvent.objects.get(verb="printed")
        assert (printed.subject_uuid, printed.details) == (venue.uuid, {"file": output, "code": str(code.uuid)})

    def test_sheet_of_stickers_is_filled(self, url, browser, venue, code):
        pdf = body(browser.post(url, choices(of_venue(venue), output="stickers_4", fill="on")))
        assert links_of(pdf) == [(code.deep_link,)]

    @pytest.mark.parametrize(("error", "sentence"), [
        (LinkUnfit, "The link is too long for a code that every phone reads."),
        (PosterUnreadable, "This file was not handed out: its code could not be read back."),
    ])  # fmt: skip
    def test_that_cannot_be_made_says_why_and_keeps_what_was_chosen(self, error, sentence, url, browser, venue, monkeypatch):
        def fail(*args, **kwargs):
            raise error

        monkeypatch.setattr(making, "write_pdf", fail)
        response = browser.post(url, choices(of_venue(venue), output="a5"))
        assert (response.status_code, response.context["form"]["output"].value()) == (200, "a5")
        assert sentence in response.content.decode()
        assert not AuditEvent.objects.filter(verb="printed").exists()

    def test_renewed_since_the_page_was_opened_is_refused(self, url, browser, venue, code):
        sent = choices(of_venue(venue))
        renew_code(code, by=UserFactory(), now=timezone.now())
        response = browser.post(url, sent)
        assert (response.status_code, BOTH_GONE in response.content.decode()) == (200, True)
        assert not AuditEvent.objects.filter(verb="printed").exists()

    def test_renewed_while_it_is_made_is_refused(self, url, browser, venue, code, monkeypatch):
        write_pdf = making.write_pdf

        def write_and_renew(*args, **kwargs):
            write_pdf(*args, **kwargs)
            renew_code(VenueCode.objects.get(pk=code.pk), by=UserFactory(), now=timezone.now())

        monkeypatch.setattr(making, "write_pdf", write_and_renew)
        response = browser.post(url, choices(of_venue(venue)))
        assert (response.headers["Location"], said(response)) == (reverse("venues:detail", args=[venue.uuid]), [BOTH_GONE])
        assert not AuditEvent.objects.filter(verb="printed").exists()


class TestByJob:
    def test_several_pages_are_made_by_a_worker(self, url, browser, venue, rooms):
        subject = of_venue(venue)
        assert [(printable.part, printable.code.room_id) for printable in subject.printables] == [
            ("", None), ("Terrace", rooms[0].pk), ("Hall/1", rooms[1].pk), ("Bar", None),
        ]  # fmt: skip
        job = ordered(browser.post(url, choices(subject)))
        assert links_of(content_of(job)) == [(printable.code.deep_link,) for printable in subject.printables]
        assert (job.file_name, job.content_type, job.title) == (
            "CLEA La Table du Drac.pdf", "application/pdf", "Prints of La Table du Drac",
        )  # fmt: skip
        assert AuditEvent.objects.get(verb="printed").details == {"file": "a4", "codes": 3}

    def test_same_order_twice_is_one_job(self, url, browser, venue, rooms):
        for _ in range(2):
            browser.post(url, choices(of_venue(venue)))
        assert Job.objects.count() == 1

    def test_fourth_order_is_refused_with_the_number(self, url, browser, venue, rooms):
        for output in ("a3", "a4", "a5", "a6"):
            response = browser.post(url, choices(of_venue(venue), output=output))
        assert (response.headers["Location"], Job.objects.count()) == (reverse("jobs:list"), 3)
        assert "You have 3 downloads under way" in said(response)[0]

    def test_some_rooms_only(self, url, browser, venue, rooms):
        subject = of_venue(venue)
        job = ordered(browser.post(url, choices(subject, keys=[subject.printables[number].key for number in (1, 3)])))
        assert links_of(content_of(job)) == [(subject.printables[number].code.deep_link,) for number in (1, 3)]

    def test_pictures_of_several_codes_are_a_zip(self, url, browser, venue, rooms):
        subject = of_venue(venue)
        job = ordered(browser.post(url, choices(subject, output="png")))
        with ZipFile(io.BytesIO(content_of(job))) as archive:
            found = {name: read_content(archive.read(name)).links for name in archive.namelist()}
        codes = [subject.printables[number].code for number in (0, 1, 2)]
        names = ["001 {} La Table du Drac.png", "002 {} La Table du Drac Terrace.png", "003 {} La Table du Drac Hall 1.png"]
        assert found == {name.format(code.check_code): (code.deep_link,) for name, code in zip(names, codes, strict=True)}

    @pytest.mark.timeout(400)
    def test_thousand_tables_have_their_label(self, url, browser, venue, code):
        set_tables(venue, tables="\n".join(f"T{number}" for number in range(1, 1001)), by=UserFactory())
        venue.refresh_from_db()
        job = ordered(browser.post(url, choices(of_venue(venue), output="stickers_25", copies_for="tables")))
        reader = PdfReader(io.BytesIO(content_of(job)))
        assert len(reader.pages) == 40
        words = " ".join(page.extract_text() for page in reader.pages).split()
        assert {word for word in words if word.startswith("T") and word[1:].isdigit()} == {f"T{n}" for n in range(1, 1001)}
        assert links_of(one_page(content_of(job), 39)) == [(code.deep_link,)]

    @pytest.mark.parametrize("act", ["renew", "archive"])
    def test_overtaken_before_it_is_made_is_refused(self, act, url, browser, venue, code, rooms):
        response = browser.post(url, choices(of_venue(venue)))
        if act == "renew":
            renew_code(code, by=UserFactory(), now=timezone.now())
        else:
            archive_venue(venue, by=UserFactory(), now=timezone.now())
        job = ordered(response)
        assert (job.state, job.reason, job.chunks.count()) == ("refused", OVERTAKEN, 0)

    def test_renewed_while_it_is_made_is_refused(self, url, browser, venue, code, rooms, monkeypatch):
        write_pdf = making.write_pdf

        def write_and_renew(*args, **kwargs):
            write_pdf(*args, **kwargs)
            renew_code(VenueCode.objects.get(pk=code.pk), by=UserFactory(), now=timezone.now())

        response = browser.post(url, choices(of_venue(venue)))
        monkeypatch.setattr(making, "write_pdf", write_and_renew)
        job = ordered(response)
        assert (job.state, job.reason) == ("refused", OVERTAKEN)
        assert not AuditEvent.objects.filter(verb="printed").exists()

    def test_renewed_before_it_is_fetched_is_not_handed_out(self, url, browser, venue, code, rooms):
        job = ordered(browser.post(url, choices(of_venue(venue))))
        renew_code(code, by=UserFactory(), now=timezone.now())
        response = browser.get(reverse("jobs:file", args=[job.uuid]))
        assert (response.headers["Location"], said(response)) == (reverse("jobs:detail", args=[job.uuid]), [OVERTAKEN])

    def test_person_who_left_the_organisation_gets_nothing(self, url, browser, venue, rooms):
        response = browser.post(url, choices(of_venue(venue)))
        venue.organisation.memberships.all().delete()
        assert ordered(response).state == "refused"


class TestPack:
    def test_days_chosen_become_a_page_each(self, browser, venue, pack):
        url = reverse("venues:print_pack", args=[pack.uuid])
        subject = of_pack(pack)
        assert [printable.kind for printable in subject.printables] == ["dated"] * 5
        first = pack.first_day + timedelta(days=1)
        sent = choices(subject, first_day=first.isoformat(), last_day=(first + timedelta(days=2)).isoformat())
        job = ordered(browser.post(url, sent))
        assert links_of(content_of(job)) == [(printable.code.deep_link,) for printable in subject.printables[1:4]]

    def test_without_a_code_in_between_says_so(self, browser, pack):
        url = reverse("venues:print_pack", args=[pack.uuid])
        sent = choices(of_pack(pack), first_day="2020-01-01", last_day="2020-01-02")
        assert "There is no code between these two days." in browser.post(url, sent).content.decode()

    def test_codes_for_staff_are_a_file_of_their_own(self, browser, pack):
        url = reverse("venues:print_pack_staff", args=[pack.uuid])
        subject = of_pack(pack, staff=True)
        assert {printable.kind for printable in subject.printables} == {"staff"}
        page = browser.get(url).content.decode()
        assert ("Private: for those who work there." in page, "bundle_zip" in page) == (True, False)
        sent = choices(subject, first_day=pack.first_day.isoformat(), last_day=pack.last_day.isoformat())
        job = ordered(browser.post(url, sent))
        assert links_of(content_of(job)) == [(printable.code.deep_link,) for printable in subject.printables]
        assert job.file_name.startswith("CLEA staff only La Table du Drac ")

    def test_single_code_for_staff_says_so_in_its_file_s_name_too(self, browser, pack):
        day = pack.first_day.isoformat()
        sent = choices(of_pack(pack, staff=True), first_day=day, last_day=day)
        response = browser.post(reverse("venues:print_pack_staff", args=[pack.uuid]), sent)
        response.close()
        assert "CLEA staff only " in unquote(response.headers["Content-Disposition"])

    def test_name_in_another_script_leaves_the_days_in_order(self, browser, pack):
        assert of_pack(pack).title.startswith("\u2068La Table du Drac\u2069 ")


class TestSelection:
    def test_prints_all_codes_of_the_venues_chosen(self, settings):
        organisation = organisation_with_choices()
        venues = [opened_venue(organisation, name=f"Place {number}") for number in range(3)]
        add_rooms(venue=venues[1], names=["Hall"], independent=True, by=UserFactory(), now=timezone.now())
        other = opened_venue(OrganisationFactory(country=organisation.country))
        browser = signed_in(member(organisation))
        address = (
            reverse("venues:print_selection") + "?" + "&".join(f"venue={venue.uuid}" for venue in (venues[0], venues[1], other))
        )
        form = browser.get(address).context["form"]
        assert [label for _, label in form.fields["keys"].choices] == ["Place 0", "Place 1", "Place 1 – Hall"]
        sent = choices(browser.get(address).context["subject"])
        job = ordered(browser.post(address, sent))
        codes = [venues[0].codes.get(), venues[1].codes.get(room=None), venues[1].codes.exclude(room=None).get()]
        assert links_of(content_of(job)) == [(code.deep_link,) for code in codes]
        assert (job.title, job.back_to) == ("Prints of 2 venues", address)
        assert sorted(event.subject_uuid for event in AuditEvent.objects.filter(verb="printed")) == sorted(
            venue.uuid for venue in venues[:2]
        )

    def test_bundle_has_a_folder_for_each_venue(self):
        organisation = organisation_with_choices()
        venues = [opened_venue(organisation, name=name) for name in ("Chez Léa", "../x/..")]
        browser = signed_in(member(organisation))
        address = reverse("venues:print_selection")
        sent = choices(browser.get(address).context["subject"], act="bundle_zip")
        with ZipFile(io.BytesIO(content_of(ordered(browser.post(address, sent))))) as archive:
            names = archive.namelist()
            posters = [links_of(archive.read(name)) for name in names if name.endswith("1 Posters.pdf")]
        assert sorted({name.partition("/")[0] for name in names}) == ["001 Chez Léa", "002 .. x"]
        assert len(names) == 12
        assert posters == [[(venue.codes.get().deep_link,)] for venue in venues]

    def test_all_of_an_organisation(self, venue, browser):
        address = f"{reverse('venues:print_selection')}?organisation={venue.organisation.uuid}"
        assert [printable.place for printable in browser.get(address).context["subject"].printables] == [venue]

    @pytest.mark.parametrize("query", ["venue=1", "organisation=x"])
    def test_nonsense_is_a_bad_request(self, query, browser):
        assert browser.get(f"{reverse('venues:print_selection')}?{query}").status_code == 400

    def test_nothing_chosen_offers_all(self, venue, browser):
        subject = browser.get(reverse("venues:print_selection")).context["subject"]
        assert ([printable.place for printable in subject.printables], subject.job_arguments) == ([venue], {})

    def test_nothing_to_print_leads_back(self, venue, browser):
        archive_venue(venue, by=UserFactory(), now=timezone.now())
        response = browser.get(reverse("venues:print_selection"))
        assert (response.headers["Location"], said(response)) == (
            reverse("venues:list"), ["There is no code to print here at the moment."],
        )  # fmt: skip


class TestBundle:
    def test_zip_holds_everything_of_a_venue(self, url, browser, venue, rooms):
        subject = of_venue(venue)
        job = ordered(browser.post(url, choices(subject, act="bundle_zip")))
        assert (job.file_name, job.content_type) == ("CLEA La Table du Drac.zip", "application/zip")
        with ZipFile(io.BytesIO(content_of(job))) as archive:
            found = {name: links_of(archive.read(name)) for name in archive.namelist()}
        each = [(printable.code.deep_link,) for printable in subject.printables]
        assert found == {
            "1 Posters.pdf": each,
            "2 Table tents.pdf": each,
            "3 Stickers.pdf": each,
            "4 Where to hang them.pdf": [()],
            "5 For those who work there.pdf": [()],
            "6 Paper register.pdf": [()] * 4,
        }

    def test_pdf_holds_the_same_pages(self, url, browser, venue, rooms):
        subject = of_venue(venue)
        job = ordered(browser.post(url, choices(subject, act="bundle_pdf")))
        each = [(printable.code.deep_link,) for printable in subject.printables]
        assert links_of(content_of(job)) == each * 3 + [()] * 6

    def test_of_a_pack_has_no_code_for_staff(self, browser, pack):
        url = reverse("venues:print_pack", args=[pack.uuid])
        sent = choices(of_pack(pack), first_day=str(pack.first_day), last_day=str(pack.last_day), act="bundle_pdf")
        content = content_of(ordered(browser.post(url, sent)))
        staff = {printable.code.deep_link for printable in of_pack(pack, staff=True).printables}
        assert staff
        assert {link for page in links_of(content) for link in page} == {
            printable.code.deep_link for printable in of_pack(pack).printables
        }


def test_more_than_a_file_takes_is_not_ordered(browser, url, venue, monkeypatch):
    """Three hundred rooms with a thousand tables each would keep a worker from everybody else for a quarter of an hour."""
    set_tables(venue, tables="1\n2\n3", by=UserFactory())
    subject = of_venue(type(venue).objects.get(pk=venue.pk))
    monkeypatch.setattr("clea_portal.codes.printing.planning.MOST_PAGES", 2)
    response = browser.post(url, choices(subject, copies_for="tables"))
    assert said(response)[0].startswith("This comes to 3 pages")
    assert response.context["preview"].problem.startswith("This comes to 3 pages")
    assert browser.post(url, choices(subject, copies_for="tables", output="stickers_2")).status_code == 302
    assert Job.objects.count() == 1
