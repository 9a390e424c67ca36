"""A revision knows whether its text hides a character; none such is released."""

import approvals.models.revision
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from accounts.sql import install_functions


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0007_released_now_adopted_when_left'),
    ]

    operations = [
        install_functions("approvals", "1b2afea09ab723c4489ec10b74ac8cfd6a84a74d8146802bdeb8cc4f4a1f23e0"),
        pgtrigger.migrations.RemoveTrigger(
            model_name='release',
            name='with_quorum',
        ),
        migrations.AddField(
            model_name='revision',
            name='has_hidden_character',
            field=models.GeneratedField(db_persist=True, expression=approvals.models.revision.ContentHasHiddenCharacter('content'), output_field=models.BooleanField()),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='release',
            trigger=pgtrigger.compiler.Trigger(name='with_quorum', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.released_at NOT BETWEEN now() - interval '1 minute' AND clock_timestamp() THEN\n    RAISE EXCEPTION 'a release is of the moment at which it is made'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'released_now';\nEND IF;\nIF NOT quorum_met(NEW.revision_id) OR NOT EXISTS (\n    SELECT 1 FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id\n    WHERE r.id = NEW.revision_id AND r.digest = NEW.digest AND d.account_id = NEW.account_id\n      AND d.state = 'in_review'\n) THEN\n    RAISE EXCEPTION 'a release exists only with a met quorum'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'release_with_quorum';\nEND IF;\nIF (SELECT has_hidden_character FROM approvals_revision WHERE id = NEW.revision_id) THEN\n    RAISE EXCEPTION 'nothing is released with a character that nobody sees'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'release_without_hidden_character';\nEND IF;\nRETURN NEW;\n", hash='4ac2d3d6e7c3f448b3a8b740f4b29ac23c1fb6c5', operation='INSERT', pgid='pgtrigger_with_quorum_29e4c', table='approvals_release', when='BEFORE')),
        ),
    ]
