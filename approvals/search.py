"""Search among what people of one's accounts wrote: the form, the query and what is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db import connection
from django.db.models import BooleanField, Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DayInput
from accounts.models import Account, Person, Seat, Supervision
from approvals.forms.filter import OUTCOMES
from approvals.models import Category, Draft, DraftState, Revision, SearchEntry

PAGE = 20
# As `search_vector` has it: see approvals/sql/functions.sql.
BLOCK = 4096
MAX_WORDS = 200
EXCERPT, BEFORE = 280, 80
# As `search_folded` cuts them; a letter may carry its accent as a character of its own.
WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")


class SearchForm(forms.Form):
    """Words, and among what to look for them."""

    q = forms.CharField(
        label=gettext_lazy("Mots cherchés"),
        help_text=gettext_lazy("Tous ces mots, avec ou sans accents, au singulier ou au pluriel."),
        max_length=MAX_WORDS,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    account = forms.ChoiceField(label=gettext_lazy("Compte"), required=False)
    person = forms.ChoiceField(label=gettext_lazy("Écrit par"), required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("Catégorie"),
        required=False,
        choices=[("", gettext_lazy("Toutes")), *Category.choices],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("État"),
        required=False,
        choices=[("", gettext_lazy("Tous")), *DraftState.choices, *OUTCOMES],
    )
    since = forms.DateField(label=gettext_lazy("Du"), required=False, widget=DayInput)
    until = forms.DateField(label=gettext_lazy("Au"), required=False, widget=DayInput)

    def __init__(self, accounts: list[Account], data: QueryDict) -> None:
        super().__init__(data)
        people = cast(forms.ChoiceField, self.fields["person"])
        found = people_of(accounts).values_list("pk", "name")
        people.choices = [("", _("Tous")), *((str(pk), name) for pk, name in found)]
        if len(accounts) < 2:  # nobody is asked which
            del self.fields["account"]
            return
        field = cast(forms.ChoiceField, self.fields["account"])
        field.choices = [("", _("Tous")), *((a.handle, f"@{a.handle}") for a in accounts)]


def people_of(accounts: list[Account]) -> QuerySet[Person]:
    """Who has or had a role on these accounts, and may have written there."""
    roles = (
        Exists(model.objects.filter(person=OuterRef("pk"), account__in=accounts))
        for model in (Seat, Supervision)
    )
    return Person.objects.filter(next(roles) | next(roles)).order_by("name", "pk")


def of_state(drafts: QuerySet[Draft], state: str) -> QuerySet[Draft]:
    """In this state, or released and come to this end."""
    if state in dict(OUTCOMES):
        came_out = Revision.objects.filter(release__publication__state=state)
        return drafts.filter(Exists(came_out.filter(draft=OuterRef("pk"))))
    return drafts.filter(state=state)


@dataclass(frozen=True, slots=True)
class Words:
    """What PostgreSQL makes of the words that are looked for."""

    query: str
    lexemes: list[str]


def read_words(typed: str) -> Words:
    """No lexeme when all of them are too common to be looked for, or there is none."""
    folded = "to_tsvector('pg_catalog.french', search_folded(%s))"
    query = "plainto_tsquery('pg_catalog.french', search_folded(%s))::text"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {query}, tsvector_to_array({folded})", [typed, typed])
        return Words(*cursor.fetchone())


# Block after block of ids, the newest first, until a page is full: what is read of the index grows
# neither with how much was ever written nor with how common a word is. An expression orders the
# rows of a block, so that no other index than the words' is of use.
NEWEST = """
SELECT found.id
FROM (SELECT min(id) / {block} AS oldest, least(max(id), %s) / {block} AS newest
      FROM approvals_searchentry) blocks
