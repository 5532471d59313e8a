"""Pages that read a code with the camera of the device: see static/js/camera.js. Everywhere else, no page may use a camera."""

from django.conf import settings
from django_permissions_policy.decorators import permissions_policy_override

from clea_portal.authorities.models import Country

may_use_camera = permissions_policy_override({**settings.PERMISSIONS_POLICY, "camera": "self"})


def known_hosts() -> dict[str, str]:
    """Names of countries by the host of their links, for a page that says whose code its camera sees."""
    return {country.host: country.name for country in Country.objects.all()}
