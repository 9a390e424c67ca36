"""The accounts app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import sign_ins  # noqa: F401 - its receivers write the trail
        from accounts.hardening import harden, refuse_unknown_migrations

        pre_migrate.connect(refuse_unknown_migrations, sender=self)
        # Sent once all migrations of all apps are applied.
        post_migrate.connect(harden, sender=self)
