"""The people of the demonstration: invented, with one password that everybody may know."""

from __future__ import annotations

from accounts.models import Person

DOMAIN = "demo.invalid"
PASSWORD = "trois-sièges-44"  # noqa: S105 - shown on the sign-in page, refused in production


def people() -> list[Person]:
    return list(
        Person.objects.filter(email__endswith=f"@{DOMAIN}", ended_at=None).order_by(
            "is_administrator", "id"
        )
    )
