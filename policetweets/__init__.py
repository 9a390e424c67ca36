"""The shell: settings, addresses, workers, health, and the one-command runner."""

from policetweets.celery import app as celery_app

__all__ = ["celery_app"]
