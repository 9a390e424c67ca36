"""The publishing app."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        from accounts import audit_words
        from approvals import history
        from publishing import receivers, words  # noqa: F401

        audit_words.WORDS.update(words.HISTORY)
        history.QUIET.update(words.QUIET)
        audit_words.DETAILS.update(words.DETAILS)
        audit_words.VALUES.update(words.VALUES)
        audit_words.VALUES["before"] |= dict(words.S.choices)
