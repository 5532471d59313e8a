"""What comes in: strict JSON of a limited size, without fields that nobody reads."""

from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

BODY_LIMIT = 256 * 1024


class StrictJSONParser(JSONParser):
    """Also refuses what is nested too deep to be read."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deep.")) from error


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelt one is not lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = {str(name): [_("There is no field of this name.")] for name in data if name not in known}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)
