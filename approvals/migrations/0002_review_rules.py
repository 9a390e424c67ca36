"""The database's own knowledge of who may sign and of a met quorum."""

from django.db import migrations

INSTALL = """
CREATE OR REPLACE FUNCTION reviewer_role(of_account bigint, of_person bigint) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN EXISTS (
            SELECT 1 FROM accounts_supervision s JOIN accounts_person p ON p.id = s.person_id
            WHERE s.account_id = of_account AND s.person_id = of_person
              AND s.ended_at IS NULL AND p.ended_at IS NULL) THEN 'supervision'
        WHEN EXISTS (
            SELECT 1 FROM accounts_seat s JOIN accounts_person p ON p.id = s.person_id
            WHERE s.account_id = of_account AND s.person_id = of_person
              AND s.ended_at IS NULL AND p.ended_at IS NULL) THEN 'seat'
    END
$$;

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
          AND NOT EXISTS (SELECT 1 FROM approvals_contributor c
                          WHERE c.draft_id = d.id AND c.person_id = v.reviewer_id)
          AND NOT EXISTS (SELECT 1 FROM approvals_review later
                          WHERE later.revision_id = r.id AND later.verdict <> 'approve'
                            AND later.reviewer_id = v.reviewer_id)
    ) signed
    WHERE signed.role IS NOT NULL
$$;
"""
REMOVE = "DROP FUNCTION quorum_met(bigint); DROP FUNCTION reviewer_role(bigint, bigint)"


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
