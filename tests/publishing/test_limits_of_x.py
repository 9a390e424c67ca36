"""429, 401, 402 and suspended: who waits, who is told, how it goes on."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Credential, Notice
from publishing.actions.connect import probe
from publishing.actions.scan import reevaluate, rows_to_reevaluate
from publishing.actions.send import send_due
from publishing.models import CreditStop, Publication, Throttle
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def scan() -> None:
    for publication_id in rows_to_reevaluate():
        reevaluate(publication_id)


def states() -> list[tuple[str, str]]:
    return list(Publication.objects.order_by("pk").values_list("state", "reason"))


def told(person) -> list[str]:
    """The pages that a notice about X sends this person to."""
    about = Notice.objects.filter(person=person, kind="connection")
    return list(about.order_by("pk").values_list("path", flat=True))


def test_fault_21_after_429_the_whole_account_waits_until_xs_own_time(line, x, backdate):
    first, second = line.released(), line.released()
    x.switch("rate_limited", reset=120)
    send_due(first.account_id)
    assert len(x.requests("post")) == 1
    first.refresh_from_db()
    throttle = Throttle.objects.get(account=first.account_id)
    assert 100 < (throttle.until - first.since).total_seconds() <= 121
    assert first.next_try_at == throttle.until
    backdate(throttle, 200, "until")
    backdate(first, 200, "next_try_at")
    send_due(second.account_id)
    assert [state for state, _reason in states()] == ["published", "published"]


def test_fault_24_401_is_asked_about_three_times_then_the_account_is_to_be_reconnected(
    line, x, backdate
):
    publication = line.released()
    other = line.released(
        account=line.cast.rennes,
        author=line.cast.yann,
        signers=(line.cast.soazig, line.cast.gwen),
    )
    x.switch("unauthorized", account="pnationale44", times="always", on=["post", "me"])
    send_due(publication.account_id)
    assert states()[0] == ("waiting", "unauthorized")
    assert send_due(publication.account_id) == 0
    for _ in range(3):
        probe(publication.account_id)
    assert Credential.objects.get(account=publication.account_id).state == "reconnect"
    scan()
    assert states()[0] == ("held", "reconnect")
    assert told(line.cast.ada) == [reverse("department", args=["44"])]
    send_due(other.account_id)
    assert states()[1] == ("published", "")
    x.clear()
    probe(publication.account_id)
    scan()
    send_due(publication.account_id)
    assert states()[0] == ("published", "")


def test_402_holds_everything_until_an_administrator_and_lets_one_through_first(line, x):
    first, second = line.released(), line.released()
    x.switch("credits", on="post", times=1)
    send_due(first.account_id)
    scan()
    assert states() == [("held", "no_credits"), ("held", "no_credits")]
    assert told(line.cast.basile) == [reverse("freezes")]
    page = signed_in(line.cast.ada).get(reverse("freezes")).content.decode()
    assert "Crédits rétablis" in page
    assert signed_in(line.cast.claire).post(reverse("restore-credits")).status_code == 403
    signed_in(line.cast.ada).post(reverse("restore-credits"))
    page = signed_in(line.cast.basile).get(reverse("freezes")).text
    assert "Ada l’a dit réglé <time" in page
    scan()
    send_due(first.account_id)
    scan()
    send_due(second.account_id)
    assert [state for state, _reason in states()] == ["published", "published"]
    assert not CreditStop.objects.filter(ended_at=None).exists()


def test_402_again_after_credits_restored_stops_all_again(line, x):
    first = line.released()
    x.switch("credits", on="post", times=2)
    send_due(first.account_id)
    scan()
    signed_in(line.cast.ada).post(reverse("restore-credits"))
    page = signed_in(line.cast.basile).get(reverse("freezes")).text
    assert "Ada l’a dit réglé <time" in page
    scan()
    send_due(first.account_id)
    assert states() == [("held", "no_credits")]
    assert CreditStop.objects.get(ended_at=None).restored_at is None


@pytest.mark.parametrize(
    "answer",
    [
        {"fault": "suspended"},
        {"fault": "status", "status": 403, "detail": "This account is temporarily locked."},
    ],
)
def test_fault_23_a_suspended_or_locked_account_is_held_and_everybody_is_told(line, x, answer):
    publication = line.released()
    x.switch(on="post", **answer)
    send_due(publication.account_id)
    scan()
    assert states() == [("held", "suspended")]
    cast = line.cast
    assert line.alerted(publication) == {"Claire", "Marc", "Leila", "Helene", "Paul"}
    assert told(cast.ada) == told(cast.basile) == [reverse("department", args=["44"])]
    assert Credential.objects.get(account=cast.nantes).state == "suspended"
    probe(publication.account_id)
    scan()
    send_due(publication.account_id)
    assert states() == [("published", "")]
