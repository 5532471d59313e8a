"""What happened to events, in words."""

from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.activity import Sentence, Sentences

_EVENT = "events.event"
SENTENCES: Sentences = {
    (_EVENT, "created"): Sentence(words=_("Event made"), icon="event", tone="success"),
    (_EVENT, "changed"): Sentence(words=_("Details changed")),
    (_EVENT, "archived"): Sentence(words=_("Event archived"), icon="archive"),
    (_EVENT, "brought_back"): Sentence(words=_("Event brought back"), icon="undo"),
    (_EVENT, "issued"): Sentence(words=_("Codes issued"), icon="code", tone="accent"),
    (_EVENT, "replaced"): Sentence(words=_("Codes replaced"), icon="refresh"),
    (_EVENT, "mailed"): Sentence(words=_("Code sent by e-mail to the one who asked"), icon="mail"),
    ("accounts.organisation", "calendar_shared"): Sentence(words=_("Calendar shared at a secret address"), icon="calendar"),
    ("accounts.organisation", "calendar_revoked"): Sentence(words=_("Address of the calendar switched off"), icon="calendar"),
    (_EVENT, "printed"): Sentence(words=_("Code downloaded as a file"), icon="download"),
    (_EVENT, "shared"): Sentence(words=_("Code of %(day)s given to the contact tracing team"), icon="send", tone="warning"),
    (_EVENT, "slot_changed"): Sentence(words=_("Slot changed")),
    (_EVENT, "slot_removed"): Sentence(words=_("Slot removed"), icon="cross"),
    (_EVENT, "rooms_added"): Sentence(words=_("Rooms added"), icon="plus"),
    (_EVENT, "room_renamed"): Sentence(words=_("Room renamed")),
    (_EVENT, "room_removed"): Sentence(words=_("Room removed"), icon="cross"),
    (_EVENT, "tables_set"): Sentence(words=_("Tables changed"), icon="list"),
}
