"""What search reads: one row for each thing that somebody wrote, kept by triggers."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryKind(models.TextChoices):
    """What somebody wrote; a name of `search_add` in the triggers."""

    DRAFT = "draft", _("texte en cours")
    REVISION = "revision", _("version soumise")
    COMMENT = "comment", _("message du débat")
    WORDING = "wording", _("formulation proposée")
    REVIEW = "review", _("motif d’un avis")
    OBJECTION = "objection", _("motif d’une opposition")
    LIFTING = "lifting", _("levée d’une opposition")
    CONFIRMATION = "confirmation", _("motif d’une proposition")
    RETRACTION = "retraction", _("motif d’un retrait")
    ACKNOWLEDGEMENT = "acknowledgement", _("motif d’une prise en compte")


class SearchVector(models.Func):
    """Of approvals/sql/functions.sql."""

    function = "search_vector"
    output_field = SearchVectorField()


class SearchEntry(models.Model):
    """A newer row is of something written later: pages go by `id`. Nothing but a copy: what counts
    stands in the tables that the triggers watch.
    """

    id = models.BigIntegerField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False)
    draft = models.ForeignKey("approvals.Draft", on_delete=models.PROTECT, db_index=False)
    revision = models.ForeignKey(
        "approvals.Revision", on_delete=models.PROTECT, null=True, db_index=False
    )
    kind = models.CharField(max_length=15, choices=EntryKind.choices)
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    written_at = models.DateTimeField()
    body = models.TextField()
    vector = models.GeneratedField(
        expression=SearchVector("account_id", "id", "body"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=EntryKind.values), name="search_entry_kind_known"
            )
        ]
        indexes = [
            # No list of pending rows: each block of a search would read it whole.
            GinIndex(fields=["vector"], name="search_by_words", fastupdate=False),
            models.Index(fields=["draft", "kind"], name="search_of_draft"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.kind}"


def searchable(name: str, call: str, *, changed: tuple[str, ...] = ()) -> pgtrigger.Trigger:
    """After a row is added, or one of the fields `changed` is, what it says is found: `call` is a
    function of search and what it gets.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Update if changed else pgtrigger.Insert,
        condition=pgtrigger.AnyChange(*changed) if changed else None,
        func=f"PERFORM {call}; RETURN NULL;",
    )
