"""The publishing app."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        from accounts import audit_text
        from approvals import history
        from publishing import receivers, status_text  # noqa: F401
        from publishing.models import PublicationState

        audit_text.WORDS.update(status_text.HISTORY)
        history.QUIET.update(status_text.QUIET)
        audit_text.DETAILS.update(status_text.DETAILS)
        audit_text.VALUES.update(status_text.VALUES)
        audit_text.VALUES["before"] |= dict(PublicationState.choices)
