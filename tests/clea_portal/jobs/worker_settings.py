"""The portal's own settings, with a kind of job of the tests, for a worker that is a process of its own."""

from clea_portal.settings import *  # noqa: F403

JOB_KINDS = {"copy": "tests.clea_portal.jobs.handlers.copy"}
JOB_CHECKS = {}
