"""What a country says of its own on prints: a line at the top of posters, and the notice on paper registers."""

import pypdfium2
import pytest

from clea_portal.authorities.models import Country
from clea_portal.codes.printing.bundle import parts_of, write_parts
from clea_portal.codes.printing.making import silent
from clea_portal.codes.printing.options import Output, PrintOptions
from tests.venues.making import NOW, opened_venue
from venues.models import Venue
from venues.printing import of_venue

pytestmark = pytest.mark.django_db


def texts_of(venue):
    """The words of each file of the bundle, without the check code, in order."""
    venue = Venue.objects.with_country().get(pk=venue.pk)
    options = PrintOptions(output=Output.BUNDLE_ZIP, languages=("en",), keys=())
    texts = []
    for part in parts_of(of_venue(venue).printables, options, logo=None):
        with write_parts([part], options, NOW.date(), silent) as file, pypdfium2.PdfDocument(file.read()) as document:
            texts.append(" ".join("".join(page.get_textpage().get_text_range() for page in document).split()))
    return texts


def test_country_speaks_on_posters_and_registers():
    venue = opened_venue()
    Country.objects.update(
        poster_header="Ministry of Health of Grenoble",
        register_notice="Kept for nine days. Only the prefect may ask.",
        register_days=9,
    )
    poster, *_, register = texts_of(venue)
    assert "Ministry of Health of Grenoble" in poster
    assert "Kept for nine days. Only the prefect may ask." in register


def test_without_words_of_its_own_the_usual_ones_say_the_days():
    venue = opened_venue()
    Country.objects.update(register_days=9)
    assert "9 days" in texts_of(venue)[-1]
