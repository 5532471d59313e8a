"""``POST /api/v1/contact-messages/``: where cluster servers send whom to call about a place that became a cluster."""

import base64
import re
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.base import ApiView
from clea_portal.api.fields import MomentField
from clea_portal.api.parsing import StrictSerializer
from clea_portal.api.problems import Refused
from mct.messages.authorising import CallsPerServer, IsServer, ServerAuthentication, server_of
from mct.messages.receiving import OtherContent, receive

# Of the 65 bytes of Enc(PK_MCTA, locContactMsg).
_ENCODED = re.compile(r"[A-Za-z0-9_-]{87}=?", re.ASCII)
LONGEST_CLUSTER = timedelta(hours=48)
# Nobody is called, and no register kept, about what lies further back.
OLDEST_CLUSTER = timedelta(days=30)
CLOCK_MARGIN = timedelta(minutes=5)
HIGHEST_RISK = 10


@extend_schema_field({"type": "string", "pattern": "^[A-Za-z0-9_-]{87}=?$"})
class EncryptedContactField(serializers.Field):  # type: ignore[type-arg]
    def to_internal_value(self, data: Any) -> bytes:
        if not isinstance(data, str) or not _ENCODED.fullmatch(data):
            raise serializers.ValidationError(_("Give the Base64url of the 65 bytes that the code carries: 87 characters."))
        return base64.urlsafe_b64decode(data.rstrip("=") + "=")

    def to_representation(self, value: Any) -> str:
        raise NotImplementedError


class ContactMessageRequestSerializer(StrictSerializer):
    id = serializers.UUIDField(help_text="The server's own number for this message. Sent again with it, the message counts once.")
    encrypted_contact = EncryptedContactField(
        help_text="`Enc(PK_MCTA, locContactMsg)` as the code carries it, Base64url, with or without padding."
    )
    ltid = serializers.UUIDField(help_text="LTId of the place. The portal checks its form, and does not keep it.")
    start = MomentField(help_text="When the cluster begins, RFC 3339: within the last 30 days, and not in the future.")
    duration = serializers.IntegerField(
        min_value=1,
        max_value=int(LONGEST_CLUSTER.total_seconds()),
        help_text="Seconds that it lasts, at most 172800 (48 hours). A longer one is several messages.",
    )
    risk = serializers.FloatField(min_value=0, max_value=HIGHEST_RISK, help_text="Risk level as in the public list, 0 to 10.")

    def validate_start(self, start: datetime) -> datetime:
        now = timezone.now()
        if start > now + CLOCK_MARGIN:
            raise serializers.ValidationError(_("This time is yet to come."))
        if start < now - OLDEST_CLUSTER:
            raise serializers.ValidationError(
                _("This is more than %(days)d days ago: nobody can be warned any more.") % {"days": OLDEST_CLUSTER.days}
            )
        return start


class ContactMessageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="The server's own number, as it was sent.")
    received_at = MomentField(help_text="When the portal first received it.")


class ServerView(ApiView):
    """For cluster servers: their own way to authorise, nothing of organisations and their tokens."""

    authentication_classes = [ServerAuthentication]
    permission_classes = [IsServer]
    throttle_classes = [CallsPerServer]


class ContactMessageList(ServerView):
    @extend_schema(
        operation_id="contact_message_send",
        request=ContactMessageRequestSerializer,
        responses={
            202: OpenApiResponse(ContactMessageSerializer, description="Kept; whoever repeats the call gets the same answer."),
            404: OpenApiResponse(description="Refused: `not-found`. The server's country runs without contact tracing."),
            409: OpenApiResponse(description="Refused: `other-content`. This `id` was sent with other words before."),
        },
        tags=["for cluster servers"],
    )
    def post(self, request: Request) -> Response:
        """Send a contact message.

        For cluster servers only: they authorise themselves with a JWT that is signed with ES256 and lives for 300 seconds at most
        (`iss`: the server's base address, `aud`: the portal's address, `iat`, `exp`, `jti`), or with a client certificate where
        the portal's proxy checks them. The call may be repeated: `id` tells that it is the same. What cannot be decrypted is
        taken too, and shown to the contact tracing team as such.
        """
        sent = ContactMessageRequestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        try:
            message = receive(
                server=server_of(request),
                number=said["id"],
                encrypted_contact=said["encrypted_contact"],
                ltid=said["ltid"],
                start=said["start"],
                seconds=said["duration"],
                risk=said["risk"],
                now=timezone.now(),
            )
        except OtherContent as error:
            raise Refused(
                "other-content", _("This id was sent with other words before. Give each message one of its own.")
            ) from error
        shown = ContactMessageSerializer({"id": said["id"], "received_at": message.received_at})
        return Response(shown.data, status=202)
