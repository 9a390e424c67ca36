"""The people of the demonstration: invented, with one password that everybody may know."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.departments import all_departments
from accounts.models import Person
from accounts.roles import Role

DOMAIN = "demo.invalid"
PASSWORD = "trois-sièges-44"  # noqa: S105 - shown on the sign-in page, refused in production


def groups() -> list[tuple[str, list[tuple[Person, str]]]]:
    """Who may be played, by department, with what they are there."""
    shown: list[tuple[str, list[tuple[Person, str]]]] = []
    for department in all_departments():
        holders = [place.seat.person for place in department.places if place.seat]
        supervisors = [supervision.person for supervision in department.supervisions]
        roles = [(person, str(Role.SEAT.label)) for person in holders]
        roles += [(person, str(Role.SUPERVISION.label)) for person in supervisors]
        known = [(person, role) for person, role in roles if person.email.endswith(f"@{DOMAIN}")]
        shown.append((str(department.account), known))
    administrators = [person for person in people() if person.is_administrator]
    shown.append((_("Administration"), [(person, "") for person in administrators]))
    return [(title, known) for title, known in shown if known]


def people() -> list[Person]:
    return list(
        Person.objects.filter(email__endswith=f"@{DOMAIN}", ended_at=None).order_by(
            "is_administrator", "id"
        )
    )
