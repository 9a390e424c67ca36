"""The acts on a publication, each on a page of its own that asks once and says what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import reviewers
from accounts.errors import Conflict, Invalid, Sentence
from accounts.models import Person
from accounts.requests import STOP_POLLING, PersonRequest
from approvals.actions.drafts import use_again
from approvals.capabilities import CAPABILITIES
from approvals.content import replied_to
from approvals.models import Draft
from approvals.preview import shown_messages
from publishing.access import holders_among, publication_for
from publishing.actions.acknowledge import acknowledge
from publishing.actions.decide import propose
from publishing.actions.follow_up import Withdraw, end_search, follow_up
from publishing.actions.point_to import point_to
from publishing.actions.recall import recall
from publishing.actions.removal import reason_to_retract
from publishing.actions.retract import retract
from publishing.acts import possible_acts
from publishing.capabilities import capability_of
from publishing.family import NOBODY, family_of
from publishing.forms import (
    AccountForm,
    ActForm,
    CorrectForm,
    EndSearchForm,
    FoundForm,
    LinkedForm,
    LinkForm,
    NewTimeForm,
    RetractForm,
    UpdateForm,
)
from publishing.models import ConfirmationKind, Publication

BY_TWO = _(
    "Une autre personne du compte doit confirmer dans l’heure ; l’une de vous deux est superviseur."
)


@dataclass(frozen=True)
class Act:
    """One act: its address, its words, what it asks, and the action that does it."""

    name: str
    path: str
    label: Sentence
    follows: Sentence
    done: Sentence
    run: Callable[[Person, Publication, Any], object]
    form: type[AccountForm] = ActForm
    by_two: bool = False
    press: Sentence = ""

    @property
    def button(self) -> Sentence:
        return self.press or self.label


def _alone(action: Callable[..., object]) -> Callable[[Person, Publication, Any], object]:
    def run(actor: Person, publication: Publication, form: Any) -> object:
        reason = form.cleaned_data["reason"]
        return action(actor=actor, publication_id=publication.pk, reason=reason)

    return run


def _point_to(actor: Person, publication: Publication, form: Any) -> object:
    link = form.cleaned_data["link"]
    return point_to(actor=actor, publication_id=publication.pk, link=link)


def _retract(actor: Person, publication: Publication, form: RetractForm) -> object:
    reason = form.cleaned_data["reason"]
    return retract(actor=actor, publication_id=publication.pk, reason=reason, linked=form.chosen)


def _end_search(actor: Person, publication: Publication, form: EndSearchForm) -> Draft:
    return end_search(
        actor=actor,
        publication_id=publication.pk,
        withdraw=form.cleaned_data.get("withdraw", Withdraw.NOTHING),
        chosen=form.chosen,
        reason=form.cleaned_data.get("reason", ""),
    )


def _follow_up(act: str) -> Callable[[Person, Publication, Any], Draft]:
    def run(actor: Person, publication: Publication, form: Any) -> Draft:
        comment = form.cleaned_data.get("comment", "")
        return follow_up(actor=actor, publication_id=publication.pk, act=act, comment=comment)

    return run


def _proposal(kind: ConfirmationKind) -> Callable[[Person, Publication, Any], object]:
    def run(actor: Person, publication: Publication, form: Any) -> object:
        return propose(
            actor=actor,
            publication_id=publication.pk,
            kind=kind,
            reason=form.cleaned_data["reason"],
            due_at=getattr(form, "moment", None),
            x_id=getattr(form, "x_id", ""),
        )

    return run


def _by_two(
    kind: ConfirmationKind,
    path: str,
    label: Sentence,
    follows: Sentence,
    form: type[AccountForm] = ActForm,
) -> Act:
    done = _("Proposition enregistrée : une autre personne du compte doit la confirmer.")
    return Act(
        f"propose_{kind.value}", path, label, follows, done, _proposal(kind), form, by_two=True
    )


# What each act is called, asks and does; `OFFERS` says in which state it is for, and its order.
ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act(
            "recall",
            "rappeler",
            _("Rappeler"),
            _(
                "Rien ne partira. Le texte revient en rédaction et ses accords prennent fin : il "
                "faudra le soumettre et le faire approuver à nouveau."
            ),
            _("Message rappelé : rien n’est parti. Le texte est de nouveau en rédaction."),
            _alone(recall),
        ),
        Act(
            "point_to",
            "designer",
            _("Donner un lien à vérifier"),
            _(
                "Si vous voyez ce message sur X, donnez son lien : nous le lisons. S’il est bien "
                "celui qui a été approuvé, il sera dit diffusé ; sinon rien ne change."
            ),
            _("Lien reçu : nous le vérifions auprès de X."),
            _point_to,
            LinkForm,
        ),
        _by_two(
            ConfirmationKind.NEW_TIME,
            "nouvel-horaire",
            _("Proposer un nouvel horaire"),
            _("Une fois l’horaire confirmé, le message approuvé partira à cette heure."),
            NewTimeForm,
        ),
        _by_two(
            ConfirmationKind.FOUND,
            "constater",
            _("Proposer : c’est sur X"),
            _("X ne se laisse pas lire : votre lien, confirmé par une autre personne, fera foi."),
            FoundForm,
        ),
        _by_two(
            ConfirmationKind.SEND_AGAIN,
            "renvoyer",
            _("Proposer un nouvel envoi (introuvable sur X)"),
            _(
                "Une fois confirmé, nous cherchons une dernière fois sur X, puis le message est "
                "envoyé à nouveau. S’il s’y trouvait malgré tout, il serait publié en double."
            ),
        ),
        _by_two(
            ConfirmationKind.GIVE_UP,
            "renoncer",
            _("Proposer d’abandonner"),
            _(
                "Une fois confirmé, le message n’est plus envoyé. Nous le cherchons encore sur X "
                "chaque jour pendant une semaine."
            ),
        ),
        _by_two(
            ConfirmationKind.GO_ON,
            "poursuivre",
            _("Proposer de poursuivre le fil"),
            _("Une fois confirmé, les messages qui manquent sont envoyés à la suite."),
        ),
        _by_two(
            ConfirmationKind.RECALL,
            "reprendre",
            _("Proposer de rappeler"),
            _(
                "Une fois confirmé, nous cherchons une dernière fois sur X ; s’il n’y est pas, le "
                "texte revient en rédaction."
            ),
        ),
        Act(
            "retract",
            "retirer",
            _("Retirer de X"),
            _(
                "Ce qui est en ligne est supprimé de X tout de suite, un fil en entier, puis nous "
                "vérifions que ce n’y est plus. Le retrait n’efface ni captures ni reprises."
            ),
            _("Retrait demandé : la suppression sur X commence."),
            _retract,
            RetractForm,
        ),
        Act(
            "correct",
            "rectifier",
            _("Rectifier"),
            _(
                "Un rectificatif est un nouveau message, relu et approuvé comme les autres. "
                "Celui-ci reste sur X tant que personne ne le retire."
            ),
            _("Voici le rectificatif : écrivez ce qui est juste, puis soumettez-le."),
            _follow_up("correct"),
            CorrectForm,
            press=_("Commencer le rectificatif"),
        ),
        Act(
            "update",
            "mettre-a-jour",
            _("Mettre à jour"),
            _(
                "Une mise à jour est un nouveau message, relu et approuvé comme les autres. "
                "Celui-ci reste sur X tant que personne ne le retire."
            ),
            _("Voici la mise à jour : écrivez ce qui est nouveau, puis soumettez-la."),
            _follow_up("update"),
            UpdateForm,
            press=_("Commencer la mise à jour"),
        ),
        Act(
            "end_search",
            "fin-de-recherche",
            _("Fin de recherche"),
            _(
                "Un message de remerciement commence ; il est relu et approuvé comme les autres. "
                "Le retrait, lui, n’attend aucun accord."
            ),
            _("Voici le message de remerciement : relisez-le, puis soumettez-le."),
            _end_search,
            EndSearchForm,
            press=_("Commencer la fin de recherche"),
        ),
        Act(
            "acknowledge",
            "noter",
            _("J’en ai pris connaissance"),
            _("L’alerte prend fin pour toutes les personnes du compte. Rien d’autre ne change."),
            _("Noté : l’alerte prend fin."),
            _alone(acknowledge),
        ),
    )
}


NOW_CORRECT = _(
    "Voici son texte dans un nouveau brouillon : corrigez-le, X n’accepte pas deux fois "
    "le même texte."
)


class NotPossibleNow(Conflict):
    code = "act_not_possible"
    sentence = _(
        "Ce n’est plus possible : la diffusion a changé d’état. Sa page dit ce qui l’est encore."
    )


def shown_hour(publication: Publication) -> str:
    """What a page of an act says of the hour, in its address."""
    return publication.due_at.isoformat()


@require_safe
def act_is_current(request: PersonRequest, publication_id: int) -> HttpResponse:
    """Nothing while the act is possible, at the hour that its page says; else that it is not, and
    the page asks no more.
    """
    publication, role = publication_for(request.user, publication_id)
    possible = request.GET.get("act") in possible_acts(publication, request.user, role)
    if possible and request.GET.get("due") == shown_hour(publication):
        return HttpResponse(status=204)
    return moved_on(request, publication)


def moved_on(request: PersonRequest, publication: Publication) -> HttpResponse:
    context = {"publication": publication, "account": publication.account}
    return render(request, "publishing/_moved_on.html", context, status=STOP_POLLING)


@require_http_methods(["GET", "HEAD", "POST"])
def act_page(request: PersonRequest, publication_id: int, act: str) -> HttpResponse:
    """Asks once, with the handle and the text; the POST does it and goes back to the draft."""
    what = ACTS[act]
    publication, role = publication_for(request.user, publication_id)
    capability_of(act).require(role)
    if request.method != "POST" and act not in possible_acts(publication, request.user, role):
        raise NotPossibleNow
    corrects = CAPABILITIES["use_again"].allows(role)
    form = what.form(publication.account, request.POST or None)
    if act == "retract":
        form.initial["reason"] = reason_to_retract(publication)
    family = NOBODY
    if isinstance(form, LinkedForm):
        family = family_of(publication.draft_id, alone=True)
        form.offer(publication, family)
    if request.method == "POST" and form.is_valid():
        try:
            done = what.run(request.user, publication, form)
        except Invalid as refused:
            field = refused.details.get("field")
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            messages.success(request, str(what.done))
            if isinstance(done, Draft):
                return redirect("compose", done.pk)
            draft = publication.release.revision.draft
            if request.POST.get("then") == "edit" and act == "recall" and corrects:
                return redirect("compose", draft.pk)
            if request.POST.get("then") == "correct" and corrects:
                messages.warning(request, NOW_CORRECT)
                return redirect("compose", use_again(actor=request.user, draft=draft).pk)
            return redirect("draft", draft.pk)
    signed = publication.release.revision.signed
    context = {
        "act": what,
        "corrects": act == "retract" and corrects,
        "correctors": holders_among(reviewers(publication.account)) if act == "retract" else [],
        "by_two": BY_TWO if what.by_two else "",
        "publication": publication,
        "due": shown_hour(publication),
        "account": publication.account,
        "parts": shown_messages(signed.messages),
        "replied_to": replied_to(signed.in_reply_to),
        "form": form,
        "not_yet": family.not_yet if act == "retract" else [],
    }
    status = 400 if form.is_bound else 200
    return render(request, "publishing/act.html", context, status=status)
