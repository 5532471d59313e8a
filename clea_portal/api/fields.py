"""Moments and zones, as programs write them."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clea_portal.authorities.models import validate_time_zone

# Protocol times have 32 bits, which end in February 2036.
_YEARS = range(2000, 2036)


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field):  # type: ignore[type-arg]
    """ISO 8601 with an offset. A local time without one would be two moments on one night of the year, and none on another."""

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
        except ValueError:
            moment = None
        if moment is None or moment.year not in _YEARS:
            raise serializers.ValidationError(_("Give a day and a time with its offset, for instance 2026-06-20T15:00:00+02:00."))
        if moment.tzinfo is None:
            raise serializers.ValidationError(_("The offset from UTC is missing, for instance +02:00 or Z at the end."))
        return moment.astimezone(UTC).replace(microsecond=0)

    def to_representation(self, value: datetime) -> str:
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class ZoneField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        zone = super().to_internal_value(data)
        try:
            validate_time_zone(zone)
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        return zone
