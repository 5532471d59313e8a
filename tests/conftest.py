"""What every test has: a person signed in, and guards that turn common mistakes into failures."""

import inspect
import ipaddress
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.cache import cache
from django.template import engines
from django.template.base import Variable, VariableDoesNotExist, VariableNode
from django.test import Client, RequestFactory
from django.utils import translation

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import roles_of

OUR_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """Makes a browser in which a person is signed in; one whose role needs it has given the second factor just now.

    ``second_factor=False`` leaves that out; ``language`` is what the browser asks for.
    """

    def make(user: User, *, second_factor: bool | None = None, language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        request = RequestFactory().get("/")
        request.session = client.session
        record_authentication(request, user, method="password")
        if roles_of(user).needs_second_factor if second_factor is None else second_factor:
            record_authentication(request, user, method="mfa", type="totp")
        request.session.save()
        return client

    return make


@pytest.fixture
def desk(sign_in: Callable[..., Client]) -> Callable[[User], Client]:
    """Makes a browser in which a person with a second factor is signed in."""

    def make(user: User) -> Client:
        TOTP.activate(user, "CLEATESTSCLEATESTSCLEATESTSCLEAT")
        return sign_in(user)

    return make


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Sentences are compared as they stand in the source; a request has the language of its browser all the same."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and public lists that another test left behind say nothing in this one."""
    cache.clear()


class _NothingForUndefined(str):
    """What an undefined variable prints: nothing. ``{% blocktranslate %}`` asks it for %s just before it prints one."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        caller = render = inspect.currentframe().f_back
        while "self" not in render.f_locals:
            render = render.f_back
        _fail_for(render.f_locals["self"], caller.f_locals["key"])
        return False


def _fail_for(node: Any, name: object) -> None:
    template = Path(node.origin.name)
    if template.is_relative_to(OUR_TEMPLATES):
        pytest.fail(f"{template.relative_to(OUR_TEMPLATES)} prints {name}, which is not defined.")


@pytest.fixture(autouse=True, scope="session")
def _undefined_variables_fail() -> Iterator[None]:
    """A variable that one of our own templates prints is defined, or has a default. Asking with ``if`` is free."""
    resolve = Variable.resolve

    def guarded(self: Variable, context: Any) -> Any:
        caller = inspect.currentframe().f_back
        node = caller.f_back.f_locals.get("self")
        prints = isinstance(node, VariableNode) and not any(
            function.__name__ == "default" for function, _ in node.filter_expression.filters
        )
        try:
            value = resolve(self, context)
        except VariableDoesNotExist:
            if prints:
                _fail_for(node, self)
            raise
        if prints and isinstance(value, _NothingForUndefined):
            _fail_for(node, self)  # An include was given it.
        return value

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Variable, "resolve", guarded)
        patch.setattr(engines["django"].engine, "string_if_invalid", _NothingForUndefined())
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Nothing leaves this machine: whoever connects elsewhere fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not ipaddress.ip_address(address[0]).is_loopback:
            pytest.fail(f"A test connects to {address[0]}.")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Fails here, not in each test, where the settings are not those of the tests.
    assert settings.CELERY_BROKER_URL == "memory://"
