"""What a reviewer gives with a verdict: a reason, the ticked checklist."""

from __future__ import annotations

from collections.abc import Collection

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import checklist
from approvals.checklist import Item


class ReasonForm(forms.Form):
    """Why a reviewer does not approve: sent with the form of the debate."""

    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "form": "debate"}),
        error_messages={"required": gettext_lazy("Dites pourquoi, en une phrase.")},
    )


class ChecklistForm(forms.Form):
    """The points of the reviewer's checklist; bound, it says which mandatory ones are not ticked.
    Its rows are no Django fields: they are those of one revision.
    """

    def __init__(
        self,
        items: list[Item],
        data: QueryDict | None = None,
        ticked: Collection[str] = (),
        *,
        together: bool = False,
    ) -> None:
        super().__init__(data)
        self.items = items
        self.ticked = frozenset(data.getlist("ticked") if data is not None else ticked)
        self.together = data.get("together") == "yes" if data is not None else together

    def rows(self) -> list[tuple[Item, bool]]:
        return [(item, item.id in self.ticked) for item in self.items]

    @property
    def common(self) -> list[tuple[Item, bool]]:
        return [row for row in self.rows() if row[0].common]

    @property
    def own(self) -> list[tuple[Item, bool]]:
        """Those that this very text calls for."""
        return [row for row in self.rows() if not row[0].common]

    @property
    def problem(self) -> str:
        absent = checklist.missing(self.items, self.ticked) if self.is_bound else []
        if not absent:
            return ""
        return _("rien n’a été approuvé, il manque : %(points)s.") % {
            "points": ", ".join(str(item.name) for item in absent)
        }

    def row_errors(self) -> list[tuple[str, str, str]]:
        """(the field's id, its label, the sentence): see `accounts.templatetags.form_problems`."""
        if not self.problem:
            return []
        first = checklist.missing(self.items, self.ticked)[0]
        return [(f"id_ticked-{first.id}", _("Points à vérifier"), self.problem)]
