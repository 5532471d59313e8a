"""Phones turn the code that an agent reads out into a token for the cluster server. Public: the code is all that they have."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.parsing import StrictSerializer
from clea_portal.api.problems import Refused
from clea_portal.api.public import PublicApiView
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from mct.authorising import limits
from mct.authorising.issuing import NoServer, NotRedeemable, redeem

# A code has eight characters; people add blanks and dashes.
MOST_TYPED = 40


class RedeemSerializer(StrictSerializer):
    code = serializers.CharField(
        max_length=MOST_TYPED,
        help_text="As the person typed it: eight characters; capitals or not, blanks and dashes do not matter.",
    )


class GrantSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(
        help_text="A JWT, signed with ES256. Send it with the report: `Authorization: Bearer` and the token. It serves once."
    )
    report_url = serializers.URLField(help_text="Where the cluster server takes the report.")
    expires_at = serializers.DateTimeField(help_text="The report must arrive before.")


class UploadAuthorisationRedeem(PublicApiView):
    @extend_schema(
        operation_id="upload_authorisation_redeem",
        request=RedeemSerializer,
        responses={200: GrantSerializer},
        tags=["uploads"],
    )
    def post(self, request: Request) -> Response:
        """Turn the code of an interview into a token for one report.

        For phones; no token of the portal is needed. A code works once, within its hour. A wrong, used, revoked or expired one
        gets the same answer, and after ten of these an hour an address has to wait. Answers 404 where no country has uploads
        under the control of its contact tracing team.
        """
        if not Country.objects.filter(deployment=Deployment.CENTRAL).exists():
            raise Http404
        serializer = RedeemSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        address = get_adapter().get_client_ip(request._request) or ""
        wait = limits.seconds_until_next_try(address)
        if wait:
            raise Refused("too-many-calls", _too_often(wait), wait=wait)
        try:
            grant = redeem(code=serializer.validated_data["code"], now=timezone.now())
        except NotRedeemable as error:
            detail = _("This code does not work: it is wrong, used or too old. Compare it, or ask for a new one on the phone.")
            raise Refused("code-not-valid", detail) from error
        except NoServer as error:
            limits.give_try_back(address)
            raise Refused("not-set-up", _("The cluster server takes no uploads at the moment. Try again later.")) from error
        limits.give_try_back(address)
        shown = {"token": grant.token, "report_url": grant.report_url, "expires_at": grant.expires_at}
        return Response(GrantSerializer(shown).data)


def _too_often(wait: int) -> str:
    minutes = -(-wait // 60)
    return ngettext(
        "Too many codes that do not work. Try again in %(count)s minute.",
        "Too many codes that do not work. Try again in %(count)s minutes.",
        minutes,
    ) % {"count": minutes}
