from typing import Any

from allauth.account.forms import SignupForm
from allauth.core import context


class InvitedSignupForm(SignupForm):  # type: ignore[misc]
    """Proposes the address that an invitation went to: it is for that address alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if email := context.request.session.get("invited_email"):
            self.fields["email"].initial = email
