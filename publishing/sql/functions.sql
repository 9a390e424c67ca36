-- What stands between an approved text and X. Asked by the scan, by the worker before each send,
-- and by the trigger at « posting ».

-- Whether the hour of a publication is the one that was signed or, once two confirmed another, the
-- last that they gave. One that waited for a look at X counts if that look found nothing there.
CREATE OR REPLACE FUNCTION hour_as_signed(of_publication bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pub.due_at = coalesce((
        SELECT coalesce(c.due_at, c.decided_at) FROM publishing_confirmation c
        WHERE c.publication_id = pub.id AND c.state = 'confirmed'
          AND c.kind IN ('new_time', 'send_again', 'go_on')
          AND (SELECT coalesce(bool_or(l.result = 'absent'), true) FROM publishing_lookup l
               WHERE l.confirmation_id = c.id)
        ORDER BY c.id DESC LIMIT 1), r.requested_at, re.released_at)
    FROM publishing_publication pub
    JOIN approvals_release re ON re.id = pub.release_id
    JOIN approvals_revision r ON r.id = re.revision_id
    WHERE pub.id = of_publication
$$;

-- Whether X still shows the first post of a release, as far as is known: nobody deletes it, and the
-- last reading of it did not miss it.
CREATE OR REPLACE FUNCTION stands_on_x(of_release bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM publishing_publication pub
        JOIN publishing_part p ON p.publication_id = pub.id AND p.position = 0
        WHERE pub.release_id = of_release AND p.state = 'out'
          AND NOT EXISTS (SELECT 1 FROM publishing_retraction x
                          WHERE x.publication_id = pub.id AND x.ended_at IS NULL)
          AND coalesce((
              SELECT l.result <> 'absent' FROM publishing_lookup l
              WHERE l.part_id = p.id AND l.kind = 'read_back'
                AND l.result IN ('found', 'differs', 'absent')
              ORDER BY l.done_at DESC, l.id DESC LIMIT 1), true))
$$;

-- The first rule that does not hold now, as one of publishing.models.states.Reason, or ''.
CREATE OR REPLACE FUNCTION first_violation(of_publication bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN re.digest <> r.digest OR d.account_id <> pub.account_id
            OR hour_as_signed(pub.id) IS NOT TRUE THEN 'altered'
        WHEN r.has_hidden_character THEN 'hidden_character'
        WHEN objection_stands(d.id) THEN 'objection'
        WHEN (standing_role(pub.account_id, d.author_id) = 'seat') IS NOT TRUE THEN 'author_left'
        WHEN quorum_met(r.id) IS NOT TRUE THEN 'signer_left'
        WHEN r.content::jsonb ->> 'in_reply_to' IS NOT NULL
            AND NOT stands_on_x((r.content::jsonb ->> 'in_reply_to')::bigint)
            AND NOT EXISTS (SELECT 1 FROM publishing_part p WHERE p.publication_id = pub.id
                            AND p.state IN ('out', 'deleted')) THEN 'parent_gone'
        WHEN EXISTS (SELECT 1 FROM publishing_freeze f WHERE f.lifted_at IS NULL
                     AND (f.account_id IS NULL OR f.account_id = pub.account_id)) THEN 'frozen'
        WHEN reserve_at(pub.account_id, r.content::jsonb ->> 'category',
                        greatest(pub.due_at, clock_timestamp())) IS NOT NULL THEN 'reserve'
        WHEN c.state IS NULL OR c.state = 'reconnect' THEN 'reconnect'
        WHEN c.state = 'suspended' THEN 'suspended'
        WHEN c.state = 'refused' THEN coalesce(nullif(c.cause, ''), 'account_refused')
        ELSE coalesce((SELECT s.cause FROM publishing_creditstop s WHERE s.ended_at IS NULL
                       AND (s.restored_at IS NULL OR s.probe_id <> pub.id)), '') END
    FROM publishing_publication pub
    JOIN approvals_release re ON re.id = pub.release_id
    JOIN approvals_revision r ON r.id = re.revision_id
    JOIN approvals_draft d ON d.id = r.draft_id
    LEFT JOIN accounts_credential c ON c.account_id = pub.account_id
    WHERE pub.id = of_publication
$$;
