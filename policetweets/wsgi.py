"""The WSGI door."""

import os
from typing import Any

import django
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policetweets.settings")
django.setup(set_prefix=False)

# Django opens this door without its checks.
from policetweets.checks import refuse_danger  # noqa: E402 - needs the applications

refuse_danger()


class Request(WSGIRequest):
    """Django's, but that a Content-Type which cannot be read is none.

    A charset makes Django read the query already here, outside of what answers 400 to one that
    holds too many fields.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except (ValueError, LookupError, SuspiciousOperation):
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    request_class = Request


application = Handler()
