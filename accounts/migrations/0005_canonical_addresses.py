from __future__ import annotations

import re

from django.db import migrations, models

from accounts.addresses import NotAnAddress, canonical_address

UNPRINTABLE = (
    r"[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


def make_canonical(apps, schema_editor):
    """An address that has no canonical form, or one that is another person's, signs nobody in."""
    Person = apps.get_model("accounts", "Person")
    taken = set(Person.objects.values_list("email", flat=True))
    for person in Person.objects.order_by("pk"):
        try:
            email = canonical_address(person.email)
        except NotAnAddress:
            email = ""
        if email != person.email:
            if not email or email in taken:
                email = f"adresse-refusee.{person.pk}@nowhere.invalid"
            taken.add(email)
        name = re.sub(UNPRINTABLE, "", person.name).strip() or f"Personne {person.pk}"
        if (email, name) != (person.email, person.name):
            Person.objects.filter(pk=person.pk).update(email=email, name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_mail_failures")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="link_number",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("password", "Choisir votre mot de passe"),
                    ("password_changed", "Votre mot de passe a changé"),
                    ("awaits_you", "Quelque chose vous attend"),
                    ("alert", "Une diffusion demande votre attention"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(make_canonical, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("email__regex", "^[!-?A-~]+@[a-z0-9.-]+$")),
                name="person_email_canonical",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", UNPRINTABLE), _negated=True),
                name="person_name_printable",
            ),
        ),
    ]
