from typing import cast

from django.http import HttpRequest

from clea_portal.accounts.models import User


def person(request: HttpRequest) -> User:
    """The signed-in person. Only for views behind the login, which all are that do not say otherwise."""
    return cast(User, request.user)
