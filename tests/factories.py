"""Test data. Each factory makes a row that satisfies every constraint, without touching what it was not asked for."""

from datetime import timedelta
from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole, TeamRole
from clea_portal.accounts.models import Administration, Membership, Organisation, StaffInvitation, TeamMembership, User
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
from clea_portal.protocol.codes import Code, CodeRequest, make_code
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.keys import parse_private_key, private_key_hex, public_key_hex
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import LspType, decode_header
from clea_portal.protocol.ntp import from_ntp, round_to_hour, to_ntp
from events.models import Event, EventRoom, Slot
from mct.contact_links import make_link
from mct.enums import CaseState, DeclarationState, PictureState, Problem
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage
from mct.models import Case, CaseCode, ContactLink, Declaration, Picture
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


class AdministrationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Administration

    user = factory.SubFactory(UserFactory)
    country = factory.SubFactory(CountryFactory)


class StaffInvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StaffInvitation

    country = factory.SubFactory(CountryFactory)
    team = factory.SubFactory(TeamFactory)
    role = TeamRole.AGENT
    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    language = "en"
    token_hash = factory.Sequence(lambda n: f"{n:064x}")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


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


class EventRoomFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EventRoom

    event = factory.SubFactory(EventFactory)
    name = factory.Sequence(lambda n: f"Salle {n}")
    independent = True


class SlotFactory(factory.django.DjangoModelFactory):
    """Without codes: events.slots.add_slots makes those."""

    class Meta:
        model = Slot

    event = factory.SubFactory(EventFactory)
    start = factory.SelfAttribute("event.start")
    end = factory.SelfAttribute("event.end")


def sk_l() -> str:
    return new_location_secret().hex()


def new_code(**changes: Any) -> Code:
    """A static code of a new place, a week old, that the holder of SK_SA can open."""
    a_week_ago = to_ntp(timezone.now() - timedelta(days=7))
    words: dict[str, Any] = {
        "prefix": "https://tac.gouv.fr?v=0#",
        "lsp_type": LspType.SYNCHRONOUS,
        "venue_type": 1,
        "venue_category1": 2,
        "venue_category2": 3,
        "period_duration": 255,
        "t_period_start": round_to_hour(a_week_ago),
        "t_qr_start": a_week_ago,
        "sk_l": new_location_secret(),
        "pk_sa": SK_SA.public_key(),
    }
    return make_code(CodeRequest(**(words | changes)))


class CaseFactory(factory.django.DjangoModelFactory):
    """Yesterday from noon to two, UTC."""

    class Meta:
        model = Case

    region = factory.SubFactory(RegionFactory)
    exposure_start = factory.LazyFunction(
        lambda: timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    )
    exposure_end = factory.LazyAttribute(lambda case: case.exposure_start + timedelta(hours=2))
    state = CaseState.DRAFT
    problem = factory.LazyAttribute(lambda case: Problem.NO_CODE if case.state == CaseState.NEEDS_ATTENTION else "")


class CaseCodeFactory(factory.django.DjangoModelFactory):
    """What the columns say is read from the link, so they never contradict it."""

    class Meta:
        model = CaseCode

    case = factory.SubFactory(CaseFactory)
    country = factory.SubFactory(CountryFactory)
    deep_link = factory.LazyFunction(lambda: new_code().deep_link)
    host = factory.LazyAttribute(lambda code: parse_link(code.deep_link).host)
    ltid = factory.LazyAttribute(lambda code: _header(code).ltid)
    lsp_type = factory.LazyAttribute(lambda code: _header(code).lsp_type)
    visit_duration = factory.LazyAttribute(lambda code: _header(code).visit_duration)
    starts_at = factory.LazyAttribute(lambda code: None if _header(code).t_event is None else from_ntp(_header(code).t_event))


def _header(code: Any) -> Any:
    return decode_header(parse_link(code.deep_link).lsp)


def linked_case(*, code: dict[str, Any] | None = None, **fields: Any) -> Case:
    """A case, ready unless ``fields`` say otherwise, with its chosen code; the code's country has a server."""
    ready_country()
    case = CaseFactory(**({"state": CaseState.READY} | fields))
    case.code = CaseCodeFactory(case=case, **(code or {}))
    case.code_kind = case.code.kind
    case.save(update_fields=["code", "code_kind"])
    return case


class DeclarationFactory(factory.django.DjangoModelFactory):
    """``cases``: those that share it."""

    class Meta:
        model = Declaration
        skip_postgeneration_save = True

    server = factory.SubFactory(ServerAuthorityFactory)
    deep_link = factory.LazyFunction(lambda: new_code().deep_link)
    ltid = factory.LazyAttribute(lambda declaration: _header(declaration).ltid)
    start = factory.LazyFunction(lambda: timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1))
    end = factory.LazyAttribute(lambda declaration: declaration.start + timedelta(hours=2))
    state = DeclarationState.HELD
    hold_until = factory.LazyFunction(timezone.now)
    next_attempt_at = factory.SelfAttribute("hold_until")

    @factory.post_generation
    def cases(self, create, extracted, **kwargs):
        self.cases.add(*(extracted or ()))


class PictureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Picture

    case = factory.SubFactory(CaseFactory, state=CaseState.LINKING)
    number = factory.LazyAttribute(lambda picture: picture.case.pictures.count() + 1)
    state = PictureState.WAITING
    content = factory.LazyAttribute(
        lambda picture: b"content" if picture.state in (PictureState.WAITING, PictureState.READING) else None
    )


def declaration_of(case: Case, **fields: Any) -> Declaration:
    """A declaration of a linked case's own code and hours."""
    own = {"deep_link": case.code.deep_link, "start": case.exposure_start, "end": case.exposure_end}
    return DeclarationFactory(**(own | {"cases": [case]} | fields))


def contact_link(case: Case, *, by: User | None = None) -> ContactLink:
    """A link of the case that nobody has opened yet."""
    return make_link(case=case, by=by or UserFactory(), now=timezone.now())


class ContactMessageFactory(factory.django.DjangoModelFactory):
    """Open, of region 38, yesterday from noon to two, UTC; ``state`` decides what is still there of it."""

    class Meta:
        model = ContactMessage

    country = factory.SubFactory(CountryFactory)
    server = factory.LazyAttribute(lambda message: ServerAuthorityFactory(country=message.country))
    region = factory.LazyAttribute(
        lambda message: RegionFactory(country=message.country) if message.state not in _SEALED_MESSAGES else None
    )
    number_digest = factory.Sequence(lambda n: f"{n:064x}")
    content_digest = number_digest
    hours = factory.LazyFunction(
        lambda: f"{(timezone.now() - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0).isoformat()}/7200"
    )
    risk = 3.0
    state = MessageState.OPEN
    content = factory.LazyAttribute(lambda message: bytes(65) if message.state in _SEALED_MESSAGES else None)
    phone = factory.LazyAttribute(lambda message: "33476123456" if message.state == MessageState.OPEN else None)
    pin = factory.LazyAttribute(lambda message: "314159" if message.state == MessageState.OPEN else None)
    region_number = factory.LazyAttribute(lambda message: "38" if message.state not in _SEALED_MESSAGES else "")


_SEALED_MESSAGES = (MessageState.WAITING, MessageState.UNREADABLE)
