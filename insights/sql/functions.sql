-- When two people agree on a lesson learned. Asked by a trigger and by the act alike.
-- The search path is fixed, temporary tables last: nobody puts a table of theirs before ours.

-- Whether two people who have a right on the account, neither of whom wrote the lesson, gave this
-- verdict as their last word, one of them a supervisor.
CREATE OR REPLACE FUNCTION lesson_agreed(of_lesson bigint, of_verdict text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) >= 2 AND coalesce(bool_or(last.role = 'supervision'), false)
    FROM (
        SELECT DISTINCT ON (w.weighed_by_id)
            w.verdict, standing_role(l.account_id, w.weighed_by_id) AS role
        FROM insights_weighing w
        JOIN insights_lessonlearned l ON l.id = w.lesson_id
        WHERE l.id = of_lesson AND w.weighed_by_id <> l.written_by_id
        ORDER BY w.weighed_by_id, w.id DESC
    ) last
    WHERE last.verdict = of_verdict AND last.role IS NOT NULL
$$;
