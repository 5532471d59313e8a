"""What venues and events share in the API: fields that say the same as those of the forms, under the same rules."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from clea_portal.api.authentication import caller
from clea_portal.api.parsing import StrictSerializer
from clea_portal.authorities.models import Country, Region, VenueType
from clea_portal.codes.checking import checked_name, checked_phone, checked_pin
from clea_portal.codes.contacts import propose_pin
from clea_portal.codes.models import NAME_LIMIT, Place
from clea_portal.codes.places import PlaceDetails

CATEGORIES = ("venue_category1", "venue_category2")
CONTACT = ("phone", "pin")


class NumberedField(serializers.Field):  # type: ignore[type-arg]
    """A row of the country that people know by its number."""

    def rows(self, country: Country, place: Place | None) -> Any:
        raise NotImplementedError

    def to_representation(self, value: Any) -> int:
        return int(value.number)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, int) or isinstance(data, bool):
            raise serializers.ValidationError(_("Give a whole number."))
        country, place = self.context["country"], self.context.get("place")
        row = self.rows(country, place).filter(number=data).first() if 0 <= data <= 255 else None
        if row is None:
            raise serializers.ValidationError(
                _("Your country has no such number. GET /api/v1/organisation/ lists those that it has.")
            )
        return row


@extend_schema_field(OpenApiTypes.INT)
class VenueTypeField(NumberedField):
    def rows(self, country: Country, place: Place | None) -> Any:
        kept = Q(pk=place.venue_type_id) if place else Q()
        return VenueType.objects.filter(Q(retired=False) | kept, country=country)


@extend_schema_field(OpenApiTypes.INT)
class RegionField(NumberedField):
    def rows(self, country: Country, place: Place | None) -> Any:
        return Region.objects.filter(country=country).select_related("country")


class PlaceSerializer(StrictSerializer):
    """``context``: ``request``; to read input, ``country`` too, and the ``place`` that is changed."""

    uuid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(
        max_length=2 * NAME_LIMIT, trim_whitespace=False, help_text=f"Printed on posters. At most {NAME_LIMIT} characters."
    )
    venue_type = VenueTypeField(help_text="The number of one of your country's types of place.")
    venue_category1 = serializers.IntegerField(
        min_value=0, max_value=15, required=False, help_text="Capacity: a number of your country's list, 0 for none."
    )
    venue_category2 = serializers.IntegerField(
        min_value=0, max_value=15, required=False, help_text="Floor area: a number of your country's list, 0 for none."
    )
    region = RegionField(help_text="The number of one of your country's regions.")
    phone = serializers.CharField(
        max_length=40,
        required=False,
        help_text="Whom the contact tracing team calls, in national or international form. Encrypted in the code. Required "
        "where the country has contact tracing. Shown to tokens that may issue.",
    )
    pin = serializers.CharField(
        max_length=40,
        required=False,
        help_text="Six digits that the contact tracing team asks for. Chosen for you if you send none. Shown to tokens that "
        "may issue.",
    )
    created_at = serializers.DateTimeField(read_only=True)
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if not caller(self.context["request"]).may_issue:
            for name in CONTACT:
                del shown[name]
        elif instance.phone:
            shown["phone"] = f"+{instance.phone}"
        return shown

    def validate_name(self, name: str) -> str:
        return checked_name(name)

    def validate_phone(self, phone: str) -> str:
        self._refuse_contact()
        return checked_phone(phone, country=self.context["country"].code)

    def validate_pin(self, pin: str) -> str:
        self._refuse_contact()
        return checked_pin(pin)

    def validate_venue_category1(self, number: int) -> int:
        return self._checked_category(number, level=1)

    def validate_venue_category2(self, number: int) -> int:
        return self._checked_category(number, level=2)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.context["country"].has_tracing and not self.partial and "phone" not in attrs:
            raise serializers.ValidationError({"phone": [_("Codes of this country carry a phone number: give one.")]})
        return attrs

    def details(self) -> PlaceDetails:
        """What was sent, once it is valid; what was not sent stays as it was."""
        sent, place = self.validated_data, self.context.get("place")
        names = ("name", "venue_type", "region", *CATEGORIES, *CONTACT)
        kept = {name: getattr(place, name) for name in names} if place else {"pin": propose_pin()}
        return PlaceDetails(**(kept | {name: sent[name] for name in names if name in sent}))

    def _refuse_contact(self) -> None:
        if not self.context["country"].has_tracing:
            raise serializers.ValidationError(_("Codes of this country carry no contact: leave this field out."))

    def _checked_category(self, number: int, *, level: int) -> int:
        rows = self.context["country"].venue_categories.all()
        offered = [row.number for row in rows if row.level == level and not row.retired]
        place = self.context.get("place")
        kept = getattr(place, f"venue_category{level}") if place else 0
        if number not in (0, kept) and number not in offered:
            raise serializers.ValidationError(
                _("Your country has no such number. GET /api/v1/organisation/ lists those that it has.")
            )
        return number


class ArchivedParameter(serializers.Serializer[Any]):
    archived = serializers.BooleanField(default=False, help_text="List those that are archived instead.")

    @classmethod
    def chosen(cls, request: Request) -> bool:
        """Raises ValidationError."""
        parameters = cls(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return bool(parameters.validated_data["archived"])
