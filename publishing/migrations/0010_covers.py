from django.db import migrations

from accounts.sql import install_functions


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0008_covers'),
        ('publishing', '0009_remind_of_removals'),
    ]

    operations = [
        install_functions("publishing", "7893f3f39667a331ccd1e530ccc6cff5b5bf4c693ed16faf041b11e60e1a1d3f"),
    ]
