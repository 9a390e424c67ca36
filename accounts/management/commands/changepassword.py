"""Django's own command, written down in the trail."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts import audit
from accounts.models import Person


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        said = super().handle(*args, **options)
        person = Person.objects.get(email=options["username"])
        audit.record("person.password_replaced", actor=None, subject=person)
        return said
