"""The Celery application: Redis wakes and carries workers, PostgreSQL keeps the queue."""

import os
from typing import Any

import django
from celery import Celery
from celery.signals import beat_init, worker_init
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policetweets.settings")

app = Celery("policetweets")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def every(seconds: float) -> dict[str, Any]:
    """A beat entry's time; its message is worth nothing once the next one is there."""
    return {"schedule": seconds, "options": {"expires": max(seconds, 5)}}


app.conf.beat_schedule = {
    "scan": {"task": "publishing.tasks.scan_due", **every(1)},
}


@worker_init.connect
@beat_init.connect
def refuse_to_start(**kwargs: Any) -> None:
    """Celery logs what a receiver raises and goes on, but for SystemExit."""
    django.setup()
    from policetweets.checks import refuse_danger  # it needs the applications

    try:
        refuse_danger()
    except ImproperlyConfigured as danger:
        raise SystemExit(str(danger)) from None
