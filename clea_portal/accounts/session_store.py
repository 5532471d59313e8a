"""The engine of sessions (settings.SESSION_ENGINE): Django's own in the database, whose rows also say whose they are."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from clea_portal.accounts.session_models import UserSession

# What the sign-in puts into a session.
STARTED, DEVICE = "_started_at", "_device"
# A row is not written at every page: so much may its last use lag behind.
NOTED_EVERY = timedelta(minutes=5)


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        row: UserSession = super().create_model_instance(data)  # type: ignore[assignment]
        row.account_id = data.get(SESSION_KEY)
        row.device = data.get(DEVICE, "")
        if STARTED in data:
            row.started_at = datetime.fromisoformat(data[STARTED])
        return row

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        now = timezone.now()
        if row is not None and row.account_id and row.last_seen_at < now - NOTED_EVERY:
            UserSession.objects.filter(pk=row.pk).update(last_seen_at=now)
        return row
