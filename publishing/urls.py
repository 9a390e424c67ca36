"""Addresses of what left or is to leave, of freezes and of an account's limits."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from publishing.actions.decide import ANSWERS
from publishing.views import (
    account,
    alerts,
    calendar,
    case_file,
    confirmations,
    connection,
    panel,
    published,
)
from publishing.views.acts import ACTS, act_is_current, act_page


class Answer(StringConverter):
    """confirm, decline or withdraw."""

    regex = "|".join(ANSWERS)


register_converter(Answer, "answer")

urlpatterns = [
    path("diffuses", published.published_page, name="published"),
    path("diffuses/mois", published.published_month, name="published-month"),
    path("calendrier", calendar.calendar_page, name="calendar"),
    path("calendrier/agenda", calendar.feed_settings, name="calendar-feed"),
    path("calendrier/<str:token>.ics", calendar.feed, name="calendar-ics"),
    path("calendrier/<int:draft_id>/deplacer", calendar.move, name="move"),
    path("calendrier/evenements/<slug:handle>", calendar.add_event, name="add-event"),
    path("evenements/<int:event_id>/retirer", calendar.end_event, name="end-event"),
    path("a-decider", alerts.alerts_page, name="alerts"),
    path("diffusions/<int:publication_id>/en-direct", panel.live, name="publication-live"),
    *(
        path(
            f"diffusions/<int:publication_id>/{act.path}",
            act_page,
            {"act": name},
            name=name.replace("_", "-"),
        )
        for name, act in ACTS.items()
    ),
    path("brouillons/<int:draft_id>/dossier", case_file.page, name="case-file"),
    path("brouillons/<int:draft_id>/dossier/etat", case_file.live, name="case-file-live"),
    path("brouillons/<int:draft_id>/dossier/purger", case_file.purge, name="purge-images"),
    path("brouillons/<int:draft_id>/dossier/json", case_file.as_json, name="case-file-json"),
    path("brouillons/<int:draft_id>/dossier/pdf", case_file.ask_pdf, name="ask-case-file-pdf"),
    path(
        "brouillons/<int:draft_id>/dossier/pdf/<int:export_id>",
        case_file.pdf,
        name="case-file-pdf",
    ),
    path("diffusions/<int:publication_id>/a-jour", act_is_current, name="act-is-current"),
    path("confirmations/<int:confirmation_id>", confirmations.confirmation, name="confirmation"),
    path(
        "confirmations/<int:confirmation_id>/a-jour",
        confirmations.confirmation_is_current,
        name="confirmation-is-current",
    ),
    path("departements/<slug:code>/verifier", connection.check_connection, name="check-connection"),
    path("comptes", account.own_accounts, name="own-accounts"),
    path("comptes/<slug:handle>", account.account_page, name="account"),
    path("comptes/<slug:handle>/geler", account.freeze_account, name="freeze-account"),
    path("gel", account.freezes_page, name="freezes"),
    path("gel/credits", account.restore_credits, name="restore-credits"),
    path("gel/tout", account.freeze_all, name="freeze-all"),
    path("gel/<int:freeze_id>/lever", account.propose_lift, name="lift"),
    path(
        "gel/propositions/<int:confirmation_id>/<answer:answer>",
        account.answer_lift,
        name="answer-lift",
    ),
]
