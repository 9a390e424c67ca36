"""The rules that are never broken, as far as sending goes: 8 and 10 whole, 6 and 9 at their edge.

The others have their tests where they are kept: `grep -rn "def test_rule_" tests`.
"""

from __future__ import annotations

import pytest

from accounts.actions.rights import change_function
from accounts.models import Account, Supervision
from approvals.actions.category_rules import set_category_rule
from publishing import tasks
from publishing.actions import send as sending
from publishing.actions.freeze import freeze
from publishing.actions.send import send_due
from publishing.models import Publication, PublicationState
from publishing.models.states import ALERTING, FINAL
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def held(line, x, backdate) -> Publication:
    publication = line.released()
    freeze(actor=line.cast.claire, account=line.cast.nantes, reason="Un doute.")
    return publication


def missed(line, x, backdate) -> Publication:
    publication = line.released()
    backdate(publication, 3600, "due_at", "next_try_at")
    return publication


def answered(fault: str, *texts: str, **options):
    def become(line, x, backdate) -> Publication:
        x.switch(fault, **options)
        publication = line.released(*texts)
        send_due(publication.account_id)
        return publication

    return become


STANDS = {
    "held": held,
    "missed": missed,
    "uncertain": answered("status", status=503),
    "refused": answered("not_permitted"),
    "partial": answered("not_permitted", "Un.", "Deux.", skip=1),
}


@pytest.mark.parametrize("state", sorted(ALERTING))
def test_rule_8_what_neither_ends_nor_waits_for_its_hour_alerts_everybody_until_somebody_acts(
    line, x, backdate, state
):
    publication = STANDS[state](line, x, backdate)
    tasks.scan_due()
    publication.refresh_from_db()
    assert publication.state == state
    assert line.alerted(publication) == {"Claire", "Marc", "Leila", "Helene", "Paul"}
    for person in (line.cast.leila, line.cast.paul):
        page = signed_in(person).get("/").text
        assert "À décider (1)" in page
        assert publication.release.revision.texts[0] in page


def test_rule_8_every_state_ends_alerts_or_is_watched_by_the_clock():
    moving = {PublicationState.WAITING, PublicationState.SENDING}  # « stuck » after two minutes
    assert set(PublicationState) == FINAL | ALERTING | moving
    assert not ALERTING & FINAL


@pytest.mark.parametrize("tolerance", [15, 5])
@pytest.mark.parametrize("path", ["the scan", "the claim", "the last look"])
def test_rule_10_a_minute_beyond_the_tolerance_of_its_account_nothing_leaves(
    line, x, backdate, path, tolerance
):
    Account.objects.filter(pk=line.cast.nantes.pk).update(tolerance_minutes=tolerance)
    just_in_time = line.released()
    backdate(just_in_time, (tolerance - 1) * 60, "due_at", "next_try_at")
    tasks.scan_due()
    send_due(just_in_time.account_id)
    just_in_time.refresh_from_db()
    assert just_in_time.state == "published"

    late = line.released()
    claimed = sending.claim(late.account_id) if path == "the last look" else None
    backdate(late, (tolerance + 1) * 60, "due_at", "next_try_at")
    if claimed:
        sending.send(claimed)
    elif path == "the scan":
        scan_anew()
    assert send_due(late.account_id) == 0
    late.refresh_from_db()
    assert (late.state, late.reason) == ("missed", "too_late")
    assert len(x.requests("post")) == 1


def scan_anew() -> None:
    from publishing.models import Heartbeat

    Heartbeat.objects.all().delete()  # a second later
    tasks.scan_due()


def test_rule_6_what_rests_on_a_function_is_held_when_its_holder_leaves_it(line, x):
    """As the scan, the claim and the pre-send check see it; and it goes on when it is back."""
    cast = line.cast
    given = Supervision.objects.get(person=cast.helene)
    change_function(given.pk, "judicial", actor=cast.ada)
    set_category_rule(cast.nantes.pk, "advice", 2, "judicial", actor=cast.ada)
    publication = line.released()
    assert publication.state == PublicationState.WAITING
    change_function(given.pk, "head", actor=cast.ada)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == (PublicationState.HELD, "signer_left")
    assert "Il manque l’accord d’un référent judiciaire" in line.page(publication)
    send_due(publication.account_id)
    assert x.posts() == []
    change_function(given.pk, "judicial", actor=cast.ada)
    tasks.scan_due()
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == PublicationState.PUBLISHED
