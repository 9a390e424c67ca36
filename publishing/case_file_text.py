"""The case file in words: headings, texts, lists and pictures, in the reader's language.

`publishing/typeset.py` sets these blocks; nothing here knows of PDF. The JSON has every text as it
is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import audit_text
from accounts.errors import Sentence
from accounts.models import AuditEntry
from accounts.models.account import ReplySettings
from accounts.roles import Role
from accounts.timefmt import format_date, format_seconds, zone_words
from approvals.captions import kept_cues
from approvals.categories import FIELDS
from approvals.checklist import NAMES
from approvals.digest import SignedContent
from approvals.message import Image, MediaKind, Message
from approvals.models import Category, CloseReason, DraftState, Verdict, WordingOutcome
from publishing.blocks import (
    Block,
    Piece,
    bullets,
    displayed,
    facts,
    french,
    heading,
    in_french,
    labelled,
    language,
    link,
    plain,
    text,
)
from publishing.case_file import (
    AttemptFacts,
    CaseFile,
    CommentFacts,
    ImageFacts,
    LookupFacts,
    PartFacts,
    PublicationFacts,
    Purge,
    ReviewFacts,
    RevisionFacts,
    Segment,
    Who,
    WordingFacts,
)
from publishing.models import (
    ConfirmationKind,
    ConfirmationState,
    LookupKind,
    PartState,
    PublicationState,
    Reason,
    RetractionState,
)
from publishing.models.attempt import Outcome, Phase
from publishing.models.publication import Reading
from publishing.status_text import looked

SEVERITIES: dict[str, Sentence] = {
    "block": lazy("bloquant"),
    "warn": lazy("à justifier"),
    "advice": lazy("conseil"),
}
SETTINGS: dict[str, Sentence] = {
    "account": lazy("Compte"),
    "category": lazy("Catégorie"),
    "reply_settings": lazy("Réponses sur X"),
    "in_reply_to": lazy("En réponse au message qu’il suit"),
    "requested_at": lazy("Diffusion"),
}


def document_of(case_file: CaseFile, json_digest: str) -> dict[str, Any]:
    """What `publishing/typeset.py` sets. `json_digest` is that of the same case file's JSON."""
    return _Writer(case_file).document(json_digest)


