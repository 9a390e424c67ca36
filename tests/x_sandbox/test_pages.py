"""The sandbox of X as people see it: timelines, one post, the switches, in French and English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from playwright.sync_api import expect

from tests.browser import fits, has_focus, violations
from tests.sandbox import Sandbox, running, until
from tests.x_sandbox.test_api import picture, upload

HERE = Path(__file__).resolve().parents[2] / "x_sandbox"
CATALOGUE = HERE / "locale" / "en" / "LC_MESSAGES"


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.reset()
    return shared


def get(sandbox: Sandbox, path: str) -> str:
    answer = requests.get(f"{sandbox.base_url}{path}", timeout=30)
    assert answer.status_code == 200, path
    return answer.text


def send(sandbox: Sandbox, path: str, **form: str) -> requests.Response:
    return requests.post(f"{sandbox.base_url}{path}", data=form, timeout=30, allow_redirects=False)


def fill(sandbox: Sandbox) -> str:
    """One of everything a page can show; answers the id of a thread's second post."""
    pictures = [upload(sandbox, picture(), "pnationale44")["data"]["id"] for _ in range(2)]
    said = {"id": pictures[0], "metadata": {"alt_text": {"text": "Un plan de la déviation"}}}
    sandbox.call("POST", "/2/media/metadata", json=said)
    first = sandbox.tweet(
        "Déviation à #Nantes", media={"media_ids": pictures}, reply_settings="mentionedUsers"
    ).json()["data"]["id"]
    second = sandbox.tweet("Suite", reply={"in_reply_to_tweet_id": first}).json()["data"]["id"]
    gone = sandbox.tweet("Effacé <b>").json()["data"]["id"]
    sandbox.call("DELETE", f"/2/tweets/{gone}")
    sandbox.switch("altered")
    sandbox.tweet("Voir https://www.interieur.gouv.fr/")
    sandbox.set(timeline_frozen=True)
    sandbox.tweet("Pas encore")
    sandbox.switch("suspended", account="pnationale35", times="always")
    sandbox.switch("status", status=418, on=["me", "timeline"])
    return second


def test_a_timeline_says_that_nothing_is_published(sandbox):
    sandbox.tweet("Bonjour <script>alert(1)</script> & merci")
    page = get(sandbox, "/pnationale44")
    assert "Bac à sable, rien n’est publié." in page
    assert "Bonjour &lt;script&gt;alert(1)&lt;/script&gt; &amp; merci" in page
    assert "<script" not in page
    assert "Bonjour &lt;script&gt;" in get(sandbox, "/PNationale44/")


def test_links_are_shown_as_x_shows_them(sandbox):
    sandbox.tweet("Voir https://www.interieur.gouv.fr/actu?a=1&b=2 vite")
    page = get(sandbox, "/pnationale44")
    assert 'href="https://www.interieur.gouv.fr/actu?a=1&amp;b=2"' in page
    assert ">interieur.gouv.fr/actu?a=1…</a> vite" in page
    assert "t.co" not in page


def test_replies_stand_under_their_parents(sandbox):
    first = sandbox.tweet("un").json()["data"]["id"]
    sandbox.tweet("autre chose")
    second = sandbox.tweet("deux", reply={"in_reply_to_tweet_id": first}).json()["data"]["id"]
    sandbox.tweet("trois", reply={"in_reply_to_tweet_id": second})
    order = re.findall(r'<p class="said" lang="fr"\s*>([^<]*)</p>', get(sandbox, "/pnationale44"))
    assert order == ["autre chose", "un", "deux", "trois"]
    alone = get(sandbox, f"/pnationale44/status/{second}")
    assert re.findall(r'<p class="said" lang="fr"\s*>([^<]*)</p>', alone) == ["un", "deux", "trois"]


def test_a_reply_to_someone_else_is_on_its_own_authors_timeline(sandbox):
    first = sandbox.tweet("un").json()["data"]["id"]
    sandbox.tweet("deux", "pnationale35", reply={"in_reply_to_tweet_id": first})
    assert "deux" in get(sandbox, "/pnationale35")


