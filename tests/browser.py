"""Pytest plugin: a real Chromium, whose complaints about our pages fail the test.

A test takes `page` (Playwright's) and `live_server`. `page_problems` lists what the page's console
and its content policy complained about; a test that expects one empties the list.
"""

import os

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect, sync_playwright

from policetweets.runner.browser import found

# Playwright's loop runs in this thread, which Django takes for an asynchronous caller.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

FLAGS = [
    *["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    *["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    "--disable-dev-shm-usage",
]
NONE = os.environ.get("BROWSER") == "none"
# Milliseconds, for a machine that is busy with something else: what comes at once waits for none.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


def pytest_report_header():
    return "BROWSER=none: the tests that need a browser are left out" if NONE else None


def pytest_collection_modifyitems(config, items):
    """What uses the browser is marked so; BROWSER=none leaves it out."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    if NONE:
        left_out = [item for item in items if item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def chromium():
    """The browser of this test process. CHROMIUM is the runner's find; empty: Playwright's own."""
    try:
        playwright = sync_playwright().start()
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
    except Exception as error:  # Playwright's driver may die in any way
        pytest.fail(
            "No Chromium can be started: install one (apt install chromium libatomic1), name it "
            f"with CHROMIUM=/path, or leave these tests out with BROWSER=none. {error}"
        )
    yield browser
    browser.close()
    playwright.stop()


@pytest.fixture
def page_problems():
    return []


@pytest.fixture
def new_context(chromium, page_problems):
    """Make further browsers with cookies of their own, as several people at several desks."""
    contexts = []

    def make(**options):
        context = chromium.new_context(locale="fr-FR", timezone_id="Europe/Paris", **options)
        context.set_default_timeout(PATIENCE)
        context.on("console", lambda message: note(page_problems, message))
        context.on("weberror", lambda error: page_problems.append(str(error.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert page_problems == [], "the browser complained about our pages"


@pytest.fixture
def page(new_context):
    return new_context(viewport={"width": 1280, "height": 900}).new_page()


def note(problems, message):
    """Errors, policy violations included; not that a visited page itself answered 4xx."""
    if message.type != "error":
        return
    # A page that is left ends what it was asking; what fails says htmx:sendError as well.
    if message.text.startswith(("htmx:sendAbort", "htmx:afterRequest")):
        return
    address = message.location.get("url", "")
    visited = message.page.url if message.page else ""
    if message.text.startswith("Failed to load resource") and address == visited:
        return
    problems.append(f"{message.text} ({address})")


def fits(page):
    """Waits until the page is no wider than its window."""
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")


def violations(page):
    """What axe finds wrong; its half megabyte is read once, however often a page is looked at."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    only = "{resultTypes: ['violations']}"
    return page.evaluate(f"axe.run({only}).then(found => found.violations)")


def has_focus(page, text):
    """Waits until what has the focus reads so."""
    expect(page.locator(":focus")).to_have_text(text)