CROSS JOIN generate_series(blocks.newest, blocks.oldest, -1) AS block
CROSS JOIN LATERAL (
    SELECT e.id FROM approvals_searchentry e
    WHERE e.vector @@ (%s::tsquery && %s::tsquery && ('''/b' || block || '''')::tsquery)
      AND {conditions}
    ORDER BY e.id + 0 DESC
) found
LIMIT %s
"""


def newest(
    words: Words, accounts: list[Account], asked: dict[str, Any], before: int | None, limit: int
) -> list[SearchEntry]:
    """The newest entries of these accounts that hold all the words: one query."""
    conditions = ["e.account_id = ANY(%s)"]
    values: list[Any] = [[account.pk for account in accounts]]
    for condition, value in _limits(asked, before):
        conditions.append(condition)
        values.append(value)
    drafts = Draft.objects.filter(pk=RawSQL("e.draft_id", []))
    if asked.get("category"):
        drafts = drafts.filter(category=asked["category"])
    if asked.get("state"):
        drafts = of_state(drafts, asked["state"])
    if asked.get("category") or asked.get("state"):
        of_draft, of_draft_values = drafts.values("pk").query.sql_with_params()
        conditions.append(f"EXISTS ({of_draft})")
        values += of_draft_values
    whose = " | ".join(f"'/a{account.pk}'" for account in accounts)
    found = NEWEST.format(block=BLOCK, conditions=" AND ".join(conditions))
    first = before if before is not None else 2**62
    of_page = RawSQL(  # noqa: S611
        # An array is made once, and the rows come by their keys.
        f"approvals_searchentry.id = ANY(ARRAY({found}))",
        [first, words.query, whose, *values, limit],
        output_field=BooleanField(),
    )
    entries = SearchEntry.objects.filter(of_page).defer("vector").order_by("-pk")
    return list(entries.select_related("draft__account", "draft__author", "person", "revision"))


def _limits(asked: dict[str, Any], before: int | None) -> list[tuple[str, Any]]:
    """By whom, when, and from where on; days are those of the account's zone."""
    local_day = (
        "(e.written_at AT TIME ZONE"
        " (SELECT a.time_zone FROM accounts_account a WHERE a.id = e.account_id))::date"
    )
    limits = {
        "e.person_id = %s": int(asked["person"]) if asked.get("person") else None,
        f"{local_day} >= %s": asked.get("since"),
        f"{local_day} <= %s": asked.get("until"),
        "e.id < %s": before,
    }
    return [(condition, value) for condition, value in limits.items() if value is not None]


@dataclass(frozen=True, slots=True)
class Found:
    """One entry, with the part of it that is shown: (words, whether they were looked for)."""

    entry: SearchEntry
    excerpt: list[tuple[str, bool]]


def excerpts(entries: list[SearchEntry], words: Words) -> list[Found]:
    """Each entry around the first word that was looked for: one query."""
    said = {word for entry in entries for word in WORD.findall(entry.body)}
    marked = _looked_for(said, words)
    return [Found(entry, _excerpt(entry.body, marked)) for entry in entries]


def _looked_for(said: set[str], words: Words) -> set[str]:
    """Of these words, those that PostgreSQL takes for one of those looked for."""
    lexemes = "tsvector_to_array(to_tsvector('pg_catalog.french', search_folded(word)))"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word FROM unnest(%s::text[]) word WHERE {lexemes} && %s::text[]",  # noqa: S608
            [list(said), words.lexemes],
        )
        return {row[0] for row in cursor.fetchall()}


def _excerpt(body: str, marked: set[str]) -> list[tuple[str, bool]]:
    hits = [m for m in WORD.finditer(body) if m[0] in marked]
    begins = max(hits[0].start() - BEFORE, 0) if hits else 0
    if begins:  # after a blank, and not in the middle of a word
        begins = body.find(" ", begins, hits[0].start()) + 1 or begins
    ends = min(begins + EXCERPT, len(body))
    if ends < len(body):
        ends = max(body.rfind(" ", begins + EXCERPT // 2, ends), 0) or ends
    segments, at = [("… ", False)] if begins else [], begins
    for hit in hits:
        if hit.end() > ends:
            break
        segments += [(body[at : hit.start()], False), (hit[0], True)]
        at = hit.end()
    segments.append((body[at:ends] + (" …" if ends < len(body) else ""), False))
    return [(text, is_marked) for text, is_marked in segments if text]
