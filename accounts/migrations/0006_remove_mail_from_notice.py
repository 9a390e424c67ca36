"""The mail's own columns have moved to the deliveries."""

from django.db import migrations


class Migration(migrations.Migration):
    BESIDE = "Stop web and workers of the version before first: they write these columns."

    dependencies = [
        ('accounts', '0005_deliveries'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='notice',
            name='notice_owed',
        ),
        migrations.RemoveIndex(
            model_name='notice',
            name='notice_done_with',
        ),
        migrations.RemoveField(
            model_name='notice',
            name='failure',
        ),
        migrations.RemoveField(
            model_name='notice',
            name='next_try_at',
        ),
        migrations.RemoveField(
            model_name='notice',
            name='sent_at',
        ),
        migrations.RemoveField(
            model_name='notice',
            name='smtp_code',
        ),
        migrations.RemoveField(
            model_name='notice',
            name='tries',
        ),
    ]
