

import publishing.models.attempt
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0012_hidden_character'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(('retry_after', None), models.Q(('retry_after__gt', 0), ('retry_after__lte', 86400)), _connector='OR'), name='answer_waits_a_day_at_most'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=publishing.models.attempt.IsObject('limits'), name='answer_limits_named'),
        ),
    ]
