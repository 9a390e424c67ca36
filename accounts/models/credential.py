"""An account's OAuth 1.0a user token for X, encrypted at rest."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.crypto import NotSealedForThis, Secret, seal, unseal

USER_OF_TOKEN = re.compile(r"([0-9]+)-")


class Connection(models.TextChoices):
    """What is known of the link to X. `probing`: X said 401, we are asking again."""

    CONNECTED = "connected", _("connecté")
    PROBING = "probing", _("X a refusé, nouvel essai en cours")
    RECONNECT = "reconnect", _("à reconnecter")
    SUSPENDED = "suspended", _("suspendu par X")
    REFUSED = "refused", _("refusé par X")


class Credential(models.Model):
    """Stored only after X answered with the account's very handle."""

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.PROTECT, related_name="credential"
    )
    # Sealed for this account and this user of X: `tokens` opens them.
    token = models.BinaryField()
    token_secret = models.BinaryField()
    x_user_id = models.CharField(max_length=30)
    state = models.CharField(
        max_length=20, choices=Connection.choices, default=Connection.CONNECTED
    )
    # Why X refuses the account, as publishing.models.states.Reason.
    cause = models.CharField(max_length=20, blank=True, default="", db_default="")
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

    @staticmethod
    def sealed(
        account_id: int, x_user_id: str, token: Secret, token_secret: Secret
    ) -> dict[str, Any]:
        """The columns that hold these tokens for this account and this user of X."""
        owner = f"{account_id}:{x_user_id}"
        return {
            "x_user_id": x_user_id,
            "token": seal(token, owner=owner),
            "token_secret": seal(token_secret, owner=owner),
        }

    def tokens(self) -> tuple[Secret, Secret]:
        """The token and its secret. Raises NotSealedForThis for another account's, or those of
        another user of X: an OAuth 1.0a token begins with the id of whom it speaks for.
        """
        owner = f"{self.account_id}:{self.x_user_id}"
        token = unseal(self.token, owner=owner)
        speaks_for = USER_OF_TOKEN.match(token.reveal())
        if speaks_for is not None and speaks_for[1] != self.x_user_id:
            raise NotSealedForThis
        return token, unseal(self.token_secret, owner=owner)
