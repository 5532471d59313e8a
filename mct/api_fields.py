"""Cases as programs write and read them: the rules of the forms, and the reasons in the same words."""

from base64 import b64decode
from binascii import Error
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clea_portal.api.fields import MomentField
from clea_portal.api.parsing import StrictSerializer
from clea_portal.authorities.models import Region
from clea_portal.scanning.results import MAX_BYTES
from mct.enums import CaseState
from mct.forms import MAX_LINKS, MAX_SPAN, MEGABYTE
from mct.intake import MAX_PICTURES, NotALink, open_link
from mct.models import NOTES_LIMIT, REFERENCE_LIMIT, Case
from mct.words import explain_link

MAX_INFECTED = 999


@extend_schema_field(OpenApiTypes.BYTE)
class PictureField(serializers.Field):  # type: ignore[type-arg]
    """The content of a file, in base64. What is in it, the worker finds out."""

    def to_internal_value(self, data: Any) -> bytes:
        if not isinstance(data, str):
            raise serializers.ValidationError(_("Give the content of a picture or PDF in base64."))
        if len(data) > 4 * (MAX_BYTES // 3 + 1):
            text = _("This file has more than the %(limit)d MB allowed. Send a photo of the code alone.")
            raise serializers.ValidationError(text % {"limit": MAX_BYTES // MEGABYTE})
        try:
            content = b64decode(data, validate=True)
        except (Error, ValueError) as error:
            raise serializers.ValidationError(
                _("This is not base64: send the file's bytes in it, without line breaks.")
            ) from error
        if not content:
            raise serializers.ValidationError(_("This file is empty."))
        return content

    def to_representation(self, value: Any) -> str:
        raise NotImplementedError  # Pictures only come in.


class LinkField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        link = super().to_internal_value(data)
        try:
            open_link(link)
        except NotALink as error:
            raise serializers.ValidationError(f"{explain_link(error.args[0])}.") from error
        return link


class CodeSerializer(serializers.Serializer[Any]):
    """A code found for a case. Its link stays in the portal."""

    ltid = serializers.UUIDField()
    check_code = serializers.CharField(help_text="Six characters by which people tell codes apart.")
    is_chosen = serializers.SerializerMethodField(help_text="Whether it is the one that will be, or was, declared.")

    def get_is_chosen(self, code: Any) -> bool:
        return bool(code.pk == code.case.code_id)


class DeclarationSerializer(serializers.Serializer[Any]):
    """Hours that are, or will be, declared as a cluster."""

    uuid = serializers.UUIDField()
    state = serializers.CharField()
    start = MomentField()
    end = MomentField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)


class CaseRowSerializer(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    reference = serializers.CharField()
    country = serializers.CharField(source="region.country.code", help_text="ISO code.")
    region = serializers.IntegerField(source="region.number")
    exposure_start = MomentField()
    exposure_end = MomentField()
    infected_count = serializers.IntegerField()
    venue_type = serializers.SerializerMethodField(help_text="Number of the country's type of place; null where nobody said it.")
    state = serializers.ChoiceField(choices=CaseState.values)
    problem = serializers.CharField(help_text="Why it needs attention; empty when it does not.")
    created_at = serializers.DateTimeField()
    dossier = serializers.UUIDField(
        source="dossier.uuid",
        default=None,
        allow_null=True,
        help_text="The same for all cases of one person; null for a lone case.",
    )
    place = serializers.IntegerField(
        allow_null=True, help_text="Which of that person's places it is; further codes of one place have the same number."
    )
    merged_into = serializers.UUIDField(
        source="merged_into.uuid", default=None, allow_null=True, help_text="The case of which this one, closed, was a duplicate."
    )

    def get_venue_type(self, case: Any) -> int | None:
        return int(case.venue_type) if case.venue_type else None

    def get_url(self, case: Any) -> str:
        return str(self.context["request"].build_absolute_uri(f"/api/v1/cases/{case.uuid}/"))


class CaseDetailSerializer(CaseRowSerializer):
    notes = serializers.CharField()
    codes = CodeSerializer(many=True, source="codes.all")
    declarations = DeclarationSerializer(many=True, source="declarations.all")


class NewCaseSerializer(StrictSerializer):
    """``context["regions"]``: those that the token reaches; ``context["cases"]``: their cases."""

    exposure_start = MomentField(help_text="When infected people were there.")
    exposure_end = MomentField(help_text=f"At most {MAX_SPAN.days * 24} hours later, and not in the future.")
    infected_count = serializers.IntegerField(min_value=1, max_value=MAX_INFECTED, default=1)
    country = serializers.CharField(max_length=2, required=False, help_text="ISO code; where your regions are of several.")
    region = serializers.IntegerField(
        min_value=0, max_value=255, required=False, help_text="Its number. Required if you work for several regions."
    )
    reference = serializers.CharField(
        max_length=REFERENCE_LIMIT, allow_blank=True, default="", help_text="The case's number in your own system. No names."
    )
    notes = serializers.CharField(max_length=NOTES_LIMIT, allow_blank=True, default="")
    venue_type = serializers.IntegerField(
        min_value=0, max_value=31, required=False, help_text="Number of one of the country's types of place, for the figures."
    )
    links = serializers.ListField(
        child=LinkField(max_length=2000), max_length=MAX_LINKS, default=list, help_text="Links of the place's code."
    )
    pictures = serializers.ListField(
        child=PictureField(),
        max_length=MAX_PICTURES,
        default=list,
        help_text=f"Photos, scans or PDFs of the place's code, {MAX_BYTES // MEGABYTE} MB each. Read, then erased.",
    )

    beside = serializers.UUIDField(
        required=False, help_text="A case of the same person: the new one is held together with it, and declared by itself."
    )
    same_place = serializers.BooleanField(
        default=False, help_text="With `beside`: another code or another time of that case's own place."
    )

    def validate_beside(self, number: UUID) -> Case:
        case: Case | None = self.context["cases"].filter(uuid=number, merged_into=None).first()
        if case is None:
            raise serializers.ValidationError(_("No case of your regions has this number, or it was merged into another."))
        return case

    def validate_exposure_start(self, moment: datetime) -> datetime:
        if moment > timezone.now():
            raise serializers.ValidationError(_("This time is yet to come. Write when the infected person was there."))
        return moment

    def validate_exposure_end(self, moment: datetime) -> datetime:
        if moment > timezone.now():
            text = _("This time is yet to come. If the person is still there, write the present time.")
            raise serializers.ValidationError(text)
        return moment

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs["exposure_start"], attrs["exposure_end"]
        if attrs["same_place"] and "beside" not in attrs:
            raise serializers.ValidationError({"same_place": [_("Say beside which case, in `beside`.")]})
        attrs["region"] = self._region(attrs.pop("country", None), attrs.get("region"))
        if "venue_type" in attrs:
            attrs["venue_type"] = self._venue_type(attrs["venue_type"], attrs["region"])
        if end <= start:
            raise serializers.ValidationError({"exposure_end": [_("The end must be after the start.")]})
        if end - start > MAX_SPAN:
            text = _("This is more than %(hours)d hours after the start. Register one case for each stay.")
            raise serializers.ValidationError({"exposure_end": [text % {"hours": MAX_SPAN.total_seconds() // 3600}]})
        days = attrs["region"].country.horizon_days
        if (timezone.now() - end).days >= days:
            text = _("This is more than %(days)d days ago: nobody can be warned any more.")
            raise serializers.ValidationError({"exposure_end": [text % {"days": days}]})
        return attrs

    def _venue_type(self, number: int, region: Region) -> str:
        known = sorted(region.country.venue_types.filter(retired=False).values_list("number", flat=True))
        if number not in known:
            text = _("This country has no such type of place. It has: %(numbers)s.")
            raise serializers.ValidationError({"venue_type": [text % {"numbers": ", ".join(map(str, known)) or "–"}]})
        return str(number)

    def _region(self, country: str | None, number: int | None) -> Region:
        fitting: list[Region] = [
            region
            for region in self.context["regions"]
            if country in (None, region.country.code) and number in (None, region.number)
        ]
        if len(fitting) != 1:
            text = _("Give the number of one of your regions, and the country where they are of several: %(regions)s.")
            known = ", ".join(f"{region.country.code} {region.number}" for region in self.context["regions"])
            raise serializers.ValidationError({"region": [text % {"regions": known}]})
        return fitting[0]
