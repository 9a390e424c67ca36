"""Images in Chromium: chosen, described, removed, refused; on the page of a draft; out on X."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from approvals.models import Draft
from tests.approvals.writing import TEXT, a_draft
from tests.browser import fits, violations
from tests.journeys.desks import NARROW, WIDE, Desk
from tests.journeys.test_line import Officer
from tests.sandbox import until

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, SECOND = "Une voiture de police devant la gare", "Le plan de la déviation"


def photo(colour: str, size: tuple[int, int] = (800, 600)) -> bytes:
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).ellipse((50, 50, size[0] - 50, size[1] - 50), fill="white")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def file(name: str, raw: bytes) -> dict:
    return {"name": name, "mimeType": "image/jpeg", "buffer": raw}


TWO = [file("gare.jpg", photo("navy")), file("plan.jpg", photo("teal", (600, 800)))]


@pytest.fixture
def desk(new_context, live_server, media_folder):
    return lambda person, **options: Desk(new_context, live_server, person, **options)


def fine(page) -> None:
    """axe finds nothing, and the page is no wider than the window."""
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in violations(page)] == []
    fits(page)


def loaded(page, count: int) -> None:
    """Every image of the preview is there, its bytes too."""
    images = page.locator(".tweet-images img")
    expect(images).to_have_count(count)
    for one in images.all():
        expect(one).to_have_js_property("complete", True)
        expect(one).not_to_have_js_property("naturalWidth", 0)


def alts(draft: Draft) -> list[str]:
    draft.refresh_from_db()
    return [image["alt"] for part in draft.parts for image in part["images"]]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_images_are_chosen_described_and_seen_by_reviewers(
    cast, desk, viewport, tmp_path, page_problems
):
    draft = a_draft(cast.claire, cast.nantes)
    claire = desk(cast.claire, viewport=viewport)
    page = claire.open("compose", draft.pk)
    page.get_by_label("Ajouter des images").set_input_files(TWO)
    first = page.get_by_label("Description de l’image 1")
    expect(first).to_be_focused()
    first.fill(FIRST)
    page.get_by_label("Description de l’image 2").fill(SECOND)
    loaded(page, 2)
    expect(page.locator("#preview")).to_contain_text(SECOND)
    until(lambda: alts(draft) == [FIRST, SECOND])
    fine(page)
    page.screenshot(path=tmp_path / "composer.png", full_page=True)

    claire.submit()
    expect(page.get_by_text("Accords : 0 sur 2")).to_be_visible()
    helene = desk(cast.helene, viewport=viewport)
    shown = helene.open("draft", draft.pk)
    loaded(shown, 2)
    expect(shown.get_by_text(FIRST)).to_be_visible()
    fine(shown)
    shown.screenshot(path=tmp_path / "draft.png", full_page=True)
    with shown.expect_popup() as opened:
        shown.get_by_role("link", name="Image 1 en taille réelle").click()
    opened.value.wait_for_load_state()
    expect(opened.value.locator("img")).to_have_js_property("naturalWidth", 800)
    # The policy of an image forbids even the style by which Chromium would centre it.
    page_problems[:] = [p for p in page_problems if "/images/" not in p]


def test_fault_47_a_file_too_heavy_never_leaves_and_one_removed_is_gone(cast, desk):
    draft = a_draft(cast.claire, cast.nantes)
    claire = desk(cast.claire)
    page = claire.open("compose", draft.pk)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    field = page.get_by_label("Ajouter des images")
    field.set_input_files([file("lourde.jpg", bytes(21 * 1024 * 1024))])
    expect(page.get_by_text("lourde.jpg · 20 Mo max par image")).to_be_visible()
    assert not [url for url in sent if url.endswith("/images")]

    field.set_input_files([file("lettre.jpg", b"Bonjour")])
    expect(page.get_by_text("lettre.jpg : Ce fichier n’est pas une image")).to_be_visible()
    page.get_by_label("Ajouter des images").set_input_files(TWO)
    page.get_by_label("Description de l’image 2").fill(SECOND)
    expect(page.get_by_text("Ce fichier n’est pas une image")).to_have_count(0)
    claire.press("Retirer l’image 1")
    expect(page.get_by_role("button", name="Annuler")).to_be_focused()
    loaded(page, 1)
    claire.press("Enregistrer")
    page.wait_for_load_state()
    expect(page.get_by_label("Description de l’image 1")).to_have_value(SECOND)
    assert alts(draft) == [SECOND]


def test_without_javascript_images_are_added_all_the_same(
    cast, new_context, live_server, media_folder
):
    draft = a_draft(cast.claire, cast.nantes)
    claire = Desk(new_context, live_server, cast.claire, java_script_enabled=False)
    page = claire.open("compose", draft.pk)
    page.get_by_label("Texte", exact=True).fill("Un autre texte")
    page.get_by_label("Ajouter des images").set_input_files(TWO)
    claire.press("Ajouter ces images")
    page.get_by_label("Description de l’image 2").fill(SECOND)
    claire.submit()
    told = page.locator(".fr-message--error", has_text="Décrivez cette image")
    expect(told).to_have_count(1)
    page.get_by_label("Description de l’image 1").fill(FIRST)
    claire.submit()
    expect(page.get_by_text("Accords : 0 sur 2")).to_be_visible()
    assert Draft.objects.get().texts == ["Un autre texte"]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_thread_is_written_and_put_in_order(cast, desk, viewport, tmp_path):
    draft = a_draft(cast.claire, cast.nantes)
    claire = desk(cast.claire, viewport=viewport)
    page = claire.open("compose", draft.pk)
    claire.press("Ajouter un message au fil")
    page.get_by_label("Message 2", exact=True).fill("La suite")
    page.get_by_label("Ajouter des images").last.set_input_files(TWO[:1])
    page.get_by_label("Description de l’image 1").fill(FIRST)
    claire.press("Monter le message 2")
    expect(page.get_by_label("Message 1", exact=True)).to_have_value("La suite")
    expect(page.get_by_label("Message 2", exact=True)).to_have_value(TEXT)
    loaded(page, 1)
    fine(page)
    page.screenshot(path=tmp_path / "thread.png", full_page=True)
    draft.refresh_from_db()
    assert [(p["text"], len(p["images"])) for p in draft.parts] == [("La suite", 1), (TEXT, 0)]


@pytest.mark.xdist_group("stack")
def test_from_a_choice_of_files_to_the_timeline_of_x(new_context, stack, tmp_path):
    def officer(name, viewport=WIDE):
        return Officer(new_context, stack, name, viewport)

    claire = officer("claire.44")
    text = "Déviation à la gare de Nantes ce matin."
    page = claire.home()
    page.get_by_role("button", name="Nouveau message").click()
    page.get_by_label("Texte", exact=True).fill(text)
    page.get_by_label("Ajouter des images").set_input_files(TWO)
    page.get_by_label("Description de l’image 1").fill(FIRST)
    page.get_by_label("Description de l’image 2").fill(SECOND)
    claire.submit()
    expect(page.get_by_text("Accords : 0 sur 2")).to_be_visible()
    officer("marc.44").approves(text)
    helene = officer("helene.44", NARROW)
    helene.approves(text)
    helene.sees("Diffusé : le message est sur X.")

    (post,) = [p for p in stack.x.posts("pnationale44", live=True) if p["text"] == text]
    assert [media["alt_text"] for media in post["media"]] == [FIRST, SECOND]
    timeline = claire.context.new_page()
    timeline.goto(f"{stack.x.base_url}/pnationale44")
    for alt in (FIRST, SECOND):
        image = timeline.get_by_role("img", name=alt)
        expect(image).to_be_visible()
        expect(image).not_to_have_js_property("naturalWidth", 0)
    timeline.screenshot(path=tmp_path / "timeline.png", full_page=True)
