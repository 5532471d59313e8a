from uuid import UUID

from celery import shared_task

from clea_portal.administration import connection_tests


@shared_task(name=connection_tests.RUN, soft_time_limit=100, time_limit=120)
def test_connection(test_id: int, run_uuid: str) -> None:
    connection_tests.take(test_id=test_id, run_uuid=UUID(run_uuid))
