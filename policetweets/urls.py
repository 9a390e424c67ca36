"""Every address of the application, app by app."""

from django.urls import URLPattern, URLResolver, include, path

from policetweets import monitoring, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("langue", views.set_language, name="set-language"),
    path("mentions-legales", views.legal_notice, name="legal-notice"),
    path("accessibilite", views.accessibility, name="accessibility"),
    path("healthz", monitoring.healthz, name="healthz"),
    path("sante", monitoring.health_page, name="health"),
    path("metrics", monitoring.metrics_page, name="metrics"),
    path("", include("accounts.urls")),
    path("", include("approvals.urls")),
    path("", include("publishing.urls")),
    path("", include("insights.urls")),
]

handler400 = "policetweets.errors.bad_request"
handler403 = "policetweets.errors.permission_denied"
handler404 = "policetweets.errors.not_found"
handler500 = "policetweets.errors.server_error"
