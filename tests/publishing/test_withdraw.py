"""Withdrawals that reach what follows a message, and the portrait at the end of a search."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.errors import Invalid
from accounts.models import AuditEntry
from approvals.actions.drafts import abandon_draft
from approvals.models import Draft
from publishing.actions.retract import due, run
from publishing.models import PlannedRetraction, Publication, Retraction
from tests.cast import signed_in
from tests.publishing.test_follow_up import begun, out, plain, search_out, sent

pytestmark = pytest.mark.django_db(transaction=True)


def live(line) -> list[str]:
    return [post["text"] for post in line.x.posts("pnationale44", live=True)]


def run_all() -> None:
    for retraction in list(due().values_list("pk", flat=True)):
        run(retraction)


def state(publication: Publication) -> str:
    publication.refresh_from_db()
    return publication.state


def test_a_withdrawal_takes_every_part_and_everything_that_follows(line):
    first = out(line, "Réunion mardi.", "Salle des fêtes.")
    update = sent(line, begun(first, "update", line.cast.claire), "Mise à jour : jeudi.")
    again = sent(line, begun(update, "correct", line.cast.claire, "Faux."), "Rectificatif : lundi.")
    path, helene = reverse("retract", args=[first.pk]), signed_in(line.cast.helene)
    assert helene.get(path).context["form"]["linked"].initial == [update.pk, again.pk]
    refused = helene.post(path, {"reason": "", "linked": [update.pk, again.pk]})
    assert refused.status_code == 400
    assert Retraction.objects.count() == 0

    done = helene.post(path, {"reason": "Annulée.", "linked": [update.pk, again.pk]})
    assert done.status_code == 302
    asked = Retraction.objects.order_by("publication")
    assert [(r.publication_id, r.reason) for r in asked] == [
        (p.pk, "Annulée.") for p in (first, update, again)
    ]
    told = plain(line.page(first))
    assert told.count("retrait") >= 3
    run_all()
    assert live(line) == []
    assert {state(p) for p in (first, update, again)} == {"retracted"}
    assert {r.state for r in asked.all()} == {"verified"}


def test_of_a_follow_up_what_it_follows_is_offered_and_stays(line):
    first = out(line, "Réunion mardi.")
    update = sent(line, begun(first, "update", line.cast.claire), "Mise à jour : jeudi.")
    path, claire = reverse("retract", args=[update.pk]), signed_in(line.cast.claire)
    form = claire.get(path).context["form"]
    assert [pk for pk, _ in form.fields["linked"].choices] == [first.pk]
    assert form["linked"].initial == []
    claire.post(path, {"reason": "Faux."})
    run_all()
    assert (state(first), state(update)) == ("published", "retracted")


def test_what_was_retracted_meanwhile_holds_nothing_up_and_nothing_else_is_reached(line):
    first, other = out(line, "Réunion mardi."), out(line, "Autre chose.")
    update = sent(line, begun(first, "update", line.cast.claire), "Mise à jour : jeudi.")
    claire = signed_in(line.cast.claire)
    path = reverse("retract", args=[first.pk])
    for foreign in (other.pk, 10**9):
        assert claire.post(path, {"reason": "Non.", "linked": [foreign]}).status_code == 404
    assert claire.post(path, {"reason": "Non.", "linked": ["²"]}).status_code == 400
    assert Retraction.objects.count() == 0
    claire.post(reverse("retract", args=[update.pk]), {"reason": "Faux."})
    claire.post(path, {"reason": "Aussi.", "linked": [update.pk]})
    assert Retraction.objects.filter(publication=update).count() == 1
    run_all()
    assert live(line) == ["Autre chose."]


def test_what_may_still_leave_is_named_before_the_withdrawal(line):
    first = out(line, "Réunion mardi.")
    draft = begun(first, "update", line.cast.claire)
    page = signed_in(line.cast.claire).get(reverse("retract", args=[first.pk])).text
    assert "Le retrait suspend ce qui devait y répondre" in page
    assert reverse("draft", args=[draft.pk]) in page


def ended(line, search, withdraw: str, **more):
    """What the form of the end of a search posts."""
    path = reverse("end-search", args=[search.pk])
    form = {"withdraw": withdraw, "reason": "Retrouvé.", "linked": [search.pk], **more}
    return signed_in(line.cast.claire).post(path, form)


def test_at_the_end_of_a_search_the_portrait_goes_at_once_unless_said_otherwise(line):
    search = search_out(line)
    update = sent(line, begun(search, "update", line.cast.claire), "Mise à jour : appelez le 17.")
    page = signed_in(line.cast.claire).get(reverse("end-search", args=[search.pk]))
    form = page.context["form"]
    assert form["withdraw"].initial == "now"
    assert form["linked"].initial == [search.pk, update.pk]
    assert form["reason"].initial == "Personne retrouvée."
    done = ended(line, search, "now", linked=[search.pk, update.pk])
    draft = Draft.objects.latest("pk")
    assert done.url == reverse("compose", args=[draft.pk])
    assert (draft.follow_up, draft.state) == ("end_of_search", "writing")
    run_all()
    assert live(line) == []
    thanks = sent(line, draft)
    assert live(line) == [thanks.parts.get().text]
    page = plain(line.page(search))
    assert "Fin de recherche diffusé" in page
    assert "Pour le corriger" not in page, "nobody looks for this person any more"


def test_or_goes_once_the_thanks_are_on_x(line):
    search = search_out(line)
    ended(line, search, "after")
    draft = Draft.objects.latest("pk")
    assert Retraction.objects.count() == 0
    assert "a prévu son retrait dès que la fin de recherche sera sur X" in line.page(search)
    there = signed_in(line.cast.marc).get(reverse("draft", args=[draft.pk])).text
    assert "un message de la recherche en sera retiré" in there
    assert AuditEntry.objects.filter(act="retraction.planned").exists()
    assert reverse("end-search", args=[search.pk]) not in line.page(search)
    assert ended(line, search, "now").status_code == 409
    thanks = sent(line, draft)
    asked = Retraction.objects.get()
    assert (asked.publication, asked.requested_by) == (search, line.cast.claire)
    assert PlannedRetraction.objects.get().done_at is not None
    run_all()
    assert live(line) == [thanks.parts.get().text]
    assert state(search) == "retracted"


def test_what_was_retracted_before_the_thanks_is_not_asked_for_again(line):
    search = search_out(line)
    ended(line, search, "after")
    signed_in(line.cast.helene).post(reverse("retract", args=[search.pk]), {"reason": "Vite."})
    run_all()
    thanks = Draft.objects.latest("pk")
    with pytest.raises(Invalid, match="publiez-le seul"):
        sent(line, thanks)
    Draft.objects.filter(pk=thanks.pk).update(in_reply=False)
    sent(line, Draft.objects.get(pk=thanks.pk))
    assert Retraction.objects.count() == 1
    assert PlannedRetraction.objects.filter(done_at=None).count() == 0


def test_thanks_that_are_given_up_say_that_the_portrait_stays(line):
    search = search_out(line)
    ended(line, search, "after")
    abandon_draft(actor=line.cast.claire, draft_id=Draft.objects.latest("pk").pk)
    page = line.page(search)
    assert "Cette fin de recherche ne partira pas" in page
    assert reverse("end-search", args=[search.pk]) in page


def test_or_nothing_is_retracted_and_a_withdrawal_says_what_and_why(line):
    search = search_out(line)
    for missing in ({"reason": ""}, {"linked": []}, {"withdraw": "later"}):
        assert ended(line, search, **{"withdraw": "now", **missing}).status_code == 400
    assert ended(line, search, "nothing", reason="", linked=[]).status_code == 302
    assert Retraction.objects.count() + PlannedRetraction.objects.count() == 0
    assert live(line) != []


def test_a_retraction_is_planned_after_the_end_of_a_search_of_its_account_and_stays(line):
    search = search_out(line)
    update = begun(search, "update", line.cast.claire)
    ended(line, search, "after")
    plan = PlannedRetraction.objects.get()
    row = {"publication": search, "reason": "Non.", "planned_by": line.cast.claire}
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        PlannedRetraction.objects.create(after=update, **row)
    assert refused.value.__cause__.diag.constraint_name == "planned_after_end_of_search"
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        PlannedRetraction.objects.create(after=plan.after, **row)
    assert refused.value.__cause__.diag.constraint_name == "planned_once"
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        PlannedRetraction.objects.update(reason="Autre chose")
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        PlannedRetraction.objects.all().delete()
