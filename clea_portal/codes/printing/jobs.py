"""Prints that take a while: ordered on the page, made by a worker, checked once more when they are fetched."""

import hashlib
import json
from typing import Any

import structlog
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.codes.printing import bundle, making
from clea_portal.codes.printing.messages import overtaken_message, too_many_pages_message, unreadable_message
from clea_portal.codes.printing.options import BUNDLES, PrintOptions
from clea_portal.codes.printing.planning import TooManyPages, check_size
from clea_portal.codes.printing.subjects import Subject
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import JobRefused, Result
from clea_portal.jobs.running import Report, order
from clea_portal.posters.errors import BadPoster, PosterUnreadable

logger = structlog.get_logger(__name__)


def order_prints(subject: Subject, options: PrintOptions, *, by: User, back_to: str) -> Job:
    """Have these made; the same order while it is under way is not made twice. Raises TooManyJobs, TooManyPages."""
    check_size(options.chosen(subject), options)
    arguments = {"subject": subject.job_arguments, "options": options.as_arguments()}
    return order(
        kind=subject.job_kind,
        by=by,
        arguments=arguments,
        title=_("Prints of %(name)s") % {"name": subject.title},
        back_to=back_to,
        key=hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest(),
    )


def make_prints(subject: Subject, arguments: dict[str, Any], *, by: User, report: Report) -> Result:
    """What the order's options say, of the subject as it is now. Raises JobRefused."""
    options = PrintOptions.from_arguments(arguments["options"])
    check_prints(subject, arguments)
    make = bundle.make if options.output in BUNDLES else making.make
    try:
        # Tables may have been added since it was ordered.
        check_size(options.chosen(subject), options)
        made = make(subject, options, by=by, report=report)
    except making.Overtaken as error:
        raise JobRefused(overtaken_message()) from error
    except TooManyPages as error:
        raise JobRefused(too_many_pages_message(error)) from error
    except BadPoster as error:
        raise JobRefused(str(error)) from error
    except PosterUnreadable as error:
        logger.error("file_unreadable", kind=options.output)
        raise JobRefused(unreadable_message()) from error
    return Result(file=made.file, name=made.name, content_type=made.content_type)


def check_prints(subject: Subject, arguments: dict[str, Any]) -> None:
    """Raises JobRefused when a code of the order has been replaced since, or its place archived."""
    known = {printable.key for printable in subject.printables}
    if not known.issuperset(arguments["options"]["keys"]) or any(place.archived_at is not None for place in subject.places):
        raise JobRefused(overtaken_message())
