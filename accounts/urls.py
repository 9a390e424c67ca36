"""Addresses of people, departments and the trail."""

from django.urls import path

from accounts.views import sign_in

urlpatterns = [
    path("connexion", sign_in.SignIn.as_view(), name="sign-in"),
    path("deconnexion", sign_in.SignOut.as_view(), name="sign-out"),
    path("mot-de-passe/<uidb64>/<token>", sign_in.SetPassword.as_view(), name="set-password"),
]
