from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.models import Organisation
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Region, VenueType
from tests.factories import CountryFactory, MembershipFactory, OrganisationFactory, RegionFactory, UserFactory, VenueTypeFactory
from tests.members import member, organisation_with_choices, signed_in
from tests.venues.making import opened_venue
from venues.codes import renew_code
from venues.managing import archive_venue
from venues.models import Venue, VenueCode

pytestmark = pytest.mark.django_db


def sent(owner, /, **changes):
    fields = {
        "name": "Chez Camille",
        "venue_type": str(VenueType.objects.get(country=owner.country, number=1).pk),
        "region": str(Region.objects.get(country=owner.country, number=38).pk),
        "phone": "04 65 71 00 38",
        "pin": "380038",
    }
    return fields | changes


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- list ---


def test_list_shows_each_venue_with_its_check_code_and_state(venue, code, owner):
    response = owner.get(reverse("venues:list"))
    assert [(row.venue, row.code, row.state) for row in response.context["rows"]] == [
        (venue, code, "renewal_advised"),
    ]
    page = response.content.decode()
    assert "La Table du Drac" in page
    assert code.check_code[:3] in page
    assert "Renewal advised" in page


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_as_much_for_one_venue_as_for_three(number, django_assert_num_queries):
    organisation = organisation_with_choices()
    for _ in range(number):
        opened_venue(organisation)
    browser = signed_in(member(organisation))
    with django_assert_num_queries(18):
        response = browser.get(reverse("venues:list"))
    assert len(response.context["rows"]) == number


def test_list_without_venues_says_what_to_do():
    organisation = organisation_with_choices()
    page = signed_in(member(organisation)).get(reverse("venues:list")).content.decode()
    assert "No venue yet" in page
    assert reverse("venues:create") in page


def test_list_without_venues_does_not_tell_a_reader_to_make_one():
    organisation = organisation_with_choices()
    page = signed_in(member(organisation, "reader")).get(reverse("venues:list")).content.decode()
    assert "No venue yet" in page
    assert reverse("venues:create") not in page


def test_list_keeps_archived_venues_apart(venue, owner):
    other = opened_venue(venue.organisation)
    archive_venue(venue, by=UserFactory(), now=timezone.now())
    assert [row.venue for row in owner.get(reverse("venues:list")).context["rows"]] == [other]
    response = owner.get(reverse("venues:list"), {"show": "archived"})
    assert [row.venue for row in response.context["rows"]] == [venue]
    assert response.context["counts"] == {"in_use": 1, "archived": 1, "attention": 1}


def test_list_shows_25_a_page(owner, venue):
    for _ in range(25):
        opened_venue(venue.organisation)
    sizes = [len(owner.get(reverse("venues:list"), {"page": page}).context["rows"]) for page in (1, 2, 99)]
    assert sizes == [25, 1, 1]


def test_list_of_a_person_without_organisation_asks_for_its_name_first():
    response = signed_in(UserFactory()).get(reverse("venues:list"))
    assert (response.status_code, response.headers["Location"]) == (302, "/organisations/new/?next=%2Fvenues%2F")


def test_list_shows_nothing_of_other_organisations(venue):
    assert signed_in(MembershipFactory().user).get(reverse("venues:list")).context["rows"] == []


# --- create ---


def test_create_makes_the_venue_and_lands_on_its_poster():
    organisation = organisation_with_choices()
    response = signed_in(member(organisation)).post(reverse("venues:create"), sent(organisation), follow=True)
    venue = Venue.objects.get()
    assert response.redirect_chain == [(reverse("venues:detail", args=[venue.uuid]), 302)]
    assert (venue.name, venue.phone, venue.pin, venue.organisation) == ("Chez Camille", "33465710038", "380038", organisation)
    code = venue.codes.get()
    assert f'href="{reverse("venues:poster", args=[code.uuid])}?language=en"' in response.content.decode()


