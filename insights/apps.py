"""The insights app."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "insights"

    def ready(self) -> None:
        from accounts import audit_text
        from insights import acts

        audit_text.WORDS.update(acts.WORDS)
        audit_text.DETAILS.update(acts.DETAILS)
        audit_text.VALUES.update(acts.VALUES)
