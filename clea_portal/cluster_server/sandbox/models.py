"""What the sandbox remembers, all in one SQLite file."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models


class Kind(models.TextChoices):
    """How it came in; ``visits``: nobody declared it, enough people reported that they were there."""

    FORM = "form"
    API = "api"
    VISITS = "visits"


class State(models.TextChoices):
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Mode(models.TextChoices):
    """How the next declarations are treated: ``slow`` waits before it does its work, ``drop`` does it and never answers."""

    WELL = "well"
    SLOW = "slow"
    ERROR = "error"
    REFUSE = "refuse"
    DROP = "drop"


class Ledger(models.Model):
    """The one row of what the server itself needs; iteration 0: no list was published yet."""

    sk_sa = models.CharField(max_length=64)
    client_keys = models.JSONField(default=list)
    iteration = models.PositiveIntegerField(default=0)
    sk_portal = models.CharField(max_length=64, default="")

    objects: ClassVar[models.Manager["Ledger"]] = models.Manager()

    class Meta:
        app_label = "sandbox"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_ledger")]

    def __str__(self) -> str:
        return f"iteration {self.iteration}"


class Behaviour(models.Model):
    """The one row of how to misbehave. ``times``: calls that are left until all is well again, null for ever."""

    mode = models.CharField(max_length=8, choices=Mode, default=Mode.WELL)
    seconds = models.FloatField(default=0)
    status = models.PositiveSmallIntegerField(default=500)
    retry_after = models.PositiveIntegerField(null=True)
    times = models.PositiveIntegerField(null=True)

    objects: ClassVar[models.Manager["Behaviour"]] = models.Manager()

    class Meta:
        app_label = "sandbox"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_behaviour")]

    def __str__(self) -> str:
        return self.mode


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def due(self, *, until: datetime) -> Self:
        """What the public list must take in or leave out, since it has had its state from ``until`` or earlier."""
        is_behind = models.Q(state=State.ACCEPTED, is_listed=False) | models.Q(state=State.WITHDRAWN, is_listed=True)
        return self.filter(is_behind, changed_at__lte=until)

    def to_list(self, *, until: datetime) -> Self:
        """What stands in the next iteration of the list."""
        return self.filter(models.Q(is_listed=True) | models.Q(changed_at__lte=until), state=State.ACCEPTED)


class Declaration(models.Model):
    """What was declared. ``count``: how often it took effect, which only the form lets exceed 1; ``calls``: how often accepted.

    ``start`` and ``end``: the hours that it flags, inside the code's period; null for one withdrawn before it arrived.
    ``is_listed``: stands in the list's current iteration. ``changed_at``: when it got its state.
    """

    kind = models.CharField(max_length=6, choices=Kind)
    ltid = models.UUIDField(null=True, db_index=True)
    uuid = models.UUIDField(null=True, unique=True)
    issuer = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    instant = models.DateTimeField(null=True)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.ACCEPTED)
    is_listed = models.BooleanField(default=False)
    count = models.PositiveIntegerField(default=1)
    calls = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        app_label = "sandbox"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ltid", "instant"], condition=models.Q(kind="form"), name="one_row_for_an_instant"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ltid}"


class ListFile(models.Model):
    """A file of the public list as it was published."""

    iteration = models.PositiveIntegerField()
    name = models.CharField(max_length=32)
    content = models.TextField()

    objects: ClassVar[models.Manager["ListFile"]] = models.Manager()

    class Meta:
        app_label = "sandbox"
        constraints = [models.UniqueConstraint(fields=["iteration", "name"], name="one_file_of_a_name")]

    def __str__(self) -> str:
        return f"{self.iteration}/{self.name}"


class MessageState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


class ContactMessage(models.Model):
    """What the portal is told of a qualified place whose code carries a contact message. ``status``: of the last answer."""

    uuid = models.UUIDField(unique=True)
    ltid = models.UUIDField(db_index=True)
    encrypted_contact = models.BinaryField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    risk = models.FloatField()
    state = models.CharField(max_length=7, choices=MessageState, default=MessageState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    next_attempt_at = models.DateTimeField(db_index=True)

    objects: ClassVar[models.Manager["ContactMessage"]] = models.Manager()

    class Meta:
        app_label = "sandbox"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"


from clea_portal.cluster_server.sandbox.visit_models import UsedToken, VisitCount  # noqa: E402, F401 - Django finds models here
