from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from clea_portal.cluster_server.form import error_texts
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from tests.clea_portal.cluster_server.codes import some_code
from tests.sandbox import running_sandbox

PARIS = ZoneInfo("Europe/Paris")


def post(sandbox, **fields):
    return httpx.post(f"{sandbox.base_url}/cluster-declaration", data=fields, trust_env=False)


def local(moment, zone=PARIS):
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def an_hour_ago():
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)


def test_page_has_the_fields_of_the_deployed_server(sandbox):
    answer = httpx.get(f"{sandbox.base_url}/cluster-declaration", trust_env=False)
    assert (answer.status_code, error_texts(answer.text)) == (200, [])
    assert all(f'name="{name}"' in answer.text for name in ("deeplink", "dateTime", "zoneId"))
    assert "La déclaration est enregistrée" not in answer.text


def test_success_page_says_so(sandbox):
    answer = httpx.get(f"{sandbox.base_url}/cluster-declaration?success=true", trust_env=False)
    assert "La déclaration est enregistrée" in answer.text


@pytest.mark.parametrize("zone", ["Europe/Paris", "Indian/Reunion", "UTC"])
def test_local_time_is_read_in_its_zone(sandbox, zone):
    code = some_code(sandbox)
    instant = an_hour_ago()
    answer = post(sandbox, deeplink=code.deep_link, dateTime=local(instant, ZoneInfo(zone)), zoneId=zone)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/cluster-declaration?success=true")
    assert [datetime.fromisoformat(one["instant"]) for one in sandbox.received(ltid=code.ltid)] == [instant]


LINK_ERRORS = [
    ("", "Indiquez le lien contenu dans le QR code."),
    ("tac.gouv.fr", "Le lien n’est pas une adresse web."),
    ("https://[", "Le lien n’est pas une adresse web."),
    ("https://tac.gouv.fr?v=0", "Le lien ne contient pas de code de lieu après le signe #."),
    ("https://tac.gouv.fr?v=0#é", "Le code du lieu ne peut pas être décodé."),
    ("https://tac.gouv.fr?v=0#AAAA", "Le code du lieu ne peut pas être déchiffré ou n’est pas valide."),
]
DATE_ERRORS = [
    ("", "UTC", "Indiquez la date et l’heure."),
    ("12/06/2021", "UTC", "La date et l’heure ne sont pas lisibles."),
    ("2021-06-12T25:00", "UTC", "La date et l’heure ne sont pas lisibles."),
    ("0001-01-01T00:00", "Asia/Tokyo", "La date et l’heure ne sont pas lisibles."),
    ("2021-06-12T12:00Z", "UTC", "La date et l’heure ne sont pas lisibles."),
    ("2021-06-12T12:00", "Mars/Olympus", "Le fuseau horaire n’existe pas."),
    ("2021-06-12T12:00", "../../etc/passwd", "Le fuseau horaire n’existe pas."),
    ("2021-06-12T12:00", "", "Le fuseau horaire n’existe pas."),
    ("2999-06-12T12:00", "UTC", "La date ne peut pas être dans le futur."),
    ("2001-06-12T12:00", "UTC", "Le code du lieu n’était pas valide à cette date."),
]


@pytest.mark.parametrize(("link", "text"), LINK_ERRORS)
def test_link_that_cannot_be_used_is_refused(sandbox, link, text):
    answer = post(sandbox, deeplink=link, dateTime=local(an_hour_ago()), zoneId="Europe/Paris")
    assert (answer.status_code, error_texts(answer.text)) == (200, [text])


@pytest.mark.parametrize(("moment", "zone", "text"), DATE_ERRORS)
def test_date_that_cannot_be_used_is_refused(sandbox, moment, zone, text):
    code = some_code(sandbox)
    answer = post(sandbox, deeplink=code.deep_link, dateTime=moment, zoneId=zone)
    assert (answer.status_code, error_texts(answer.text)) == (200, [text])
    assert sandbox.received(ltid=code.ltid) == []


def test_all_errors_are_told_at_once_and_what_was_typed_is_kept(sandbox):
    answer = post(sandbox, deeplink='"><script>', dateTime="soon", zoneId="UTC")
    assert error_texts(answer.text) == ["Le lien n’est pas une adresse web.", "La date et l’heure ne sont pas lisibles."]
    assert 'value="&quot;&gt;&lt;script&gt;"' in answer.text


def test_empty_post_is_refused(sandbox):
    assert error_texts(post(sandbox).text) == ["Indiquez le lien contenu dans le QR code.", "Indiquez la date et l’heure."]


def test_strict_form_takes_type_0_only():
    with running_sandbox(strict_form=True, slots_before=0, slots_after=1, slot_seconds=600) as strict:
        instant = an_hour_ago()
        event = {"lsp_type": LspType.ASYNCHRONOUS, "t_event": to_ntp(instant), "visit_duration": 2}
        when = {"dateTime": local(instant), "zoneId": "Europe/Paris"}
        answer = post(strict, deeplink=some_code(strict, **event).deep_link, **when)
        assert error_texts(answer.text) == ["Le code du lieu ne peut pas être déchiffré ou n’est pas valide."]
        assert post(strict, deeplink=some_code(strict).deep_link, **when).status_code == 302
        slot = int(instant.timestamp()) // 600 * 600
        hours = [datetime.fromtimestamp(second, tz=UTC) for second in (slot, slot + 1200)]
        received = [(datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"])) for one in strict.received()]
        assert received == [tuple(hours)]


def test_type_1_is_taken_otherwise(sandbox):
    instant = an_hour_ago()
    code = some_code(sandbox, lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(instant), visit_duration=2)
    assert post(sandbox, deeplink=code.deep_link, dateTime=local(instant), zoneId="Europe/Paris").status_code == 302


def test_other_methods_are_not_allowed(sandbox):
    assert httpx.put(f"{sandbox.base_url}/cluster-declaration", trust_env=False).status_code == 405