def test_deleted_posts_are_struck_out_and_images_have_their_alt_text(sandbox):
    fill(sandbox)
    page = get(sandbox, "/pnationale44")
    assert "<del>Effacé &lt;b&gt;</del>" in page
    assert "Supprimé le" in page
    assert 'alt="Un plan de la déviation"' in page
    assert "Sans texte alternatif" in page
    assert "Seules les personnes mentionnées peuvent répondre." in page
    assert "Pas encore visible" in page
    [source] = set(re.findall(r'src="(/media/\d+)"', page)[:1])
    image = requests.get(f"{sandbox.base_url}{source}", timeout=30)
    assert image.headers["Content-Type"] == "image/png"
    assert image.content == picture()


def test_long_timelines_come_in_pages(sandbox):
    sandbox.set(limits=False)
    for number in range(51):
        sandbox.tweet(f"n° {number}")
    page = get(sandbox, "/pnationale44")
    assert "n° 1<" in page
    assert "n° 0<" not in page
    [older] = re.findall(r'href="(/pnationale44\?before=\d+)"', page)
    assert "n° 0<" in get(sandbox, older)
    assert "n° 1<" not in get(sandbox, older)


@pytest.mark.parametrize("path", ["/personne", "/pnationale44/status/12", "/a/b/c", "/media/12"])
def test_what_does_not_exist_is_said(sandbox, path):
    answer = requests.get(f"{sandbox.base_url}{path}", timeout=30)
    assert answer.status_code == 404
    assert "n’existe pas dans le bac à sable" in answer.text


def test_every_page_is_closed_to_foreign_content(sandbox):
    fill(sandbox)
    for path in ("/", "/pnationale44", "/sandbox/", "/personne"):
        answer = requests.get(f"{sandbox.base_url}{path}", timeout=30)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "style=" not in answer.text
        assert not re.search(r"\son\w+=", answer.text)


def test_a_scenario_chosen_on_the_page_happens(sandbox):
    answer = send(
        sandbox, "/sandbox/switches", scenario="503-after", account="", times="1", lang="en"
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sandbox/?lang=en")
    assert "Error 503, but the tweet is out" in get(sandbox, "/sandbox/?lang=en")
    assert sandbox.tweet("un").status_code == 503
    assert len(sandbox.posts()) == 1
    page = get(sandbox, "/sandbox/")
    assert "Aucune panne" in page
    assert f"/status/{sandbox.posts()[0]['id']}" in page


def test_every_scenario_of_the_page_can_be_set_and_is_named(sandbox):
    choices = get(sandbox, "/sandbox/").split("<fieldset>")[1].split("</fieldset>")[0]
    scenarios = re.findall(r'<label for="([^"]+)">([^<]+)</label>', choices)
    assert len(scenarios) == choices.count('type="radio"') > 90
    assert len({slug for slug, _ in scenarios}) == len({words for _, words in scenarios})
    for slug, words in scenarios:
        send(sandbox, "/sandbox/switches", clear="true")
        assert send(sandbox, "/sandbox/switches", scenario=slug, times="always").status_code == 303
        assert f"<strong>{words}</strong>" in get(sandbox, "/sandbox/"), slug
    assert send(sandbox, "/sandbox/switches", scenario="none-such").status_code == 400


def test_settings_of_the_page(sandbox):
    send(
        sandbox,
        "/sandbox/switches",
        set="true",
        latency_ms="0",
        timeline_lag="7",
        limit_post="3",
        limits="true",
    )
    now = sandbox.switches()["parameters"]
    assert (now["timeline_lag"], now["limit_post"], now["limits"]) == (7, 3, True)
    assert (now["duplicate_rule"], now["timeline_frozen"]) == (False, False)


class TestEnglish:
    def test_the_whole_page_changes_language_and_keeps_it(self, sandbox):
        fill(sandbox)
        page = get(sandbox, "/pnationale44?lang=en")
        assert '<html lang="en">' in page
        assert "Sandbox, nothing is published." in page
        assert 'href="/sandbox/?lang=en"' in page
        assert re.search(r"/status/\d+\?lang=en", page)
        assert 'href="/pnationale44"' in page  # the way back to French

    def test_faults_that_only_tests_set_are_named_too(self, sandbox):
        sandbox.switch("status", status=418)
        assert "error (post, when before, status 418)" in get(sandbox, "/sandbox/?lang=en")
        assert "erreur (post, when before, status 418)" in get(sandbox, "/sandbox/")

    def test_every_sentence_is_in_the_catalogue_and_compiled(self):
        with (CATALOGUE / "django.po").open("rb") as file:
            catalogue = read_po(file, locale="en")
        with (CATALOGUE / "django.mo").open("rb") as file:
            compiled = read_mo(file)
        known = {}
        for message in catalogue:
            if message.id:
                first = message.id if isinstance(message.id, str) else message.id[0]
                known[first] = message.string
                assert message.string and all(message.string), message.id
                assert not message.fuzzy
                assert list(compiled[first].string) == list(message.string)
        assert sentences() == set(known)


def sentences() -> set[str]:
    """Every French sentence marked for translation in the sandbox."""
    found = set()
    for path in HERE.glob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'{% translate "([^"]+)" %}', text))
        for block in re.findall(
            r"{% blocktranslate[^%]*%}(.*?)(?:{% plural %}|{% endblocktranslate %})", text, re.S
        ):
            found.add(re.sub(r"{{ (\w+) }}", r"%(\1)s", " ".join(block.split())))
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                found.add(node.args[0].value)
    return found


