"""Pages of the codes of days: packs, their codes, and what becomes of the code without an end beside them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.access import find, require_editor
from clea_portal.codes.entry import ROWS_PER_PAGE
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.codes.messages import already_renewed_message, archived_message, no_key_message
from venues.codes import end_code, issue_missing_code, keep_code
from venues.errors import BadRange, NoRotation, RoomRemoved
from venues.finding import Found, found, may_write
from venues.models import DayPack, DayPackQuerySet, Rotation, VenueCode, VenueCodeKind
from venues.pack_forms import A_WEEK, PackForm
from venues.pack_rows import pack_rows
from venues.packs import codes_of, make_pack, printable_codes, refresh_pack, withdraw_pack

CODES_PER_PAGE = 62


@require_safe
def pack_list(request: HttpRequest, uuid: UUID, of_room: bool = False) -> HttpResponse:
    place, now = found(request, uuid, of_room=of_room), timezone.now()
    rotations = list(Rotation.objects.of_room(place.venue, place.room).between(now, now + timedelta(days=3650)))
    packs = _packs(place).with_numbers(now).order_by("-first_day", "-pk")
    context = {
        "place": place,
        "rotation": next((rotation for rotation in rotations if rotation.starts_at <= now), None),
        "coming_rotation": next((rotation for rotation in rotations if rotation.starts_at > now), None),
        "page_obj": Paginator(packs, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "static": _static(place, now),
        "pack": _packs(place).in_use().with_codes_left(now).order_by("first_day").first(),
        "may_write": may_write(request, place.venue) and place.venue.archived_at is None,
        "create_url": place.url("packs:create"),
        "rotation_url": place.url("packs:rotation"),
    }
    return render(request, "venues/packs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest, uuid: UUID, of_room: bool = False) -> HttpResponse:
    place, now = found(request, uuid, of_room=of_room, to_write=True), timezone.now()
    if place.venue.archived_at is not None:
        messages.warning(request, archived_message())
        return redirect(place.page)
    rotation = Rotation.objects.of_room(place.venue, place.room).current().first()
    if rotation is None:
        messages.info(request, _("First, say when the codes change."))
        return redirect(place.url("packs:rotation"))
    last = _packs(place).in_use().order_by("-last_day").first()
    today = now.astimezone(rotation.zone).date()
    first_day = max(today, last.last_day + timedelta(days=1)) if last else today
    static = _static(place, now)
    form = PackForm(
        request.POST or None,
        has_static=static is not None and static.valid_until is None,
        initial={"first_day": first_day, "last_day": first_day + A_WEEK, "with_staff": last.with_staff if last else False},
    )
    if request.method == "POST" and form.is_valid():
        try:
            pack = make_pack(venue=place.venue, room=place.room, by=person(request), now=now, **form.cleaned_data)
        except BadRange as error:
            form.add_error(None, str(error))
        except NoKey:
            form.add_error(None, no_key_message())
        except (Archived, NoRotation, RoomRemoved):
            form.add_error(None, _("Somebody has changed this place in the meantime. Go back to its page and try again."))
        else:
            messages.success(request, _("The codes are ready. Print them in one go, a page for each."))
            return redirect("packs:detail", pack.uuid)
    context = {"form": form, "place": place, "rotation": rotation, "static": static, "back_url": place.url("packs:list")}
    return render(request, "venues/pack_form.html", context)


@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    pack, now = find(DayPack.objects.with_venue(), user=person(request), uuid=uuid), timezone.now()
    place = Found(venue=pack.venue, room=pack.room)
    staff = request.GET.get("show") == "staff" and pack.with_staff
    kind = VenueCodeKind.STAFF if staff else VenueCodeKind.DATED
    page = Paginator(codes_of(pack).filter(kind=kind), CODES_PER_PAGE).get_page(request.GET.get("page"))
    writer = may_write(request, pack.venue) and pack.venue.archived_at is None
    context = {
        "pack": pack,
        "place": place,
        "staff": staff,
        "page_obj": page,
        "rows": pack_rows(page, zone=pack.rotation.zone, now=now),
        "numbers": DayPack.objects.with_numbers(now).get(pk=pack.pk),
        "static": _static(place, now),
        "may_write": writer,
        "list_url": place.url("packs:list"),
    }
    return render(request, "venues/pack.html", context)


@require_POST
def refresh(request: HttpRequest, uuid: UUID) -> HttpResponse:
    pack = find(DayPack.objects.with_venue(), user=person(request), uuid=uuid)
    require_editor(person(request), pack.venue)
    try:
        made = refresh_pack(pack, by=person(request), now=timezone.now())
    except BadRange as error:
        messages.warning(request, str(error))
    except NoKey:
        messages.error(request, no_key_message())
    except (Archived, RoomRemoved):
        messages.warning(request, archived_message())
    else:
        said = ngettext("%(number)s code has been made again.", "%(number)s codes have been made again.", made)
        messages.success(request, said % {"number": made})
    return redirect("packs:detail", pack.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    pack, now = find(DayPack.objects.with_venue(), user=person(request), uuid=uuid), timezone.now()
    require_editor(person(request), pack.venue)
    if request.method == "POST":
        withdraw_pack(pack, by=person(request), now=now)
        messages.success(request, _("The pack is withdrawn. Throw away what is printed of it."))
        return redirect(Found(venue=pack.venue, room=pack.room).url("packs:list"))
    left = printable_codes(pack, now=now).count()
    return render(request, "venues/pack_withdraw.html", {"pack": pack, "left": left})


@require_POST
def end_static(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """From the page of a pack: the code without an end goes out of use when the first code that is left of it starts."""
    pack, now = find(DayPack.objects.with_venue(), user=person(request), uuid=uuid), timezone.now()
    require_editor(person(request), pack.venue)
    static = _static(Found(venue=pack.venue, room=pack.room), now)
    first = codes_of(pack).current().ending_after(now).first()
    if static is not None and first is not None:
        end_code(static, at=first.valid_from, by=person(request), now=now)
        messages.success(request, _("The code without an end goes out of use. Take its posters down when the first day begins."))
    return redirect("packs:detail", pack.uuid)


@require_POST
def keep_static(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A code without an end that was to go out of use stays."""
    code = find(VenueCode.objects.static().with_venue(), user=person(request), uuid=uuid)
    require_editor(person(request), code.venue)
    try:
        keep_code(code, by=person(request), now=timezone.now())
    except AlreadyRenewed:
        messages.warning(request, already_renewed_message())
    else:
        messages.success(request, _("The code without an end stays in use."))
    return redirect(Found(venue=code.venue, room=code.room).page)


@require_POST
def make_static(request: HttpRequest, uuid: UUID, of_room: bool = False) -> HttpResponse:
    """A code without an end where there is none any more."""
    place = found(request, uuid, of_room=of_room, to_write=True)
    try:
        issue_missing_code(venue=place.venue, room=place.room, by=person(request), now=timezone.now())
    except (Archived, RoomRemoved):
        messages.warning(request, archived_message())
    except NoKey:
        messages.error(request, no_key_message())
    else:
        messages.success(request, _("The code is ready. Download the poster, print it and hang it at the entrance."))
    return redirect(place.page)


def _packs(place: Found) -> DayPackQuerySet:
    return DayPack.objects.of_room(place.venue, place.room)


def _static(place: Found, now: datetime) -> VenueCode | None:
    """The code without an end that hangs in the same place, if it is still in use."""
    return VenueCode.objects.of_room(place.venue, place.room).static().current().ending_after(now).first()
