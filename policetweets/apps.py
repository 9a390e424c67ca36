"""The shell as a Django app: system checks and the templates' defaults."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "policetweets"
    label = "shell"
    verbose_name = "policetweets"

    def ready(self) -> None:
        from policetweets import checks, heart  # noqa: F401
