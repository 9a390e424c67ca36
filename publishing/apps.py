"""The publishing app."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        from accounts import audit_text
        from approvals import history
        from approvals.models import Comment
        from publishing import receivers, status_text  # noqa: F401
        from publishing.models import (
            Confirmation,
            PlannedRetraction,
            PublicationState,
            Retraction,
        )

        audit_text.WORDS.update(status_text.HISTORY)
        history.QUIET.update(status_text.QUIET)
        history.REASONS |= {
            "publication.recalled": (Comment, "body"),
            "publication.acknowledged": (Comment, "body"),
            "retraction.requested": (Retraction, "reason"),
            "retraction.planned": (PlannedRetraction, "reason"),
            "confirmation.proposed": (Confirmation, "reason"),
        }
        audit_text.DETAILS.update(status_text.DETAILS)
        audit_text.VALUES.update(status_text.VALUES)
        audit_text.VALUES["before"] |= dict(PublicationState.choices)
