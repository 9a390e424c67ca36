"""Addresses of what came of it."""

from django.urls import path

from insights.views import audience, exports, instructions, lessons

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
    path("aide/instructions", instructions.instructions, name="instructions"),
    path("aide/instructions/suivante", instructions.next_edition, name="next-edition"),
    path("aide/instructions/<int:number>", instructions.instructions, name="instruction-edition"),
]
