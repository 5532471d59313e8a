"""Test data. Each factory makes a row that satisfies every constraint, without touching what it was not asked for."""

from datetime import timedelta

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole, TeamRole
from clea_portal.accounts.models import Membership, Organisation, TeamMembership, User
from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import (
    Country,
    Region,
    ServerAuthority,
    ServerKey,
    Team,
    TracingAuthority,
    TracingKey,
    VenueType,
)
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.keys import parse_private_key, private_key_hex, public_key_hex
from events.models import Event
from venues.models import Venue

# Fixed for the tests, so that a code made in one process can be opened in another.
SK_SA = parse_private_key("11" * 32)
SK_MCTA = parse_private_key("22" * 32)
SK_CLIENT = parse_private_key("33" * 32)
PASSWORD = "a long test password"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class CountryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Country
        django_get_or_create = ("code",)

    code = "FR"
    name_fr = "France"
    name_en = "France"
    prefix = "https://tac.gouv.fr?v=0#"
    host = "tac.gouv.fr"
    application_name = "TousAntiCovid"
    application_site = "tac.gouv.fr"
    hold_seconds = 0


class ServerAuthorityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ServerAuthority
        django_get_or_create = ("country",)

    country = factory.SubFactory(CountryFactory)
    name = "Cluster server"
    kind = ServerKind.API
    base_url = "http://127.0.0.1:9"
    list_url = "http://127.0.0.1:9/list"
    accepts_type_1 = True
    client_key = private_key_hex(SK_CLIENT)


class ServerKeyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ServerKey
        django_get_or_create = ("authority",)

    authority = factory.SubFactory(ServerAuthorityFactory)
    public_key = public_key_hex(SK_SA.public_key())
    valid_from = factory.LazyFunction(lambda: timezone.now() - timedelta(days=365))


class TracingAuthorityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TracingAuthority
        django_get_or_create = ("country",)

    country = factory.SubFactory(CountryFactory)
    name = "Contact tracing"


class TracingKeyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TracingKey
        django_get_or_create = ("authority",)

    authority = factory.SubFactory(TracingAuthorityFactory)
    public_key = public_key_hex(SK_MCTA.public_key())
    private_key = private_key_hex(SK_MCTA)
    valid_from = factory.LazyFunction(lambda: timezone.now() - timedelta(days=365))


def ready_country(**fields):
    """A country that can issue codes and declare clusters."""
    country = CountryFactory(**fields)
    ServerKeyFactory(authority=ServerAuthorityFactory(country=country))
    TracingKeyFactory(authority=TracingAuthorityFactory(country=country))
    return country


class RegionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ("country", "number")

    country = factory.SubFactory(CountryFactory)
    number = 38
    name = factory.LazyAttribute(lambda region: f"Region {region.number}")


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team
        django_get_or_create = ("region", "name")

    region = factory.SubFactory(RegionFactory)
    name = factory.LazyAttribute(lambda team: f"Team of {team.region.number}")


class TeamMembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TeamMembership

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)
    role = TeamRole.AGENT


class VenueTypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = VenueType
        django_get_or_create = ("country", "number")

    country = factory.SubFactory(CountryFactory)
    number = 1
    letters = "N"
    label_fr = "Restaurant, bar, café"
    label_en = "Restaurant, bar, café (en)"


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    country = factory.SubFactory(CountryFactory)


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = MemberRole.OWNER


class PlaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Auberge du Vercors {n}")
    venue_type = factory.SubFactory(VenueTypeFactory)
    region = factory.SubFactory(RegionFactory)
    phone = "33476123456"
    pin = "314159"


class VenueFactory(PlaceFactory):
    class Meta:
        model = Venue


class EventFactory(PlaceFactory):
    class Meta:
        model = Event

    name = factory.Sequence(lambda n: f"Mariage {n}")
    start = factory.LazyFunction(lambda: timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7))
    end = factory.LazyAttribute(lambda event: event.start + timedelta(hours=6))


def sk_l() -> str:
    return new_location_secret().hex()
