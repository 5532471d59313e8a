"""Calls that need no token, because what they carry is all that authorises them. Each limits by itself how often it is tried."""

from rest_framework.permissions import AllowAny

from clea_portal.api.base import ApiView


class PublicApiView(ApiView):
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