class _Writer:
    """Writes one case file; moments are in the zone of its account."""

    def __init__(self, case_file: CaseFile) -> None:
        self.file = case_file
        self.zone = ZoneInfo(case_file.account.time_zone)
        self.images = {image.sha256: image for image in case_file.images}
        self.people = {str(person.id): person.name for person in case_file.people}

    def document(self, json_digest: str) -> dict[str, Any]:
        file = self.file
        title = _("Dossier du brouillon n° %(number)s de @%(handle)s") % {
            "number": file.draft.id,
            "handle": file.account.handle,
        }
        blocks = [
            *self._summary(json_digest),
            *self._current(),
            *self._revisions(),
            *self._debate(),
            *self._publications(),
            *self._images(),
            *self._trail(),
        ]
        return {
            "title": title,
            "author": "policetweets",
            "lang": language(),
            "made_at": int(file.state_of.timestamp()),
            "footer": title,
            "blocks": blocks,
        }

    def _at(self, moment: dt.datetime) -> str:
        """To the second, in the zone of the account."""
        local = moment.astimezone(self.zone)
        return _("%(day)s à %(hour)s (%(zone)s)") % {
            "day": format_date(local, "j F Y"),
            "hour": format_seconds(local),
            "zone": zone_words(local),
        }

    def _summary(self, json_digest: str) -> Iterator[Block]:
        file, draft = self.file, self.file.draft
        yield text(
            plain(
                _(
                    "Tout ce que policetweets sait de ce message, jusqu’à son dernier acte : "
                    "%(moment)s. Le même dossier en JSON a pour empreinte SHA-256 %(digest)s ; il "
                    "porte chaque texte à l’octet près. Ici, un émoji ou un caractère que la "
                    "police d’impression n’a pas est écrit par son nom, entre crochets."
                )
                % {"moment": self._at(file.state_of), "digest": json_digest}
            )
        )
        yield heading(1, _("Résumé"))
        account = f"@{file.account.handle} · {file.account.name} ({file.account.department})"
        rows = [
            (_("Compte"), [plain(account)]),
            (_("État du brouillon"), [plain(DraftState(draft.state).label)]),
            (_("Catégorie"), [plain(self._category(draft.category))]),
            (_("Auteur"), [plain(draft.author.name)]),
            (_("Commencé"), [plain(self._at(draft.begun_at))]),
            (
                _("Ont écrit ou modifié"),
                [
                    plain(
                        ", ".join(
                            f"{one.person.name} ({self._at(one.since)})"
                            for one in draft.contributors
                        )
                    )
                ],
            ),
            (_("Versions soumises"), [plain(len(file.revisions))]),
        ]
        if draft.urgent:
            rows.append((_("Urgence"), [plain(_("message urgent"))]))
        if draft.came_from:
            rows.append((_("Repris de"), [plain(_draft_number(draft.came_from))]))
        if draft.taken_up_in:
            taken = ", ".join(map(_draft_number, draft.taken_up_in))
            rows.append((_("Repris dans"), [plain(taken)]))
        for publication in self._all_publications():
            state = PublicationState(publication.state).label
            links = [part.link for part in publication.parts if part.link]
            pieces = [plain(f"{state}, {self._at(publication.since)}")]
            for address in links:
                pieces += [plain(" · "), link(address)]
            rows.append((_("Diffusion"), pieces))
        yield facts(rows)

    def _all_publications(self) -> Iterator[PublicationFacts]:
        for revision in self.file.revisions:
            if revision.release is not None and revision.release.publication is not None:
                yield revision.release.publication

    def _category(self, category: str) -> str:
        return str(Category(category).label) if category else _("aucune")

    def _current(self) -> Iterator[Block]:
        """The working copy, unless the last revision says the same."""
        last = self.file.revisions[-1].messages if self.file.revisions else None
        if last == self.file.draft.messages:
            return
        yield heading(1, _("Texte en l’état"))
        yield from self._messages(self.file.draft.messages)

    def _messages(self, messages: Sequence[Message], *, level: int = 2) -> Iterator[Block]:
        for number, message in enumerate(messages, 1):
            if len(messages) > 1:
                yield heading(level, _("Message %(number)s") % {"number": number})
            if message.text:
                yield {"kind": "message", "pieces": [french(message.text)]}
            else:
                yield text(plain(_("Aucun texte.")))
            for position, image in enumerate(message.images, 1):
                stored = self.images.get(image.sha256)
                kind = {
                    "image": _("Image %(number)s : %(alt)s"),
                    "gif": _("GIF animé (vue fixe) : %(alt)s"),
                    "video": _("Vidéo (vue fixe) : %(alt)s"),
                }[image.kind]
                words = kind % {"number": position, "alt": image.alt or _("sans description")}
                yield self._image(stored, words, image)
                if image.captions:
                    yield text(plain(_("Sous-titres de la vidéo :")))
                    yield bullets(
                        [plain(f"{cue.at} "), french(cue.text)] for cue in kept_cues(image.captions)
                    )

    def _image(self, stored: ImageFacts | None, words: str, image: Image) -> Block:
        if stored is None:
            gone = _("%(image)s (ses octets n’ont jamais été enregistrés)") % {"image": words}
            return text(plain(gone))
        if stored.purged is not None:
            return text(plain(f"{words} ({self._purge_words(stored.purged)})"))
        return {
            "kind": "image",
            "file": f"{stored.sha256}.jpg" if image.moves else stored.sha256,
            "alt": displayed(image.alt or _("sans description")),
            "caption": displayed(words),
            "missing": displayed(
                _("%(image)s (image illisible : son fichier manque ou a été altéré)")
                % {"image": words}
            ),
        }

    def _purge_words(self, purge: Purge) -> str:
        return _("image purgée par %(who)s, %(moment)s, motif : %(reason)s") % {
            "who": purge.person.name,
            "moment": self._at(purge.at),
            "reason": purge.reason,
        }

    def _revisions(self) -> Iterator[Block]:
        if not self.file.revisions:
            yield heading(1, _("Versions"))
            yield text(plain(_("Aucune version n’a été soumise.")))
        for revision in self.file.revisions:
            yield heading(1, _("Version %(number)s") % {"number": revision.number})
            yield facts(self._revision_rows(revision))
            yield from self._messages(revision.messages)
            if revision.differences is not None:
                yield heading(2, _("Ce qui a changé depuis la version précédente"))
                yield from self._differences(revision)
            yield heading(2, _("Vérifications automatiques"))
            yield from self._findings(revision)
            yield heading(2, _("Avis"))
            yield from self._reviews(revision)
            yield heading(2, _("Contenu signé"))
            yield text(plain(_("Le JSON canonique, dont l’empreinte est celle de la version :")))
            yield {"kind": "message", "pieces": [french(revision.content)]}

    def _revision_rows(self, revision: RevisionFacts) -> Iterator[tuple[str, list[Piece]]]:
        yield (
            _("Soumise"),
            [plain(f"{revision.submitted_by.name}, {self._at(revision.submitted_at)}")],
        )
        yield _("Empreinte"), [plain(revision.digest)]
        yield _("Accords demandés"), [plain(revision.required)]
        signed = SignedContent.read(revision.content)
        yield _("Catégorie"), [plain(self._category(signed.category))]
        yield _("Réponses sur X"), [plain(ReplySettings(signed.reply_settings).label)]
        if signed.in_reply_to is not None:
            yield self._setting_name("in_reply_to"), [plain(_("oui"))]
        when = self._at(signed.requested_at) if signed.requested_at else _("dès l’accord")
        yield _("Diffusion"), [plain(when)]
        for name, value in signed.fields.items():
            yield self._setting_name(f"fields.{name}"), [french(self._field(name, value))]
        if revision.release is not None:
            released = f"{self._at(revision.release.at)}, {revision.release.digest}"
            yield _("Bon à diffuser"), [plain(released)]
        if revision.closed_at is not None:
            words = str(CloseReason(revision.closing).label) if revision.closing else ""
            who = revision.closed_by.name if revision.closed_by is not None else ""
            said = ", ".join(filter(None, (words, who, self._at(revision.closed_at))))
            yield _("Close"), [plain(said)]
        read = ", ".join(f"{one.person.name} ({self._at(one.at)})" for one in revision.opened)
        yield _("Ouverte par"), [plain(read or _("personne"))]

    def _field(self, name: str, value: str) -> str:
        kind = FIELDS[name].kind if name in FIELDS else "text"
        if kind in ("past", "date"):
            return format_date(dt.date.fromisoformat(value), "j F Y")
        if kind == "moment":
            return self._at(dt.datetime.fromisoformat(value))
        return self.people.get(value, "—") if kind == "person" else value

    def _setting_name(self, name: str) -> str:
        field = FIELDS.get(name.removeprefix("fields."))
        return str(field.label) if field is not None else str(SETTINGS.get(name, name))

    def _setting(self, name: str, value: str) -> str:
        if name.startswith("fields."):
            return self._field(name.removeprefix("fields."), value) if value else "—"
        if name == "requested_at":
            return self._at(dt.datetime.fromisoformat(value)) if value else _("dès l’accord")
        if name == "category":
            return self._category(value)
        if name == "in_reply_to":
            return _("oui") if value else _("non")
        return str(ReplySettings(value).label) if name == "reply_settings" else f"@{value}"

    def _differences(self, revision: RevisionFacts) -> Iterator[Block]:
        differences = revision.differences
        if differences is None or not (
            differences.texts or differences.images or differences.settings
        ):
            yield text(plain(_("Rien n’a changé.")))
            return
        for segments in differences.texts:
            if any(segment.kind != "same" for segment in segments):
                yield text(*(_changed(segment) for segment in segments))
        entries = [
            [
                plain(
                    _("Message %(number)s : %(what)s %(alt)s")
                    % {
                        "number": one.position + 1,
                        "what": _image_change(one.media, one.kind),
                        "alt": one.alt,
                    }
                )
            ]
            for one in differences.images
        ]
        entries += [
            [
                plain(
                    _("%(name)s : %(before)s, maintenant %(after)s")
                    % {
                        "name": self._setting_name(one.name),
                        "before": self._setting(one.name, one.before),
                        "after": self._setting(one.name, one.after),
                    }
                )
            ]
            for one in differences.settings
        ]
        if entries:
            yield bullets(entries)

    def _findings(self, revision: RevisionFacts) -> Iterator[Block]:
        spoken = language()
        if not revision.findings:
            yield text(plain(_("Rien n’a été relevé.")))
            return
        entries = []
        for found in revision.findings:
            sentence = found.sentence.get(spoken) or found.sentence["fr"]
            severity = SEVERITIES.get(found.severity, found.severity)
            where = _("Message %(number)s") % {"number": found.position + 1}
            pieces = [plain(f"{where} ({severity}, {found.check}). {sentence}")]
            if found.words:
                pieces.append(french(f" « {found.words} »"))
            if found.reason:
                pieces += labelled(_("Motif de l’auteur :"), found.reason)
            entries.append(pieces)
        yield bullets(entries)

    def _reviews(self, revision: RevisionFacts) -> Iterator[Block]:
        objections = [one for one in self.file.objections if one.revision == revision.number]
        if not revision.reviews and not objections:
            yield text(plain(_("Aucun avis.")))
            return
        entries = [self._review(review) for review in revision.reviews]
        for objection in objections:
            said = _("%(who)s (%(role)s) s’oppose, %(moment)s :") % {
                "who": objection.raised_by.name,
                "role": _role(objection.role),
                "moment": self._at(objection.raised_at),
            }
            pieces = [plain(f"{said} "), french(objection.reason)]
            if objection.lifted is not None:
                lifted = _("Levée par %(who)s, %(moment)s.") % {
                    "who": objection.lifted.person.name,
                    "moment": self._at(objection.lifted.at),
                }
                pieces += labelled(f" {lifted}", objection.lifted.reason)
            entries.append(pieces)
        yield bullets(entries)

    def _review(self, review: ReviewFacts) -> list[Piece]:
        said = [
            _("%(who)s (%(role)s) : %(verdict)s, %(moment)s.")
            % {
                "who": review.reviewer.name,
                "role": _role(review.role),
                "verdict": Verdict(review.verdict).label,
                "moment": self._at(review.at),
            }
        ]
        if review.seconds_since_opened is not None:
            seconds = number_format(review.seconds_since_opened)
            said.append(_("Donné %(seconds)s s après l’ouverture.") % {"seconds": seconds})
        said.append(_("Empreinte signée : %(digest)s.") % {"digest": review.digest})
        if (kept := review.checklist) is not None:
            said.append(_("Points vérifiés : %(points)s.") % {"points": _points(kept.ticked)})
            if kept.together:
                said.append(_("Les points communs ont été cochés ensemble."))
            if left := [point for point in kept.shown if point not in kept.ticked]:
                said.append(_("Non cochés : %(points)s.") % {"points": _points(left)})
        pieces = [plain(" ".join(said))]
        return pieces + labelled(_("Motif :"), review.reason) if review.reason else pieces

    def _debate(self) -> Iterator[Block]:
        yield heading(1, _("Débat"))
        if not self.file.debate and not self.file.wordings:
            yield text(plain(_("Personne n’a écrit dans le débat.")))
            return
        said = {comment.id: comment for comment in self.file.debate}
        threads = sorted(said.values(), key=lambda one: (one.answers or one.id, one.id))
        entries = [self._comment(comment, said) for comment in threads]
        yield bullets(entries + [self._wording(wording) for wording in self.file.wordings])

    def _comment(self, comment: CommentFacts, said: dict[int, CommentFacts]) -> list[Piece]:
        """An answer stands after what began its thread, and says whom it answers."""
        who = f"{comment.author.name}, {self._at(comment.at)}"
        if comment.revision is not None:
            who += ", " + _("sur la version %(number)s") % {"number": comment.revision}
        if comment.answers is not None:
            begun = said[comment.answers]
            who += ", " + _("en réponse à %(name)s") % {"name": begun.author.name}
        pieces = []
        if comment.about is not None:
            who += ", " + _("du message %(number)s") % {"number": comment.about.position + 1}
            if comment.about.words:
                pieces = [plain("« "), french(comment.about.words), plain(" » ")]
        words = [plain(f"{_('%(who)s :') % {'who': who}} "), *pieces, french(comment.body)]
        if comment.mentions:
            names = ", ".join(person.name for person in comment.mentions)
            words.append(plain(" " + _("(prévient %(names)s)") % {"names": names}))
        return words

    def _wording(self, wording: WordingFacts) -> list[Piece]:
        said = _("%(name)s, %(at)s, propose du message %(message)s de la version %(number)s :") % {
            "name": wording.author.name,
            "at": self._at(wording.at),
            "message": wording.position + 1,
            "number": wording.revision,
        }
        pieces = [
            plain(f"{said} "),
            *labelled(_("au lieu de"), wording.before),
            *labelled(_("ceci :"), wording.after),
        ]
        if wording.decided_by is not None:
            taken = wording.outcome == WordingOutcome.TAKEN
            by = _("Acceptée par %(by)s") if taken else _("Déclinée par %(by)s")
            pieces.append(plain(" " + by % {"by": wording.decided_by.name} + "."))
        return pieces

    def _publications(self) -> Iterator[Block]:
        publications = list(self._all_publications())
        if not publications:
            yield heading(1, _("Diffusion"))
            yield text(plain(_("Aucune version n’a été bonne à diffuser : rien n’est parti.")))
        for publication in publications:
            yield heading(1, _("Diffusion n° %(number)s") % {"number": publication.id})
            yield facts(self._publication_rows(publication))
            for part in publication.parts:
                yield heading(2, _("Message %(number)s") % {"number": part.position + 1})
                yield from self._part(part)
            yield heading(2, _("Décisions à deux"))
            yield from self._confirmations(publication)
            yield heading(2, _("Retrait de X"))
            yield from self._retractions(publication)

    def _publication_rows(self, publication: PublicationFacts) -> Iterator[tuple[str, list[Piece]]]:
        state = str(PublicationState(publication.state).label)
        if publication.reason:
            state += f" ({Reason(publication.reason).label})"
        yield _("État"), [plain(f"{state}, {self._at(publication.since)}")]
        yield _("Heure prévue"), [plain(self._at(publication.due_at))]
        if publication.published_at is not None:
            yield _("Diffusé"), [plain(self._at(publication.published_at))]
        if publication.removal_on is not None:
            yield _("À retirer le"), [plain(format_date(publication.removal_on, "j F Y"))]
        yield _("Relecture sur X"), [plain(Reading(publication.reading).label)]
        if publication.acknowledged is not None:
            seen = publication.acknowledged
            who = f"{seen.person.name}, {self._at(seen.at)}"
            label = _("%(who)s :") % {"who": who}
            yield _("Prise de connaissance"), [plain(f"{label} "), french(seen.reason)]

    def _part(self, part: PartFacts) -> Iterator[Block]:
        rows = [(_("État"), [plain(PartState(part.state).label)])]
        if part.x_id:
            rows.append((_("Identifiant sur X"), [plain(part.x_id)]))
            rows.append((_("Lien"), [link(part.link)]))
        if part.out_at is not None:
            rows.append((_("Sur X depuis"), [plain(self._at(part.out_at))]))
        if part.uncertain_since is not None:
            rows.append((_("Incertain depuis"), [plain(self._at(part.uncertain_since))]))
        if part.lookalike_link:
            rows.append((_("Message plus ancien, de même texte"), [link(part.lookalike_link)]))
        yield facts(rows)
        if part.attempts:
            yield text(plain(_("Tentatives d’envoi et réponses de X :")))
            yield bullets([self._attempt(attempt)] for attempt in part.attempts)
        else:
            yield text(plain(_("Aucune tentative d’envoi.")))
        if part.lookups:
            yield text(plain(_("Recherches et relectures sur X :")))
            yield bullets([self._lookup(lookup)] for lookup in part.lookups)

    def _attempt(self, attempt: AttemptFacts) -> Piece:
        words = [
            _("Tentative %(number)s, %(moment)s : %(outcome)s")
            % {
                "number": attempt.number,
                "moment": self._at(attempt.posting_at or attempt.preparing_at),
                "outcome": Outcome(attempt.outcome).label,
            }
        ]
        if attempt.reason:
            words.append(str(Reason(attempt.reason).label))
        if attempt.phase != Phase.ANSWERED:
            words.append(str(Phase(attempt.phase).label))
        if attempt.confirmation is not None:
            words.append(_("sur la décision n° %(number)s") % {"number": attempt.confirmation})
        answer = attempt.answer
        if answer is None:
            words.append(_("aucune réponse de X"))
        else:
            status = answer.status if answer.status is not None else _("aucun code")
            words.append(
                _("réponse n° %(number)s de X, %(moment)s : %(status)s, %(meaning)s")
                % {
                    "number": answer.id,
                    "moment": self._at(answer.at),
                    "status": f"HTTP {status}" if answer.status is not None else status,
                    "meaning": Reason(answer.reason).label if answer.reason else answer.outcome,
                }
            )
            if answer.x_id:
                words.append(_("identifiant %(id)s") % {"id": answer.x_id})
        separator = " ; " if in_french() else "; "
        return plain(separator.join(words) + ".")

    def _lookup(self, lookup: LookupFacts) -> Piece:
        kind = capfirst(str(LookupKind(lookup.kind).label))
        if lookup.done_at is None:
            return plain(
                _("%(kind)s, à faire %(moment)s.")
                % {"kind": kind, "moment": self._at(lookup.due_at)}
            )
        said = _("%(kind)s, %(moment)s : %(result)s") % {
            "kind": kind,
            "moment": self._at(lookup.done_at),
            "result": looked(lookup.result, lookup.status),
        }
        if lookup.status is not None:
            said += f" (HTTP {lookup.status})"
        if lookup.x_id:
            said += ", " + _("identifiant %(id)s") % {"id": lookup.x_id}
        return plain(said + ".")

    def _confirmations(self, publication: PublicationFacts) -> Iterator[Block]:
        if not publication.confirmations:
            yield text(plain(_("Aucune.")))
            return
        entries = []
        for one in publication.confirmations:
            said = [
                _("Décision n° %(number)s, « %(kind)s » : %(state)s.")
                % {
                    "number": one.id,
                    "kind": ConfirmationKind(one.kind).label,
                    "state": ConfirmationState(one.state).label,
                },
                _("Proposée par %(who)s, %(moment)s.")
                % {"who": one.proposed_by.name, "moment": self._at(one.proposed_at)},
            ]
            if one.decided_by is not None and one.decided_at is not None:
                decided = {"who": one.decided_by.name, "moment": self._at(one.decided_at)}
                said.append(_("Réponse de %(who)s, %(moment)s.") % decided)
            if one.due_at is not None:
                said.append(_("Nouvel horaire : %(moment)s.") % {"moment": self._at(one.due_at)})
            if one.x_id:
                said.append(_("Identifiant sur X : %(id)s.") % {"id": one.x_id})
            entries.append([plain(" ".join(said)), *labelled(_("Motif :"), one.reason)])
        yield bullets(entries)

    def _retractions(self, publication: PublicationFacts) -> Iterator[Block]:
        if not publication.retractions:
            yield text(plain(_("Aucun.")))
            return
        entries = []
        for one in publication.retractions:
            said = _("Demandé par %(who)s, %(moment)s : %(state)s") % {
                "who": one.requested_by.name,
                "moment": self._at(one.requested_at),
                "state": RetractionState(one.state).label,
            }
            if one.ended_at is not None:
                said += f", {self._at(one.ended_at)}"
            entries.append([plain(f"{said}."), *labelled(_("Motif :"), one.reason)])
        yield bullets(entries)

    def _images(self) -> Iterator[Block]:
        yield heading(1, _("Images"))
        if not self.file.images:
            yield text(plain(_("Aucune image.")))
            return
        yield bullets([plain(self._image_words(image))] for image in self.file.images)

    def _image_words(self, image: ImageFacts) -> str:
        said = _(
            "%(digest)s : %(mime)s, %(width)s × %(height)s points, %(size)s octets ; "
            "ajoutée %(moment)s."
        ) % {
            "digest": image.sha256,
            "mime": image.mime,
            "width": image.width,
            "height": image.height,
            "size": number_format(image.size, force_grouping=True),
            "moment": self._at(image.stored_at),
        }
        if image.purged is not None:
            said = f"{said} {capfirst(self._purge_words(image.purged))}."
        return said

    def _trail(self) -> Iterator[Block]:
        yield heading(1, _("Journal"))
        entries = [
            AuditEntry(
                pk=row.id,
                at=row.at,
                actor_id=row.actor.id if row.actor is not None else None,
                act=row.act,
                subject_type=row.subject_type,
                subject_id=row.subject_id,
                details=row.details,
            )
            for row in self.file.trail
        ]
        actors: list[Who | None] = [row.actor for row in self.file.trail]
        said = []
        for line, actor in zip(audit_text.lines(entries), actors, strict=True):
            words = str(line.words)
            if actor is not None and not words[0].isupper():
                words = f"{actor.name} {words}"
            elif actor is not None:
                words = f"{words} ({actor.name})"
            about = f" — {' · '.join(line.about)}" if line.about else ""
            at = {"moment": self._at(line.entry.at), "words": f"{words}{about}"}
            said.append([plain(_("%(moment)s : %(words)s") % at)])
        yield bullets(said) if said else text(plain(_("Aucun acte.")))


