-- Who may sign, and when a quorum is met. Asked by triggers, by the send and by the pages alike.
-- The search path is fixed, temporary tables last: nobody puts a table of theirs before ours.

-- 'supervision', 'seat' or NULL: what this person is on the account, now. Whose right is lent is
-- nothing meanwhile, and who covers it is what the right is.
CREATE OR REPLACE FUNCTION reviewer_role(of_account bigint, of_person bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT max(held.role) FROM accounts_right held
    WHERE held.account_id = of_account AND held.person_id = of_person
$$;

-- The same for what this person wrote or signed: being away ends no right.
CREATE OR REPLACE FUNCTION standing_role(of_account bigint, of_person bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(reviewer_role(of_account, of_person), (
        SELECT CASE WHEN c.seat_id IS NULL THEN 'supervision' ELSE 'seat' END
        FROM accounts_cover c
        JOIN accounts_person p ON p.id = of_person AND p.ended_at IS NULL
        LEFT JOIN accounts_seat s ON s.id = c.seat_id
        LEFT JOIN accounts_supervision v ON v.id = c.supervision_id
        WHERE c.account_id = of_account AND c.ended_at IS NULL
          AND s.ended_at IS NULL AND v.ended_at IS NULL
          AND coalesce(s.person_id, v.person_id) = of_person))
$$;

-- The approvals of a revision that count now: of exactly its digest, each by somebody who still
-- has the right, never wrote or changed the draft and gave no other verdict since, and whose act
-- is in the trail.
CREATE OR REPLACE FUNCTION valid_approvals(of_revision bigint)
RETURNS TABLE (review_id bigint, reviewer_id bigint, role text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT signed.id, signed.reviewer_id, signed.role
    FROM (
        SELECT v.id, v.reviewer_id, standing_role(d.account_id, v.reviewer_id) AS role
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

-- Whether somebody's objection to the draft stands.
CREATE OR REPLACE FUNCTION objection_stands(of_draft bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM approvals_objection o
                   WHERE o.draft_id = of_draft AND o.lifted_at IS NULL)
$$;

-- The approvals that a text of this category needs now: how many, never fewer than the account's, and
-- the function of which one signer is to be, or ''.
CREATE OR REPLACE FUNCTION rule_for(of_account bigint, of_category text)
RETURNS TABLE (required integer, by_function text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT greatest(a.approvals_required, c.required)::integer, coalesce(c.function, '')
    FROM accounts_account a
    LEFT JOIN approvals_categoryrule c
        ON c.account_id = a.id AND c.category = of_category AND c.ended_at IS NULL
    WHERE a.id = of_account
$$;

-- The function of the supervision that this person has or covers, for what they signed.
CREATE OR REPLACE FUNCTION standing_function(of_account bigint, of_person bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT max(v.function)
    FROM accounts_supervision v
    LEFT JOIN accounts_cover c ON c.supervision_id = v.id AND c.ended_at IS NULL
    WHERE v.account_id = of_account AND v.ended_at IS NULL
      AND of_person IN (v.person_id, c.person_id)
$$;

-- Whether an open revision has as many approvals as it needs, one of them a supervisor's and one,
-- perhaps the same, of the function that it names, and no objection to its draft stands.
CREATE OR REPLACE FUNCTION quorum_met(of_revision bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(DISTINCT a.reviewer_id) >= max(r.required)
           AND coalesce(bool_or(a.role = 'supervision'), false)
           AND coalesce(bool_or(r.function = ''
                                OR standing_function(d.account_id, a.reviewer_id) = r.function), false)
           AND NOT bool_or(objection_stands(r.draft_id))
    FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id
    CROSS JOIN LATERAL valid_approvals(r.id) a
    WHERE r.id = of_revision AND r.closed_at IS NULL
$$;

-- Whether a text holds a character that X refuses, that nobody sees or that turns the line, but for
-- what an emoji is made of: approvals/hidden_characters.py in SQL, and a test holds both together.
-- A flag of tags is read as a flag and a letter, then each emoji as one and the same.
CREATE OR REPLACE FUNCTION has_hidden_character(of_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT regexp_replace(regexp_replace(of_text,
        '\U0001F3F4\U000E0067\U000E0062(\U000E0065\U000E006E\U000E0067|\U000E0073\U000E0063\U000E0074' ||
        '|\U000E0077\U000E006C\U000E0073)\U000E007F', '🏴x', 'g'),
        '[\u00A9\u00AE\u203C\u2049\u2122\u2139\u2194-\u2199\u21A9\u21AA\u231A\u231B\u2328\u23CF' ||
        '\u23E9-\u23F3\u23F8-\u23FA\u24C2\u25AA\u25AB\u25B6\u25C0\u25FB-\u25FE\u2600-\u2604\u260E' ||
        '\u2611\u2614\u2615\u2618\u261D\u2620\u2622\u2623\u2626\u262A\u262E\u262F\u2638-\u263A' ||
        '\u2640\u2642\u2648-\u2653\u265F\u2660\u2663\u2665\u2666\u2668\u267B\u267E\u267F' ||
        '\u2692-\u2697\u2699\u269B\u269C\u26A0\u26A1\u26A7\u26AA\u26AB\u26B0\u26B1\u26BD\u26BE' ||
        '\u26C4\u26C5\u26C8\u26CE\u26CF\u26D1\u26D3\u26D4\u26E9\u26EA\u26F0-\u26F5\u26F7-\u26FA' ||
        '\u26FD\u2702\u2705\u2708-\u270D\u270F\u2712\u2714\u2716\u271D\u2721\u2728\u2733\u2734' ||
        '\u2744\u2747\u274C\u274E\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27A1\u27B0\u27BF' ||
        '\u2934\u2935\u2B05-\u2B07\u2B1B\u2B1C\u2B50\u2B55\u3030\u303D\u3297\u3299\U0001F004' ||
        '\U0001F0CF\U0001F170\U0001F171\U0001F17E\U0001F17F\U0001F18E\U0001F191-\U0001F19A' ||
        '\U0001F201\U0001F202\U0001F21A\U0001F22F\U0001F232-\U0001F23A\U0001F250\U0001F251' ||
        '\U0001F300-\U0001F321\U0001F324-\U0001F393\U0001F396\U0001F397\U0001F399-\U0001F39B' ||
        '\U0001F39E-\U0001F3F0\U0001F3F3-\U0001F3F5\U0001F3F7-\U0001F4FD\U0001F4FF-\U0001F53D' ||
        '\U0001F549-\U0001F54E\U0001F550-\U0001F567\U0001F56F\U0001F570\U0001F573-\U0001F57A' ||
        '\U0001F587\U0001F58A-\U0001F58D\U0001F590\U0001F595\U0001F596\U0001F5A4\U0001F5A5' ||
        '\U0001F5A8\U0001F5B1\U0001F5B2\U0001F5BC\U0001F5C2-\U0001F5C4\U0001F5D1-\U0001F5D3' ||
        '\U0001F5DC-\U0001F5DE\U0001F5E1\U0001F5E3\U0001F5E8\U0001F5EF\U0001F5F3' ||
        '\U0001F5FA-\U0001F64F\U0001F680-\U0001F6C5\U0001F6CB-\U0001F6D2\U0001F6D5-\U0001F6D9' ||
        '\U0001F6DC-\U0001F6E5\U0001F6E9\U0001F6EB\U0001F6EC\U0001F6F0\U0001F6F3-\U0001F6FC' ||
        '\U0001F7E0-\U0001F7EB\U0001F7F0\U0001F90C-\U0001F93A\U0001F93C-\U0001F945' ||
        '\U0001F947-\U0001F9FF\U0001FA70-\U0001FA7C\U0001FA80-\U0001FAC6\U0001FAC8' ||
        '\U0001FACC-\U0001FADD\U0001FADF-\U0001FAEB\U0001FAEF-\U0001FAFA]', '😀', 'g')
    ~ ('[\u0001-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5' ||
        '\u180B-\u180F\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u206F\u2800\u3164\uFDD0-\uFDEF' ||
        '\uFE00-\uFE0D\uFEFF\uFFA0\uFFF0-\uFFFB\uFFFE\uFFFF\U00013430-\U00013438' ||
        '\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U0001FFFE\U0001FFFF\U0002FFFE\U0002FFFF' ||
        '\U0003FFFE\U0003FFFF\U0004FFFE\U0004FFFF\U0005FFFE\U0005FFFF\U0006FFFE\U0006FFFF' ||
        '\U0007FFFE\U0007FFFF\U0008FFFE\U0008FFFF\U0009FFFE\U0009FFFF\U000AFFFE\U000AFFFF' ||
        '\U000BFFFE\U000BFFFF\U000CFFFE\U000CFFFF\U000DFFFE-\U000E0FFF\U000EFFFE\U000EFFFF' ||
        '\U000FFFFE\U000FFFFF\U0010FFFE\U0010FFFF]' ||
        '|(?<![😀0-9#*])[\uFE0E\uFE0F]|(?<=[0-9#*])[\uFE0E\uFE0F](?!\u20E3)' ||
        '|(?<!😀)(?<!😀\uFE0F)\u200D|\u200D(?!😀)')
$$;

-- The same of what a revision's content holds: its texts, the descriptions of its images and the
-- captions of its videos.
CREATE OR REPLACE FUNCTION content_has_hidden_character(of_content text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(bool_or(has_hidden_character(said.words #>> '{}')), false)
    FROM (SELECT jsonb_path_query(of_content::jsonb, '$.parts[*].text') AS words
          UNION ALL
          SELECT jsonb_path_query(of_content::jsonb, '$.parts[*].images[*].alt')
          UNION ALL
          SELECT jsonb_path_query(of_content::jsonb, '$.parts[*].images[*].captions')) said
$$;

-- The electoral reserve that keeps a message of this category from leaving at this moment, or NULL.
-- What protects people may leave: advice, disappearances, calls for witnesses, traffic. A category
-- that is not chosen yet is kept from nothing.
CREATE OR REPLACE FUNCTION reserve_at(of_account bigint, of_category text, at timestamptz)
RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id
    FROM approvals_reserveperiod p JOIN accounts_account a ON a.id = of_account
    WHERE p.ended_at IS NULL
      AND of_category NOT IN ('', 'advice', 'disappearance', 'witnesses', 'traffic')
      AND (at AT TIME ZONE a.time_zone)::date BETWEEN p.starts_on AND p.ends_on
      AND (p.departments = '{}' OR a.code = ANY (p.departments))
    ORDER BY p.ends_on DESC LIMIT 1
$$;

-- Of which kind a stored file is: an image, or what X shows alone. Messages name it so.
CREATE OR REPLACE FUNCTION media_kind(of_mime text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE of_mime WHEN 'image/gif' THEN 'gif' WHEN 'video/mp4' THEN 'video' ELSE 'image' END
$$;

-- Whether any draft of an account names an image, in its text or in a version of it.
CREATE OR REPLACE FUNCTION image_is_named(of_account bigint, of_sha256 text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM approvals_draft d
        WHERE d.account_id = of_account
          AND (position(of_sha256 IN d.parts::text) > 0
               OR EXISTS (SELECT 1 FROM approvals_revision r
                          WHERE r.draft_id = d.id AND position(of_sha256 IN r.content) > 0))
    )
$$;

-- Whether an image of an account must be kept: a draft that goes on, or was released, names it in
-- its text or in a version of it; or a release does, whatever became of its draft.
CREATE OR REPLACE FUNCTION image_is_needed(of_account bigint, of_sha256 text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM approvals_draft d
        WHERE d.account_id = of_account AND d.state NOT IN ('abandoned', 'rejected')
          AND (position(of_sha256 IN d.parts::text) > 0
               OR EXISTS (SELECT 1 FROM approvals_revision r
                          WHERE r.draft_id = d.id AND position(of_sha256 IN r.content) > 0))
    ) OR EXISTS (
        SELECT 1 FROM approvals_release re JOIN approvals_revision r ON r.id = re.revision_id
        WHERE re.account_id = of_account AND position(of_sha256 IN r.content) > 0
    )
$$;

-- Words as search compares them: in small letters, without accents, with a blank for whatever is no
-- letter or digit. The same on every server: it asks no collation, no dictionary, no extension.
CREATE OR REPLACE FUNCTION search_plain(of_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT regexp_replace(lower(replace(replace(replace(regexp_replace(
        normalize(of_text, NFKD), '[\u0300-\u036F]', '', 'g'),
        'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae') COLLATE "C"), '[^a-z0-9]+', ' ', 'g')
$$;

-- The same, without the endings that the stemmer of PostgreSQL leaves: vélos, amis, retrouvées, lieux.
CREATE OR REPLACE FUNCTION search_folded(of_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT replace(regexp_replace(regexp_replace(regexp_replace(search_plain(of_text),
        '\m([a-z]{3,}[aou]|[a-z]{2,}i)s\M', '\1', 'g'),
        '\m([a-z]{2,}e)es?\M', '\1', 'g'),
        '\m(f|j|li|mili|ad|chev|bij)(eu|ou)x\M', '\1\2', 'g'), 'travaux', 'travail')
$$;

-- The lexemes of one thing that somebody wrote, with two that no word can be: whose account it is
-- of, and the block of ids in which it stands, so that the index alone finds the newest of one's own.
CREATE OR REPLACE FUNCTION search_vector(of_account bigint, of_entry bigint, of_text text)
RETURNS tsvector
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT to_tsvector('pg_catalog.french', search_folded(of_text))
        || array_to_tsvector(ARRAY['/a' || of_account, '/b' || of_entry / 4096])
$$;

-- What is found of a message: its texts, the descriptions of its images, the captions of its videos
-- without their numbers and times, what its category asks for but for dates and people, and why its
-- author keeps what a check warns of.
CREATE OR REPLACE FUNCTION search_text(of_parts jsonb, of_fields jsonb, of_reasons jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(string_agg(said.words, E'\n\n' ORDER BY said.kind, said.position), '')
    FROM (
        SELECT 1 AS kind, part.position AS position, part.value ->> 'text' AS words
        FROM jsonb_array_elements(of_parts) WITH ORDINALITY part(value, position)
        UNION ALL
        SELECT 2, part.position * 10 + image.position, concat_ws(E'\n', image.value ->> 'alt',
            regexp_replace(image.value ->> 'captions', '^([0-9]+|[0-9:,]+ --> [0-9:,]+)$', '', 'gn'))
        FROM jsonb_array_elements(of_parts) WITH ORDINALITY part(value, position),
             jsonb_array_elements(part.value -> 'images') WITH ORDINALITY image(value, position)
        UNION ALL
        SELECT 3, field.position, field.value
        FROM jsonb_each_text(of_fields) WITH ORDINALITY field(key, value, position)
        WHERE field.key <> 'removal_by' AND field.value !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}'
        UNION ALL
        SELECT 4, reason.position, reason.value
        FROM jsonb_each_text(of_reasons) WITH ORDINALITY reason(key, value, position)
    ) said
    WHERE btrim(said.words) <> ''
$$;

-- One thing more that search finds.
CREATE OR REPLACE FUNCTION search_add(
    of_draft bigint, of_kind text, of_revision bigint, by_person bigint, at timestamptz, said text)
RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO approvals_searchentry
        (id, account_id, draft_id, revision_id, kind, person_id, written_at, body)
    SELECT nextval('approvals_searchentry_order'), d.account_id, d.id, of_revision, of_kind,
           by_person, at, said
    FROM approvals_draft d WHERE d.id = of_draft AND btrim(said) <> ''
$$;

-- The text that is being written, unless a revision says the same.
CREATE OR REPLACE FUNCTION search_draft(of_draft bigint, by_person bigint, at timestamptz, said text)
RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM approvals_searchentry e WHERE e.draft_id = of_draft AND e.kind = 'draft';
    SELECT search_add(of_draft, 'draft', NULL, by_person, at, said)
    WHERE NOT EXISTS (SELECT 1 FROM approvals_searchentry e
                      WHERE e.draft_id = of_draft AND e.kind = 'revision' AND e.body = said)
$$;

-- A revision stands for the draft's text, and for older revisions that say the same.
CREATE OR REPLACE FUNCTION search_revision(
    of_draft bigint, of_revision bigint, by_person bigint, at timestamptz, of_content jsonb)
RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM approvals_searchentry e USING approvals_draft d
    WHERE d.id = of_draft AND e.draft_id = of_draft
      AND (e.kind = 'draft' OR e.kind = 'revision' AND e.body = search_text(
          of_content -> 'parts', coalesce(of_content -> 'fields', '{}'), d.reasons));
    SELECT search_add(d.id, 'revision', of_revision, by_person, at, search_text(
        of_content -> 'parts', coalesce(of_content -> 'fields', '{}'), d.reasons))
    FROM approvals_draft d WHERE d.id = of_draft
$$;
