"""Videos and GIFs in Chromium: sent piece by piece, seen by a reviewer; a GIF out on X."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from approvals import videos
from tests.approvals.writing import a_draft
from tests.browser import fits, violations
from tests.films import film
from tests.journeys.desks import NARROW, WIDE, Desk
from tests.journeys.test_line import Officer
from tests.pictures import animated
from tests.sandbox import until

pytestmark = pytest.mark.django_db(transaction=True)
ALT = "Un carré qui s’éclaircit"
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:00.900\nUn carré.\n"


def test_a_video_goes_up_over_a_network_that_is_lost_and_is_played_by_a_reviewer(
    cast, new_context, live_server, media_folder, monkeypatch, page_problems
):
    monkeypatch.setattr(videos, "PIECE", 1000)
    draft = a_draft(cast.claire, cast.nantes)
    claire = Desk(new_context, live_server, cast.claire, viewport=NARROW)
    page = claire.open("compose", draft.pk)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort("internetdisconnected")

    page.route("**/videos/*?from=1000", lose)
    chosen = {"name": "film.mp4", "mimeType": "video/mp4", "buffer": film()}
    page.get_by_label("Ajouter une vidéo").set_input_files(chosen)
    described = page.get_by_label("Description de la vidéo")
    expect(described).to_be_focused(timeout=30_000)
    assert lost
    (said,) = page_problems
    assert "ERR_INTERNET_DISCONNECTED" in said
    page_problems.clear()
    described.fill(ALT)
    expect(page.locator("#preview")).to_contain_text(ALT)
    until(lambda: kept(draft) == [("video", ALT)])
    written = page.get_by_label("Sous-titres", exact=False).and_(page.locator("textarea"))
    for raw, said in ((b"\xe9", "n’est pas en UTF-8"), (CAPTIONS.encode(), "1 sous-titre.")):
        captions = {"name": "film.vtt", "mimeType": "text/vtt", "buffer": raw}
        page.get_by_label("Fichier de sous-titres").set_input_files(captions)
        expect(page.locator("#captions-0-error")).to_contain_text(said)
    expect(written).to_have_value("1\n00:00:00,000 --> 00:00:00,900\nUn carré.\n")
    expect(page.locator("#preview")).to_contain_text("Un carré.")
    assert violations(page) == []
    fits(page)
    claire.submit()
    expect(page.get_by_text("Accords : 0 sur 2")).to_be_visible()

    shown = Desk(new_context, live_server, cast.helene, viewport=NARROW).open("draft", draft.pk)
    expect(shown.get_by_text(ALT)).to_be_visible()
    shown.wait_for_function("() => document.querySelector('video').readyState >= 1")
    shown.wait_for_function(
        "() => document.querySelector('video').textTracks[0].cues?.[0]?.text === 'Un carré.'"
    )
    expect(shown.locator(".tweet-captions")).to_contain_text("0:00 Un carré.")
    assert violations(shown) == []
    fits(shown)


def kept(draft) -> list[tuple[str, str]]:
    draft.refresh_from_db()
    return [(image.kind, image.alt) for message in draft.messages for image in message.images]


@pytest.mark.xdist_group("stack")
def test_a_gif_goes_from_a_choice_of_files_to_the_timeline_of_x(new_context, stack):
    stack.x.set(media_processing=1)
    text = "Le gyrophare qui tourne."
    claire = Officer(new_context, stack, "claire.44", WIDE)
    page = claire.home()
    page.get_by_role("button", name="Nouveau message").click()
    page.get_by_label("Texte", exact=True).fill(text)
    page.wait_for_load_state()  # its scripts listen to the choice of a file
    gif = {"name": "gyrophare.gif", "mimeType": "image/gif", "buffer": animated()}
    page.get_by_label("Ajouter des images").set_input_files(gif)
    page.get_by_label("Description du GIF").fill(ALT)
    claire.submit()
    expect(page.get_by_text("Accords : 0 sur 2")).to_be_visible()
    Officer(new_context, stack, "marc.44", WIDE).approves(text)
    helene = Officer(new_context, stack, "helene.44", NARROW)
    helene.approves(text)
    helene.sees("Diffusé : le message est sur X.")
    stack.x.set(media_processing=0)
    (post,) = [p for p in stack.x.posts("pnationale44", live=True) if p["text"] == text]
    assert [media["alt_text"] for media in post["media"]] == [ALT]
    assert stack.x.requests("status")
