"""The pilot report in words: the blocks of its PDF, in the language that was asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.timefmt import PARIS, format_date, format_exact
from insights import words
from insights.charts import BarChart, LineChart, bar_chart, line_chart
from insights.models import Age, LessonTheme, LessonVerdict
from insights.records import MessageRecord, Opinion
from insights.summary import AccountFollowers, LessonSaid, Summary
from publishing.blocks import (
    Block,
    Piece,
    bullets,
    chart,
    facts,
    french,
    heading,
    language,
    link,
    plain,
    table,
    text,
)

# More would be a book that nobody prints; the data files have them all.
MAX_PRINTED = 1000
MAX_SETBACKS = 200


def title_of(summary: Summary) -> str:
    return _("Rapport du %(since)s au %(until)s") % {
        "since": format_date(summary.since, "j F Y"),
        "until": format_date(summary.until, "j F Y"),
    }


def document_of(summary: Summary, records: list[MessageRecord]) -> dict[str, Any]:
    """What `publishing/typeset.py` sets. Records are the first of them: at most MAX_PRINTED."""
    title = title_of(summary)
    end = dt.datetime.combine(summary.until, dt.time.max, tzinfo=PARIS)
    return {
        "title": title,
        "author": "policetweets",
        "lang": language(),
        "made_at": int(end.timestamp()),
        "footer": title,
        "blocks": [*chapters(summary), *_every_message(summary, records)],
    }


def chapters(summary: Summary) -> Iterator[Block]:
    """What the page shows too: everything but the messages one by one."""
    yield from _essentials(summary)
    yield from _messages(summary)
    yield from _review(summary)
    yield from _setbacks(summary)
    yield from _audience(summary)
    yield from _lessons(summary)


def _essentials(summary: Summary) -> Iterator[Block]:
    published = sum(account.published for account in summary.accounts)
    posts = sum(account.posts for account in summary.accounts)
    yield heading(1, _("L’essentiel"))
    yield facts(
        [
            (_("Messages commencés ou diffusés"), [plain(words.grouped(summary.messages))]),
            (_("Diffusés"), [plain(words.grouped(published))]),
            (_("Tweets sur X"), [plain(words.grouped(posts))]),
            (_("Commentaires"), [plain(words.grouped(summary.comments))]),
            (_("Demandes de modification et rejets"), [plain(words.grouped(summary.refusals))]),
            (_("Empreinte du journal"), [plain(summary.trail)]),
        ]
    )
    yield text(
        plain(
            _(
                "Tant que rien ne s’ajoute au journal de ces messages, la même période donne le "
                "même document, à l’octet près. Personne n’y est nommé : chacun y paraît par sa "
                "fonction."
            )
        )
    )
    yield table(
        _("Par compte"),
        [_("Compte"), _("Messages"), _("Diffusés"), _("Tweets"), _("Refus")],
        [
            [f"@{one.account} · {one.name}", *map(words.grouped, counts)]
            for one in summary.accounts
            if (counts := (one.messages, one.published, one.posts, one.refusals))
        ],
    )


def _messages(summary: Summary) -> Iterator[Block]:
    yield heading(1, _("Les messages"))
    if not summary.messages:
        yield text(plain(_("Rien sur cette période.")))
        return
    yield table(
        _("Par état"),
        [_("État"), _("Messages")],
        [[words.state(state), words.grouped(n)] for state, n in summary.states.items()],
    )
    yield table(
        _("Par catégorie"),
        [_("Catégorie"), _("Messages")],
        [[words.category(name), words.grouped(n)] for name, n in summary.categories.items()],
    )
    if any(summary.hours):
        yield from _hours(summary.hours)
    yield table(
        _("Délais"),
        [_("Étape"), _("Messages"), _("Médiane"), _("Neuf sur dix en moins de")],
        [
            [
                words.STEPS[delay.step],
                words.grouped(delay.messages),
                words.duration(delay.median),
                words.duration(delay.slow),
            ]
            for delay in summary.delays
        ],
    )


def _hours(hours: list[int]) -> Iterator[Block]:
    counts = [(str(hour), count) for hour, count in enumerate(hours)]
    yield _drawn(
        "insights/_bar_chart.html",
        bar_chart(counts),
        "hours",
        _("Messages diffusés selon l’heure ; le tableau qui suit donne les chiffres."),
    )
    yield table(
        _("Diffusés, par heure"),
        [_("Heure"), _("Messages")],
        [[_("%(hour)d h") % {"hour": hour}, n] for hour, n in enumerate(hours) if n],
    )


def _review(summary: Summary) -> Iterator[Block]:
    yield heading(1, _("Ce que les vérifications ont trouvé"))
    if not summary.checks:
        yield text(plain(_("Rien sur cette période.")))
        return
    header = [
        _("Vérification"),
        _("Trouvé"),
        _("Modifié"),
        _("Gardé, motif donné"),
        _("Non diffusé"),
    ]
    yield table(
        _("Par vérification"),
        header,
        [
            [
                words.check(one.check),
                *map(words.grouped, (one.fired, one.changed, one.kept, one.open)),
            ]
            for one in summary.checks
        ],
    )


def _setbacks(summary: Summary) -> Iterator[Block]:
    yield heading(1, _("Ce qui ne s’est pas passé comme prévu"))
    if not summary.setbacks:
        yield text(plain(_("Rien sur cette période.")))
        return
    yield bullets(
        [
            plain(
                _("%(account)s, message n° %(number)d, %(moment)s : %(act)s.")
                % {
                    "account": f"@{one.account}",
                    "number": one.message,
                    "moment": format_exact(one.at, PARIS),
                    "act": words.act(one.act),
                }
            ),
            *([plain(" "), french(one.reason)] if one.reason else []),
        ]
        for one in summary.setbacks[:MAX_SETBACKS]
    )
    if len(summary.setbacks) > MAX_SETBACKS:
        yield text(plain(_("La suite est dans setbacks.csv.")))


def _audience(summary: Summary) -> Iterator[Block]:
    yield heading(1, _("L’audience"))
    for row in summary.followers:
        yield from _followers(summary, row)
    counted = [one for one in summary.metrics if one.posts]
    if counted:
        yield table(
            _("Médianes des tweets relevés, par âge"),
            [_("Âge"), _("Tweets"), _("Vues"), _("J’aime"), _("Partages"), _("Réponses")],
            [
                [
                    Age(one.age).label,
                    *map(
                        words.grouped,
                        (one.posts, one.impressions, one.likes, one.reposts, one.replies),
                    ),
                ]
                for one in counted
            ],
        )
    invited = [one for one in summary.invitations if one.invited or one.accepted or one.declined]
    if invited:
        yield table(
            _("Invitations à suivre les comptes"),
            [_("Compte"), _("Invitations"), _("Acceptées"), _("Déclinées")],
            [
                [
                    f"@{one.account} · {one.name}",
                    *map(words.grouped, (one.invited, one.accepted, one.declined)),
                ]
                for one in invited
            ],
        )


def _followers(summary: Summary, row: AccountFollowers) -> Iterator[Block]:
    yield heading(2, f"@{row.account} · {row.name}")
    if row.start is None or row.end is None:
        yield text(plain(_("Aucun relevé des abonnés sur cette période.")))
        return
    sentence = _("De %(start)s à %(end)s abonnés. Relevés manquants : %(gaps)s.") % {
        "start": words.grouped(row.start),
        "end": words.grouped(row.end),
        "gaps": words.grouped(row.gaps),
    }
    yield text(plain(sentence))
    drawn = line_chart(dict(row.days), summary.since, summary.until)
    yield _drawn("insights/_line_chart.html", drawn, row.account, sentence)


def _lessons(summary: Summary) -> Iterator[Block]:
    """What two people kept is the chapter; the rest says how far it is."""
    yield heading(1, _("Éléments d’instruction"))
    if not summary.lessons:
        yield text(plain(_("Aucun retour d’expérience sur cette période.")))
        return
    for theme in LessonTheme:
        lessons = [one for one in summary.lessons if one.theme == theme]
        if lessons:
            yield heading(2, capfirst(str(theme.label)))
            yield bullets(_lesson(one) for one in lessons)


def _lesson(one: LessonSaid) -> list[Piece]:
    kept = one.state == LessonVerdict.KEPT
    proposed = [plain(_(" · instruction proposée : ")), french(one.instruction)]
    return [
        plain(f"@{one.account}, {words.lesson_state(one.state)} : "),
        french(one.note),
        *(proposed if one.instruction and kept else []),
    ]


def _drawn(template: str, drawn: LineChart | BarChart, name: str, said: str) -> Block:
    """`name` is its own on the page."""
    context = {"chart": drawn, "chart_id": name, "chart_title": said, "chart_words": ""}
    return chart(render_to_string(template, context), said)


def _every_message(summary: Summary, records: list[MessageRecord]) -> Iterator[Block]:
    yield heading(1, _("Chaque message"))
    if summary.messages > len(records):
        yield text(
            plain(
                _(
                    "La période compte %(count)s messages : seuls les %(printed)s premiers sont "
                    "ici. Tous sont dans messages.csv et messages.jsonl."
                )
                % {
                    "count": words.grouped(summary.messages),
                    "printed": words.grouped(len(records)),
                }
            )
        )
    for record in records:
        yield heading(2, _("Message n° %(number)d") % {"number": record.id})
        yield facts(_record_rows(record))
        for said in record.texts:
            yield {"kind": "message", "pieces": [french(said)]}
        if record.debate:
            yield bullets(_opinion(one) for one in record.debate)


def _record_rows(record: MessageRecord) -> Iterable[tuple[str, list[Piece]]]:
    yield _("Compte"), [plain(f"@{record.account}")]
    yield _("Catégorie"), [plain(words.category(record.category))]
    yield _("État"), [plain(words.state(record.state))]
    for label, moment in (
        (_("Commencé"), record.begun_at),
        (_("Soumis"), record.submitted_at),
        (_("Approuvé"), record.released_at),
        (_("Diffusé"), record.published_at),
    ):
        if moment is not None:
            yield label, [plain(format_exact(moment, PARIS))]
    yield _("Versions soumises"), [plain(record.revisions)]
    if record.signed_by:
        yield _("Accords"), [plain(", ".join(map(words.function, record.signed_by)))]
    for address in record.links:
        yield _("Sur X"), [link(address)]
    for fired in record.findings:
        pieces = [plain(words.check(fired.check)), plain(" : "), french(fired.words)]
        if fired.reason:
            pieces += [plain(_(" · motif : ")), french(fired.reason)]
        yield _("Vérification"), pieces


def _opinion(one: Opinion) -> list[Piece]:
    who = _("%(what)s, %(function)s, %(moment)s") % {
        "what": words.OPINIONS[one.kind],
        "function": words.function(one.function),
        "moment": format_exact(one.at, PARIS),
    }
    return [plain(who), *([plain(" : "), french(one.text)] if one.text else [])]
