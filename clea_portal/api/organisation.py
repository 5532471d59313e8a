"""Whom a token speaks for, and the numbers that its country knows."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.authentication import caller
from clea_portal.api.base import ApiView
from clea_portal.authorities.models import Region, VenueType


class LabelSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    label = serializers.CharField(help_text="In the language of the request.")  # type: ignore[assignment]


class RegionSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    name = serializers.CharField()


class OrganisationSerializer(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    country = serializers.CharField(help_text="ISO code.")
    time_zone = serializers.CharField(help_text="That of the country.")
    time_zones = serializers.ListField(child=serializers.CharField(), help_text="All of the country, the main one first.")
    languages = serializers.ListField(
        child=serializers.CharField(), help_text="Of posters: those that the country offers, the first one by default."
    )
    may_issue = serializers.BooleanField(help_text="Whether this token may make and change things at this moment.")
    has_contact = serializers.BooleanField(help_text="Whether codes of the country carry a phone number and a PIN.")
    venue_types = LabelSerializer(many=True)
    venue_categories1 = LabelSerializer(many=True, help_text="Capacities.")
    venue_categories2 = LabelSerializer(many=True, help_text="Floor areas.")
    regions = RegionSerializer(many=True)


class OrganisationDetail(ApiView):
    @extend_schema(operation_id="organisation_fetch", responses=OrganisationSerializer, tags=["organisation"])
    def get(self, request: Request) -> Response:
        """Fetch the organisation that the token speaks for.

        With the types of place, categories and regions of its country, by number.
        """
        who = caller(request)
        country = who.organisation.country
        categories = list(country.venue_categories.filter(retired=False))
        shown = {
            "uuid": who.organisation.uuid,
            "name": who.organisation.name,
            "country": country.code,
            "time_zone": country.time_zone,
            "time_zones": country.time_zones,
            "languages": country.languages,
            "may_issue": who.may_issue,
            "has_contact": country.has_tracing,
            "venue_types": VenueType.objects.filter(country=country, retired=False),
            "venue_categories1": [row for row in categories if row.level == 1],
            "venue_categories2": [row for row in categories if row.level == 2],
            "regions": Region.objects.filter(country=country),
        }
        return Response(OrganisationSerializer(shown).data)
