"""The demonstration's messages: some thirty texts of the five accounts, in every state.

People's actions make them all. What takes a worker is done here in its stead, by the same
functions, against the sandbox of X and its faults: run it before workers start. Texts and people
are invented, but for the tweet of 10 January 2014.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from accounts import audit
from accounts.clock import db_now
from accounts.models import Account, AuditEntry, Person, Seat, Supervision
from approvals.actions.debate import comment
from approvals.actions.drafts import Content, abandon_draft, begin_draft, save_draft, submit_draft
from approvals.actions.images import add_image
from approvals.actions.message_templates import TemplateContent, approve_template, propose_template
from approvals.actions.objections import raise_objection
from approvals.actions.reviews import approve, ask_for_changes, record_view, reject
from approvals.categories import fields_of
from approvals.checking import context_of, findings_of_thread, unanswered
from approvals.checklist import items_of
from approvals.message import Image, Message
from approvals.models import Category, Comment, Draft, DraftState, MessageTemplate, Revision
from approvals.slots import Slot
from publishing.actions import retract as retraction
from publishing.actions.decide import confirm, propose, propose_lift
from publishing.actions.freeze import freeze
from publishing.actions.recall import recall
from publishing.actions.send import send_due
from publishing.actions.transitions import can_retract
from publishing.models import (
    ConfirmationKind,
    ConfirmationState,
    Freeze,
    Publication,
    PublicationState,
)

PILOT_TWEET = (
    "#Saint-Nazaire Les enquêteurs de la sûreté élucident 6 #cambriolages et tentatives. "
    "Les 2 auteurs convoqués devant la justice #finslimiers"
)


def seed_messages() -> None:
    """Makes what is missing: where it was stopped it goes on, and where it came to its end once it
    changes nothing, whatever people did since.
    """
    for code, seed in SEEDS.items():
        account = Account.objects.get(code=code)
        if AuditEntry.objects.filter(act="account.seeded", account=account).exists():
            continue
        switch_sandbox({"clear": True})
        seed(Team.of(account))
        audit.record("account.seeded", actor=None, account=account, subject=account)


def as_read(reader: Person, revision: Revision) -> dict[str, Any]:
    """Whose verdict it is, and what it signs, once the text was before their eyes."""
    record_view(actor=reader, revision=revision)
    return {"actor": reader, "revision_id": revision.pk, "digest": revision.digest}


def agree(signer: Person, revision: Revision) -> None:
    points = [item.id for item in items_of(revision)]
    approve(**as_read(signer, revision), ticked=points)


@dataclass(frozen=True)
class Team:
    """An account with its people: the author of a message is `writers[author]`. Each verb does what
    is not done yet.
    """

    account: Account
    writers: list[Person]
    supervisors: list[Person]

    @classmethod
    def of(cls, account: Account) -> Team:
        seats = Seat.objects.filter(account=account, ended_at=None).select_related("person")
        supervisions = Supervision.objects.filter(account=account, ended_at=None)
        return cls(
            account,
            [seat.person for seat in seats.order_by("number")],
            [row.person for row in supervisions.order_by("pk").select_related("person")],
        )

    def draft(self, *texts: str, author: int = 0, **content: Any) -> Draft:
        """In writing, unless it was begun before."""
        if begun := self.begun(texts[0]):
            return begun
        if moment := content.get("requested_at"):
            content["requested_zone"] = self.account.time_zone
            content["requested_local"] = moment.strftime("%Y-%m-%dT%H:%M")
        content.setdefault("category", Category.ADVICE)
        content["fields"] = self.fields_for(content["category"])
        return begin_draft(
            actor=self.writers[author],
            account=self.account,
            content=Content(messages=tuple(map(Message, texts)), **content),
        )

    def template(self, content: TemplateContent, *, approved: bool = True) -> None:
        """Proposed by the first seat holder; approved by a supervisor unless it is to wait."""
        rows = MessageTemplate.objects.filter(account=self.account, title=content.title)
        template = rows.first() or propose_template(
            actor=self.writers[0], account=self.account, content=content
        )
        if approved and template.approved_at is None:
            approve_template(actor=self.supervisors[0], template_id=template.pk)

    def fields_for(self, category: str, at: dt.datetime | None = None) -> dict[str, str]:
        """What the category asks for, as of now unless another day is given."""
        today = at or db_now().astimezone(self.zone)
        asked = {
            "agreement_by": "Mme Le Goff, vice-procureure",
            "agreement_on": f"{today:%Y-%m-%d}",
            "agreement_scope": "Les faits et le nombre de personnes, sans nom.",
            "reference": f"Parquet {today:%Y}/0417",
            "contact": "17",
            "removal_on": f"{today + dt.timedelta(days=30):%Y-%m-%d}",
            "removal_by": str(self.writers[0].pk),
            "ends_at": (today + dt.timedelta(days=2)).isoformat(timespec="minutes"),
        }
        return fields_of(category, asked)

    def begun(self, text: str) -> Draft | None:
        """What was begun for an hour that passed meanwhile is abandoned, and begun anew."""
        passed = {"requested_at__lt": db_now()}
        rows = Draft.objects.filter(account=self.account, parts__0__text=text)
        for draft in rows.filter(state__in=(DraftState.WRITING, DraftState.IN_REVIEW), **passed):
            abandon_draft(actor=draft.author, draft_id=draft.pk)
        return rows.exclude(state=DraftState.ABANDONED, **passed).first()

    def submit(self, draft: Draft) -> Revision:
        return draft.revisions.last() or self.resubmit(draft)

    def resubmit(self, draft: Draft) -> Revision:
        """With a reason for each check that wants one."""
        found = [f for part in findings_of_thread(draft.messages, context_of(draft)) for f in part]
        if wanted := unanswered(found, {}):
            reasons = {f.check: "Relu à deux : le sens est clair et exact." for f in wanted}
            draft = self.save(draft, Content.of(draft, reasons=reasons))
        return submit_draft(actor=draft.author, draft_id=draft.pk, version=draft.version)

    def save(self, draft: Draft, content: Content) -> Draft:
        return save_draft(
            actor=draft.author, draft_id=draft.pk, version=draft.version, content=content
        )

    def in_review(self, *texts: str, **content: Any) -> Revision:
        return self.submit(self.draft(*texts, **content))

    def review(
        self, verdict: Callable[..., Any], reviewer: Person, revision: Revision, **why: str
    ) -> None:
        if not revision.reviews.filter(reviewer=reviewer).exists():
            verdict(**as_read(reviewer, revision), **why)

    def agree(self, signer: Person, revision: Revision) -> None:
        if not revision.reviews.filter(reviewer=signer).exists():
            agree(signer, revision)

    def object(self, person: Person, revision: Revision, reason: str) -> None:
        if not revision.draft.objections.filter(raised_by=person).exists():
            raise_objection(actor=person, draft_id=revision.draft_id, reason=reason)

    def comment(self, person: Person, revision: Revision, words: str) -> None:
        said = Comment.objects.filter(draft=revision.draft_id, author=person, body=words)
        if not said.exists():
            comment(actor=person, draft_id=revision.draft_id, body=words)

    def release(self, revision: Revision) -> Publication:
        """Another seat holder and a supervisor approve."""
        colleague = next(p for p in self.writers if p.pk != revision.submitted_by_id)
        for signer in (colleague, self.supervisors[0]):
            self.agree(signer, revision)
        return Publication.objects.get(release__revision=revision)

    def scheduled(self, *texts: str, **content: Any) -> Publication:
        return self.release(self.in_review(*texts, **content))

    def publish(self, *texts: str, **content: Any) -> Publication:
        """Approved, and sent to the sandbox as a worker would."""
        return self.send(self.in_review(*texts, **content))

    def send(self, revision: Revision) -> Publication:
        publication = self.release(revision)
        if publication.state == PublicationState.WAITING:
            send_due(self.account.pk)
            publication.refresh_from_db()
        return publication

    def meet(self, fault: str, *texts: str, skip: int = 0, **content: Any) -> Publication:
        """Sent while X has this fault, once it has let `skip` posts pass."""
        revision = self.in_review(*texts, **content)
        drawn = {"fault": fault, "account": self.account.handle, "skip": skip}
        switch_sandbox({"faults": [drawn]})
        publication = self.send(revision)
        switch_sandbox({"clear": True})
        return publication

    def miss(self, *texts: str, **content: Any) -> Publication:
        """Approved under a freeze, which two people lift: its moment has passed by then."""
        holder, supervisor = self.writers[1], self.supervisors[0]
        revision = self.in_review(*texts, **content)
        standing = Freeze.objects.filter(account=self.account, lifted_at=None).first()
        if standing is None and revision.draft.state == DraftState.RELEASED:
            return self.release(revision)
        reason = "Vérification d’une information avec le service d’enquête."
        standing = standing or freeze(actor=holder, account=self.account, reason=reason)
        publication = self.release(revision)
        proposal = standing.confirmations.filter(state=ConfirmationState.OPEN).first()
        proposal = proposal or propose_lift(
            actor=holder, freeze_id=standing.pk, reason="L’information est vérifiée."
        )
        confirm(actor=supervisor, confirmation_id=proposal.pk)
        return publication

    def take_down(self, publication: Publication, reason: str) -> None:
        """What a stop caught in the middle of its POST is left to the workers."""
        asked = publication.retractions.first()
        if asked is None and can_retract(publication):
            asked = retraction.retract(
                actor=self.supervisors[0], publication_id=publication.pk, reason=reason
            )
        if asked is not None:
            retraction.run(asked.pk)

    def illustrate(self, draft: Draft, *posters: tuple[str, str]) -> Draft:
        """The first message of the draft, with a poster of each (title, colour)."""
        if draft.messages[0].images:
            return draft
        images = []
        for title, colour in posters:
            upload = SimpleUploadedFile(f"{title}.png", poster(title, colour), "image/png")
            stored = add_image(actor=draft.author, draft_id=draft.pk, upload=upload)
            images.append(Image(stored.sha256, f"Affiche : « {title} »."))
        first, *others = draft.messages
        messages = (replace(first, images=tuple(images)), *others)
        return self.save(draft, Content.of(draft, messages=messages))

    def in_hours(self, hours: float) -> dt.datetime:
        """So many hours from now in the department, at a round minute."""
        moment = db_now().astimezone(self.zone) + dt.timedelta(hours=hours)
        return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)

    def tomorrow(self, hour: int, minute: int = 0) -> dt.datetime:
        day = db_now().astimezone(self.zone).date() + dt.timedelta(days=1)
        return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=self.zone)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.account.time_zone)


def switch_sandbox(changes: dict[str, Any]) -> None:
    """Sets or clears faults of the sandbox, which stands in the place of X in the demo."""
    request = urllib.request.Request(  # noqa: S310 - a setting; checks keep the demo from X
        f"{settings.X_API_BASE_URL}/sandbox/switches",
        json.dumps(changes).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5):  # noqa: S310
        pass


def poster(title: str, colour: str) -> bytes:
    """A PNG of 1200 × 675 that says `title`."""
    image = Picture.new("RGB", (1200, 675), colour)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 575, 400, 675), fill="#000091")
    draw.rectangle((400, 575, 800, 675), fill="#ffffff")
    draw.rectangle((800, 575, 1200, 675), fill="#e1000f")
    font = ImageFont.load_default(size=84)
    draw.multiline_text((80, 120), title.replace(" : ", " :\n"), fill="#ffffff", font=font)
    stored = io.BytesIO()
    image.save(stored, "PNG")
    return stored.getvalue()


def loire_atlantique(team: Team) -> None:
    claire, marc, _leila = team.writers
    helene, _paul = team.supervisors
    missed = team.miss(
        "#Nantes Circulation rétablie quai de la Fosse après l’accident de ce matin. "
        "Merci de votre patience.",
        author=1,
        category=Category.TRAFFIC,
    )
    if not missed.confirmations.exists():
        propose(
            actor=helene,
            publication_id=missed.pk,
            kind=ConfirmationKind.NEW_TIME,
            reason="L’information reste utile demain matin, à l’heure de pointe.",
            due_at=team.tomorrow(7, 30),
        )
    pilot = team.in_review(PILOT_TWEET, category=Category.OPERATION)
    for person, words in (
        (claire, "Le tweet du 10 janvier 2014, au début de l’expérience des comptes pilotes."),
        (marc, "Le mot-dièse s’arrête au trait d’union : #SaintNazaire serait mieux lu."),
        (helene, "Accord du parquet obtenu. On garde le texte tel quel."),
    ):
        team.comment(person, pilot, words)
    team.send(pilot)
    team.publish(
        "Vous partez en vacances ? L’opération tranquillité vacances veille sur votre logement.",
        "Comment faire : inscrivez-vous auprès de votre commissariat deux jours au moins "
        "avant votre départ.",
        "Des patrouilles passent à des horaires variables, et vous êtes prévenu en cas d’anomalie.",
        author=1,
    )
    wrong = team.publish(
        "#Nantes Déviation ce soir boulevard de la Prairie-au-Duc de 20 h à 23 h.",
        author=2,
        category=Category.TRAFFIC,
    )
    team.take_down(wrong, "L’horaire était faux : la déviation commence à 21 h.")
    loire_atlantique_to_come(team)
    loire_atlantique_templates(team)


def loire_atlantique_templates(team: Team) -> None:
    next_month = team.tomorrow(18).date() + dt.timedelta(days=30)
    team.template(
        TemplateContent(
            "Route coupée",
            Category.TRAFFIC,
            "Route coupée à [lieu], [sens], jusqu’à [heure] environ. Évitez le secteur.",
            (
                Slot("lieu", "place"),
                Slot("sens", "choice", choices=("dans les deux sens", "vers Nantes")),
                Slot("heure", "hour"),
            ),
        )
    )
    team.template(
        TemplateContent(
            "Départs en vacances",
            Category.ADVICE,
            "Vous partez ? Faites garder vos clés par une personne de confiance. #Prévention",
            every="year",
            first_on=next_month,
            at_hour=dt.time(18),
        )
    )
    team.template(
        TemplateContent(
            "Fin de recherche",
            Category.DISAPPEARANCE,
            "[prénom] a été retrouvé ce jour à [lieu]. Merci de vos partages.",
            (Slot("prénom", "text", 20), Slot("lieu", "place")),
        ),
        approved=False,
    )


def loire_atlantique_to_come(team: Team) -> None:
    _claire, marc, leila = team.writers
    _helene, paul = team.supervisors
    team.scheduled(
        "#Nantes Contrôles de vitesse ce soir sur le périphérique. Levez le pied !",
        author=1,
        category=Category.TRAFFIC,
        requested_at=team.in_hours(2),
    )
    team.scheduled(
        "Gardien de la paix, pourquoi pas vous ? Rencontrez nos recruteurs samedi à Saint-Nazaire.",
        author=2,
        category=Category.RECRUITMENT,
        requested_at=team.tomorrow(18),
    )
    debated = team.in_review(
        "Appel à témoins : accident mardi vers 18 h rond-point de Rennes à #Nantes. "
        "Vous avez vu quelque chose ? Appelez le commissariat ou le 17.",
        author=1,
        category=Category.WITNESSES,
        urgent=True,
        requested_at=team.in_hours(3),
    )
    team.comment(leila, debated, "Faut-il dire la couleur du véhicule ?")
    team.comment(marc, debated, "Non : l’enquêteur préfère que les témoins la disent d’eux-mêmes.")
    team.agree(paul, debated)
    back = team.in_review(
        "Ne laissez jamais vos clés sous le paillasson : cette cachette, tout le monde la connaît."
    )
    team.review(
        ask_for_changes,
        paul,
        back,
        reason="Le conseil est bon ; dites plutôt ce qu’il faut faire : les confier à un voisin.",
    )
    team.draft("Samedi, la brigade équestre sera sur les plages de La Baule. Venez", author=0)
    team.draft("Vol à la fausse qualité : les bons réflexes", author=2)


def ille_et_vilaine(team: Team) -> None:
    yann, soazig, _hugo = team.writers
    gwenaelle, _samir = team.supervisors
    posters = team.draft(
        "Attention aux faux agents ! Un policier montre sa carte et ne demande jamais "
        "votre code bancaire. #Rennes"
    )
    team.send(
        team.submit(
            team.illustrate(
                posters,
                ("Faux policier : exigez la carte", "#3558a2"),
                ("Un doute : composez le 17", "#447049"),
            )
        )
    )
    team.meet(
        "reset",
        "#Rennes Marché des Lices : stationnement interdit samedi de 5 h à 15 h.",
        author=1,
        category=Category.TRAFFIC,
    )
    half = team.in_review(
        "Deux vélos retrouvés cette semaine à #Rennes grâce au marquage. Pensez-y !",
        author=2,
        category=Category.OPERATION,
    )
    team.agree(gwenaelle, half)
    held = team.in_review(
        "Cambriolage déjoué rue de Fougères grâce à une voisine : merci à elle !",
        author=0,
        category=Category.OPERATION,
    )
    team.agree(gwenaelle, held)
    team.object(soazig, held, "L’immeuble et la voisine se reconnaissent : ne disons pas la rue.")
    team.comment(yann, half, "A-t-on le nombre exact du mois dernier ?")
    team.scheduled(
        "Rentrée : 12 policiers devant les écoles de #Rennes pour des trajets sûrs.",
        author=1,
        category=Category.SERVICE,
        requested_at=team.tomorrow(8),
    )
    back = team.in_review("Soirée étudiante jeudi : on boit ou on conduit.", author=2)
    team.review(
        ask_for_changes,
        soazig,
        back,
        reason="Ajoutez les derniers métros : c’est ce que les étudiants cherchent.",
    )
    team.draft("Cybermalveillance : trois réflexes avant de cliquer", author=0)


def pas_de_calais(team: Team) -> None:
    _juliette, _thomas, ines = team.writers
    bruno, _nathalie = team.supervisors
    team.meet(
        "not_permitted",
        "#Calais Forte affluence au port ce week-end : prévoyez une heure de plus.",
        category=Category.TRAFFIC,
    )
    team.publish(
        "Le commissariat de #Lens ouvre ses portes dimanche de 10 h à 17 h. Entrée libre.",
        author=1,
        category=Category.SERVICE,
    )
    debated = team.in_review(
        "Disparition inquiétante à #Arras : une femme de 67 ans, 1 m 60, manteau bleu. "
        "Si vous la voyez, composez le 17.",
        author=1,
        category=Category.DISAPPEARANCE,
        urgent=True,
    )
    team.comment(ines, debated, "La famille est-elle d’accord ?")
    team.comment(bruno, debated, "Oui, et le parquet aussi.")
    refused = team.in_review("Les chauffards du week-end n’ont qu’à bien se tenir !", author=2)
    team.review(
        reject,
        bruno,
        refused,
        reason="Ce ton n’est pas le nôtre : un conseil plutôt qu’une menace.",
    )
    team.scheduled(
        "Brocante de #Béthune demain : gardez vos sacs fermés, devant vous.",
        requested_at=team.in_hours(4),
    )
    match = team.draft("Match de ce soir : accès au stade Bollaert", author=2)
    if match.state == DraftState.WRITING:
        abandon_draft(actor=ines, draft_id=match.pk)


def bas_rhin(team: Team) -> None:
    _mathieu, anne, _karim = team.writers
    team.meet(
        "not_permitted",
        "Marché de Noël de #Strasbourg : nos conseils pour une visite tranquille.",
        "Venez en tram ou à pied : le centre est fermé aux voitures de 11 h à 20 h.",
        skip=1,
        category=Category.SERVICE,
    )
    poster = team.draft("Marquez votre vélo : c’est gratuit samedi place Kléber. #Strasbourg")
    team.send(team.submit(team.illustrate(poster, ("Marquage : samedi place Kléber", "#a94645"))))
    team.publish(
        "Trois personnes soupçonnées de vols à la roulotte interpellées à #Strasbourg.",
        author=1,
        category=Category.OPERATION,
    )
    team.in_review(
        "Concours de gardien de la paix : inscriptions ouvertes jusqu’à vendredi.",
        author=2,
        category=Category.RECRUITMENT,
    )
    team.scheduled(
        "Demain dès 6 h, contrôles d’alcoolémie sur la M35. Bonne route !",
        author=1,
        category=Category.TRAFFIC,
        requested_at=team.tomorrow(6),
    )
    taken_back = team.scheduled(
        "Cortège étudiant demain à #Strasbourg : quais fermés de 14 h à 17 h.",
        author=2,
        category=Category.TRAFFIC,
        requested_at=team.tomorrow(9),
    )
    if taken_back.state == PublicationState.WAITING:
        recall(
            actor=anne,
            publication_id=taken_back.pk,
            reason="Le parcours change : on attend le nouveau.",
        )


def alpes_maritimes(team: Team) -> None:
    chiara, nicolas, fatou = team.writers
    team.miss(
        "#Nice Promenade des Anglais rouverte aux piétons.", author=0, category=Category.TRAFFIC
    )
    early = team.publish(
        "#Antibes Appel à témoins après un vol de bateau au port Vauban dans la nuit de lundi.",
        author=1,
        category=Category.WITNESSES,
    )
    team.take_down(early, "Le bateau est retrouvé : l’appel n’a plus d’objet.")
    team.publish(
        "Baignade : surveillez vos affaires à tour de rôle, un voisin de serviette n’est pas "
        "un coffre-fort. #Nice"
    )
    debated = team.in_review(
        "#Cannes Accès à la Croisette modifiés ce soir dès 19 h. Suivez les agents.",
        author=2,
        category=Category.TRAFFIC,
        urgent=True,
        requested_at=team.in_hours(2),
    )
    team.comment(chiara, debated, "Le plan de la ville dit 18 h 30 ?")
    team.comment(fatou, debated, "Vérifié avec la mairie : 19 h.")
    team.agree(nicolas, debated)
    team.scheduled(
        "Location de vacances : méfiez-vous des prix trop beaux et ne payez jamais par mandat.",
        author=1,
        requested_at=team.tomorrow(12),
    )
    team.draft("Carnaval : les objets interdits dans les tribunes", author=1)


SEEDS = {
    "44": loire_atlantique,
    "35": ille_et_vilaine,
    "62": pas_de_calais,
    "67": bas_rhin,
    "06": alpes_maritimes,
}
