"""What helps people find cases: words of encrypted text as keyed digests, and the selections that they saved."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.fields import EncryptedTextField

NAME_LIMIT = 40


class CaseWord(models.Model):
    """A case's region and one of its words, as a keyed digest: without the key it says neither (mct/searching.py)."""

    # By digest first: a word's newest cases are read from the primary key's own index.
    pk = models.CompositePrimaryKey("digest", "case_id")
    digest = models.BigIntegerField()
    case = models.ForeignKey("mct.Case", on_delete=models.CASCADE, related_name="words")

    class Meta:
        verbose_name = _("word of a case")
        verbose_name_plural = _("words of cases")

    def __str__(self) -> str:
        return f"{self.case_id} {self.digest}"


class SavedFilter(models.Model):
    """A selection of the list under a person's own name for it. ``query``: the part of the address after the question mark."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_case_filters")
    # Encrypted, as are the words that it may search for.
    name = EncryptedTextField()
    query = EncryptedTextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return str(self.uuid)