class TestBrowser:
    @pytest.mark.parametrize("width", [390, 1280])
    def test_pages_fit_and_axe_finds_nothing(self, sandbox, new_context, width):
        second = fill(sandbox)
        page = new_context(viewport={"width": width, "height": 900}).new_page()
        with sandbox.hold(on="delete"):
            with pytest.raises(requests.ReadTimeout):
                sandbox.call("DELETE", f"/2/tweets/{second}", timeout=0.2)
            until(sandbox.waiting)
            for path in (
                "/",
                "/pnationale44",
                "/pnationale06",
                f"/pnationale44/status/{second}",
                "/sandbox/",
                "/sandbox/?lang=en",
                "/personne",
            ):
                page.goto(f"{sandbox.base_url}{path}")
                fits(page)
                assert [violation["id"] for violation in violations(page)] == [], path

    def test_the_keyboard_alone_makes_x_fail(self, sandbox, page):
        page.goto(f"{sandbox.base_url}/sandbox/")
        page.keyboard.press("Tab")
        has_focus(page, "Aller au contenu")
        group = page.locator("summary", has_text="X refuse le compte")
        group.focus()
        page.keyboard.press("Enter")
        page.get_by_label("Jeton révoqué").focus()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_label("Compte suspendu")).to_be_checked()
        while page.evaluate("document.activeElement.tagName") != "BUTTON":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator("strong", has_text="Compte suspendu").wait_for()
        assert sandbox.tweet("un").status_code == 403

    def test_letting_a_held_request_go(self, sandbox, page):
        with sandbox.hold():
            with pytest.raises(requests.ReadTimeout):
                sandbox.call("POST", "/2/tweets", json={"text": "un"}, timeout=0.2)
            page.goto(f"{sandbox.base_url}/sandbox/")
            page.get_by_role("button", name="Donner le feu vert : Envoi d’un tweet").click()
            assert sandbox.wait_for_posts()[0]["text"] == "un"
        page.get_by_role("link", name="Actualiser").click()
        page.get_by_role("link", name="Envoi d’un tweet").click()
        expect(page.get_by_text("Police nationale 44").first).to_be_visible()
