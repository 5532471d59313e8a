"""The assistant that adds a country, step by step."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.models import Administration
from clea_portal.administration.countries import answer
from clea_portal.administration.country_models import CountryDraft
from clea_portal.administration.country_retention import purge
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.france import OVERSEAS_TIME_ZONES
from clea_portal.authorities.models import Country
from tests.factories import AdministrationFactory, MembershipFactory, UserFactory

IDENTITY = {"code": "be", "name_fr": "Belgique", "name_en": "Belgium", "issues_codes": "yes"}
LINKS = {"host": "clea.example.be", "prefix": "https://clea.example.be?v=0#"}
DEPLOYMENT = {"deployment": "3", "asynchronous_style": "parameter"}
LANGUAGES = {"languages": ["fr", "nl", "de"], "time_zone": "Europe/Brussels", "other_time_zones": "reunion, America/Bogota"}
RULES = {
    "application_name": "Coronalert",
    "application_site": "",
    "poster_header": "Sciensano",
    "renewal_days": "3",
    "horizon_days": "14",
    "code_retention_days": "16",
    "register_days": "14",
    "register_page_retention_days": "10",
    "case_retention_days": "20",
    "message_retention_days": "9",
    "register_notice": "",
    "hold_seconds": "60",
    "four_eyes": "yes",
    "inactive_days": "60",
}
STEPS = {"identity": IDENTITY, "links": LINKS, "deployment": DEPLOYMENT, "languages": LANGUAGES, "rules": RULES}

GONE = "14 at least. An infected person's visit may be 14 days old: with fewer here, %s"
TOO_LONG = (
    "This prefix has 41 characters, and 40 fit: a version 12 code of level M holds 287, the longest location part takes 234"
    " of them, and the t parameter 13."
)


@pytest.fixture
def browser(desk, administrator):
    return desk(administrator)


@pytest.fixture
def draft(administrator):
    return CountryDraft.objects.create(owner=administrator)


def address(draft, step=None, name=None):
    return (
        reverse("administration:assistant", args=[draft.uuid, step])
        if step
        else reverse(f"administration:{name}", args=[draft.uuid])
    )


def walk(browser, draft, **changes):
    """Through all steps to the summary."""
    response = None
    for step, answers in STEPS.items():
        response = browser.post(address(draft, step), answers | changes.get(step, {}))
        assert response.status_code == 302, response.context["form"].errors
    assert response.headers["Location"] == address(draft, name="assistant_summary")


def test_country_from_the_first_step_to_the_last(browser, administrator):
    response = browser.post(reverse("administration:assistant_start"))
    draft = CountryDraft.objects.get()
    assert response.headers["Location"] == address(draft, "identity")
    walk(browser, draft)
    page = browser.get(address(draft, name="assistant_summary")).content.decode()
    assert "Coronalert" in page
    response = browser.post(address(draft, name="assistant_finish"))
    assert response.headers["Location"] == reverse("administration:country", args=["BE"])
    country = Country.objects.get(code="BE")
    values = {field.name: getattr(country, field.name) for field in Country._meta.concrete_fields}
    del values["id"]
    assert values == {
        "code": "BE",
        "name_fr": "Belgique",
        "name_en": "Belgium",
        "prefix": "https://clea.example.be?v=0#",
        "host": "clea.example.be",
        "time_zone": "Europe/Brussels",
        "other_time_zones": ["Indian/Reunion", "America/Bogota"],
        "languages": ["fr", "nl", "de"],
        "issues_codes": True,
        "deployment": 3,
        "asynchronous_style": "parameter",
        "application_name": "Coronalert",
        "application_site": "",
        "renewal_days": 3,
        "hold_seconds": 60,
        "four_eyes": True,
        "horizon_days": 14,
        "case_retention_days": 20,
        "message_retention_days": 9,
        "code_retention_days": 16,
        "register_page_retention_days": 10,
        "poster_header": "Sciensano",
        "register_days": 14,
        "register_notice": "",
        "inactive_days": 60,
    }
    assert list(Administration.objects.filter(country=country).values_list("user", flat=True)) == [administrator.pk]
    assert CountryDraft.objects.count() == 0
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["country_added", "administrator_added"]


def test_foreign_country_is_asked_for_identity_and_links_only(browser, draft):
    response = browser.post(address(draft, "identity"), IDENTITY | {"issues_codes": "no"})
    assert response.headers["Location"] == address(draft, "links")
    response = browser.post(address(draft, "links"), LINKS)
    assert response.headers["Location"] == address(draft, name="assistant_summary")
    assert browser.get(address(draft, "rules")).status_code == 404
    browser.post(address(draft, name="assistant_finish"))
    assert Country.objects.get(code="BE").issues_codes is False


def test_it_can_be_left_and_taken_up_again(browser, draft):
    browser.post(address(draft, "identity"), IDENTITY)
    response = browser.get(address(draft, name="assistant_summary"))
    assert response.headers["Location"] == address(draft, "links")
    assert "Belgium" in browser.get(reverse("administration:countries")).content.decode()
    shown = browser.get(address(draft, "identity")).context["form"]
    assert [shown[name].value() for name in IDENTITY] == ["BE", "Belgique", "Belgium", "yes"]


def test_last_step_before_the_others_leads_to_what_is_missing(browser, draft):
    response = browser.post(address(draft, name="assistant_finish"))
    assert (response.headers["Location"], Country.objects.count()) == (address(draft, "identity"), 1)


def test_country_that_came_meanwhile(browser, draft):
    walk(browser, draft)
    Country.objects.create(code="BE", name_fr="B", name_en="B", prefix="https://b#", host="b", issues_codes=False)
    response = browser.post(address(draft, name="assistant_finish"))
    assert (response.headers["Location"], Country.objects.count()) == (address(draft, "identity"), 2)


@pytest.mark.parametrize(
    ("step", "changes", "field", "sentence"),
    [
        ("identity", {"code": "B1"}, "code", "Two letters from A to Z."),
        ("identity", {"code": "FR"}, "code", "FR is there already."),
        ("links", {"host": "https://be"}, "host", "A name like tac.gouv.fr: without https:// and without a path."),
        (
            "links",
            {"prefix": "https://clea.example.be"},
            "prefix",
            "A prefix ends with #: what follows it never leaves the phone for a web server.",
        ),
        ("links", {"prefix": "http://clea.example.be#"}, "prefix", "A prefix begins with https://."),
        (
            "links",
            {"prefix": "https://clea.example.be/a-path-too-long-#"},
            "prefix",
            TOO_LONG,
        ),
        (
            "links",
            {"prefix": "https://clea.example.be?é#"},
            "prefix",
            "Codes could not begin with this: must look like https://host?v=0#. It looks like https://host?v=0#.",
        ),
        (
            "links",
            {"prefix": "https://clea.example.be?t=1#"},
            "prefix",
            "Codes could not begin with this: must not hold a parameter t; it is given apart. It looks like https://host?v=0#.",
        ),
        ("links", {"host": "other.example.be"}, "host", "The prefix does not begin with https:// and this host."),
        (
            "links",
            {"host": "tac.gouv.fr", "prefix": "https://tac.gouv.fr?v=1#"},
            "prefix",
            "France has this host already: a link's host tells its country.",
        ),
        (
            "links",
            {"host": "tac.gouv.f", "prefix": "https://tac.gouv.f#"},
            "prefix",
            "One of this prefix and that of France (https://tac.gouv.fr?v=0#) begins with the other: links could be mistaken.",
        ),
        ("deployment", {"deployment": "4"}, "deployment", "Select a valid choice. 4 is not one of the available choices."),
        ("languages", {"languages": []}, "languages", "This field is required."),
        ("languages", {"time_zone": "Mars/Olympus"}, "time_zone", None),
        (
            "languages",
            {"other_time_zones": "America/Guadelupe"},
            "other_time_zones",
            "There is no time zone named “America/Guadelupe”. Perhaps: America/Guadeloupe.",
        ),
        ("languages", {"other_time_zones": "Mars/Olympus"}, "other_time_zones", None),
        ("languages", {"other_time_zones": "Europe/Paris " * 200}, "other_time_zones", None),
        (
            "rules",
            {"code_retention_days": "13"},
            "code_retention_days",
            GONE % "the code of that day would be gone.",
        ),
        (
            "rules",
            {"register_days": "1"},
            "register_days",
            GONE % "the register of that day would be gone.",
        ),
        ("rules", {"hold_seconds": "86401"}, "hold_seconds", "Ensure this value is less than or equal to 86400."),
        ("rules", {"renewal_days": "1" * 5000}, "renewal_days", None),
    ],
)
def test_bad_answer_is_refused_in_a_sentence_and_kept_on_the_page(browser, draft, step, changes, field, sentence):
    draft.put("identity", {"code": "BE", "issues_codes": True, "name_fr": "B", "name_en": "B"})
    draft.save()
    response = browser.post(address(draft, step), STEPS[step] | changes)
    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (200, [field])
    assert sentence is None or form.errors[field] == [sentence]
    typed = [value for value in changes.values() if isinstance(value, str) and len(value) < 100]
    assert [value for value in typed if value not in (form[field].value(), form.data.get("host"))] == []
    draft.refresh_from_db()
    assert list(draft.answers) == ["identity"]


def test_france_s_zones_are_proposed_and_only_france_s(browser, draft):
    def offered():
        return browser.get(address(draft, "languages")).context["form"]["other_time_zones"].value()

    draft.put("identity", {"code": "FR", "issues_codes": True, "name_fr": "France", "name_en": "France"})
    draft.save()
    assert offered() == "\n".join(OVERSEAS_TIME_ZONES)
    browser.post(address(draft, "languages"), LANGUAGES)
    assert offered() == "Indian/Reunion\nAmerica/Bogota"
    draft.put("identity", {"code": "BE", "issues_codes": True, "name_fr": "B", "name_en": "B"})
    draft.answers.pop("languages", None)
    draft.save()
    assert not offered()


def test_draft_that_nobody_went_on_with_is_deleted_after_30_days_and_a_living_one_kept(administrator):
    now = timezone.now()
    old, living = (CountryDraft.objects.create(owner=administrator) for _ in range(2))
    CountryDraft.objects.filter(pk=old.pk).update(changed_at=now - timedelta(days=30))
    CountryDraft.objects.filter(pk=living.pk).update(changed_at=now - timedelta(days=30) + timedelta(seconds=1))
    assert "clea_portal.administration.country_retention.purge" in settings.PURGES
    assert (purge(now=now), list(CountryDraft.objects.all())) == (1, [living])
    # Whoever goes on with it has it for another 30 days.
    answer(draft=living, group="identity", answers={"code": "BE"})
    assert (purge(now=now + timedelta(days=29)), purge(now=timezone.now() + timedelta(days=30))) == (0, 1)


OWN = [("assistant", "get"), ("assistant_summary", "get"), ("assistant_finish", "post"), ("assistant_discard", "post")]


@pytest.mark.parametrize(("name", "method"), OWN)
def test_draft_of_somebody_else_does_not_exist(draft, desk, country, sign_in, name, method):
    arguments = [draft.uuid, "identity"] if name == "assistant" else [draft.uuid]
    url = reverse(f"administration:{name}", args=arguments)
    colleague = desk(AdministrationFactory(country=country).user)
    manager = sign_in(MembershipFactory().user)
    assert [getattr(who, method)(url).status_code for who in (colleague, manager)] == [404, 404]
    assert getattr(Client(), method)(url).headers["Location"] == f"{reverse('account_login')}?next={url}"
    assert colleague.put(url).status_code == 405
    assert CountryDraft.objects.count() == 1


def test_discarded(browser, draft):
    browser.post(address(draft, name="assistant_discard"))
    assert CountryDraft.objects.count() == 0


def test_whoever_installed_the_portal_adds_the_first_country(desk, db):
    installer = UserFactory(is_staff=True)
    browser = desk(installer)
    assert browser.get(reverse("start")).headers["Location"] == reverse("administration:countries")
    browser.post(reverse("administration:assistant_start"))
    walk(browser, CountryDraft.objects.get())
    browser.post(address(CountryDraft.objects.get(), name="assistant_finish"))
    assert [(row.user, row.country.code) for row in Administration.objects.all()] == [(installer, "BE")]


def test_drafts_have_an_end(browser, administrator):
    for _ in range(20):
        CountryDraft.objects.create(owner=administrator)
    browser.post(reverse("administration:assistant_start"))
    assert CountryDraft.objects.count() == 20
