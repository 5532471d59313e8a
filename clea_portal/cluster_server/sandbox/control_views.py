"""What only a sandbox has: its public key and rules, what it received, and how it shall misbehave."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework import serializers

from clea_portal.cluster_server.sandbox import options
from clea_portal.cluster_server.sandbox.keys import client_keys, portal_key, server_key
from clea_portal.cluster_server.sandbox.models import Behaviour, ContactMessage, Declaration, Ledger, Mode
from clea_portal.cluster_server.sandbox.publication import publish_due
from clea_portal.cluster_server.sandbox.register import describe
from clea_portal.protocol.errors import BadKey
from clea_portal.protocol.keys import fingerprint, parse_public_key, public_key_hex


class BehaviourSerializer(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(choices=Mode.values)
    seconds = serializers.FloatField(min_value=0, max_value=600, default=0)
    status = serializers.IntegerField(min_value=300, max_value=599, default=500)
    retry_after = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    times = serializers.IntegerField(min_value=1, allow_null=True, default=None)


@require_safe
def about(request: HttpRequest) -> JsonResponse:
    sandbox = options.current()
    return JsonResponse(
        {
            "pk_sa": public_key_hex(server_key().public_key()),
            "base_url": sandbox.base_url,
            "list_url": f"{sandbox.base_url}/list",
            "list_prefix_length": sandbox.list_prefix_length,
            "publish_delay": sandbox.publish_delay,
            "exposure_rule": {
                "slot_seconds": sandbox.rule.slot_seconds,
                "slots_before": sandbox.rule.slots_before,
                "slots_after": sandbox.rule.slots_after,
            },
            "threshold": sandbox.threshold,
            "strict_form": sandbox.strict_form,
            "client_keys": [fingerprint(key) for key in client_keys()],
            "portal": sandbox.portal,
            "portal_public_key": public_key_hex(portal_key().public_key()),
        }
    )


@require_safe
def received(request: HttpRequest) -> JsonResponse:
    publish_due(now=timezone.now())
    return JsonResponse([describe(declaration) for declaration in Declaration.objects.all()], safe=False)


@require_safe
def contact_messages(request: HttpRequest) -> JsonResponse:
    """What it has told the portal, or tries to."""
    shown = ("uuid", "ltid", "start", "end", "state", "attempts", "status")
    return JsonResponse(list(ContactMessage.objects.values(*shown)), safe=False)


@require_http_methods(["GET", "HEAD", "PUT"])
def behaviour(request: HttpRequest) -> JsonResponse:
    if request.method == "PUT":
        serializer = BehaviourSerializer(data=_json(request))
        if not serializer.is_valid():
            return JsonResponse(serializer.errors, status=400)
        Behaviour.objects.update(**serializer.validated_data)
    return JsonResponse(BehaviourSerializer(Behaviour.objects.get()).data)


@require_http_methods(["PUT"])
def register_client_keys(request: HttpRequest) -> HttpResponse:
    """``{"public_keys": [hex, …]}`` replaces the keys of the state file; those given at the start stay."""
    given = _json(request)
    keys = given.get("public_keys") if isinstance(given, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        return JsonResponse({"public_keys": "must be a list of public keys in hexadecimal"}, status=400)
    try:
        for key in keys:
            parse_public_key(key)
    except BadKey as error:
        return JsonResponse({"public_keys": str(error)}, status=400)
    Ledger.objects.update(client_keys=keys)
    return HttpResponse(status=204)


def _json(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        return None
