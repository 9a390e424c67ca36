"""What can be refused: a code for tests and logs, a status for HTTP, a sentence for people."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class Refusal(Exception):
    """An act that a rule refuses. Raised by actions, rendered by one middleware."""

    code = "refused"
    status = 409
    sentence: Sentence = _("Cette action n’est pas possible.")

    def __init__(self, sentence: Sentence | None = None, **details: Any) -> None:
        super().__init__(self.code)
        if sentence is not None:
            self.sentence = sentence
        self.details = details

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(Refusal):
    """What is not yours does not exist for you."""

    code = "not_yours"
    status = 404
    sentence = _("Cette page n’existe pas ou n’est pas dans vos comptes.")


class Forbidden(Refusal):
    """You see it, but this act is somebody else's."""

    code = "forbidden"
    status = 403
    sentence = _("Vous n’avez pas le droit de faire cela.")


class Invalid(Refusal):
    """What was entered cannot be taken; `field` says where, when there is one."""

    code = "invalid"
    status = 400
    sentence = _("Cette saisie n’est pas valable.")


class Conflict(Refusal):
    """The thing is no longer in the state, or the version, that the page showed."""

    code = "moved"
    status = 409
    sentence = _("La situation a changé depuis l’affichage de cette page.")
