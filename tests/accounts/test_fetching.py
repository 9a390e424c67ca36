"""Rows fetched together are those that each queryset fetches alone, to the last field."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, OuterRef
from django.db.models.functions import Now

from accounts.fetching import fetch_together
from accounts.models import Person, Right, Seat
from approvals.models import Contributor, Draft, Revision
from tests.approvals.writing import a_draft, a_revision, signed

pytestmark = pytest.mark.django_db


def fields_of(rows):
    return [{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} for row in rows]


def test_every_model_but_bytes_comes_as_it_is(cast, django_assert_num_queries):
    signed(a_revision(cast.claire, cast.nantes, urgent=True), cast.marc, cast.helene)
    ours = [
        model.objects.order_by("pk")
        for model in apps.get_models()
        if model.__module__.split(".")[0] in ("accounts", "approvals", "publishing")
        and not any(isinstance(field, models.BinaryField) for field in model._meta.fields)
    ]
    with django_assert_num_queries(1):
        fetch_together(*ours)
        together = [fields_of(rows) for rows in ours]
    assert together == [fields_of(rows.all()) for rows in ours]
    assert sum(map(len, together)) > 50


def test_joins_annotations_values_and_slices_come_too(cast, django_assert_num_queries):
    a_draft(cast.claire, cast.nantes)
    revision = a_revision(cast.claire, cast.nantes)
    wrote = Contributor.objects.filter(draft=OuterRef("pk"), person=cast.claire)
    drafts = Draft.objects.select_related("account", "author").annotate(
        now=Now(), mine=Exists(wrote), code=F("account__code")
    )
    last = drafts.order_by("-pk")[:1]
    seats = Seat.objects.values("account").annotate(n=Count("pk")).values_list("account", "n")
    names = Person.objects.order_by("name").values_list("name", flat=True)
    nobody = Person.objects.filter(pk__in=[])
    deferred = Revision.objects.defer("content")
    with django_assert_num_queries(1):
        fetch_together(drafts, last, seats, names, nobody, deferred)
        (draft,) = last
        assert (draft.pk, draft.account.zone.key) == (revision.draft_id, "Europe/Paris")
        assert draft.mine is True
        assert draft.author == cast.claire
        assert len(drafts) == 2
        assert dict(seats) == {cast.nantes.pk: 3, cast.rennes.pk: 2}
        assert names[0] == "Ada"
        assert list(nobody) == []
    with django_assert_num_queries(1):
        assert deferred[0].content == revision.content
    assert isinstance(draft.now, type(revision.submitted_at))


def test_what_nobody_fetched_together_is_fetched_alone(cast, django_assert_num_queries):
    rights = Right.objects.filter(person=cast.claire)
    fetch_together(rights)
    with django_assert_num_queries(1):
        assert list(rights.all()) == list(rights)
