"""Structured logs on standard error: one JSON object a line; no token, text, address or path.

What others log names the path of a request, which may be a link that opens once, and what an
exception says may quote a row: both are replaced here by what is ours to tell.
"""

from __future__ import annotations

import logging
import logging.config
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

# Their words are ours, or the system's, about no row and no request.
PLAIN_ERRORS = (ImproperlyConfigured, ImportError, OSError, AssertionError, RuntimeError)
FRAMES = 30
QUIET = (
    # These print request headers, tokens included, below WARNING.
    *("tweepy", "requests_oauthlib", "oauthlib", "urllib3", "requests"),
    # Two lines each second, to say that the clock ticks.
    *("celery.worker.strategy", "celery.app.trace", "celery.beat"),
)


def describe(error: BaseException) -> str:
    """The type of an error and, where its words may quote what people wrote, no more than what
    PostgreSQL names: the code, the constraint, the table.
    """
    name = f"{type(error).__module__}.{type(error).__name__}"
    diag = getattr(error, "diag", None)
    if diag is not None:
        named = (diag.sqlstate, diag.constraint_name, diag.table_name, diag.column_name)
        return " ".join([name, *(word for word in named if word)])
    return f"{name}: {error}" if type(error) in PLAIN_ERRORS else name


def format_error(error: BaseException, trace: TracebackType | None) -> str:
    """Where it was raised, innermost last, and what it is; then what it came from."""
    lines = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)[-FRAMES:]
    ]
    lines.append(describe(error))
    if (cause := error.__cause__ or error.__context__) is not None:
        lines.append(f"from {describe(cause)}")
    return "\n".join(lines)


def describe_exceptions(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor: `exc_info` becomes `exception`."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if exc_info and exc_info[1] is not None:
        event["exception"] = format_error(exc_info[1], exc_info[2])
    return event


class RouteNotPath(logging.Filter):
    """Django names the path of a request that fails, Celery what its task was given."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            status = getattr(record, "status_code", "")
            route = match.view_name if match else None
            record.msg, record.args = "%s %s %s", (status, request.method, route)
        elif record.name == "celery.app.trace" and isinstance(getattr(record, "data", 0), dict):
            record.msg, record.args = "task failed: %s", (record.data.get("name"),)  # type: ignore[attr-defined]
        elif record.name == "waitress" and record.exc_info:
            record.msg, record.args = "exception while serving", ()
        return True


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: `options` is {"level": name}."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_exceptions,
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"routes": {"()": RouteNotPath}},
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.JSONRenderer(ensure_ascii=False),
                    ],
                }
            },
            "handlers": {
                "err": {
                    "class": "logging.StreamHandler",
                    "formatter": "json",
                    "filters": ["routes"],
                }
            },
            "root": {"handlers": ["err"], "level": options.get("level", "INFO")},
            "loggers": {name: {"level": "WARNING"} for name in QUIET},
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