def test_create_with_mistakes_makes_nothing_and_keeps_what_was_typed():
    organisation = organisation_with_choices()
    typed = sent(organisation, name="Chez\r\nCamille", phone="12", pin="12345")
    response = signed_in(member(organisation)).post(reverse("venues:create"), typed)
    assert (response.status_code, Venue.objects.count()) == (200, 0)
    form = response.context["form"]
    assert set(form.errors) == {"phone", "pin"}
    assert {name: form[name].value() for name in ("name", "phone", "pin")} == {
        "name": "Chez\r\nCamille",
        "phone": "12",
        "pin": "12345",
    }
    assert form.errors["phone"] == ["This number cannot be called. Write it like 01 23 45 67 89 or +33 1 23 45 67 89."]


def test_create_proposes_a_pin_and_the_region_of_the_last_venue(venue, owner):
    form = owner.get(reverse("venues:create")).context["form"]
    assert form["region"].value() == venue.region_id
    assert len(form["pin"].value()) == 6
    assert form["pin"].value().isdigit()


def test_create_without_keys_says_so_and_keeps_what_was_typed():
    organisation = organisation_with_choices()
    organisation.country.server.keys.all().delete()
    response = signed_in(member(organisation)).post(reverse("venues:create"), sent(organisation))
    form = response.context["form"]
    assert form.non_field_errors() == [
        "No code can be made at the moment: your country's keys are missing. Nothing was saved. Try again later."
    ]
    assert (form["name"].value(), Venue.objects.count()) == ("Chez Camille", 0)


def test_create_without_contact_tracing_asks_for_no_contact():
    organisation = organisation_with_choices(deployment=Deployment.NONE)
    browser = signed_in(member(organisation))
    page = browser.get(reverse("venues:create")).content.decode()
    assert 'name="phone"' not in page
    assert 'name="pin"' not in page
    browser.post(reverse("venues:create"), sent(organisation))
    assert Venue.objects.values_list("name", "phone", "pin").get() == ("Chez Camille", "", "")


def test_create_offers_the_country_s_zones_first_and_keeps_the_chosen_one():
    organisation = organisation_with_choices(other_time_zones=["Indian/Reunion"])
    browser = signed_in(member(organisation))
    field = browser.get(reverse("venues:create")).context["form"]["time_zone"]
    own, elsewhere = field.field.choices
    assert (field.value(), own) == (
        "Europe/Paris",
        ("France", [("Europe/Paris", "Europe/Paris"), ("Indian/Reunion", "Indian/Reunion")]),
    )
    assert ("Europe/Lisbon" in dict(elsewhere[1]), "Indian/Reunion" in dict(elsewhere[1])) == (True, False)
    refused = browser.post(reverse("venues:create"), sent(organisation, time_zone="Mars/Olympus"))
    assert (list(refused.context["form"].errors), Venue.objects.count()) == (["time_zone"], 0)
    browser.post(reverse("venues:create"), sent(organisation, time_zone="Indian/Reunion"))
    assert Venue.objects.get().time_zone == "Indian/Reunion"


def test_zone_is_not_asked_where_the_country_has_one():
    organisation = organisation_with_choices()
    browser = signed_in(member(organisation))
    assert "time_zone" not in browser.get(reverse("venues:create")).context["form"].fields
    browser.post(reverse("venues:create"), sent(organisation, time_zone="Indian/Reunion"))
    assert Venue.objects.get().time_zone == "Europe/Paris"


def test_create_for_someone_with_two_organisations_asks_which():
    first = organisation_with_choices()
    second = OrganisationFactory(country=first.country)
    user = member(first)
    MembershipFactory(user=user, organisation=second, role="editor")
    MembershipFactory(user=user, organisation=OrganisationFactory(country=first.country), role="reader")
    browser = signed_in(user)
    assert set(browser.get(reverse("venues:create")).context["form"].fields["organisation"].queryset) == {first, second}
    assert "organisation" in browser.post(reverse("venues:create"), sent(first)).context["form"].errors
    browser.post(reverse("venues:create"), sent(first, organisation=second.pk))
    assert Venue.objects.get().organisation == second


@pytest.mark.parametrize("role", ["reader", None])
def test_create_for_an_organisation_of_others_is_refused(role):
    own, other = organisation_with_choices(), OrganisationFactory()
    another_own = OrganisationFactory(country=own.country)
    user = member(own)
    MembershipFactory(user=user, organisation=another_own)
    if role:
        MembershipFactory(user=user, organisation=other, role=role)
    response = signed_in(user).post(reverse("venues:create"), sent(own, organisation=other.pk))
    assert list(response.context["form"].errors) == ["organisation"]
    assert Venue.objects.count() == 0


