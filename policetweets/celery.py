"""The Celery application: Redis wakes and carries workers, PostgreSQL keeps the queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policetweets.settings")

app = Celery("policetweets")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
