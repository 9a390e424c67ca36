"""The signed hour at « posting », evidence for what is out, and first_violation."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from accounts.sql import install_functions


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0006_functions_and_rules'),
        ('publishing', '0007_look_retracted'),
    ]

    operations = [
        install_functions("publishing", "61f0a39c8d03624f28cb543bf8b3aec0cbfd18a919ae6c81f67e0d7313840939"),
        pgtrigger.migrations.RemoveTrigger(
            model_name='attempt',
            name='rules_at_posting',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attempt',
            trigger=pgtrigger.compiler.Trigger(name='begins_preparing', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.phase <> 'preparing' OR NEW.outcome <> '' OR NEW.posting_at IS NOT NULL\n   OR NEW.answered_at IS NOT NULL THEN\n    RAISE EXCEPTION 'an attempt begins in preparation'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_begins_preparing';\nEND IF;\nRETURN NEW;\n", hash='963d1ec2bd14b687fbf2b6506fac8479b9666f53', operation='INSERT', pgid='pgtrigger_begins_preparing_c420e', table='publishing_attempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attempt',
            trigger=pgtrigger.compiler.Trigger(name='rules_at_posting', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE sent record; violation text;', func="\nIF NEW.phase <> 'posting' OR OLD.phase = 'posting' THEN\n    RETURN NEW;\nEND IF;\nSELECT pub.id, pub.state, pub.due_at, pub.account_id, p.state AS part_state, p.position, r.digest,\n       a.tolerance_minutes\nINTO sent\nFROM publishing_part p\nJOIN publishing_publication pub ON pub.id = p.publication_id\nJOIN accounts_account a ON a.id = pub.account_id\nJOIN approvals_release re ON re.id = pub.release_id\nJOIN approvals_revision r ON r.id = re.revision_id\nWHERE p.id = NEW.part_id;\nviolation := first_violation(sent.id);\nIF violation = 'frozen' THEN\n    RAISE EXCEPTION 'nothing leaves under a freeze'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_not_frozen';\nEND IF;\nIF violation = 'altered' THEN\n    RAISE EXCEPTION 'nothing leaves but what was signed, at the hour that was signed or confirmed'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_as_signed';\nEND IF;\nIF violation IN ('reconnect', 'suspended', 'no_credits') THEN\n    RAISE EXCEPTION 'nothing leaves of an account that X does not let speak'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_connected';\nEND IF;\nIF violation IS DISTINCT FROM '' OR sent.state <> 'sending' OR NEW.digest <> sent.digest\n   OR sent.account_id <> NEW.account_id THEN\n    RAISE EXCEPTION 'nothing leaves without a standing quorum on its digest'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_with_quorum';\nEND IF;\nIF sent.part_state <> 'pending' OR sent.due_at > clock_timestamp()\n   OR sent.position = 0 AND clock_timestamp() > sent.due_at\n                            + make_interval(mins => sent.tolerance_minutes)\n   OR EXISTS (SELECT 1 FROM publishing_part before\n              WHERE before.publication_id = sent.id AND before.position < sent.position\n                AND before.state <> 'out')\n   OR EXISTS (SELECT 1 FROM publishing_retraction x\n              WHERE x.publication_id = sent.id AND x.ended_at IS NULL)\n   OR NEW.confirmation_id IS NOT NULL AND NOT EXISTS (\n          SELECT 1 FROM publishing_confirmation c\n          WHERE c.id = NEW.confirmation_id AND c.publication_id = sent.id\n            AND c.state = 'confirmed' AND c.kind IN ('send_again', 'go_on'))\nTHEN\n    RAISE EXCEPTION 'a part leaves in its turn, at its hour, and again only by confirmation'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_in_its_turn';\nEND IF;\nRETURN NEW;\n", hash='645ad5f16f02f26f4fc405a4d8d652db615f96de', operation='UPDATE', pgid='pgtrigger_rules_at_posting_1c603', table='publishing_attempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='part',
            trigger=pgtrigger.compiler.Trigger(name='out_with_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF TG_OP = 'INSERT' AND (NEW.state <> 'pending' OR NEW.x_id IS NOT NULL) THEN\n    RAISE EXCEPTION 'a part begins pending'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'part_begins_pending';\nEND IF;\nIF TG_OP = 'INSERT' OR NEW.x_id IS NULL OR NEW.x_id IS NOT DISTINCT FROM OLD.x_id\n   OR EXISTS (SELECT 1 FROM publishing_answer w JOIN publishing_attempt t ON t.id = w.attempt_id\n              WHERE t.part_id = NEW.id AND w.outcome = 'accepted' AND w.x_id = NEW.x_id)\n   OR EXISTS (SELECT 1 FROM publishing_look l\n              WHERE l.part_id = NEW.id AND l.result = 'found' AND l.x_id = NEW.x_id)\n   OR EXISTS (SELECT 1 FROM publishing_confirmation c\n              WHERE c.publication_id = NEW.publication_id AND c.kind = 'found'\n                AND c.state = 'confirmed' AND c.x_id = NEW.x_id)\nTHEN\n    RETURN NEW;\nEND IF;\nRAISE EXCEPTION 'a part is out when X said so, or showed it'\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'out_with_evidence';\n", hash='fc02c18b4e06a78a47764a5e1aa1c72394ae791c', operation='INSERT OR UPDATE', pgid='pgtrigger_out_with_evidence_53bd8', table='publishing_part', when='BEFORE')),
        ),
    ]
