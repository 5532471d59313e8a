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
    (_EVENT, "printed"): Sentence(words=_("Code downloaded as a file"), icon="download"),
}
