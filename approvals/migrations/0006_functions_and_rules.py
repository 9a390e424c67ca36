"""The functions of the database in one file; a seat holder turns down no own words."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from accounts.sql import install_functions


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0005_author_never_signs'),
    ]

    operations = [
        install_functions("approvals", "567a3754c7dbd97a1a54286d0c316859072c7fb672699c3836c8f1a9018f02fb"),
        pgtrigger.migrations.RemoveTrigger(
            model_name='review',
            name='entitled',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='revision',
            name='required_as_set',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='review',
            trigger=pgtrigger.compiler.Trigger(name='entitled', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE revision record;', func="\n    SELECT r.digest, r.closed_at, r.draft_id, d.account_id INTO revision\n    FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id\n    WHERE r.id = NEW.revision_id;\n    IF revision.closed_at IS NOT NULL OR revision.digest <> NEW.digest THEN\n        RAISE EXCEPTION 'a review is of the open revision and of exactly its digest'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_of_this_digest';\n    END IF;\n    IF NEW.role IS DISTINCT FROM reviewer_role(revision.account_id, NEW.reviewer_id)\n       OR (NEW.verdict = 'reject' AND NEW.role <> 'supervision') THEN\n        RAISE EXCEPTION 'reviews are those of the account''s active seat holders and supervisors'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_entitled';\n    END IF;\n    IF (NEW.verdict = 'approve' OR NEW.role = 'seat') AND EXISTS (\n        SELECT 1 FROM approvals_contributor c\n        WHERE c.draft_id = revision.draft_id AND c.person_id = NEW.reviewer_id\n    ) THEN\n        RAISE EXCEPTION 'no seat holder reviews, and nobody approves, what they wrote or changed'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_not_by_contributor';\n    END IF;\n    RETURN NEW;\n", hash='734b7d41f7470041e97a85ecb36bea2b9d2a841d', operation='INSERT', pgid='pgtrigger_entitled_1bfb6', table='approvals_review', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='revision',
            trigger=pgtrigger.compiler.Trigger(name='required_as_set', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.required <> (\n    SELECT a.approvals_required FROM accounts_account a\n    JOIN approvals_draft d ON d.account_id = a.id WHERE d.id = NEW.draft_id\n) THEN\n    RAISE EXCEPTION 'a revision needs as many approvals as its account says at submit'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'required_as_set';\nEND IF;\nIF NEW.requested_at IS DISTINCT FROM (NEW.content::jsonb ->> 'requested_at')::timestamptz THEN\n    RAISE EXCEPTION 'the hour of a revision is the one that its content names'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'hour_of_content';\nEND IF;\nRETURN NEW;\n", hash='c69e07067e8c063ddf56f8bc85bf7175b9d4f8ef', operation='INSERT', pgid='pgtrigger_required_as_set_b4d25', table='approvals_revision', when='BEFORE')),
        ),
    ]
