"""The health of the whole portal, for administrators of any country: counts and times, nobody's data."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clea_portal.accounts.mails import send_to
from clea_portal.accounts.person import person
from clea_portal.administration.access import administrators_only
from clea_portal.limits import seconds_to_wait
from clea_portal.monitoring.lines import groups, worst

TEST_MAILS_AN_HOUR = 5


@administrators_only
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = groups(now=now)
    lines = [line for group in found for line in group.lines]
    context = {"groups": found, "light": worst(lines).value, "now": now}
    return render(request, "administration/health.html", context)


@administrators_only
@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """To the person who asks, and to nobody else."""
    user = person(request)
    if seconds_to_wait(f"test-mail:{user.uuid}", limit=TEST_MAILS_AN_HOUR, window=3600):
        message = _("%(limit)s test messages an hour at most. Try again later.")
        messages.error(request, message % {"limit": TEST_MAILS_AN_HOUR})
    elif send_to(user, "test_mail"):
        messages.success(request, _("The mail server took the message for %(email)s.") % {"email": user.email})
    else:
        messages.error(request, _("The message did not go out. The line below says why."))
    return redirect("administration:health")
