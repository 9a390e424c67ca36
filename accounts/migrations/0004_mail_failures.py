from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_credential_asked_by")]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="failure",
            field=models.CharField(
                blank=True,
                choices=[
                    ("refused", "le serveur de courriel a refusé l’adresse ou le message"),
                    ("expired", "le serveur de courriel ne l’a pas pris à temps"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="smtp_code",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                fields=["person", "-id"],
                condition=models.Q(
                    ("sent_at__isnull", False), models.Q(("failure", ""), _negated=True), _connector="OR"
                ),
                name="notice_done_with",
            ),
        ),
    ]
