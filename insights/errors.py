"""What insights refuse, each with its sentence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.errors import Conflict, Forbidden


class OwnLesson(Forbidden):
    code = "own_lesson"
    sentence = _("Vous avez écrit ce retour d’expérience : deux autres personnes le pèsent.")


class LessonDecided(Conflict):
    code = "lesson_decided"
    sentence = _("Deux personnes ont déjà décidé de ce retour d’expérience.")


class Forgotten(Conflict):
    code = "forgotten"
    sentence = _("Cette personne a demandé à être oubliée : son invitation ne change plus.")


class SameEdition(Conflict):
    code = "same_edition"
    sentence = _("Ce sont déjà les instructions de la dernière édition.")


class EditionMovedOn(Conflict):
    code = "edition_moved_on"
    sentence = _("Une édition vient d’être publiée : relisez-la avant d’en publier une autre.")
