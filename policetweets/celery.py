"""The Celery application: Redis wakes and carries workers, PostgreSQL keeps the queue."""

import os
from typing import Any

from celery import Celery

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
