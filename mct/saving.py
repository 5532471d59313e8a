"""Selections of the list that a person keeps under a name."""

from django.db import transaction

from clea_portal.accounts.models import User
from mct.desk_models import SavedFilter

MOST_SAVED = 20


class TooManySaved(Exception):
    """A person keeps at most MOST_SAVED filters."""


def save_filter(*, owner: User, name: str, query: str) -> SavedFilter:
    """Keep a selection; one of the same name is replaced. Raises TooManySaved."""
    with transaction.atomic():
        # One at a time, so that two windows together do not keep more.
        User.objects.select_for_update().get(pk=owner.pk)
        kept = list(SavedFilter.objects.filter(owner=owner))
        same = next((each for each in kept if each.name.casefold() == name.casefold()), None)
        if same is None and len(kept) >= MOST_SAVED:
            raise TooManySaved
        saved = same or SavedFilter(owner=owner)
        saved.name, saved.query = name, query
        saved.save()
    return saved
