"""Addresses of what came of it."""

from django.urls import path

from insights.views import audience, exports, instructions, invitations, lessons

urlpatterns = [
    path("audience", audience.audience, name="audience"),
    path("audience/<slug:handle>", audience.account_audience, name="account-audience"),
    path("documents", exports.page, name="exports"),
    path("documents/etat", exports.live, name="exports-live"),
    path("documents/<int:export_id>", exports.report, name="report"),
    path("documents/<int:export_id>/fichier", exports.file, name="export-file"),
    path("retours", lessons.lessons_learned, name="lessons-learned"),
    path("retours/<int:lesson_id>", lessons.lesson_learned, name="lesson-learned"),
    path("retours/<int:lesson_id>/peser", lessons.weigh_lesson, name="weigh-lesson"),
    path("brouillons/<int:draft_id>/retour", lessons.add_lesson, name="add-lesson"),
    path("comptes/<slug:handle>/retour", lessons.add_lesson_of_month, name="add-lesson-of-month"),
    path("invitations", invitations.invitations, name="invitations"),
    path("invitations/<int:invitation_id>", invitations.invitation, name="invitation"),
    path(
        "invitations/<int:invitation_id>/reponse",
        invitations.answer_invitation,
        name="answer-invitation",
    ),
    path(
        "invitations/<int:invitation_id>/corriger",
        invitations.correct_invitation,
        name="correct-invitation",
    ),
    path(
        "invitations/<int:invitation_id>/oublier",
        invitations.forget_invitation,
        name="forget-invitation",
    ),
    path("comptes/<slug:handle>/inviter", invitations.add_invitation, name="add-invitation"),
    path(
        "comptes/<slug:handle>/invitations",
        invitations.read_invitations_file,
        name="read-invitations",
    ),
    path(
        "comptes/<slug:handle>/invitations.csv",
        invitations.invitations_file,
        name="invitations-file",
    ),
    path("aide/instructions", instructions.instructions, name="instructions"),
    path("aide/instructions/suivante", instructions.next_edition, name="next-edition"),
    path("aide/instructions/<int:number>", instructions.instructions, name="instruction-edition"),
]
