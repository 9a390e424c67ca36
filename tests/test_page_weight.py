"""What a person downloads the first time, without a browser: a page and everything it links."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.cast import signed_in
from tests.test_urls import prepared

# 125 KB of it are the three weights of Marianne that a browser loads for our pages.
MAX_BYTES, MAX_REQUESTS = 220_000, 16
FONTS = re.compile(r'url\("([^"]*/Marianne-(?:Regular|Medium|Bold)\.[^"]*)"\)')


def fetch(client: Client, url: str):
    response = client.get(url, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert response.status_code == 200, url
    return response, response.getvalue()


def linked(page: str) -> list[str]:
    links = r'<(?:link|script|img)[^>]*? (?:href|src)="(/[^"]*)"'
    return list(dict.fromkeys(re.findall(links, page)))


@pytest.mark.parametrize("name", ["sign-in", "home", "compose", "draft"])
def test_a_first_visit_stays_light(cast, name):
    address, _ = prepared(name, cast)
    client = Client() if name == "sign-in" else signed_in(cast.claire)
    page, body = fetch(client, address)
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]
    text = client.get(address).text
    links = linked(text)
    assert any("/used." in link for link in links)
    weights = {address: len(body)}
    for link in links:
        file, content = fetch(client, link)
        weights[link] = len(content)
        if link.startswith("/static/"):
            assert "immutable" in file.headers["Cache-Control"], link
        if link.endswith((".css", ".js")):
            assert file.headers["Content-Encoding"] == "br", link
        if "/used." in link and link.endswith(".css"):
            fonts = FONTS.findall(client.get(link).getvalue().decode())
            assert len(fonts) == 3
            folder = link.rsplit("/", 1)[0]
            for font in fonts:
                weights[font] = len(fetch(client, f"{folder}/{font}")[1])
    assert len(weights) <= MAX_REQUESTS, weights
    assert sum(weights.values()) <= MAX_BYTES, weights


def test_an_image_of_a_draft_is_not_compressed_again(cast):
    address, _ = prepared("image", cast)
    page, _ = fetch(signed_in(cast.claire), address)
    assert "Content-Encoding" not in page.headers
    assert int(page.headers["Content-Length"]) > 0


def test_a_page_that_did_not_change_is_not_sent_again(cast):
    """Compression makes its tag a weak one."""
    address, _ = prepared("draft-live", cast)
    client = signed_in(cast.claire)
    page, _ = fetch(client, address)
    tag = page.headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
    assert again.status_code == 304
