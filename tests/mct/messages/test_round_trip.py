"""The sandbox as a process of its own sends to the portal, and the worker's function opens what came."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from clea_portal.cluster_server.form import declare_by_form
from clea_portal.protocol.keys import parse_private_key, public_key_hex
from mct.messages.decrypting import decrypt_message
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage
from tests.clea_portal.cluster_server.codes import some_code
from tests.factories import SK_MCTA, RegionFactory, ready_country
from tests.processes import wait_until
from tests.sandbox import running_sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def test_declared_cluster_becomes_a_message_that_can_be_called(live_server):
    with override_settings(PUBLIC_URL=live_server.url), running_sandbox(portal=live_server.url) as sandbox:
        server = ready_country().server
        server.base_url = sandbox.base_url
        server.save()
        region = RegionFactory(number=38)
        code = some_code(
            sandbox, pk_mcta=SK_MCTA.public_key(), contact_phone="33476123456", contact_region=38, contact_pin="314159"
        )
        instant = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
        declare(sandbox, code, instant)
        # The portal does not know the key yet: the sandbox goes on trying.
        tried = wait_until(lambda: told(sandbox, status=401), seconds=20, what="an attempt that is refused")
        assert (tried["state"], ContactMessage.objects.count()) == ("waiting", 0)
        server.messages_key = public_key_hex(parse_private_key(sandbox.portal_key).public_key())
        server.save()
        sent = wait_until(lambda: told(sandbox, state="sent"), seconds=30, what="the message to be taken")

        message = ContactMessage.objects.get()
        assert (sent["status"], sent["ltid"]) == (202, str(code.ltid))
        decrypt_message(message.pk)
        message.refresh_from_db()
        assert (message.state, message.region, message.phone, message.pin) == (MessageState.OPEN, region, "33476123456", "314159")
        assert (message.start, message.end) == tuple(datetime.fromisoformat(sent[name]) for name in ("start", "end"))
        assert message.start <= instant < message.end

        declare(sandbox, code, instant)
        declare(sandbox, some_code(sandbox), instant)
        assert len(sandbox.get("/sandbox/contact-messages")) == 1


def declare(sandbox, code, instant):
    declare_by_form(base_url=sandbox.base_url, deep_link=code.deep_link, instant=instant, timeout=10, allow_private=True)


def told(sandbox, **wanted):
    found = sandbox.get("/sandbox/contact-messages")
    return next((one for one in found if wanted.items() <= one.items()), None)
