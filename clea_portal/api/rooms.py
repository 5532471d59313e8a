"""Rooms of venues and events in the API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from clea_portal.api.parsing import StrictSerializer
from clea_portal.codes.models import MOST_TABLES
from clea_portal.codes.tables import LABEL_LIMIT, ROOM_NAME_LIMIT
from clea_portal.posters.names import clean_line


class RoomSerializer(StrictSerializer):
    """A subclass for each kind of place says where a room's own address is, and shows its codes."""

    uuid = serializers.UUIDField(read_only=True)
    url = serializers.SerializerMethodField()
    name = serializers.CharField(max_length=ROOM_NAME_LIMIT, help_text="Printed on posters.")
    independent = serializers.BooleanField(
        default=True, help_text="true: has codes of its own. false: shows the code of the whole place under its name."
    )
    tables = serializers.ListField(
        child=serializers.CharField(max_length=LABEL_LIMIT),
        max_length=MOST_TABLES,
        required=False,
        source="table_labels",
        help_text="Labels of tables or seats, printed on copies of the code.",
    )
    created_at = serializers.DateTimeField(read_only=True)

    def address(self, room: Any) -> str:
        raise NotImplementedError

    def get_url(self, room: Any) -> str:
        return str(self.context["request"].build_absolute_uri(self.address(room)))

    def validate_name(self, name: str) -> str:
        cleaned = clean_line(name)
        if not cleaned:
            raise serializers.ValidationError(_("Give a name that can be read: letters or numbers."))
        return cleaned

    def validate_tables(self, labels: list[str]) -> list[str]:
        cleaned = [clean_line(label) for label in labels]
        if not all(cleaned) or len(set(cleaned)) < len(cleaned):
            raise serializers.ValidationError(_("Each label stands once, and has letters or numbers."))
        return cleaned

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is not None and attrs.get("independent", self.instance.independent) != self.instance.independent:
            sentence = _("This cannot be changed: remove the room and make another one.")
            raise serializers.ValidationError({"independent": [sentence]})
        return attrs
