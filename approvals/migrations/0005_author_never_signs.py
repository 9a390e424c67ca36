"""quorum_met: nor does the author count, whoever the draft's row names as such since."""

from django.db import migrations

INSTALL = """
CREATE OR REPLACE FUNCTION quorum_met(of_revision bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT signed.reviewer_id) >= max(signed.required)
           AND coalesce(bool_or(signed.role = 'supervision'), false)
    FROM (
        SELECT v.reviewer_id, r.required, reviewer_role(d.account_id, v.reviewer_id) AS role
        FROM approvals_revision r
        JOIN approvals_draft d ON d.id = r.draft_id
        JOIN approvals_review v ON v.revision_id = r.id
        WHERE r.id = of_revision AND r.closed_at IS NULL
          AND v.verdict = 'approve' AND v.digest = r.digest
          AND v.reviewer_id <> d.author_id
          AND NOT EXISTS (SELECT 1 FROM approvals_contributor c
                          WHERE c.draft_id = d.id AND c.person_id = v.reviewer_id)
          AND NOT EXISTS (SELECT 1 FROM approvals_review later
                          WHERE later.revision_id = r.id AND later.verdict <> 'approve'
                            AND later.reviewer_id = v.reviewer_id)
    ) signed
    WHERE signed.role IS NOT NULL
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0004_openings")]
    operations = [migrations.RunSQL(INSTALL, migrations.RunSQL.noop)]
