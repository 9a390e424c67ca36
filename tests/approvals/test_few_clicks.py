"""From sign-in to submitted in three clicks, and nobody is asked what has one answer."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.models import Account
from approvals.models import Draft
from approvals.schedule import quick_hours, read_quick_hour
from publishing.actions.freeze import freeze
from publishing.models import Publication
from tests.approvals.writing import TEXT, a_draft, a_revision, in_hours, signed, typed
from tests.cast import seat, signed_in, supervise

pytestmark = pytest.mark.django_db(transaction=True)
PARIS = ZoneInfo("Europe/Paris")


def page(response) -> str:
    return " ".join(response.text.split())


def form_of(html: str, action: str) -> dict[str, str]:
    """What the form at this address posts when its button is pressed."""
    form = re.search(rf'<form method="post" action="{action}".*?</form>', html)
    assert form is not None
    return dict(re.findall(r'name="(account)" value="([^"]*)"', form[0]))


def test_from_home_to_submitted_in_three_clicks_for_who_has_one_account(cast):
    claire = signed_in(cast.claire)
    address = reverse("new-draft")
    fields = form_of(page(claire.get("/")), address)
    composer = claire.post(address, fields)  # « Nouveau message »
    draft = Draft.objects.get()
    assert composer.headers["Location"] == reverse("compose", args=[draft.pk])
    claire.post(composer.headers["Location"], typed(draft, TEXT, act="submit"))  # « Soumettre »
    draft.refresh_from_db()
    assert draft.state == "in_review"


def test_who_writes_for_two_accounts_is_asked_which(cast):
    seat(cast.rennes, 3, cast.claire)
    claire = signed_in(cast.claire)
    home = page(claire.get("/"))
    assert (
        f'<a class="fr-btn fr-btn--icon-left fr-icon-add-line" href="{reverse("new-draft")}"'
        in home
    )
    asked = page(claire.get(reverse("new-draft")))
    assert "Écrire pour @pnationale35" in asked
    assert "Écrire pour @pnationale44" in asked


@pytest.mark.parametrize("name", ["drafts", "alerts"])
def test_lists_filter_by_account_only_for_who_has_several(cast, name):
    assert 'name="account"' not in signed_in(cast.helene).get(reverse(name)).text
    supervise(cast.rennes, cast.helene)
    assert 'name="account"' in signed_in(cast.helene).get(reverse(name)).text


def labels(moment: str) -> list[str]:
    return [q.label for q in quick_hours(dt.datetime.fromisoformat(moment).replace(tzinfo=PARIS))]


def test_quick_hours_leave_out_what_is_past():
    assert labels("2026-12-01T09:00") == ["dans 1 h", "ce soir 18 h", "demain 8 h"]
    assert labels("2026-12-01T18:00") == ["dans 1 h", "demain 8 h"]
    assert labels("2026-12-31T23:59") == ["dans 1 h", "demain 8 h"]


def test_in_an_hour_counts_from_the_click_across_the_end_of_summer_time():
    before = dt.datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)
    assert read_quick_hour("in-1h", before) == before.replace(fold=1)
    assert read_quick_hour("in-1h", before).astimezone(dt.UTC).hour == 1
    assert read_quick_hour("demain", before) is None


@pytest.fixture
def at_nine(monkeypatch):
    """Nine in the morning of Tuesday 1 December in Réunion."""
    now = dt.datetime(2026, 12, 1, 9, 0, tzinfo=ZoneInfo("Indian/Reunion"))
    for module in ("composer", "moment"):
        monkeypatch.setattr(f"approvals.forms.{module}.db_now", lambda: now)


def test_a_quick_hour_fills_the_fields_in_the_account_s_zone_without_a_script(cast, at_nine):
    Account.objects.filter(pk=cast.nantes.pk).update(time_zone="Indian/Reunion")
    draft = a_draft(cast.claire, cast.nantes, "Avant")
    address = reverse("compose", args=[draft.pk])
    claire = signed_in(cast.claire)
    button = re.search(r'value="(at-[^"]+)">\s*Ce soir 18', claire.get(address).text)
    assert button is not None
    answer = claire.post(address, typed(draft, "Après", act=button[1], when="approved"))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.texts == ["Après"]
    assert draft.requested_at == dt.datetime(2026, 12, 1, 14, 0, tzinfo=dt.UTC)
    shown = page(claire.get(address))
    assert 'value="1er décembre 2026"' in shown
    assert "checked" in re.search(r'<input type="radio" name="when" value="at"[^>]*>', shown)[0]


def test_a_quick_hour_past_meanwhile_is_said_beside_the_field(cast, at_nine):
    draft = a_draft(cast.claire, cast.nantes)
    answer = signed_in(cast.claire).post(
        reverse("compose", args=[draft.pk]), typed(draft, act="at-2026-11-30T18:00")
    )
    assert answer.status_code == 400
    assert "déjà passée" in answer.text


def test_a_quick_hour_takes_no_text_out_of_review(cast):
    draft = a_revision(cast.claire, cast.nantes).draft
    answer = signed_in(cast.claire).post(
        reverse("compose", args=[draft.pk]), typed(draft, act="at-in-1h")
    )
    assert answer.status_code == 200
    assert "Diffusion prévue" in page(answer)
    draft.refresh_from_db()
    assert (draft.state, draft.requested_at) == ("in_review", None)


def test_the_freeze_of_the_only_account_is_in_the_menu(cast):
    for person in (cast.claire, cast.helene):
        client = signed_in(person)
        assert re.search(r'href="/comptes"\s*>\s*Gel\s*<', client.get("/").text)
        answer = client.get("/comptes", follow=True)
        assert answer.redirect_chain == [("/comptes/pnationale44", 302)]
        assert "Geler les envois" in answer.text


def test_the_menu_leads_who_has_several_accounts_to_each(cast):
    supervise(cast.rennes, cast.helene)
    freeze(actor=cast.helene, account=cast.rennes, reason="Un doute.")
    shown = page(signed_in(cast.helene).get("/comptes"))
    assert 'href="/comptes/pnationale44"' in shown
    assert "@pnationale35</strong> · Ille-et-Vilaine · envois gelés" in shown
    assert "@pnationale44</strong> · Loire-Atlantique · aucun gel" in shown


def test_editing_an_approved_text_offers_its_recall_in_place(cast):
    draft = signed(
        a_revision(cast.claire, cast.nantes, requested_at=in_hours(24)),
        cast.marc,
        cast.helene,
    )
    claire, composer = signed_in(cast.claire), reverse("compose", args=[draft.pk])
    button = reverse("go-on-writing", args=[draft.pk])
    assert button in claire.get(reverse("draft", args=[draft.pk])).text
    assert claire.post(button).headers["Location"] == composer
    answer = claire.get(composer)
    assert answer.status_code == 200
    assert "Rappelez-le d’abord pour le modifier." in answer.text
    recall = re.search(r'action="(/diffusions/\d+/rappeler)"', answer.text)
    assert recall is not None
    back = claire.post(recall[1], {"reason": "Une faute.", "then": "edit"})
    assert back.headers["Location"] == composer
    assert claire.get(composer).status_code == 200
    draft.refresh_from_db()
    assert draft.state == "writing"


def test_what_was_typed_over_an_approved_text_is_shown_with_what_to_do(cast):
    revision = a_revision(cast.claire, cast.nantes)
    fields = typed(revision.draft, "Un mot de plus", act="save")
    signed(revision, cast.marc, cast.helene)
    answer = signed_in(cast.claire).post(reverse("compose", args=[revision.draft_id]), fields)
    assert answer.status_code == 409
    assert "Rappelez-le d’abord" in answer.text
    assert "Un mot de plus" in answer.text


def test_an_approved_text_that_left_offers_no_recall(cast):
    draft = signed(a_revision(cast.claire, cast.nantes), cast.marc, cast.helene)
    Publication.objects.update(state="sending")
    Publication.objects.update(state="uncertain")
    claire = signed_in(cast.claire)
    answer = claire.get(reverse("compose", args=[draft.pk]))
    assert "il ne peut plus être rappelé" in page(answer)
    assert "/rappeler" not in answer.text
    assert (
        reverse("compose", args=[draft.pk])
        not in claire.get(reverse("draft", args=[draft.pk])).text
    )
