"""Addresses of what came of it."""

from django.urls import path

from insights.views import audience, exports

urlpatterns = [
    path("audience", audience.audience, name="audience"),
    path("audience/<slug:handle>", audience.account_audience, name="account-audience"),
    path("documents", exports.page, name="exports"),
    path("documents/etat", exports.live, name="exports-live"),
    path("documents/<int:export_id>", exports.report, name="report"),
    path("documents/<int:export_id>/fichier", exports.file, name="export-file"),
]
