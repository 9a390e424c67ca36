"""The account's page: freeze in one act, lift by two; the band on every page; limits and costs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.clock import db_now
from publishing.actions.decide import confirm, propose_lift
from publishing.actions.freeze import freeze
from publishing.actions.scan import reevaluate
from publishing.models import Freeze
from publishing.spending import spending_of
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def page(person, account) -> str:
    answer = signed_in(person).get(reverse("account", args=[account.handle]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_another_department_does_not_exist(cast):
    for name in ("account", "freeze-account"):
        url = reverse(name, args=[cast.nantes.handle])
        client = signed_in(cast.yann)
        answer = client.get(url) if name == "account" else client.post(url, {"reason": "Non."})
        assert answer.status_code == 404
    assert signed_in(cast.ada).get(reverse("account", args=["pnationale44"])).status_code == 404
    assert not Freeze.objects.exists()


def test_a_supervisor_freezes_with_a_reason_and_everybody_of_the_account_reads_it(cast):
    url = reverse("freeze-account", args=[cast.nantes.handle])
    answer = signed_in(cast.helene).post(url, {"reason": " "})
    assert answer.status_code == 400
    assert "Dites pourquoi" in answer.content.decode()
    signed_in(cast.helene).post(url, {"reason": "Un nom à vérifier."})
    assert "Un nom à vérifier." in signed_in(cast.claire).get(reverse("home")).content.decode()
    # An administrator sees that it is frozen and by whom; the words may quote a draft.
    for name in ("home", "freezes"):
        seen = signed_in(cast.ada).get(reverse(name)).content.decode()
        assert "Envois de @pnationale44 gelés" in seen
        assert "Un nom à vérifier." not in seen
    assert "Un nom à vérifier." not in signed_in(cast.yann).get(reverse("home")).content.decode()


def test_it_is_lifted_by_two_one_of_them_a_supervisor(cast):
    account = reverse("freeze-account", args=[cast.nantes.handle])
    signed_in(cast.claire).post(account, {"reason": "Un doute."})
    standing = Freeze.objects.get()
    signed_in(cast.claire).post(reverse("lift", args=[standing.pk]), {"reason": "C’est clair."})
    one = standing.confirmations.get()
    confirm = reverse("answer-lift", args=[one.pk, "confirm"])
    assert "Confirmer et lever" not in page(cast.marc, cast.nantes)
    assert signed_in(cast.marc).post(confirm).status_code == 403
    assert signed_in(cast.yann).post(confirm).status_code == 404
    asked = page(cast.paul, cast.nantes)
    assert "Confirmer et lever" in asked
    assert "propose de lever le gel : « C’est clair. » (<time" in " ".join(asked.split())
    assert signed_in(cast.paul).get(confirm).headers["Location"] == "/"
    signed_in(cast.paul).post(confirm)
    standing.refresh_from_db()
    assert standing.lifted_at is not None
    over = page(cast.marc, cast.nantes).split("Gels levés")[1]
    assert "Par Claire : « Un doute. »" in over
    assert "Levé par Claire et Paul : « C’est clair. »" in over


def test_all_is_frozen_and_lifted_by_administrators(cast):
    assert signed_in(cast.helene).post(reverse("freeze-all"), {"reason": "x"}).status_code == 403
    signed_in(cast.ada).post(reverse("freeze-all"), {"reason": "Attaque en cours."})
    standing = Freeze.objects.get(account=None)
    assert "Attaque en cours." in signed_in(cast.yann).get(reverse("home")).content.decode()
    signed_in(cast.ada).post(reverse("lift", args=[standing.pk]), {"reason": "Terminé."})
    one = standing.confirmations.get()
    signed_in(cast.basile).post(reverse("answer-lift", args=[one.pk, "confirm"]))
    standing.refresh_from_db()
    assert standing.lifted_at is not None


def test_the_band_of_an_overseas_freeze_says_its_own_hour_first_and_paris_s_beside(cast):
    cast.nantes.time_zone = "America/Guadeloupe"
    cast.nantes.save()
    frozen = freeze(actor=cast.claire, account=cast.nantes, reason="Un doute.")
    Freeze.objects.filter(pk=frozen.pk).update(since=dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC))
    hour = "le 1er janvier à 23 h 04 (le 2 janvier à 4 h 04 à Paris)</time>"
    for person in (cast.claire, cast.ada):
        assert hour in signed_in(person).get(reverse("home")).text


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_is_counted_with_its_price_and_xs_own_limit(line, x):
    from publishing.actions.send import send_due

    line.released("Sans lien.")
    publication = line.released("Avec https://www.service-public.fr/ un lien.")
    send_due(publication.account_id)
    spending = spending_of(line.cast.nantes)
    assert (spending.posts, spending.posts_with_url, spending.today) == (2, 1, 2)
    assert str(spending.dollars) == "0.215"
    assert spending.day_limit is not None
    assert spending.day_left == spending.day_limit - 2
    assert "0,22 $" in page(line.cast.claire, line.cast.nantes)


@pytest.mark.django_db(transaction=True)
def test_a_frozen_message_says_what_happens_when_the_freeze_is_lifted(line, backdate):
    ahead = line.released(requested_at=db_now() + dt.timedelta(hours=1))
    past = line.released(requested_at=db_now() + dt.timedelta(hours=1))
    freeze(actor=line.cast.claire, account=line.cast.nantes, reason="Un doute.")
    for publication in (ahead, past):
        reevaluate(publication.pk)
    # Within its tolerance still, and past its hour.
    backdate(past, 3660, "due_at", "next_try_at")
    assert "s’il l’est après, il ne partira pas automatiquement" in line.page(ahead)
    page = line.page(past)
    assert "Son heure est passée : il ne partira pas automatiquement" in page
    assert "Dernier moment pour partir" not in page
    one = propose_lift(actor=line.cast.helene, freeze_id=Freeze.objects.get().pk, reason="Vu.")
    confirm(actor=line.cast.claire, confirmation_id=one.pk)
    for publication in (ahead, past):
        reevaluate(publication.pk)
        publication.refresh_from_db()
    assert (ahead.state, past.state) == ("waiting", "missed")
