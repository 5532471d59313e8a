"""Workers, scheduler, mail and the jobs that people wait for."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.jobs.enums import UNDER_WAY, JobState
from clea_portal.jobs.models import Job
from clea_portal.monitoring.lines import Group, Light, Line, Measure, Moment, light_of, queue_line, seconds_since_epoch, spoken
from clea_portal.monitoring.models import Sign
from clea_portal.monitoring.starting import is_starting

SCHEDULER, PURGE, MAIL = "scheduler", "purge", "mail"
# A sign comes every minute. A worker for downloads may be busy with one for 45 minutes.
_MISSING = (timedelta(minutes=3), timedelta(minutes=6))
_PURGE_DUE = timedelta(hours=2)
_MISSING_BUSY = (timedelta(minutes=6), timedelta(minutes=50))


def worker_sign(queue: str) -> str:
    return f"worker:{queue}"


def check(moment: Moment) -> Group:
    """One query, for the jobs."""
    lines = [_alive(moment, SCHEDULER, SCHEDULER, gettext_lazy("Scheduler"), _("Start the scheduler: celery beat."))]
    for queue in settings.CELERY_TASK_QUEUES:
        advice = _("Start a worker for the queue “%(queue)s”, or look into its log.") % {"queue": queue.name}
        label = _("Worker for the queue “%(queue)s”") % {"queue": queue.name}
        lines.append(_alive(moment, worker_sign(queue.name), "worker", label, advice, queue=queue.name))
    return Group(label=gettext_lazy("Processes"), lines=[*lines, _purged(moment), _jobs(moment), _mail(moment)])


def _alive(moment: Moment, name: str, kind: str, label: object, advice: str, **labels: str) -> Line:
    sign = moment.signs.get(name)
    last = sign.seen_at if sign else None
    amber, red = _MISSING_BUSY if labels.get("queue") == "jobs" else _MISSING
    age = moment.now - last if last else None
    light = Light.RED if age is None else light_of(age, amber=amber, red=red)
    says = _("Never seen.") if age is None else _("Seen %(age)s ago.") % {"age": spoken(age)}
    if light != Light.GREEN and is_starting(last=last, now=moment.now, due=amber):
        light, says, advice = Light.STARTING, _("The portal has just started: it shows itself within a few minutes."), ""
    return Line(
        key=name,
        label=str(label),
        light=light,
        says=says,
        advice=advice if light != Light.GREEN else "",
        measures=(
            Measure(
                name=f"clea_{kind}_last_seen_timestamp_seconds",
                about="When it was last seen to work (Unix time).",
                value=seconds_since_epoch(last),
                labels=labels,
            ),
        ),
    )


def _purged(moment: Moment) -> Line:
    sign = moment.signs.get(PURGE)
    last = sign.seen_at if sign else None
    age = moment.now - last if last else None
    light = Light.AMBER if age is None else light_of(age, amber=_PURGE_DUE, red=timedelta(hours=24))
    says = _("Not yet.") if age is None else _("%(age)s ago.") % {"age": spoken(age)}
    if light != Light.GREEN and is_starting(last=last, now=moment.now, due=_PURGE_DUE):
        light, says = Light.STARTING, _("The portal has just started: it is done within the hour.")
    measure = Measure(
        name="clea_purge_last_run_timestamp_seconds",
        about="When what is past its time was last deleted (Unix time).",
        value=seconds_since_epoch(last),
    )
    advice = _("What is past its time is deleted every hour. See that scheduler and worker run, and look for “purge” in the log.")
    return Line(
        key="purge",
        label=gettext_lazy("Data past its time deleted"),
        light=light,
        says=says,
        advice=advice if light in (Light.AMBER, Light.RED) else "",
        measures=(measure,),
    )


def _jobs(moment: Moment) -> Line:
    rows = Job.objects.filter(state__in=sorted(UNDER_WAY), expires_at__gt=moment.now)
    waiting = rows.filter(state=JobState.WAITING).aggregate(count=Count("pk"), oldest=Min("created_at"))
    return queue_line(
        key="jobs",
        label=gettext_lazy("Downloads"),
        now=moment.now,
        amber=timedelta(minutes=5),
        red=timedelta(minutes=30),
        advice=_("Start more workers for the queue “jobs”."),
        **waiting,
    )


def _mail(moment: Moment) -> Line:
    sign = moment.signs.get(MAIL) or Sign(name=MAIL)
    measures = tuple(
        Measure(name=f"clea_mail_last_{word}_timestamp_seconds", about=about, value=seconds_since_epoch(at))
        for word, about, at in (
            ("sent", "When the mail server last took a message (Unix time).", sign.seen_at),
            ("failure", "When it last did not (Unix time).", sign.failed_at),
        )
    )
    light, advice = Light.GREEN, ""
    if not settings.EMAIL_HOST:
        light, says = Light.AMBER, _("Mail is written to files: nothing leaves.")
        advice = _("Set EMAIL_HOST, unless this is a rehearsal.")
    elif sign.is_failing and sign.failed_at is not None:
        light = Light.RED
        says = _("The last message did not go out, %(age)s ago (%(why)s).") % {
            "age": spoken(moment.now - sign.failed_at),
            "why": sign.detail,
        }
        advice = _("See that the mail server answers and takes the portal’s account, then send a test message.")
    elif sign.seen_at is None:
        light, says = Light.AMBER, _("No message has gone out yet.")
        advice = _("Send a test message.")
    else:
        says = _("The last message went out %(age)s ago.") % {"age": spoken(moment.now - sign.seen_at)}
    return Line(key="mail", label=gettext_lazy("Mail"), light=light, says=says, advice=advice, measures=measures)
