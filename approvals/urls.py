"""The desk's addresses."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from approvals.views import (
    category_rules,
    check_lists,
    compose,
    draft,
    draft_acts,
    help,
    images,
    lists,
    message_templates,
    search,
    threads,
    verdicts,
    versions,
    videos,
    wordings,
)


class Sha256Converter(StringConverter):
    """A digest as we write it."""

    regex = "[0-9a-f]{64}"


register_converter(Sha256Converter, "sha256")

urlpatterns = [
    path("recherche", search.search_page, name="search"),
    path("brouillons/", lists.drafts, name="drafts"),
    path("brouillons/nouveau", lists.new_draft, name="new-draft"),
    path("brouillons/<int:draft_id>/", draft.page, name="draft"),
    path("brouillons/<int:draft_id>/rediger", compose.compose, name="compose"),
    path("brouillons/<int:draft_id>/apercu", compose.preview, name="preview"),
    path("brouillons/<int:draft_id>/enregistrer", compose.autosave, name="autosave"),
    path("brouillons/<int:draft_id>/images", images.add, name="add-images"),
    path(
        "brouillons/<int:draft_id>/images/<sha256:sha256>/recadrer",
        images.crop,
        name="crop-image",
    ),
    path("brouillons/<int:draft_id>/videos", videos.begin, name="begin-video"),
    path("brouillons/<int:draft_id>/sous-titres", videos.captions, name="read-captions"),
    path("brouillons/<int:draft_id>/videos/<uuid:token>", videos.piece, name="video-piece"),
    path("brouillons/<int:draft_id>/videos/<uuid:token>/fin", videos.finish, name="finish-video"),
    path("images/<sha256:sha256>", images.show, name="image"),
    path("images/<sha256:sha256>/apercu", images.show_poster, name="poster"),
    path("brouillons/<int:draft_id>/en-direct", draft.live, name="draft-live"),
    path("brouillons/<int:draft_id>/versions", versions.versions, name="versions"),
    path("brouillons/<int:draft_id>/actuel", draft.now, name="draft-now"),
    path("brouillons/<int:draft_id>/a-jour", compose.is_current, name="is-current"),
    path("brouillons/<int:draft_id>/debattre", draft.comment, name="comment"),
    path(
        "brouillons/<int:draft_id>/debat/<int:thread_id>/resoudre",
        threads.resolve,
        name="resolve-thread",
    ),
    path(
        "brouillons/<int:draft_id>/debat/<int:thread_id>/rouvrir",
        threads.reopen,
        name="reopen-thread",
    ),
    path("brouillons/<int:draft_id>/formuler", wordings.propose, name="propose-wording"),
    path(
        "brouillons/<int:draft_id>/formulation/<int:wording_id>/accepter",
        wordings.take,
        name="take-wording",
    ),
    path(
        "brouillons/<int:draft_id>/formulation/<int:wording_id>/decliner",
        wordings.decline,
        name="decline-wording",
    ),
    path("brouillons/<int:draft_id>/approuver", verdicts.approve, name="approve"),
    path("brouillons/<int:draft_id>/demander", verdicts.ask_for_changes, name="ask-for-changes"),
    path("brouillons/<int:draft_id>/rejeter", verdicts.reject, name="reject"),
    path("brouillons/<int:draft_id>/s-opposer", verdicts.object_to, name="object"),
    path(
        "brouillons/<int:draft_id>/oppositions/<int:objection_id>/lever",
        verdicts.lift_objection,
        name="lift-objection",
    ),
    path("brouillons/<int:draft_id>/modifier", draft_acts.go_on_writing, name="go-on-writing"),
    path("brouillons/<int:draft_id>/reprendre", draft_acts.take_back, name="take-back"),
    path("brouillons/<int:draft_id>/abandonner", draft_acts.abandon, name="abandon"),
    path("brouillons/<int:draft_id>/adopter", draft_acts.adopt, name="adopt"),
    path("brouillons/<int:draft_id>/reutiliser", draft_acts.use_again, name="use-again"),
    path("aide/controles", help.index, name="help"),
    path("aide/controles/<slug:check_id>", help.check, name="help-check"),
    path("aide/lecon", help.lesson, name="lesson"),
    path("aide/lecon/<int:number>", help.exercise, name="lesson-text"),
    path("departements/<slug:code>/regles", category_rules.category_rules, name="category-rules"),
    path(
        "departements/<slug:code>/regles/<int:pk>/fin",
        category_rules.end_category_rule,
        name="end-category-rule",
    ),
    path("modeles", message_templates.message_templates, name="message-templates"),
    path(
        "modeles/nouveau/<slug:handle>", message_templates.propose_template, name="propose-template"
    ),
    path("modeles/<int:template_id>", message_templates.message_template, name="message-template"),
    path(
        "modeles/<int:template_id>/modifier",
        message_templates.revise_template,
        name="revise-template",
    ),
    path(
        "modeles/<int:template_id>/approuver",
        message_templates.approve_template,
        name="approve-template",
    ),
    path("modeles/<int:template_id>/retirer", message_templates.end_template, name="end-template"),
    path(
        "modeles/<int:template_id>/remplir", message_templates.fill_template, name="fill-template"
    ),
    path("listes", check_lists.all_lists, name="lists"),
    path("listes/reserve", check_lists.reserves, name="reserves"),
    path("listes/reserve/<int:pk>/fin", check_lists.end_reserve, name="end-reserve"),
    path("listes/<slug:name>", check_lists.one_list, name="list"),
    path("listes/<slug:name>/retirer", check_lists.remove, name="remove-from-list"),
]
