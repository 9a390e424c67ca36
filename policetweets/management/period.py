"""The messages of a whole period, invented from a seed: their texts, when, and what became of them.

People's actions make them, in their order, under the rules and against the sandbox of X.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from approvals.actions.debate import comment
from approvals.actions.drafts import Content, abandon_draft, begin_draft
from approvals.actions.reviews import ask_for_changes, reject
from approvals.message import Message
from approvals.models import Category, Revision
from policetweets.management.demo_messages import Team, as_read
from policetweets.management.past import Past
from publishing.actions import retract as retraction
from publishing.actions.recall import recall

# What each text has in brackets is drawn anew each time.
DRAWN = {
    "rue": ["de la Gare", "du Marché", "des Écoles", "de la Mairie", "du Stade", "des Tilleuls"],
    "jour": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "heure": [f"{hour} h" for hour in range(7, 23)],
    "nombre": ["deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "douze"],
    "lieu": [
        "la gare",
        "l’hôpital",
        "la piscine",
        "la médiathèque",
        "la place du marché",
        "le lycée",
    ],
    "objet": ["vélo", "scooter", "sac", "téléphone", "portefeuille", "ordinateur"],
}
TEXTS: list[tuple[str, str]] = [
    (Category.ADVICE, "Fermez vos volets [jour] soir en partant : [nombre] minutes de gagnées."),
    (Category.ADVICE, "Un démarcheur sonne vers [heure] ? Demandez sa carte et fermez la porte."),
    (Category.ADVICE, "Près de [lieu], gardez votre [objet] à la main. #Prévention"),
    (Category.ADVICE, "Marquez votre [objet] : rendez-vous [jour] devant [lieu], dès [heure]."),
    (
        Category.ADVICE,
        "Ne laissez rien en vue dans votre voiture rue [rue], même [nombre] minutes.",
    ),
    (Category.ADVICE, "Un colis inattendu ? Ne cliquez pas : [nombre] plaintes cette semaine."),
    (Category.TRAFFIC, "Rue [rue] fermée [jour] dès [heure] pour travaux. Prévoyez un détour."),
    (Category.TRAFFIC, "Contrôles de vitesse [jour] dès [heure] près de [lieu]. Levez le pied !"),
    (Category.TRAFFIC, "Circulation difficile vers [lieu] : évitez la rue [rue] jusqu’à [heure]."),
    (Category.TRAFFIC, "Marché [jour] : stationnement interdit rue [rue] jusqu’à [heure]."),
    (
        Category.SERVICE,
        "Le commissariat ouvre ses portes [jour] à [heure]. Entrée par la rue [rue].",
    ),
    (Category.SERVICE, "La brigade cycliste est avec vous [jour] devant [lieu], dès [heure]."),
    (Category.SERVICE, "Nos policiers rencontrent les élèves [jour] : [nombre] classes, un quiz."),
    (Category.RECRUITMENT, "Devenir gardien de la paix : questions et réponses [jour], [heure]."),
    (Category.RECRUITMENT, "Adjoints de sécurité : [nombre] places, une réunion [jour] à [lieu]."),
    (Category.OPERATION, "Un [objet] volé retrouvé rue [rue] : son propriétaire est prévenu."),
    (Category.OPERATION, "Bilan des contrôles de [jour] : [nombre] infractions relevées."),
]
REMARKS = [
    "Le lieu est-il exact ?",
    "Vérifié avec la mairie.",
    "Plus court, et l’heure d’abord.",
    "D’accord, mais sans point d’exclamation.",
    "La patrouille confirme.",
]
CHANGES = ["Précisez l’heure.", "Le ton est trop familier.", "Dites plutôt ce qu’il faut faire."]
REJECTIONS = [
    "Ce n’est pas à nous de l’annoncer.",
    "L’enquête est en cours : nous n’en disons rien.",
]
RETRACTIONS = ["L’horaire était faux.", "L’information a changé depuis."]

# Of a hundred messages, how many end so.
ENDS = {"published": 82, "sent_back": 8, "rejected": 3, "abandoned": 2, "retracted": 3, "missed": 2}


@dataclass(frozen=True)
class Planned:
    """One message: for whom, when its author begins, what becomes of it."""

    code: str
    moment: dt.datetime
    end: str
    seed: int


def plan(
    codes: list[str], first: dt.date, last: dt.date, a_month: float, seed: int, zone: dt.tzinfo
) -> list[Planned]:
    """In the order in which they are begun, all different; the same seed plans the same."""
    draw = random.Random(seed)  # noqa: S311 - a demonstration
    days = (last - first).days + 1
    planned = []
    for code in codes:
        for _number in range(max(round(a_month * days / 30.4), 1)):
            day = first + dt.timedelta(days=draw.randrange(days))
            hour = draw.choices(range(7, 22), weights=[1, 3, 5, 5, 4, 3, 2, 3, 4, 4, 5, 5, 3, 1, 1])
            moment = dt.datetime.combine(
                day, dt.time(hour[0], draw.randrange(60), draw.randrange(60)), tzinfo=zone
            )
            end = draw.choices(list(ENDS), weights=list(ENDS.values()))[0]
            planned.append(Planned(code, moment, end, draw.randrange(2**31)))
    return sorted(planned, key=lambda one: (one.moment, one.code))


class Deck:
    """The texts of one account in an order of their own, so that none comes again soon."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._left: list[tuple[str, str]] = []

    def text(self) -> tuple[str, str]:
        """A category, and a text of it."""
        if not self._left:
            self._left = self._draw.sample(TEXTS, len(TEXTS))
        category, text = self._left.pop()
        for name, choices in DRAWN.items():
            text = text.replace(f"[{name}]", self._draw.choice(choices))
        return category, text


