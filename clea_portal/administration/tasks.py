from uuid import UUID

from celery import shared_task
from django.utils import timezone

from clea_portal.administration import connection_tests
from clea_portal.administration.absences import suspend_absent as suspend_absent_people


@shared_task(name=connection_tests.RUN, soft_time_limit=100, time_limit=120)
def test_connection(test_id: int, run_uuid: str) -> None:
    connection_tests.take(test_id=test_id, run_uuid=UUID(run_uuid))


@shared_task(name="clea_portal.administration.suspend_absent")
def suspend_absent() -> None:
    """Every hour."""
    suspend_absent_people(now=timezone.now())
