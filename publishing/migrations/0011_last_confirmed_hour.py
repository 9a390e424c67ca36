"""hour_as_signed: of the hours that people confirmed, the last alone."""

from django.db import migrations

from accounts.sql import install_functions


class Migration(migrations.Migration):
    dependencies = [("publishing", "0010_decided_by_two")]

    operations = [
        install_functions("publishing", "c9af8381dc2867877769c37c32844311d65a8c5b8441468672ae65178b37227a")
    ]
