"""Where the person is signed in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.errors import Gone
from clea_portal.accounts.person import person
from clea_portal.accounts.session_listing import end_session, end_sessions, sessions_of
from clea_portal.audit.trail import record_act


@require_http_methods(["GET", "HEAD", "POST"])
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Posted: ``session`` is ended; without one, all but this."""
    user, current = person(request), request.session.session_key
    if request.method == "POST":
        reference = request.POST.get("session", "")
        ended = int(end_session(user, reference=reference)) if reference else end_sessions(user, but=current)
        if ended:
            record_act(actor=user, verb="sessions_ended", on=user, sessions=ended)
            said = ngettext("%(number)s session is ended.", "%(number)s sessions are ended.", ended) % {"number": ended}
            messages.success(request, said)
        else:
            messages.error(request, str(Gone()))
        return redirect("own_sessions")
    sessions = sessions_of(user, now=timezone.now(), current=current)
    return render(request, "accounts/sessions.html", {"sessions": sessions})
