"""A job ordered in one process and made by a real worker, woken over the broker of files."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from tests.processes import INHERITED, ROOT
from tests.servers import tied

pytestmark = [pytest.mark.processes, pytest.mark.timeout(150)]

ORDER = """
import time
import django
django.setup()
from clea_portal.accounts.models import User
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import stream
from clea_portal.jobs.running import order

user = User.objects.get_or_create(email="manager@example.org")[0]
job = order(kind="copy", by=user, arguments={"content": "twelve"}, title="A copy")
until = time.monotonic() + 60
while job.is_under_way and time.monotonic() < until:
    time.sleep(0.1)
    job = Job.objects.get(pk=job.pk)
print(job.state, job.attempts, job.file_name, b"".join(stream(job)).decode())
"""


@pytest.fixture
def environment(tmp_path):
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | {
        "DJANGO_SETTINGS_MODULE": "tests.clea_portal.jobs.worker_settings",
        "DEMONSTRATION": "True",
        "SECRET_KEY": "only for tests",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3",
    }


def test_worker_is_woken_and_makes_it(environment, tmp_path):
    def run(*arguments):
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=100)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("manage.py", "migrate", "--verbosity", "0")
    # As a demonstration starts them, one for jobs only; and the one that takes whatever there is.
    for number, queues in enumerate((["--queues", "jobs"], [])):
        command = [sys.executable, "-m", "celery", "--app", "clea_portal", "worker", "--concurrency", "1", *queues]
        with (tmp_path / f"worker{number}.log").open("wb") as log:
            worker = subprocess.Popen(tied(*command), cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            # No scheduler runs: the message of the order alone brings the worker to it.
            assert run("-c", ORDER).split("\n")[0] == "done 1 A copy.txt twelve"
        finally:
            worker.terminate()
            worker.wait(30)
