"""What happened to the things of an organisation, in sentences for its members."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Membership, Organisation, User
from clea_portal.audit.models import AuditEvent, AuditKind, AuditSide


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """``words``: what was done, with placeholders for what the event's ``details`` hold; ``icon``: one of components/icons."""

    words: str | Promise
    icon: str = "edit"
    tone: str = "neutral"


# By the event's subject and verb. Apps bring theirs: settings.ACTIVITY_SENTENCES.
Sentences = Mapping[tuple[str, str], Sentence]
_SUBJECT = "accounts.organisation"
SENTENCES: Sentences = {
    (_SUBJECT, "founded"): Sentence(words=gettext_lazy("Organisation founded"), icon="building", tone="success"),
    (_SUBJECT, "renamed"): Sentence(words=gettext_lazy("Organisation renamed")),
    (_SUBJECT, "invited"): Sentence(words=gettext_lazy("Somebody invited as %(role)s"), icon="mail"),
    (_SUBJECT, "invited_again"): Sentence(words=gettext_lazy("Invitation sent again"), icon="mail"),
    (_SUBJECT, "invitation_revoked"): Sentence(words=gettext_lazy("Invitation revoked"), icon="cross"),
    (_SUBJECT, "invitation_declined"): Sentence(words=gettext_lazy("Invitation declined"), icon="cross"),
    (_SUBJECT, "joined"): Sentence(words=gettext_lazy("Invitation accepted, as %(role)s"), icon="users", tone="success"),
    (_SUBJECT, "role_changed"): Sentence(words=gettext_lazy("%(member)s made %(role)s"), icon="users"),
    (_SUBJECT, "member_removed"): Sentence(words=gettext_lazy("%(member)s removed from the organisation"), icon="users"),
    (_SUBJECT, "left"): Sentence(words=gettext_lazy("Organisation left"), icon="sign-out"),
    (_SUBJECT, "ownership_offered"): Sentence(words=gettext_lazy("Ownership offered to %(member)s"), icon="key"),
    (_SUBJECT, "ownership_accepted"): Sentence(words=gettext_lazy("Ownership accepted"), icon="key", tone="success"),
    (_SUBJECT, "ownership_declined"): Sentence(words=gettext_lazy("Ownership declined"), icon="key"),
    (_SUBJECT, "ownership_withdrawn"): Sentence(words=gettext_lazy("Offer of ownership withdrawn"), icon="key"),
    (_SUBJECT, "data_downloaded"): Sentence(words=gettext_lazy("All data of the organisation downloaded"), icon="download"),
    (_SUBJECT, "logo_kept"): Sentence(words=gettext_lazy("Logo for posters uploaded"), icon="picture"),
    (_SUBJECT, "logo_forgotten"): Sentence(words=gettext_lazy("Logo for posters deleted"), icon="picture"),
    ("api.token", "token_made"): Sentence(words=gettext_lazy("API token made"), icon="key"),
    ("api.token", "token_revoked"): Sentence(words=gettext_lazy("API token revoked"), icon="key"),
    (_SUBJECT, "deletion_ordered"): Sentence(words=gettext_lazy("Deletion ordered"), icon="trash", tone="danger"),
    (_SUBJECT, "deletion_stopped"): Sentence(words=gettext_lazy("Deletion stopped"), icon="undo", tone="success"),
}
_ROLES = {role.value: role.label for role in MemberRole}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of templates/components/timeline.html."""

    when: datetime
    title: str
    text: str
    who: str
    icon: str
    tone: str


def of_organisation(organisation: Organisation) -> Any:
    """The events, newest first: as many as the trail still keeps."""
    return AuditEvent.objects.filter(organisation=organisation).select_related("actor").order_by("-at", "-id")


def entries(events: Iterable[AuditEvent], *, organisation: Organisation, reader: User) -> list[Entry]:
    """Sentences of one page of events: one query for the members, one for people named, one for each kind of thing."""
    events = list(events)
    members = set(Membership.objects.filter(organisation=organisation).values_list("user", flat=True))
    people = _people(events)
    names = _names(events)
    return [
        _entry(event, who=_who(event, members=members, reader=reader), people=people, names=names, organisation=organisation)
        for event in events
    ]


@cache
def _sentences() -> dict[tuple[str, str], Sentence]:
    known = dict(SENTENCES)
    for path in settings.ACTIVITY_SENTENCES:
        known |= import_string(path)
    return known


def _entry(
    event: AuditEvent, *, who: str, people: Mapping[str, str], names: Mapping[UUID, str], organisation: Organisation
) -> Entry:
    by_authority = event.side == AuditSide.AUTHORITY
    fallback = Sentence(words=gettext_lazy("Looked at"), icon="eye") if event.kind == AuditKind.READ else None
    sentence = _sentences().get((event.subject, event.verb)) or fallback
    if sentence is None:
        # A later version may bring verbs that this one has no words for: the line is shown all the same.
        sentence = Sentence(words=gettext_lazy("Other act"), icon="note")
    tone = "warning" if by_authority else sentence.tone
    of_itself = event.subject_uuid == organisation.uuid
    return Entry(
        when=event.at,
        title=str(sentence.words) % Words(event.details, people),
        text="" if of_itself else names.get(event.subject_uuid, _("deleted since")) if event.subject_uuid else "",
        who=who,
        icon=sentence.icon,
        tone=tone,
    )


class Words(dict[str, str]):
    """What the placeholders of a sentence stand for; … for what the event does not say."""

    def __init__(self, details: Mapping[str, Any], people: Mapping[str, str]) -> None:
        super().__init__({key: str(value) for key, value in details.items() if not isinstance(value, (list, dict))})
        if "role" in self:
            self["role"] = str(_ROLES.get(self["role"], self["role"]))
        if "day" in self:
            self["day"] = date_format(date.fromisoformat(self["day"]))
        if "member" in self:
            self["member"] = people.get(self["member"], _("a former member"))

    def __missing__(self, key: str) -> str:
        return "…"


def _who(event: AuditEvent, *, members: set[int], reader: User) -> str:
    """Whoever acted for an authority is not named: the authority is."""
    if event.side == AuditSide.AUTHORITY:
        return _("the contact tracing authority")
    if event.side == AuditSide.SYSTEM:
        return _("the portal, by itself")
    if event.side == AuditSide.LINK:
        return _("somebody with the link")
    if event.actor is None or event.actor.pk not in members:
        return _("a former member")
    return _("you") if event.actor.pk == reader.pk else event.actor.email


def _people(events: Iterable[AuditEvent]) -> dict[str, str]:
    wanted = {event.details["member"] for event in events if "member" in event.details}
    known = User.objects.filter(uuid__in=wanted).values_list("uuid", "email") if wanted else []
    return {str(uuid): email for uuid, email in known}


def _names(events: Iterable[AuditEvent]) -> dict[UUID, str]:
    """The names of the things themselves, which the trail does not hold."""
    wanted: dict[str, set[UUID]] = {}
    for event in events:
        if event.subject_uuid is not None and event.subject != _SUBJECT:
            wanted.setdefault(event.subject, set()).add(event.subject_uuid)
    names: dict[UUID, str] = {}
    for subject, uuids in wanted.items():
        names |= {
            row.uuid: getattr(row, "name", "") or str(row) for row in apps.get_model(subject).objects.filter(uuid__in=uuids)
        }
    return names
