"""What a dedicated device (an e-ink box, a Raspberry Pi) needs to show the codes of a place, and how that is written down."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from clea_portal.authorities.keys import IssuingKeys
from clea_portal.codes.models import Place
from clea_portal.codes.periods import Period
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.derivation import Profile, derive_lt_key, derive_ltid
from clea_portal.protocol.keys import fingerprint, public_key_hex
from clea_portal.protocol.ntp import to_ntp

FORMAT = "clea-device-configuration"
VERSION = 1
CHECKED_PERIODS = 7


class BadConfiguration(ValueError):
    """Not a configuration of this format, or one whose check values do not follow from its secret."""


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """When the device's codes change: local whole hours, every ``days``-th day from ``anchor`` on; within a period every
    2 ** cri_exp seconds. ``starts_at``: from when on this counts."""

    renewal_hours: Sequence[str]
    days: int
    anchor: date
    time_zone: str
    cri_exp: int
    profile: Profile
    starts_at: datetime


def describe(
    *, place: Place, room: str, sk_l: str, keys: IssuingKeys, cadence: Cadence, periods: Iterable[Period], at: datetime
) -> dict[str, Any]:
    """The whole configuration, SK_L included: never to be written down but sealed. Times are NTP seconds where named ``t_``."""
    hours = sorted(int(hour[:2]) for hour in cadence.renewal_hours)
    contact = {"phone": place.phone, "region": place.region.number, "pin": place.pin}
    document = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": at.isoformat(timespec="seconds"),
        "place": place.name,
        "room": room,
        "prefix": place.country.prefix,
        "derivation": cadence.profile.value,
        "sk_l": sk_l,
        "pk_sa": public_key_hex(keys.pk_sa),
        "pk_sa_fingerprint": fingerprint(keys.pk_sa),
        "pk_mcta": public_key_hex(keys.pk_mcta) if keys.pk_mcta else None,
        "pk_mcta_fingerprint": fingerprint(keys.pk_mcta) if keys.pk_mcta else None,
        "contact": contact if keys.pk_mcta and place.phone else None,
        "staff": False,
        "venue_type": place.venue_type.number,
        "venue_category1": place.venue_category1,
        "venue_category2": place.venue_category2,
        "cri_exp": cadence.cri_exp,
        "time_zone": cadence.time_zone,
        "renewal_hours": hours,
        "days_per_period": cadence.days,
        "counted_from": cadence.anchor.isoformat(),
        "t_starts_at": to_ntp(cadence.starts_at),
        # On the days on which the clocks change a period is an hour shorter or longer: see the check values.
        "usual_period_durations": _usual_durations(hours, cadence.days),
    }
    document["check_values"] = [_check_value(document, period.t_period_start, period.hours) for period in periods]
    document["c_header"] = c_header(document)
    return document


def read(content: bytes) -> dict[str, Any]:
    """A configuration, once its check values have been computed again from its secret. Raises BadConfiguration."""
    try:
        document = json.loads(content)
        if (document["format"], document["version"]) != (FORMAT, VERSION):
            raise BadConfiguration("This is no configuration of a device, or one of a newer version.")
        values = [_check_value(document, value["t_period_start"], value["period_duration"]) for value in document["check_values"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, BadConfiguration):
            raise
        raise BadConfiguration("This is no configuration of a device.") from error
    if values != document["check_values"]:
        raise BadConfiguration("Its check values do not follow from its secret: it was altered.")
    return dict(document)


def c_header(document: dict[str, Any]) -> str:
    """The same as a header of C99, with nothing but constants."""
    contact = document["contact"]
    lines = [
        "/* Configuration of a device that shows CLEA codes. It holds the place's secret: keep it as you keep a password.",
        "   Made by the CLEA portal; times are NTP seconds. The check values show that device, tablet and paper agree. */",
        "#ifndef CLEA_CONFIGURATION_H",
        "#define CLEA_CONFIGURATION_H",
        "#include <stdint.h>",
        "",
        f"#define CLEA_MADE_AT {_c_string(document['made_at'])}",
        f"#define CLEA_PLACE {_c_string(document['place'])}",
        f"#define CLEA_ROOM {_c_string(document['room'])}",
        f"#define CLEA_PREFIX {_c_string(document['prefix'])}",
        "/* What is hashed into LTKey. 0: SK_L || t_periodStart; 1: then 9 zero bytes, as the reference encoder in C. */",
        f"#define CLEA_DERIVATION_REFERENCE_C {int(document['derivation'] == Profile.REFERENCE_C.value)}",
        f"static const uint8_t CLEA_SK_L[] = {_c_bytes(bytes.fromhex(document['sk_l']))};",
        f"static const uint8_t CLEA_PK_SA[] = {_c_bytes(bytes.fromhex(document['pk_sa']))};",
    ]
    if document["pk_mcta"] is not None:
        lines.append(f"static const uint8_t CLEA_PK_MCTA[] = {_c_bytes(bytes.fromhex(document['pk_mcta']))};")
    lines += [
        f"#define CLEA_HAS_PK_MCTA {int(document['pk_mcta'] is not None)}",
        f"#define CLEA_HAS_CONTACT {int(contact is not None)}",
        f"#define CLEA_CONTACT_PHONE {_c_string(contact['phone'] if contact else '')}",
        f"#define CLEA_CONTACT_REGION {contact['region'] if contact else 0}",
        f"#define CLEA_CONTACT_PIN {_c_string(contact['pin'] if contact else '')}",
        f"#define CLEA_STAFF {int(document['staff'])}",
        f"#define CLEA_VENUE_TYPE {document['venue_type']}",
        f"#define CLEA_VENUE_CATEGORY1 {document['venue_category1']}",
        f"#define CLEA_VENUE_CATEGORY2 {document['venue_category2']}",
        f"#define CLEA_CRI_EXP {document['cri_exp']}",
        f"#define CLEA_TIME_ZONE {_c_string(document['time_zone'])}",
        f"#define CLEA_DAYS_PER_PERIOD {document['days_per_period']}",
        f"#define CLEA_COUNTED_FROM {_c_string(document['counted_from'])}",
        f"#define CLEA_STARTS_AT UINT32_C({document['t_starts_at']})",
        f"#define CLEA_RENEWALS {len(document['renewal_hours'])}",
        f"static const uint8_t CLEA_RENEWAL_HOURS[] = {_c_numbers(document['renewal_hours'])};",
        f"static const uint8_t CLEA_USUAL_PERIOD_DURATIONS[] = {_c_numbers(document['usual_period_durations'])};",
        "",
        "typedef struct {",
        "  uint32_t t_period_start;",
        "  uint8_t period_duration;",
        "  uint8_t ltid[16];",
        "  char check_code[7];",
        "} clea_check_value;",
        f"#define CLEA_CHECKED_PERIODS {len(document['check_values'])}",
        "static const clea_check_value CLEA_CHECK_VALUES[] = {",
        *(
            f"  {{UINT32_C({value['t_period_start']}), {value['period_duration']}, {_c_bytes(UUID(value['ltid']).bytes)}, "
            f"{_c_string(value['check_code'])}}},"
            for value in document["check_values"]
        ),
        "};",
        "#endif",
    ]
    return "\n".join([*lines, ""])


def _check_value(document: dict[str, Any], t_period_start: int, hours: int) -> dict[str, Any]:
    lt_key = derive_lt_key(bytes.fromhex(document["sk_l"]), t_period_start, Profile(document["derivation"]))
    ltid = derive_ltid(lt_key)
    return {
        "t_period_start": t_period_start,
        "period_duration": hours,
        "ltid": str(ltid),
        "check_code": check_code(ltid),
    }


def _usual_durations(hours: Sequence[int], days: int) -> list[int]:
    if len(hours) == 1:
        return [24 * days]
    return [(following - hour) % 24 for hour, following in zip(hours, [*hours[1:], hours[0]], strict=True)]


def _c_bytes(content: bytes) -> str:
    return _c_numbers([f"0x{byte:02x}" for byte in content])


def _c_numbers(numbers: Iterable[Any]) -> str:
    return f"{{{', '.join(str(number) for number in numbers)}}}"


def _c_string(text: str) -> str:
    """A literal of ASCII alone: whatever a place is called, nothing in its name is C."""
    safe = "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}" for byte in text.encode())
    return f'"{safe}"'
