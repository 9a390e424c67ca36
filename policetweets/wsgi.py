"""The WSGI door."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policetweets.settings")

application = get_wsgi_application()

# Django opens this door without its checks.
from policetweets.checks import refuse_danger  # noqa: E402 - needs the applications

refuse_danger()
