"""The publishing app."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        from accounts.audit_words import WORDS
        from publishing import receivers, words  # noqa: F401

        WORDS.update(words.HISTORY)
