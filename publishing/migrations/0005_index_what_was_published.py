from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0004_require_decided_at'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(
                condition=models.Q(('published_at__isnull', False)),
                fields=['account', '-published_at', '-id'],
                name='publications_register',
            ),
        ),
    ]
