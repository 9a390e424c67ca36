-- Who may sign, and when a quorum is met. Asked by triggers, by the send and by the pages alike.
-- The search path is fixed, temporary tables last: nobody puts a table of theirs before ours.

-- 'supervision', 'seat' or NULL: what this person is on the account, now.
CREATE OR REPLACE FUNCTION reviewer_role(of_account bigint, of_person bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
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

-- The approvals of a revision that count now: of exactly its digest, each by somebody who still
-- has the right, never wrote or changed the draft and gave no other verdict since, and whose act
-- is in the trail.
CREATE OR REPLACE FUNCTION valid_approvals(of_revision bigint)
RETURNS TABLE (review_id bigint, reviewer_id bigint, role text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT signed.id, signed.reviewer_id, signed.role
    FROM (
        SELECT v.id, v.reviewer_id, reviewer_role(d.account_id, v.reviewer_id) AS role
        FROM approvals_revision r
        JOIN approvals_draft d ON d.id = r.draft_id
        JOIN approvals_review v ON v.revision_id = r.id
        WHERE r.id = of_revision
          AND v.verdict = 'approve' AND v.digest = r.digest
          AND v.reviewer_id <> d.author_id
          AND NOT EXISTS (SELECT 1 FROM approvals_contributor c
                          WHERE c.draft_id = d.id AND c.person_id = v.reviewer_id)
          AND NOT EXISTS (SELECT 1 FROM approvals_review other
                          WHERE other.revision_id = r.id AND other.verdict <> 'approve'
                            AND other.reviewer_id = v.reviewer_id)
          AND EXISTS (SELECT 1 FROM accounts_auditentry e
                      WHERE e.draft_id = d.id AND e.act = 'review.approved'
                        AND e.subject_type = 'review' AND e.subject_id = v.id
                        AND e.actor_id = v.reviewer_id)
    ) signed
    WHERE signed.role IS NOT NULL
$$;

-- Whether an open revision has as many approvals as it needs, one of them a supervisor's.
CREATE OR REPLACE FUNCTION quorum_met(of_revision bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(DISTINCT a.reviewer_id) >= max(r.required)
           AND coalesce(bool_or(a.role = 'supervision'), false)
    FROM approvals_revision r CROSS JOIN LATERAL valid_approvals(r.id) a
    WHERE r.id = of_revision AND r.closed_at IS NULL
$$;
