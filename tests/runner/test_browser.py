"""The browser's complaints about our pages are heard; where there is no browser it is said."""

import http.server
import threading

import pytest

from policetweets.runner import browser

PAGES = {
    "/quiet": (200, "<!doctype html><link rel=icon href=data:,><p>Bonjour"),
    "/missing": (404, "<!doctype html><link rel=icon href=data:,><p>Introuvable"),
    "/inline": (200, "<!doctype html><link rel=icon href=data:,><script>x = 1</script>"),
    "/throws": (200, "<!doctype html><link rel=icon href=data:,><script src=/bad.js></script>"),
    "/bad.js": (200, "throw new Error('cassé')"),
    "/part": (200, "<!doctype html><link rel=icon href=data:,><script src=/none.js></script>"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = PAGES.get(self.path, (404, ""))
        self.send_response(status)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src data:")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def address():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/quiet", "/missing"])
def test_a_page_without_fault_is_not_complained_about(page, page_problems, address, path):
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    assert page_problems == []


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/inline", "Content Security Policy"),
        ("/throws", "cassé"),
        ("/part", "404"),
    ],
)
def test_a_faulty_page_is_complained_about(page, page_problems, address, path, complaint):
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    assert any(complaint in problem for problem in page_problems), page_problems
    page_problems.clear()


def test_a_browser_that_does_not_start_is_not_found(tmp_path, monkeypatch):
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho 'install the snap' >&2\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert browser.found() is None
    working = tmp_path / "google-chrome"
    working.write_text("#!/bin/sh\necho Chromium 1\n")
    working.chmod(0o755)
    assert browser.found() == str(working)
    monkeypatch.setenv("CHROMIUM", str(working))
    assert browser.found() == str(working)
