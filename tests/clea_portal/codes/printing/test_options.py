import json

import pytest

from clea_portal.codes.printing import planning
from clea_portal.codes.printing.forms import PrintForm
from clea_portal.codes.printing.options import CopiesFor, PrintOptions
from clea_portal.codes.printing.planning import TooManyPages, check_size, copies_of, pages_of
from clea_portal.posters.errors import ModuleTooSmall
from clea_portal.posters.layouts import Layout
from tests.clea_portal.codes.printing.orders import choices
from tests.factories import UserFactory
from tests.venues.making import opened_venue
from venues.printing import of_venue
from venues.rooms import add_rooms, set_tables

pytestmark = pytest.mark.django_db


def options(**changes):
    return PrintOptions(**({"output": "a4", "languages": ("fr",), "keys": ("a",)} | changes))


@pytest.fixture
def venue(db):
    return opened_venue()


@pytest.fixture
def subject(venue):
    """A venue with two tables, and two rooms with one table each: one shows the venue's code, one has its own."""
    user = UserFactory()
    set_tables(venue, tables="1\n2", by=user)
    rooms = add_rooms(venue=venue, names=["Bar"], independent=False, by=user, now=venue.created_at)
    rooms += add_rooms(venue=venue, names=["Hall"], independent=True, by=user, now=venue.created_at)
    for room, label in zip(rooms, ("3", "4"), strict=True):
        set_tables(room, tables=label, by=user)
    venue.refresh_from_db()
    return of_venue(venue)


def labels(subject, **changes):
    chosen = options(keys=tuple(printable.key for printable in subject.printables), **changes)
    return [(copy.printable.part, copy.table) for copy in copies_of(chosen.chosen(subject), chosen)]


@pytest.mark.parametrize(("copies_for", "expected"), [
    ("places", [("", ""), ("Bar", ""), ("Hall", "")]),
    ("tables", [("", "1"), ("", "2"), ("Bar", "3"), ("Hall", "4")]),
    ("both", [("", ""), ("", "1"), ("", "2"), ("Bar", ""), ("Bar", "3"), ("Hall", ""), ("Hall", "4")]),
])  # fmt: skip
def test_copies_are_of_places_tables_or_both(copies_for, expected, subject):
    assert labels(subject, copies_for=CopiesFor(copies_for)) == expected


@pytest.mark.parametrize("output", ["png", "svg"])
def test_code_alone_comes_once_whatever_shows_it(output, subject):
    assert labels(subject, output=output, copies_for=CopiesFor.BOTH) == [("", ""), ("Hall", "")]


@pytest.mark.parametrize(("output", "fill", "pages"), [
    ("a4", False, 7), ("stickers_4", False, 2), ("stickers_4", True, 7), ("card", False, 1), ("png", False, 7),
])  # fmt: skip
def test_pages_are_counted(output, fill, pages, subject):
    copies = copies_of(subject.printables, options(copies_for=CopiesFor.BOTH))
    assert pages_of(copies, options(output=output, fill=fill)) == pages


def test_options_survive_a_job():
    chosen = options(copies_for=CopiesFor.BOTH, languages=("fr", "ar"), large_print=True, logo="l", width=30)
    assert PrintOptions.from_arguments(json.loads(json.dumps(chosen.as_arguments()))) == chosen


def test_picture_has_the_module_of_its_width_in_print():
    chosen = options(output="png", width=73)
    assert (chosen.module_millimetres, chosen.scan_distance_centimetres, chosen.module_pixels) == (1.0, 65, 12)
    assert options(output="png", width=25).module_pixels == 4
    assert options(output="png", width=1000).module_pixels == 40
    with pytest.raises(ModuleTooSmall):
        assert options(output="png", width=24).module_pixels


def test_layout_has_the_module_of_its_face():
    chosen = options(output="a5", large_print=True)
    assert chosen.module_millimetres == Layout.A5.code_millimetres(large_print=True) / 73


def form_of(subject, **changes):
    return PrintForm(choices(subject) | changes, subject=subject, logos=[])


def test_form_gives_what_was_chosen(subject):
    form = form_of(subject, output="card", second_language="ar", large_print="on", copies_for="both", accent="#0B5A6B")
    assert form.is_valid(), form.errors
    assert form.options() == PrintOptions(
        output="card",
        languages=("en", "ar"),
        keys=tuple(printable.key for printable in subject.printables),
        copies_for=CopiesFor.BOTH,
        large_print=True,
        accent="#0b5a6b",
    )


def test_form_offers_every_layout_once(subject):
    offered = [value for _, group in form_of(subject).fields["output"].choices for value, _ in group]
    assert sorted(offered) == sorted([*Layout, "png", "svg"])


def test_form_asks_for_no_copies_where_no_table_is_known(venue):
    assert "copies_for" not in form_of(of_venue(venue)).fields


def test_form_refuses_tables_of_what_has_none(subject, venue):
    set_tables(venue, tables="", by=UserFactory())
    changed = of_venue(venue)
    form = form_of(changed, copies_for="tables", keys=[changed.printables[0].key])
    assert form.errors == {"copies_for": ["No table or seat is known of what you chose."]}


def test_form_says_that_a_code_is_gone(subject):
    form = form_of(subject, keys=["11111111-1111-4111-8111-111111111111"])
    assert form.errors == {
        "keys": ["This code has been replaced, so it is no longer printed. Below is the code that counts now."]
    }


@pytest.mark.parametrize("output", ["a4", "stickers_2", "png", "bundle_zip"])
@pytest.mark.parametrize("copies_for", CopiesFor)
def test_size_is_known_before_anything_is_made(subject, monkeypatch, output, copies_for):
    wanted = options(output=output, copies_for=copies_for)
    most = pages_of(copies_of(subject.printables, wanted), wanted) if output != "bundle_zip" else len(subject.printables)
    monkeypatch.setattr(planning, "MOST_PAGES", max(most, len(subject.printables) if output == "png" else 0))
    check_size(subject.printables, wanted)
    monkeypatch.setattr(planning, "MOST_PAGES", most - 1)
    with pytest.raises(TooManyPages):
        check_size(subject.printables, wanted)
