"""The rules of the application read from rows, in SQL of their own: each answers what breaks it."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Max

from accounts.models import AuditEntry
from publishing.models import Attempt, Freeze, Publication
from tests.soak.verdict import Approval

# Each query finds what must not be; the numbers are those of docs/rules.md.
NEVER = {
    "1: more than three seats": """
        SELECT account_id FROM accounts_seat WHERE ended_at IS NULL
        GROUP BY account_id HAVING count(*) > 3 OR count(DISTINCT person_id) < count(*)""",
    "1: a seat and a supervision": """
        SELECT s.person_id FROM accounts_seat s JOIN accounts_supervision v
        ON v.person_id = s.person_id AND v.account_id = s.account_id
        WHERE s.ended_at IS NULL AND v.ended_at IS NULL""",
    "1: an administrator with a role": """
        SELECT p.id FROM accounts_person p WHERE p.is_administrator AND (
        EXISTS (SELECT 1 FROM accounts_seat s WHERE s.person_id = p.id AND s.ended_at IS NULL)
        OR EXISTS (SELECT 1 FROM accounts_supervision v
                   WHERE v.person_id = p.id AND v.ended_at IS NULL))""",
    "2: written without a seat": """
        SELECT c.id FROM approvals_contributor c JOIN approvals_draft d ON d.id = c.draft_id
        WHERE NOT EXISTS (SELECT 1 FROM accounts_seat s WHERE s.person_id = c.person_id
            AND s.account_id = d.account_id AND s.started_at <= c.since
            AND coalesce(s.ended_at, 'infinity') >= c.since)""",
    "3: a release without its quorum": """
        SELECT re.id FROM approvals_release re JOIN approvals_revision r ON r.id = re.revision_id
        WHERE r.required > (SELECT count(DISTINCT v.reviewer_id) FROM approvals_review v
            WHERE v.revision_id = r.id AND v.verdict = 'approve' AND v.digest = re.digest
            AND NOT EXISTS (SELECT 1 FROM approvals_contributor c WHERE c.draft_id = r.draft_id
                AND c.person_id = v.reviewer_id AND c.since <= re.released_at))
        OR NOT EXISTS (SELECT 1 FROM approvals_review v WHERE v.revision_id = r.id
            AND v.verdict = 'approve' AND v.role = 'supervision')""",
    "3: released or posted while somebody objected": """
        SELECT o.id FROM approvals_objection o JOIN accounts_auditentry e ON e.draft_id = o.draft_id
        WHERE e.act IN ('draft.released', 'attempt.posting')
        AND e.at > o.raised_at AND e.at < coalesce(o.lifted_at, 'infinity')""",
    "4: an open revision of what is being written": """
        SELECT d.id FROM approvals_draft d LEFT JOIN approvals_revision r
        ON r.draft_id = d.id AND r.closed_at IS NULL
        WHERE (d.state IN ('writing', 'rejected', 'abandoned')) <> (r.id IS NULL)""",
    "5: another digest than the one signed": """
        SELECT t.id FROM publishing_attempt t JOIN publishing_part p ON p.id = t.part_id
        JOIN publishing_publication pub ON pub.id = p.publication_id
        JOIN approvals_release re ON re.id = pub.release_id
        WHERE t.posting_at IS NOT NULL AND t.digest <> re.digest""",
    "7: two posts on one authority": """
        SELECT part_id FROM publishing_attempt WHERE posting_at IS NOT NULL
        AND outcome <> 'not_sent' GROUP BY part_id, confirmation_id HAVING count(*) > 1""",
    "7: a confirmation of one person": """
        SELECT id FROM publishing_confirmation WHERE state = 'confirmed'
        AND (decided_by_id IS NULL OR decided_by_id = proposed_by_id)""",
    "8: neither final, nor alerting, nor moving": """
        SELECT pub.id FROM publishing_publication pub WHERE pub.state = 'sending'
        AND NOT EXISTS (SELECT 1 FROM publishing_attempt t JOIN publishing_part p
            ON p.id = t.part_id WHERE p.publication_id = pub.id AND t.phase <> 'answered')
        AND NOT EXISTS (SELECT 1 FROM publishing_retraction x
            WHERE x.publication_id = pub.id AND x.ended_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM publishing_part p
            WHERE p.publication_id = pub.id AND p.state = 'pending')""",
    "8: nobody was told": """
        SELECT pub.id FROM publishing_publication pub
        JOIN approvals_release re ON re.id = pub.release_id
        JOIN approvals_revision r ON r.id = re.revision_id
        WHERE pub.state IN ('held', 'missed', 'uncertain', 'refused', 'partial')
        AND NOT EXISTS (SELECT 1 FROM accounts_notice n
            WHERE n.kind = 'alert' AND n.path LIKE '%/' || r.draft_id || '/%')""",
    "8: a release that nobody obeys": """
        SELECT re.id FROM approvals_release re JOIN approvals_revision r ON r.id = re.revision_id
        WHERE r.closed_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM publishing_publication p WHERE p.release_id = re.id)""",
    "published is on X, whole": """
        SELECT pub.id FROM publishing_publication pub JOIN publishing_part p
        ON p.publication_id = pub.id
        WHERE pub.state = 'published' AND (p.state <> 'out' OR p.x_id IS NULL)""",
    "recalled never left": """
        SELECT pub.id FROM publishing_publication pub JOIN publishing_part p
        ON p.publication_id = pub.id
        WHERE pub.state = 'recalled' AND p.state IN ('posting', 'out', 'uncertain')""",
}


ALL = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS ({query})" for name, query in NEVER.items())


def broken() -> list[str]:
    """The names of the rules that do not hold, in one question."""
    with connection.cursor() as cursor:
        cursor.execute(ALL)
        return [row[0] for row in cursor.fetchall()]


def may_not_leave(attempt: Attempt) -> str:
    """Rules 3, 5, 6, 9, 10 at the moment at which this attempt became « posting »."""
    part = attempt.part
    publication = Publication.objects.get(pk=part.publication_id)
    if why := Approval(part, attempt).broken():
        return why
    if part.position and part.publication.parts.filter(state="out").exists():
        return ""
    hour = publication.due_at
    if attempt.posting_at > hour + dt.timedelta(seconds=publication.account.tolerance_seconds):
        return f"too late: due {hour}, posting {attempt.posting_at}"
    lifted = Freeze.objects.filter(
        account__in=[publication.account_id], lifted_at__gt=hour
    ) | Freeze.objects.filter(account=None, lifted_at__gt=hour)
    if (
        lifted.filter(since__lt=attempt.posting_at)
        .exclude(lifted_at__lte=publication.release.released_at)
        .exists()
    ):
        return "a freeze was lifted after its hour"
    return ""


def rests_on_nothing() -> list[int]:
    """Rule 6: waiting publications whose author or signers have lost their right."""
    now = Attempt(posting_at=None)
    found = []
    for publication in Publication.objects.filter(state="waiting"):
        part = publication.parts.select_related("publication__release__revision__draft").first()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            now.posting_at = cursor.fetchone()[0]
        now.digest = publication.release.digest
        why = Approval(part, now).broken()
        if why and "frozen" not in why and "retraction" not in why:
            found.append(publication.pk)
    return found


class Trail:
    """Rule 11: rows are added and nothing else, and none holds a text."""

    def __init__(self) -> None:
        self.first = self.last = AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0
        self.count = 0

    def broken(self, words: list[str]) -> str:
        new = list(AuditEntry.objects.filter(pk__gt=self.first).order_by("pk"))
        if len(new) < self.count:
            return "rows of the trail went away"
        for row in new[self.count :]:
            if any(word in str(row.details) for word in words):
                return f"the trail holds a text: {row.act}"
        self.count = len(new)
        return ""
