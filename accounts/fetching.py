"""Several querysets in one round trip to PostgreSQL: what a page reads, it asks for together."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet

# JSON has neither moments nor JSON kept as text, which a field parses for itself.
DECODERS: dict[type[models.Field[Any, Any]], Callable[[Any], Any]] = {
    models.DateTimeField: dt.datetime.fromisoformat,
    models.DateField: dt.date.fromisoformat,
    models.JSONField: json.dumps,
}


def fetch_together(*querysets: QuerySet[Any, Any]) -> None:
    """Evaluates these querysets by one statement, thus of one instant: whoever reads them later
    asks the database no more. Each is an ordinary one, and would fetch its rows alone if it were
    left out. What a `prefetch_related` names is still asked for on its own.
    """
    selects: list[str] = []
    params: list[Any] = []
    asked = []
    for queryset in querysets:
        copy: Any = queryset.all()
        compiler = copy.query.get_compiler(connection=connection)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:
            asked.append((queryset, copy, compiler, False))
            continue
        names = ", ".join(f"c{i}" for i in range(len(compiler.select)))
        selects.append(f"(SELECT json_agg(r) FROM ({sql}) AS r({names}))")  # noqa: S608
        params += values
        asked.append((queryset, copy, compiler, True))
    found: list[Any] = []
    if selects:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(selects)}", params)
            found = list(cursor.fetchone())
    for queryset, copy, compiler, was_asked in asked:
        _fill(queryset, copy, compiler, (found.pop(0) or []) if was_asked else [])


def _fill(queryset: Any, copy: Any, compiler: Any, found: list[dict[str, Any]]) -> None:
    """Django makes its objects of the rows as if the compiler had just executed its statement."""
    decoders = [DECODERS.get(type(column.output_field)) for column, _sql, _name in compiler.select]
    rows = [
        [
            value if decode is None or value is None else decode(value)
            for value, decode in zip(row.values(), decoders, strict=False)
        ]
        for row in found
    ]
    compiler.execute_sql = lambda *args, **kwargs: [rows]
    copy.query.get_compiler = lambda *args, **kwargs: compiler
    queryset._result_cache = list(copy._iterable_class(copy))
    queryset._fetch_all()


def attach(
    parents: Iterable[models.Model],
    relation: str,
    rows: QuerySet[Any, Any],
    to_attr: str = "",
) -> None:
    """As `prefetch_related` would, makes these rows what each parent's relation holds, all of them;
    or what an attribute does, of those that were chosen. Each row has its parent.
    """
    theirs: dict[Any, list[Any]] = defaultdict(list)
    field: Any = None
    for parent in parents:
        manager: Any = getattr(parent, relation)
        if field is None:
            field = manager.field
            for row in rows:
                theirs[getattr(row, field.attname)].append(row)
        for row in theirs[parent.pk]:
            setattr(row, field.name, parent)
        if to_attr:
            setattr(parent, to_attr, theirs[parent.pk])
            continue
        kept = manager.all()
        kept._result_cache = theirs[parent.pk]
        known = getattr(parent, "_prefetched_objects_cache", {})
        parent._prefetched_objects_cache = {**known, relation: kept}  # type: ignore[attr-defined]
