import datetime as dt
import json
from collections import Counter
from zoneinfo import ZoneInfo

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

from approvals.tweet_text import urls


def count_this_month(apps, schema_editor):
    """What is out already; a deletion counts on the day of its post."""
    part, daily = (apps.get_model("publishing", name) for name in ("Part", "DailySpending"))
    counted: dict[tuple, Counter] = {}
    rows = part.objects.filter(out_at__gte=timezone.now() - dt.timedelta(days=32)).values_list(
        "out_at",
        "state",
        "position",
        "publication__account",
        "publication__account__time_zone",
        "publication__release__revision__content",
    )
    for out_at, state, position, account, zone, content in rows.iterator():
        post = json.loads(content)["parts"][position]
        day = out_at.astimezone(ZoneInfo(zone)).date()
        counted.setdefault((account, day), Counter()).update(
            posts=1,
            posts_with_url=int(bool(urls(post["text"]))),
            alt_texts=len(post["images"]),
            deletions=int(state == "deleted"),
        )
    daily.objects.bulk_create(
        [daily(account_id=account, day=day, **of) for (account, day), of in counted.items()],
        batch_size=1000,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
        ("publishing", "0002_add_other_account_to_lookup"),
    ]

    operations = [
        migrations.CreateModel(
            name="DailySpending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("posts", models.PositiveIntegerField(db_default=0)),
                ("posts_with_url", models.PositiveIntegerField(db_default=0)),
                ("alt_texts", models.PositiveIntegerField(db_default=0)),
                ("deletions", models.PositiveIntegerField(db_default=0)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="accounts.account")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "day"), name="one_count_a_day")],
            },
        ),
        migrations.RemoveIndex(model_name="answer", name="answers_at"),
        migrations.RemoveIndex(model_name="part", name="parts_out_at"),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(condition=models.Q(("outcome", "accepted")), fields=["at"], name="answers_accepted"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["account", "posting_at"], name="attempts_of_account"),
        ),
        migrations.RunPython(count_this_month, migrations.RunPython.noop, elidable=True),
    ]
