"""The project package as a Django app: system checks and the templates' defaults."""

from django.apps import AppConfig

# Tasks are bound to it, whichever process loads them; the runner has no use for it.
import policetweets.celery  # noqa: F401


class ProjectConfig(AppConfig):
    name = "policetweets"
    label = "project"
    verbose_name = "policetweets"

    def ready(self) -> None:
        from policetweets import beat, checks, heartbeat  # noqa: F401
