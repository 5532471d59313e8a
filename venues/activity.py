"""What happened to venues, in words."""

from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.activity import Sentence, Sentences

_VENUE = "venues.venue"
SENTENCES: Sentences = {
    (_VENUE, "created"): Sentence(words=_("Venue made"), icon="venue", tone="success"),
    (_VENUE, "changed"): Sentence(words=_("Details changed")),
    (_VENUE, "archived"): Sentence(words=_("Venue archived"), icon="archive"),
    (_VENUE, "brought_back"): Sentence(words=_("Venue brought back"), icon="undo"),
    (_VENUE, "issued"): Sentence(words=_("Code issued"), icon="code", tone="accent"),
    (_VENUE, "replaced"): Sentence(words=_("Code replaced"), icon="refresh"),
    (_VENUE, "ended"): Sentence(words=_("End of the code set: codes of days take its place"), icon="cross"),
    (_VENUE, "kept"): Sentence(words=_("End of the code taken back"), icon="check"),
    (_VENUE, "mailed"): Sentence(words=_("Code sent by e-mail to the one who asked"), icon="mail"),
    (_VENUE, "printed"): Sentence(words=_("Code downloaded as a file"), icon="download"),
    (_VENUE, "shared"): Sentence(words=_("Code of %(day)s given to the contact tracing team"), icon="send", tone="warning"),
    (_VENUE, "hours_set"): Sentence(words=_("Opening hours changed"), icon="clock"),
    (_VENUE, "rotation_set"): Sentence(words=_("Renewal hours changed"), icon="clock"),
    (_VENUE, "pack_made"): Sentence(words=_("Day pack made: %(issued)s codes"), icon="calendar", tone="accent"),
    (_VENUE, "pack_withdrawn"): Sentence(words=_("Day pack withdrawn"), icon="calendar"),
    (_VENUE, "dated_codes_replaced"): Sentence(words=_("Codes of coming days replaced: %(number)s"), icon="refresh"),
    (_VENUE, "room_added"): Sentence(words=_("Room added"), icon="plus"),
    (_VENUE, "room_renamed"): Sentence(words=_("Room renamed")),
    (_VENUE, "room_removed"): Sentence(words=_("Room removed"), icon="cross"),
    (_VENUE, "tables_set"): Sentence(words=_("Tables changed"), icon="list"),
    (_VENUE, "device_configured"): Sentence(words=_("Configuration of a device handed out"), icon="settings", tone="warning"),
    (_VENUE, "display_added"): Sentence(words=_("Display added"), icon="plus"),
    (_VENUE, "display_changed"): Sentence(words=_("Display changed")),
    (_VENUE, "display_link_replaced"): Sentence(words=_("Link of a display replaced"), icon="link"),
    (_VENUE, "display_switched_off"): Sentence(words=_("Display switched off"), icon="pause"),
}
