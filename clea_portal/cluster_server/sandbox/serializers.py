from datetime import datetime
from typing import Any

from rest_framework import serializers

from clea_portal.cluster_server.api import RemoteState

# The longest location-specific part has 180 bytes.
MAX_ENCODED_LSP = 400


class MomentField(serializers.DateTimeField):
    """A time with its offset: without one, a server would have to guess."""

    default_error_messages = {"without_offset": "The time needs its offset, for instance Z or +02:00."}

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("without_offset")
        return super().enforce_timezone(value)


class ManualClusterRequestSerializer(serializers.Serializer[dict[str, Any]]):
    """A place, named by a code of it, and the hours in which it was a cluster."""

    locationSpecificPart = serializers.CharField(  # noqa: N815 - the contract's name
        max_length=MAX_ENCODED_LSP, help_text="The code's location-specific part, Base64url, with or without padding."
    )
    start = MomentField(help_text="First moment, RFC 3339.")
    end = MomentField(help_text="Last moment, RFC 3339: after start, and not in the future.")


class ManualClusterSerializer(serializers.Serializer[dict[str, Any]]):
    """What became of a declaration."""

    uuid = serializers.UUIDField()
    state = serializers.ChoiceField(
        choices=[state.value for state in RemoteState if state is not RemoteState.ABSENT],
        help_text="`accepted`: taken, not yet in the public list. `published`: in it. `withdrawn`: no longer valid.",
    )
    start = serializers.DateTimeField(
        allow_null=True, help_text="First moment that is flagged: the declared one, or the start of the code's period."
    )
    end = serializers.DateTimeField(
        allow_null=True, help_text="Last moment that is flagged. Both are null for a declaration withdrawn before it arrived."
    )


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """RFC 9457."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For a person. Names neither the code nor the place.")
