"""Accounts that everybody knows, for a rehearsal on one machine."""

import time
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop

from clea_portal.accounts.enums import MemberRole, TeamRole
from clea_portal.accounts.models import Administration, Membership, Organisation, TeamMembership, User
from clea_portal.authorities.models import Country, Team

PASSWORD = "demonstration-clea"  # noqa: S105 - printed at every start of the demonstration
TOTP_SECRET = "CLEADEMONSTRATIONCLEADEMONSTRATI"  # noqa: S105 - likewise

MANAGER, HOST, AGENT, COLLEAGUE, LEAD, OTHER_REGION, ADMINISTRATOR = (
    f"{name}@demo.example" for name in ("manager", "host", "agent", "colleague", "lead", "other-region", "administrator")
)
ACCOUNTS = {
    MANAGER: gettext_noop("manages a restaurant"),
    HOST: gettext_noop("organises events"),
    AGENT: gettext_noop("contact tracing agent, Isère"),
    COLLEAGUE: gettext_noop("contact tracing agent, Isère, a colleague"),
    LEAD: gettext_noop("contact tracing lead, Isère"),
    OTHER_REGION: gettext_noop("contact tracing agent, Rhône"),
    ADMINISTRATOR: gettext_noop("authority administrator"),
}


def load(*, sandbox_url: str) -> None:
    france = Country.objects.get(code="FR")
    users = {}
    for email in ACCOUNTS:
        user = users[email] = User.objects.create_user(email, PASSWORD, is_staff=email == ADMINISTRATOR)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if email not in (MANAGER, HOST):
            TOTP.activate(user, TOTP_SECRET)
    for email, name in ((MANAGER, "Les Tables du Drac"), (HOST, "Fêtes & Foires du Dauphiné")):
        organisation = Organisation.objects.create(name=name, country=france)
        Membership.objects.create(user=users[email], organisation=organisation, role=MemberRole.OWNER)
    isere, rhone = (Team.objects.get(region__number=number, region__country=france) for number in (38, 69))
    for email, team, role in (
        (AGENT, isere, TeamRole.AGENT),
        (COLLEAGUE, isere, TeamRole.AGENT),
        (LEAD, isere, TeamRole.LEAD),
        (OTHER_REGION, rhone, TeamRole.AGENT),
    ):
        TeamMembership.objects.create(user=users[email], team=team, role=role)
    users[ADMINISTRATOR].is_superuser = True
    users[ADMINISTRATOR].save(update_fields=["is_superuser"])
    Administration.objects.create(user=users[ADMINISTRATOR], country=france)


def current_code() -> str:
    """The code that an authenticator app would show now for every demonstration account with a second factor."""
    return str(format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30)))


def notices(request: HttpRequest) -> dict[str, Any]:
    """What the sign-in pages of a demonstration say."""
    route = request.resolver_match.view_name if request.resolver_match else ""
    if route == "account_login":
        accounts = [{"email": email, "password": PASSWORD, "role": gettext(role)} for email, role in ACCOUNTS.items()]
        return {"demonstration_accounts": accounts}
    if route in ("mfa_authenticate", "mfa_reauthenticate"):
        return {"demonstration_code": current_code()}
    return {}
