from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0009_unnamed_images"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                fields=["account", "-updated_at", "-id"], name="drafts_last_changed"
            ),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(fields=["account", "-released_at"], name="released_of_account"),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(fields=["-released_at"], name="released_lately"),
        ),
    ]
