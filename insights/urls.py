"""Addresses of what came of it."""

from django.urls import path

from insights.views import audience

urlpatterns = [
    path("audience", audience.audience, name="audience"),
    path("audience/<slug:handle>", audience.account_audience, name="account-audience"),
]