class Played:
    """Plays one message of a team, moment by moment."""

    def __init__(self, team: Team, deck: Deck, planned: Planned, past: Past) -> None:
        self.team, self.deck, self.planned, self.past = team, deck, planned, past
        self.draw = random.Random(planned.seed)  # noqa: S311
        self.now = planned.moment
        self.author = self.draw.randrange(len(team.writers))

    def later(self, minutes: tuple[int, int]) -> None:
        """What follows happens so many minutes after what was before."""
        self.now += dt.timedelta(seconds=self.draw.randint(minutes[0] * 60, minutes[1] * 60))
        self.past.at(self.now)

    def play(self) -> None:
        self.past.at(self.now)
        category, text = self.deck.text()
        end = self.planned.end
        if end == "missed":
            self.missed(category, text)
            return
        revision = self.submitted(category, text)
        self.debate(revision)
        if end == "sent_back":
            revision = self.sent_back(revision)
        if end == "rejected":
            self.later((10, 90))
            reason = self.draw.choice(REJECTIONS)
            reject(**as_read(self.team.supervisors[0], revision), reason=reason)
        elif end == "abandoned":
            self.later((10, 90))
            abandon_draft(actor=revision.draft.author, draft_id=revision.draft_id)
        else:
            self.published(revision, retract=end == "retracted")

    def missed(self, category: str, text: str) -> None:
        publication = self.team.miss(text, author=self.author, category=category)
        self.later((10, 120))
        recall(
            actor=self.team.supervisors[0],
            publication_id=publication.pk,
            reason="L’heure est passée : ce n’est plus utile.",
        )

    def submitted(self, category: str, text: str) -> Revision:
        draft = begin_draft(
            actor=self.team.writers[self.author],
            account=self.team.account,
            content=Content(
                messages=(Message(text),),
                category=category,
                fields=self.team.fields_for(category, self.now),
            ),
        )
        self.later((3, 25))
        return self.team.submit(draft)

    def debate(self, revision: Revision) -> None:
        people = [*self.team.writers, *self.team.supervisors]
        for _number in range(self.draw.choice((0, 0, 1, 1, 2))):
            self.later((2, 30))
            comment(
                actor=self.draw.choice(people),
                draft_id=revision.draft_id,
                body=self.draw.choice(REMARKS),
            )

    def sent_back(self, revision: Revision) -> Revision:
        self.later((5, 60))
        supervisor = self.team.supervisors[0]
        ask_for_changes(**as_read(supervisor, revision), reason=self.draw.choice(CHANGES))
        self.later((5, 40))
        draft = revision.draft
        draft.refresh_from_db()
        text = f"{revision.texts[0]} Merci."
        draft = self.team.save(draft, Content.of(draft, messages=(Message(text),)))
        self.later((1, 5))
        return self.team.resubmit(draft)

    def published(self, revision: Revision, *, retract: bool) -> None:
        colleague = next(p for p in self.team.writers if p.pk != revision.submitted_by_id)
        self.later((4, 90))
        self.team.agree(colleague, revision)
        self.later((2, 60))
        publication = self.team.send(revision)
        if retract:
            self.later((10, 240))
            asked = retraction.retract(
                actor=self.team.supervisors[0],
                publication_id=publication.pk,
                reason=self.draw.choice(RETRACTIONS),
            )
            retraction.run(asked.pk)
