"""The portal's own settings, with the tests' kinds of jobs, for a worker that is a process of its own."""

from clea_portal.settings import *  # noqa: F403
from tests.clea_portal.jobs.handlers import KINDS

JOB_KINDS = KINDS
JOB_CHECKS = {}
