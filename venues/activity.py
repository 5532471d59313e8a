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
    (_VENUE, "printed"): Sentence(words=_("Code downloaded as a file"), icon="download"),
}
