"""Counts of tries to sign in, each for a while: one row a key, deleted by the clock."""

from __future__ import annotations

from django.db import models


class SignInCount(models.Model):
    """`key` is a fingerprint of what is counted: accounts/sign_ins.py says of what."""

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.tries} ({self.key[:8]}…)"
