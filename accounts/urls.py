"""Addresses of people, departments and the trail."""

from django.urls import path

from accounts.views import departments, notices, people, sign_in, trail

urlpatterns = [
    path("connexion", sign_in.SignIn.as_view(), name="sign-in"),
    path("deconnexion", sign_in.SignOut.as_view(), name="sign-out"),
    path("mot-de-passe/<uidb64>/<token>", sign_in.SetPassword.as_view(), name="set-password"),
    path("departements", departments.departments, name="departments"),
    path("departements/ajouter", departments.add, name="add-department"),
    path("departements/<slug:code>", departments.page, name="department"),
    path(
        "departements/<slug:code>/sieges/<int:number>/attribuer",
        departments.appoint,
        name="appoint",
    ),
    path("departements/<slug:code>/sieges/<int:pk>/liberer", departments.vacate, name="vacate"),
    path(
        "departements/<slug:code>/superviseurs/nommer",
        departments.appoint,
        name="name-supervisor",
    ),
    path(
        "departements/<slug:code>/superviseurs/<int:pk>/retirer",
        departments.end_supervision,
        name="end-supervision",
    ),
    path(
        "departements/<slug:code>/superviseurs/<int:pk>/fonction",
        departments.change_function,
        name="change-function",
    ),
    path(
        "departements/<slug:code>/sieges/<int:pk>/remplacer",
        departments.cover_seat,
        name="cover-seat",
    ),
    path(
        "departements/<slug:code>/superviseurs/<int:pk>/remplacer",
        departments.cover_supervision,
        name="cover-supervision",
    ),
    path(
        "departements/<slug:code>/remplacements/<int:pk>/fin",
        departments.end_cover,
        name="end-cover",
    ),
    path("departements/<slug:code>/regle", departments.change_rule, name="change-rule"),
    path("departements/<slug:code>/regle/phrase", departments.rule_sentence, name="rule-sentence"),
    path("departements/<slug:code>/reglages", departments.change_settings, name="change-settings"),
    path("personnes", people.people, name="people"),
    path("personnes/ajouter", people.add, name="add-person"),
    path("personnes/<int:pk>", people.page, name="person"),
    path("personnes/<int:pk>/lien", people.make_link, name="make-link"),
    path("personnes/<int:pk>/fin", people.end, name="end-person"),
    path("personnes/<int:pk>/administration", people.administer, name="administer"),
    path("journal", trail.journal, name="journal"),
    path("avis", notices.notices, name="notices"),
    path("avis/lus", notices.read_all, name="read-notices"),
    path("avis/reglages", notices.choices, name="notice-choices"),
    path("avis/appareils", notices.subscribe, name="subscribe"),
    path("avis/salons", notices.add_room, name="add-room"),
    path("avis/webhooks", notices.add_webhook, name="add-webhook"),
    path("avis/adresses/<int:pk>/retirer", notices.remove_address, name="remove-address"),
    path("service-worker.js", notices.service_worker, name="service-worker"),
    path("courriels", trail.mails, name="mails"),
]