def test_create_offers_only_choices_of_the_organisation_s_country():
    organisation = organisation_with_choices()
    belgium = CountryFactory(code="BE", prefix="https://clea.example.be?v=0#", host="clea.example.be")
    region, venue_type = RegionFactory(country=belgium), VenueTypeFactory(country=belgium)
    retired = VenueTypeFactory(country=organisation.country, number=9, retired=True)
    browser = signed_in(member(organisation))
    form = browser.get(reverse("venues:create")).context["form"]
    assert {row.country for row in form.fields["region"].queryset} == {organisation.country}
    assert retired not in form.fields["venue_type"].queryset
    typed = sent(organisation, region=region.pk, venue_type=venue_type.pk)
    assert set(browser.post(reverse("venues:create"), typed).context["form"].errors) == {"region", "venue_type"}


def test_create_for_organisations_of_two_countries_takes_one_country_at_a_time():
    french = organisation_with_choices()
    belgian = organisation_with_choices(
        code="BE", prefix="https://clea.example.be?v=0#", host="clea.example.be", name_en="Belgium"
    )
    user = member(french)
    MembershipFactory(user=user, organisation=belgian)
    browser = signed_in(user)
    page = browser.get(reverse("venues:create"))
    assert (page.context["country"], page.context["other_countries"]) == (french.country, [belgian.country])
    browser.post(f"{reverse('venues:create')}?country=BE", sent(belgian, phone="+32 2 555 12 12"))
    assert Venue.objects.values_list("organisation", "phone").get() == (belgian.pk, "3225551212")


