"""Which two versions of a draft one compares."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.timefmt import format_exact
from approvals.models import Revision

NOW = "brouillon"
UNKNOWN = gettext_lazy("Ce brouillon n’a pas cette version : choisissez dans la liste.")


class VersionsForm(forms.Form):
    """The last two, unless one chooses; what is being written now can be the second."""

    de = forms.ChoiceField(
        label=gettext_lazy("Comparer"), error_messages={"invalid_choice": UNKNOWN}
    )
    a = forms.ChoiceField(label=gettext_lazy("Avec"), error_messages={"invalid_choice": UNKNOWN})

    def __init__(
        self, revisions: Sequence[Revision], zone: ZoneInfo, data: QueryDict, *, writing: bool
    ) -> None:
        choices = [
            (
                str(revision.number),
                _("Version %(number)s, soumise %(moment)s")
                % {
                    "number": revision.number,
                    "moment": format_exact(revision.submitted_at, zone),
                },
            )
            for revision in revisions
        ]
        later = [*choices, (NOW, _("Le texte en l’état"))] if writing else choices
        typed = data.copy()
        typed.setdefault("a", later[-1][0] if later else "")
        typed.setdefault("de", later[max(len(later) - 2, 0)][0] if later else "")
        super().__init__(typed)
        self.fields["de"].choices = choices  # type: ignore[attr-defined]
        self.fields["a"].choices = later  # type: ignore[attr-defined]
