"""What somebody writes in the debate, and what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Invalid
from accounts.requests import parse_int
from approvals.models import Comment, Revision
from approvals.passage import About, TypedComment, find_passage
from approvals.tweet_text import normalise_typed

THREAD, MESSAGE = "t", "m"
WORDING = "wording"
# The fields stand beside the text, outside of their form.
WORDING_AREA = forms.Textarea(attrs={"rows": 5, "form": "debate", "lang": "fr"})


class AboutSelect(forms.Select):
    """The words of a thread are French in an English page too."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value).startswith(THREAD):
            option["attrs"]["lang"] = "fr"
        return option


class CommentForm(forms.Form):
    """A word in the debate of a draft: about the whole text, a message or words of the revision
    that the page shows, or in answer to a thread.
    """

    body = forms.CharField(
        label=gettext_lazy("Votre message"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Écrivez d’abord votre message.")},
    )
    about = forms.ChoiceField(
        label=gettext_lazy("À propos de"),
        required=False,
        widget=AboutSelect,
        error_messages={
            "invalid_choice": gettext_lazy("Choisissez de nouveau : ceci n’existe pas.")
        },
    )
    quote = forms.CharField(
        label=gettext_lazy("Mots cités (facultatif)"),
        help_text=gettext_lazy("Sélectionnez-les dans le texte, ou recopiez-les ici tels quels."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    start = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        revision: Revision | None,
        threads: Sequence[tuple[int, str, str]],
        data: QueryDict | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
        required: bool = True,
    ) -> None:
        """`threads`: the id of each, who began it and its words."""
        super().__init__(data, initial=dict(initial or {}))
        self.revision = revision
        self.names: Sequence[str] = ()
        self.fields["body"].required = required
        self.fields["about"].choices = self._choices(threads)  # type: ignore[attr-defined]
        if revision is None:
            del self.fields["quote"], self.fields["start"]

    def _choices(self, threads: Sequence[tuple[int, str, str]]) -> list[tuple[str, Any]]:
        choices: list[tuple[str, Any]] = [("", _("Tout le texte"))]
        count = len(self.revision.messages) if self.revision is not None else 0
        if count > 1:
            choices += [
                (f"{MESSAGE}{i}", _("Message %(number)s") % {"number": i + 1}) for i in range(count)
            ]
        if threads:
            answers = [(f"{THREAD}{pk}", _label(who, body)) for pk, who, body in threads]
            choices.append((_("Répondre à"), answers))
        return choices

    def offer_names(self, names: Sequence[str]) -> None:
        """Says whom it may mention."""
        self.names = names
        words = _("Pour avertir quelqu’un, écrivez @ et son nom entier : %(names)s.")
        self.fields["body"].help_text = words % {"names": ", ".join(names)} if names else ""

    @property
    def specific(self) -> bool:
        """Whether it says more than « the whole text »."""
        return any(
            self[name].value() or self.errors.get(name) for name in self.fields if name != "body"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if not cleaned.get("body") or "about" not in cleaned:
            return cleaned
        about = self._about()
        if about.thread_id is not None and about.quote.strip():
            self.add_error("quote", _("Une réponse ne cite rien : videz ce champ."))
        elif about.thread_id is None and self.revision is not None:
            try:
                find_passage(self.revision.texts, about)
            except Invalid as refused:
                self.add_error(refused.details["field"], str(refused.sentence))
        return cleaned

    def _about(self) -> About:
        chosen = self.cleaned_data["about"]
        kind, number = chosen[:1], parse_int(chosen[1:])
        return About(
            revision_id=self.revision.pk if self.revision is not None else None,
            thread_id=number if kind == THREAD else None,
            position=number if kind == MESSAGE else None,
            quote=self.cleaned_data.get("quote", ""),
            start=parse_int(self.cleaned_data.get("start", "")),
        )

    @property
    def typed(self) -> TypedComment | None:
        """Of a valid form; None when nothing was written."""
        body = self.cleaned_data["body"]
        return TypedComment(body, self._about()) if body else None


class WordingForm(forms.Form):
    """Other texts for the messages of a revision, each in a field beside its message."""

    def __init__(self, texts: Sequence[str], typed: Mapping[int, str] | None = None) -> None:
        """`typed`: those that are being written, by the position of their message."""
        shown = {f"{WORDING}-{i}": text for i, text in enumerate(texts)}
        super().__init__(
            shown | {f"{WORDING}-{i}": text for i, text in (typed or {}).items()}, prefix=WORDING
        )
        for position, text in enumerate(texts):
            label = _("Votre formulation")
            if len(texts) > 1:
                label = _("Votre formulation du message %(number)s") % {"number": position + 1}
            self.fields[str(position)] = forms.CharField(
                label=label, initial=text, required=False, strip=False, widget=WORDING_AREA
            )


def typed_wordings(texts: Sequence[str], data: QueryDict) -> dict[int, str]:
    """The texts that differ from those of the revision, by position."""
    typed = {i: data.get(f"{WORDING}-{i}", text) for i, text in enumerate(texts)}
    return {
        i: text for i, text in typed.items() if normalise_typed(text).strip() != texts[i].strip()
    }


def thread_choices(comments: Iterable[Comment]) -> list[tuple[int, str, str]]:
    return [(comment.pk, comment.author.name, comment.body) for comment in comments]


def _label(who: str, body: str) -> str:
    words = Truncator(" ".join(body.split())).chars(50)
    return _("%(who)s : « %(words)s »") % {"who": who, "words": words}
