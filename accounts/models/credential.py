"""An account's OAuth 1.0a user token for X, encrypted at rest."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.crypto import EncryptedField


class Connection(models.TextChoices):
    """What is known of the link to X. `probing`: X said 401, we are asking again."""

    CONNECTED = "connected", _("connecté")
    PROBING = "probing", _("X a refusé, nouvel essai en cours")
    RECONNECT = "reconnect", _("à reconnecter")
    SUSPENDED = "suspended", _("suspendu par X")


class Credential(models.Model):
    """Stored only after X answered with the account's very handle."""

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.PROTECT, related_name="credential"
    )
    token = EncryptedField()
    token_secret = EncryptedField()
    x_user_id = models.CharField(max_length=30)
    state = models.CharField(
        max_length=20, choices=Connection.choices, default=Connection.CONNECTED
    )
    connected_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Who asked for a check that is not made yet: a message in a queue says nothing of people.
    asked_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # The first 401 of a series, and when to ask X again.
    refused_at = models.DateTimeField(null=True)
    probes = models.PositiveSmallIntegerField(default=0)
    next_probe_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.state}"
