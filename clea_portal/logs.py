"""Structured logs. They carry ids, states and durations; never names, addresses, phones, links or what a form held."""

import logging
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from clea_portal import environment as env

PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]

structlog.configure(
    processors=[*PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


class NoAddresses(logging.Filter):
    """Django's own lines about a request name its address, which may be a secret: the route's name takes its place."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            match = request.resolver_match
            route = match.view_name if match else "unknown route"
            secret = (request.path, request.get_full_path())
            record.args = tuple(route if argument in secret else argument for argument in record.args)
        return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_addresses": {"()": NoAddresses}},
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": PROCESSORS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["no_addresses"]}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        # It writes addresses with their query strings; the line of RequestLogMiddleware replaces it.
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        # The broker made of files has no host, and says so at every start.
        "kombu.connection": {"level": "ERROR"},
        # What it cannot draw, it writes down whole, logos included.
        "weasyprint": {"level": "CRITICAL"},
    },
}

logger = structlog.get_logger("clea_portal.requests")


class RequestLogMiddleware:
    """One line per request: route name, status, milliseconds, and an id that the answer and every line in between carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            match = request.resolver_match
            logger.log(
                logging.WARNING if response.status_code >= 500 else logging.INFO,
                "request",
                method=request.method,
                route=match.view_name if match else None,
                status=response.status_code,
                milliseconds=round((time.perf_counter() - started) * 1000),
            )
        response["X-Request-Id"] = request_id
        return response
