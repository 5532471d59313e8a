from celery import shared_task

from clea_portal.jobs import running

# A million cases as a spreadsheet take less, on a busy machine too; what takes more is stuck.
SOFT_SECONDS = 45 * 60


@shared_task(name=running.RUN, soft_time_limit=SOFT_SECONDS, time_limit=SOFT_SECONDS + 60)
def run(job_id: int) -> None:
    running.run(job_id)


@shared_task(name="clea_portal.jobs.sweep")
def sweep() -> None:
    running.sweep()
