"""What is wrong with the forms of a page, said once at its top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import template
from django.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.template import RequestContext
    from django_stubs_ext import StrOrPromise

register = template.Library()


@dataclass(frozen=True)
class FormProblem:
    """One error; `target` is the id of the field that it is about, empty for the whole form."""

    sentence: StrOrPromise
    target: str = ""
    label: StrOrPromise = ""


@register.simple_tag(takes_context=True)
def form_problems(context: RequestContext) -> list[FormProblem]:
    """The errors of every form that this request posted, in the order of the fields."""
    request = context.get("request")
    if request is None or request.method != "POST":
        return []
    values: Iterable[Any] = context.flatten().values()
    forms = [v for v in values if isinstance(v, BaseForm) and v.is_bound]
    unique = {id(form): form for form in forms}.values()
    return [problem for form in unique for problem in _of_form(form)]


def _of_form(form: BaseForm) -> Iterator[FormProblem]:
    for sentence in form.non_field_errors():
        yield FormProblem(str(sentence))
    # A form whose rows are no Django fields names their errors itself.
    for target, label, sentence in getattr(form, "row_errors", tuple)():
        yield FormProblem(sentence, target, label)
    for field in form:
        for sentence in field.errors:
            hidden = field.is_hidden
            yield FormProblem(str(sentence), "" if hidden else field.id_for_label, field.label)
