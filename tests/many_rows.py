"""Publications by the thousand, as years of use leave them, written past the triggers."""

from __future__ import annotations

from typing import Any

from django.db import connection, models, transaction

from accounts.models import Account, AuditEntry, Person
from approvals.models import Contributor, Draft, Release, Review, Revision, SearchEntry
from publishing.models import Answer, Attempt, DailySpending, Part, Publication
from tests.approvals.writing import a_draft, a_revision, signed

# Beyond the rows that a test made.
FIRST = 10_000_000
# Of what stands open there is as much however much is over: people answer it.
WAITING, HELD = 10, 20
# One that is published, of the first of two accounts, and one that is being written.
PUBLISHED, WRITTEN = FIRST + 400, FIRST
# Pages, and who reads each: what awaits one, the drafts, and those of who watches.
PAGES = [
    ("/", "claire"),
    ("/", "helene"),
    ("/", "ada"),
    ("/brouillons/", "claire"),
    (f"/brouillons/{PUBLISHED}/", "claire"),
    (f"/brouillons/{PUBLISHED}/en-direct?position=", "helene"),
    (f"/brouillons/{WRITTEN}/", "helene"),
    (f"/brouillons/{WRITTEN}/rediger", "claire"),
    (f"/brouillons/{PUBLISHED}/dossier", "claire"),
    ("/a-decider", "claire"),
    ("/avis", "claire"),
    ("/metrics", None),
    ("/healthz", None),
    ("/sante", "ada"),
    ("/gel", "ada"),
    ("/departements/44", "ada"),
    ("/comptes/pnationale44", "claire"),
    ("/diffuses", "claire"),
    ("/calendrier", "claire"),
    ("/calendrier?vue=semaine", "helene"),
    # Words that every text holds, and a word that none does.
    ("/recherche?q=cambriolages+volets", "claire"),
    ("/recherche?q=introuvable", "claire"),
    ("/recherche?q=volet&state=published&category=advice", "helene"),
]
TABLES = (
    *(Draft, Contributor, Revision, Review, AuditEntry, SearchEntry, Release),
    *(Publication, Part, Attempt, Answer),
)


def copies(row: models.Model, count: int, **different: str) -> None:
    """`count` copies of this row; `different` are columns as SQL, of the number `i`."""
    meta = row._meta
    columns = [field.column for field in meta.concrete_fields if not field.generated]
    values = [different.get(column, f"t.{column}") for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({', '.join(columns)})"
            f" SELECT {', '.join(values)} FROM {meta.db_table} t, generate_series(1, %s) i"
            " WHERE t.id = %s",
            [count, row.pk],
        )


def answered(part: Part) -> Answer:
    attempt = Attempt.objects.create(
        part=part,
        account=part.publication.account,
        number=1,
        phase="answered",
        outcome="accepted",
        reason="accepted",
        digest=part.publication.release.digest,
    )
    limits = {"x-user-limit-24hour-limit": 100, "x-user-limit-24hour-remaining": 90}
    # The copies alone are of some age.
    return Answer.objects.create(attempt=attempt, outcome="refused", limits=limits)


def fill(
    count: int,
    accounts: list[Account],
    author: Person,
    signers: list[Person],
    recent: int | None = None,
) -> None:
    """`count` publications, of all these accounts in turn, each with what stands behind it; all but
    a few are out. `recent` of them, or all, are of the last thirty days, the others of ten years.
    """
    recent = min(recent or count, count)
    written = a_draft(author, accounts[0])
    revision = a_revision(author, accounts[0])
    draft = signed(revision, *signers)
    publication = Publication.objects.get(release__revision=revision)
    numbers = ", ".join(str(account.pk) for account in accounts)
    account = f"(ARRAY[{numbers}])[1 + mod(i, {len(accounts)})]"
    key = f"{FIRST} + i"
    at = (
        f"(now() - interval '30 days' * least(i, {recent}) / {recent}"
        f" - interval '10 years' * greatest(i - {recent}, 0) / {count})"
    )
    waits, held = f"i <= {WAITING}", f"i <= {WAITING + HELD}"
    # X dates a post by its id.
    x_id = f"((((extract(epoch FROM {at}) * 1000)::bigint - 1288834974657) << 22) + i)::text"
    due = f"CASE WHEN {waits} THEN now() + interval '1 day' ELSE {at} END"
    part = publication.parts.get()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        answer = answered(part)
        common: dict[str, Any] = {"id": key, "account_id": account}
        copies(draft, count, **common)
        copies(written, 1, id=str(WRITTEN), account_id=str(accounts[0].pk))
        contributor = Contributor.objects.filter(draft=draft).get()
        copies(contributor, count, id=key, draft_id=key)
        copies(revision, count, id=key, draft_id=key)
        for number, review in enumerate(revision.reviews.order_by("pk")):
            of_review = {"id": f"{key} + {number * FIRST}"}
            copies(review, count, **of_review, revision_id=key, created_at=at)
            entry = AuditEntry.objects.get(act="review.approved", subject_id=review.pk)
            told = {"account_id": account, "draft_id": key, "subject_id": of_review["id"]}
            copies(entry, count, **of_review, **told, at=at)
        entry = SearchEntry.objects.get(draft=draft)
        # Their ids follow each other, as those that triggers give.
        of_entry = {"id": f"{entry.pk} + i", "account_id": account, "written_at": at}
        copies(entry, count, **of_entry, draft_id=key, revision_id=key)
        cursor.execute(
            "SELECT setval('approvals_searchentry_order', max(id)) FROM approvals_searchentry"
        )
        copies(publication.release, count, **common, revision_id=key, released_at=at)
        copies(
            publication,
            count,
            **common,
            release_id=key,
            state=f"CASE WHEN {waits} THEN 'waiting' WHEN {held} THEN 'held' ELSE 'published' END",
            due_at=due,
            next_try_at=due,
            since=at,
            published_at=f"CASE WHEN {held} THEN NULL ELSE {at} END",
        )
        copies(
            part,
            count,
            id=key,
            publication_id=key,
            state=f"CASE WHEN {held} THEN 'pending' ELSE 'out' END",
            x_id=x_id,
            out_at=f"CASE WHEN {held} THEN NULL ELSE {at} END",
        )
        copies(answer.attempt, count, **common, part_id=key, preparing_at=at, posting_at=at)
        accepted = {"outcome": "'accepted'", "x_id": x_id}
        copies(answer, count, id=key, attempt_id=key, at=at, **accepted)
        # What was copied is of use to nobody any more.
        Publication.objects.filter(pk=publication.pk).update(state="recalled")
        cursor.execute(
            f"INSERT INTO {DailySpending._meta.db_table} (account_id, day, posts)"
            " SELECT account_id, posting_at::date, count(*) FROM publishing_attempt"
            " WHERE posting_at IS NOT NULL GROUP BY 1, 2"
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