def _draft_number(number: int) -> str:
    return _("brouillon n° %(number)s") % {"number": number}


def _role(role: str) -> str:
    return str(audit_text.VALUES["role"].get(role, Role(role).label))


def _points(ids: Iterable[str]) -> str:
    return ", ".join(str(NAMES.get(point, point)) for point in ids)


def _changed(segment: Segment) -> Piece:
    """Readable without the line through it or under it."""
    words = {"text": segment.text}
    if segment.kind == "del":
        return {
            "kind": "del",
            "text": displayed(_("[supprimé : %(text)s]") % {"text": segment.text}),
        }
    if segment.kind == "ins":
        return {"kind": "ins", "text": displayed(_("[ajouté : %(text)s]") % words)}
    return french(segment.text)


def _image_change(media: MediaKind, kind: str) -> str:
    if kind == "moved":
        return _("images dans un autre ordre")
    return {
        ("image", "added"): _("image ajoutée"),
        ("image", "removed"): _("image retirée"),
        ("image", "described"): _("image décrite autrement"),
        ("gif", "added"): _("GIF ajouté"),
        ("gif", "removed"): _("GIF retiré"),
        ("gif", "described"): _("GIF décrit autrement"),
        ("video", "added"): _("vidéo ajoutée"),
        ("video", "removed"): _("vidéo retirée"),
        ("video", "described"): _("vidéo décrite autrement"),
        ("video", "captioned"): _("vidéo sous-titrée autrement"),
    }[media, kind]
