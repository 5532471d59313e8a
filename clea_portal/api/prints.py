"""Prints and bundles by program: ordered, watched, and fetched when they are ready."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.authentication import caller
from clea_portal.api.base import ApiView, find
from clea_portal.api.codes import AnyRenderer
from clea_portal.api.models import OrderedJob
from clea_portal.api.parsing import StrictSerializer
from clea_portal.api.problems import Refused
from clea_portal.authorities.models import Country
from clea_portal.codes.messages import archived_message
from clea_portal.codes.printing.choices import not_offered_message, preferred_language
from clea_portal.codes.printing.jobs import order_prints
from clea_portal.codes.printing.messages import nothing_message, too_many_pages_message
from clea_portal.codes.printing.options import CopiesFor, Output, PrintOptions
from clea_portal.codes.printing.planning import TooManyPages
from clea_portal.codes.printing.subjects import Subject
from clea_portal.jobs import results, running
from clea_portal.jobs.enums import JobState
from clea_portal.jobs.files import disposition
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import JobRefused
from clea_portal.jobs.running import TooManyJobs, too_many_message
from clea_portal.posters.layouts import Layout
from clea_portal.posters.poster import LANGUAGES

OUTPUTS = [*(output.value for output in Output), *(layout.value for layout in Layout)]


class PrintSerializer(StrictSerializer):
    output = serializers.ChoiceField(
        choices=OUTPUTS, help_text="`bundle_zip` and `bundle_pdf` hold everything that a place needs; the others are layouts."
    )
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=list(LANGUAGES)),
        min_length=1,
        max_length=2,
        required=False,
        help_text="One or two that the country offers. That of the request by default, or the country's first.",
    )
    copies_for = serializers.ChoiceField(
        choices=[choice.value for choice in CopiesFor],
        default=CopiesFor.PLACES.value,
        help_text="One of each, or for each table.",
    )
    large_print = serializers.BooleanField(default=False)
    fill = serializers.BooleanField(default=False, help_text="On sheets of several, a whole sheet of each.")

    def validate_languages(self, languages: list[str]) -> list[str]:
        if len(set(languages)) < len(languages):
            raise serializers.ValidationError(_("Choose another one, or none."))
        country: Country = self.context["country"]
        wrong = [not_offered_message(one, country) for one in languages if one not in country.languages]
        if wrong:
            raise serializers.ValidationError(wrong)
        return languages

    def options(self, subject: Subject) -> PrintOptions:
        """What was chosen, once it is valid, for all codes of the subject."""
        chosen = dict(self.validated_data)
        default = preferred_language(subject.printables[0].place.country.languages)
        return PrintOptions(
            output=chosen["output"],
            languages=tuple(chosen.get("languages", [default])),
            keys=tuple(printable.key for printable in subject.printables),
            copies_for=CopiesFor(chosen["copies_for"]),
            large_print=chosen["large_print"],
            fill=chosen["fill"],
        )


class JobSerializer(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=JobState.values)
    done = serializers.IntegerField(help_text="Of `total` steps.")
    total = serializers.IntegerField(help_text="0: not known yet.")
    reason = serializers.CharField(help_text="Why there is no file.")
    file = serializers.SerializerMethodField(help_text="Where the file waits, once the state is `done`; else null.")
    size = serializers.IntegerField(allow_null=True, help_text="Of the file, in bytes.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="When the file is deleted.")

    def get_url(self, job: Job) -> str:
        return str(self.context["request"].build_absolute_uri(reverse("api:job", args=[job.uuid])))

    def get_file(self, job: Job) -> str | None:
        if job.state != JobState.DONE:
            return None
        return str(self.context["request"].build_absolute_uri(reverse("api:job_file", args=[job.uuid])))


class JobDetail(ApiView):
    is_reading = True

    @extend_schema(operation_id="jobs_fetch", responses=JobSerializer, tags=["jobs"])
    def get(self, request: Request, uuid: UUID) -> Response:
        """Ask how far a job is.

        Ask again every second or so, until its state is `done`, `refused`, `failed` or `cancelled`.
        """
        return Response(JobSerializer(find(_jobs(request), uuid=uuid), context={"request": request}).data)

    @extend_schema(operation_id="jobs_delete", request=None, responses={204: None}, tags=["jobs"])
    def delete(self, request: Request, uuid: UUID) -> Response:
        """Cancel a job, or delete its file before its day is over."""
        job = find(_jobs(request), uuid=uuid)
        if not running.cancel(job):
            job.delete()
        return Response(status=204)


class JobFile(ApiView):
    renderer_classes = [AnyRenderer]

    @extend_schema(operation_id="jobs_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, tags=["jobs"])
    def get(self, request: Request, uuid: UUID) -> StreamingHttpResponse:
        """Fetch the file of a job.

        It waits for 24 hours. It is refused once a code in it has been renewed.
        """
        job = find(_jobs(request), uuid=uuid)
        if job.state != JobState.DONE:
            raise Refused("not-ready", _("There is no file yet. Ask again until the state of the job is done."), wait=1)
        try:
            running.check(job)
        except JobRefused as refused:
            raise Refused("replaced", str(refused)) from refused
        headers = {"Content-Disposition": disposition(job.file_name), "Content-Length": str(job.size)}
        return StreamingHttpResponse(results.stream(job), content_type=job.content_type, headers=headers)


def order(request: Request, subject: Subject) -> Response:
    """Order what the body asks for: 202, and where the job is. Raises Refused, ValidationError."""
    who = caller(request)
    serializer = PrintSerializer(data=request.data, context={"country": who.organisation.country})
    serializer.is_valid(raise_exception=True)
    if any(place.archived_at is not None for place in subject.places):
        raise Refused("archived", archived_message())
    if not subject.printables:
        raise Refused("not-ready", nothing_message())
    try:
        job = order_prints(subject, serializer.options(subject), by=who.user, back_to=subject.back_to)
    except TooManyJobs as error:
        raise Refused("too-many", too_many_message()) from error
    except TooManyPages as error:
        raise Refused("too-many", too_many_pages_message(error)) from error
    OrderedJob.objects.get_or_create(job=job, defaults={"organisation": who.organisation})
    shown = JobSerializer(job, context={"request": request}).data
    return Response(shown, status=202, headers={"Location": shown["url"]})


def _jobs(request: Request) -> Any:
    who = caller(request)
    return Job.objects.of(who.user).filter(order__organisation=who.organisation).select_related("owner")