def test_create_by_a_person_without_organisation_comes_back_after_its_name():
    organisation_with_choices()
    user = UserFactory()
    browser = signed_in(user)
    response = browser.get(reverse("venues:create"))
    assert response.headers["Location"] == "/organisations/new/?next=%2Fvenues%2Fnew%2F"
    response = browser.post(response.headers["Location"], {"name": "Camille", "next": "/venues/new/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/venues/new/")
    assert Organisation.objects.of_member(user).get().name == "Camille"


# --- detail ---


def test_detail_shows_the_code_and_hides_the_pin_from_readers(venue, code, owner, reader):
    url = reverse("venues:detail", args=[venue.uuid])
    for_owner, for_reader = owner.get(url).content.decode(), reader.get(url).content.decode()
    for page in (for_owner, for_reader):
        assert f'src="{reverse("venues:picture", args=[code.uuid])}"' in page
        assert reverse("venues:poster", args=[code.uuid]) in page
        assert "+33 4 65 71 00 38" in page
    writing = [reverse(f"venues:{name}", args=[venue.uuid]) for name in ("edit", "archive")]
    writing.append(reverse("venues:renew", args=[code.uuid]))
    assert [[address in page for address in [*writing, "380038"]] for page in (for_owner, for_reader)] == [
        [True] * 4,
        [False] * 4,
    ]


def test_detail_lists_replaced_codes_without_their_files(venue, code, owner):
    new = renew_code(code, by=UserFactory(), now=timezone.now())
    page = owner.get(reverse("venues:detail", args=[venue.uuid])).content.decode()
    assert code.check_code[:3] in page
    assert reverse("venues:poster", args=[new.uuid]) in page
    assert str(code.uuid) not in page


@pytest.mark.parametrize(("days", "advised"), [(6, False), (7, True)])
def test_detail_advises_renewal_after_the_country_s_days(days, advised):
    venue = opened_venue(organisation_with_choices(renewal_days=7), now=timezone.now() - timedelta(days=days))
    page = signed_in(member(venue.organisation)).get(reverse("venues:detail", args=[venue.uuid])).content.decode()
    assert ("Time for a new code" in page) is advised
    assert ("No need to print it every day: a new one is advised on" in page) is not advised


@pytest.mark.parametrize("number", [1, 3])
def test_detail_asks_as_much_for_one_code_as_for_three(number, django_assert_num_queries):
    venue = opened_venue()
    for _ in range(number - 1):
        renew_code(venue.codes.current().get(), by=UserFactory(), now=timezone.now())
    browser = signed_in(member(venue.organisation))
    with django_assert_num_queries(12):
        browser.get(reverse("venues:detail", args=[venue.uuid]))


# --- edit ---


def test_edit_shows_what_is_stored(venue, owner):
    form = owner.get(reverse("venues:edit", args=[venue.uuid])).context["form"]
    values = {name: form[name].value() for name in form.fields}
    assert values == {
        "name": "La Table du Drac",
        "venue_type": venue.venue_type_id,
        "region": venue.region_id,
        "phone": "+33 4 65 71 00 38",
        "pin": "380038",
    }


def test_edit_of_the_phone_says_that_the_wall_still_carries_the_old_one(venue, code, owner):
    response = owner.post(
        reverse("venues:edit", args=[venue.uuid]), sent(venue.organisation, phone="+33 4 65 71 00 39"), follow=True
    )
    assert response.redirect_chain == [(reverse("venues:detail", args=[venue.uuid]), 302)]
    assert Venue.objects.values_list("name", "phone").get() == ("Chez Camille", "33465710039")
    page = response.content.decode()
    assert "The code on the wall still carries the old details" in page
    assert "Changed since it was issued: the phone number." in page
    assert VenueCode.objects.get().deep_link == code.deep_link


def test_edit_cannot_move_a_venue_to_another_organisation(venue, owner):
    other = OrganisationFactory(country=venue.organisation.country)
    owner.post(reverse("venues:edit", args=[venue.uuid]), sent(venue.organisation, organisation=other.pk))
    assert Venue.objects.get().organisation == venue.organisation


def test_edit_keeps_a_retired_type_that_the_venue_has(venue, owner):
    VenueType.objects.update(retired=True)
    owner.post(reverse("venues:edit", args=[venue.uuid]), sent(venue.organisation))
    assert Venue.objects.values_list("name", "venue_type__number").get() == ("Chez Camille", 1)


# --- renew, archive ---


def test_renew_asks_first_and_changes_nothing_by_asking(code, owner):
    page = owner.get(reverse("venues:renew", args=[code.uuid])).content.decode()
    assert "Hang the new poster and take the old one down" in page
    assert VenueCode.objects.get().replaced_at is None


def test_renew_lands_on_the_new_code(venue, code, owner):
    response = owner.post(reverse("venues:renew", args=[code.uuid]), follow=True)
    new = VenueCode.objects.current().get()
    assert response.redirect_chain == [(reverse("venues:detail", args=[venue.uuid]), 302)]
    assert response.context["code"] == new != code


def test_renew_from_a_second_tab_says_that_it_was_done(venue, code, owner):
    owner.post(reverse("venues:renew", args=[code.uuid]))
    second = owner.post(reverse("venues:renew", args=[code.uuid]))
    asked = owner.get(reverse("venues:renew", args=[code.uuid]))
    for response in (second, asked):
        assert response.headers["Location"] == reverse("venues:detail", args=[venue.uuid])
    assert said(second)[-1] == "This code had already been renewed, by you or by a colleague. Below is the code that counts now."
    assert VenueCode.objects.count() == 2


def test_renew_without_keys_says_so(code, owner):
    code.venue.organisation.country.server.keys.all().delete()
    response = owner.post(reverse("venues:renew", args=[code.uuid]))
    assert said(response) == [
        "No code can be made at the moment: your country's keys are missing. Nothing was saved. Try again later."
    ]
    assert VenueCode.objects.get().replaced_at is None


def test_archived_venue_offers_only_to_bring_it_back(venue, code, owner):
    page = owner.post(reverse("venues:archive", args=[venue.uuid]), follow=True).content.decode()
    offered = {name: reverse(f"venues:{name}", args=[venue.uuid]) in page for name in ("bring_back", "edit", "archive")}
    assert offered == {"bring_back": True, "edit": False, "archive": False}
    assert str(code.uuid) not in page
    for response in (owner.get(reverse("venues:renew", args=[code.uuid])), owner.post(reverse("venues:renew", args=[code.uuid]))):
        assert said(response)[-1] == "This is archived. Bring it back first."
    assert VenueCode.objects.get().replaced_at is None
    owner.post(reverse("venues:bring_back", args=[venue.uuid]))
    assert Venue.objects.get().archived_at is None
