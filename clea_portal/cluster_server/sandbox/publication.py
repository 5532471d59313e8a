"""The public list. (CLEA protocol, public cluster list.) Files of past iterations stay a little, for readers on their way."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.db import transaction

from clea_portal.cluster_server.exposure import Span
from clea_portal.cluster_server.public_list import INDEX
from clea_portal.cluster_server.sandbox import options
from clea_portal.cluster_server.sandbox.models import Declaration, Ledger, ListFile, State
from clea_portal.protocol.ntp import to_ntp

# A manual declaration stands for many infected visitors, so its level is the highest, red.
RISK = 3.0
KEPT_ITERATIONS = 3


def publish_due(*, now: datetime) -> None:
    """Publish what was accepted or withdrawn long enough ago; a new iteration only where the files' content changes."""
    until = now - timedelta(seconds=options.current().publish_delay)
    if Ledger.objects.get().iteration and not Declaration.objects.due(until=until).exists():
        return
    with transaction.atomic():
        ledger = Ledger.objects.get()
        listed = list(Declaration.objects.to_list(until=until).order_by("ltid", "start", "pk"))
        files = render_files(listed, prefix_length=options.current().list_prefix_length)
        current = dict(ListFile.objects.filter(iteration=ledger.iteration).exclude(name=INDEX).values_list("name", "content"))
        if files != current or not ledger.iteration:
            ledger.iteration += 1
            ledger.save(update_fields=["iteration"])
            _write(ledger.iteration, files)
        due = Declaration.objects.due(until=until)
        due.filter(state=State.WITHDRAWN).update(is_listed=False)
        due.filter(state=State.ACCEPTED).update(is_listed=True)


def render_files(declarations: Iterable[Declaration], *, prefix_length: int) -> dict[str, str]:
    """The prefix files by name, from declarations in the order of their LTIds."""
    files: dict[str, list[dict[str, object]]] = {}
    for ltid, group in groupby(declarations, key=attrgetter("ltid")):
        hours = merge((one.start, one.end) for one in group if one.start and one.end)
        exp = [{"s": to_ntp(start), "d": to_ntp(end) - to_ntp(start), "r": RISK} for start, end in hours]
        files.setdefault(f"{ltid.hex[:prefix_length]}.json", []).append({"ltid": str(ltid), "exp": exp})
    return {name: json.dumps(entries) for name, entries in files.items()}


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same hours in as few spans as possible, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _write(iteration: int, files: dict[str, str]) -> None:
    index = json.dumps({"i": iteration, "c": sorted(name.removesuffix(".json") for name in files)})
    ListFile.objects.bulk_create(
        ListFile(iteration=iteration, name=name, content=content) for name, content in {INDEX: index, **files}.items()
    )
    ListFile.objects.filter(iteration__lte=iteration - KEPT_ITERATIONS).delete()
