"""A short period with what a report tells of."""

from __future__ import annotations

import datetime as dt

from accounts.clock import db_now
from approvals.actions.debate import comment
from approvals.actions.reviews import ask_for_changes
from insights.models import Age, FollowerCount, PostMetrics
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.models import Part, Retraction
from tests.approvals.writing import a_revision, as_read

COUNTS = {"likes": 4, "reposts": 3, "replies": 2, "quotes": 1, "bookmarks": 0}


def today(cast) -> dt.date:
    return db_now().astimezone(cast.nantes.zone).date()


def a_week(line):
    """One message published and counted, one retracted, one sent back with a debate."""
    cast = line.cast
    published = line.released("Prudence sur les routes ce soir.")
    send_due(published.account_id)
    PostMetrics.objects.create(part=Part.objects.get(), age=Age.DAY, impressions=900, **COUNTS)
    retracted = line.released("Un conseil à retirer.")
    send_due(retracted.account_id)
    retract(actor=cast.helene, publication_id=retracted.pk, reason="=SOMME(A1:A9)")
    run(Retraction.objects.get().pk)
    refused = a_revision(cast.claire, cast.nantes, "Un texte à reprendre.")
    comment(actor=cast.marc, draft_id=refused.draft_id, body="Le lieu est trop précis.")
    ask_for_changes(**as_read(cast.helene, refused), reason="Sans le lieu, s’il vous plaît.")
    for number, followers in ((0, 250), (2, 240)):
        day = today(cast) - dt.timedelta(days=number)
        FollowerCount.objects.create(account=cast.nantes, day=day, followers=followers)
