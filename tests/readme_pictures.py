"""Takes the pictures of the README from a running demonstration:

    make run
    .venv/bin/python -m tests.readme_pictures

`PORT` and `SANDBOX_PORT` as for `make run`. The messages are those of `seed_demo --messages`.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from policetweets.runner.browser import found
from policetweets.runner.run import HOST, ports
from tests.browser import FLAGS

FOLDER = Path(__file__).parent.parent / "docs" / "images"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def opened(browser: Browser, url: str, email: str, size: dict[str, int]) -> Page:
    """The page « À faire » of this person."""
    page = browser.new_page(
        viewport=size, locale="fr-FR", timezone_id="Europe/Paris", color_scheme="light"
    )
    page.goto(f"{url}/connexion")
    password = page.locator("#demo-title + p code").inner_text()
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("heading", name="À faire").wait_for()
    return page


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    chosen = ports()
    url, x = f"http://{HOST}:{chosen.web}", f"http://{HOST}:{chosen.sandbox}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        desk = opened(browser, url, "claire.44@demo.invalid", DESK)
        take(desk, "home")
        desk.get_by_role("link", name="Ne laissez jamais vos clés").first.click()
        desk.wait_for_url("**/brouillons/**")
        desk.goto(f"{desk.url.rstrip('/')}/rediger")
        take(desk, "compose")
        desk.goto(f"{url}/brouillons/?state=published")
        desk.get_by_role("link", name="#Saint-Nazaire").first.click()
        take(desk, "published")
        phone = opened(browser, url, "claire.44@demo.invalid", PHONE)
        phone.get_by_role("link", name="Appel à témoins").first.click()
        take(phone, "review-390")
        desk.goto(f"{x}/pnationale44")
        take(desk, "sandbox")
        browser.close()


if __name__ == "__main__":
    main()
