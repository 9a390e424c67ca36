"""No 500, whatever a header or a query holds; and no answer without the headers of pages."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policetweets.wsgi import Request
from tests.cast import signed_in

NAMES = (
    *("Referer", "Origin", "Host", "Cookie", "Accept-Language", "Accept-Encoding", "Range"),
    *("If-None-Match", "If-Modified-Since", "Authorization", "User-Agent", "X-Forwarded-For"),
    *("X-CSRFToken", "HX-Request", "HX-Current-URL", "HX-Target", "HX-Trigger", "HX-Boosted"),
    *("HX-Prompt", "HX-Trigger-Name-URI-AutoEncoded", "HX-Current-URL-URI-AutoEncoded"),
)
NASTY = st.one_of(
    st.sampled_from(
        [
            "http://[",
            "http://[::1",
            "//[",
            "http://testserver:99999999/",
            "http://testserver:x/",
            "%00",
            "%ff",
            "\x80\xff",
            "é",
            "²",
            'a=b=c; ;=;"',
            'sessionid="\\000"',
            "1e999",
            "-1",
            "bytes=0-,5-2",
            "fr;q=nan",
            "x" * 3000,
            "*;q=²",
            "Bearer é",
            "Basic ====",
            '"',
            "W/",
            "Sat, 99 Zzz 9999 99:99:99 GMT",
            "true",
            "[::1]:80",
            "testserver:²",
        ]
    ),
    st.text(
        st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=40
    ),
)
TYPES = st.sampled_from(
    [
        "multipart/form-data; charset=base64",
        "multipart/form-data; charset=base64; boundary=x",
        "multipart/form-data; boundary*=base64''x",
        "multipart/form-data; boundary*=utf-8'x",
        "multipart/form-data; boundary=é",
        "multipart/form-data",
        "application/x-www-form-urlencoded; charset=zlib",
        "application/x-www-form-urlencoded; charset=undefined",
        "application/x-www-form-urlencoded; charset=punycode",
        "application/x-www-form-urlencoded; charset=utf-16",
        'application/x-www-form-urlencoded; charset="',
        "text/html; charset*=base64''hex",
        ";;;=;",
    ]
)
QUERIES = st.sampled_from(
    [
        "",
        "next=http://[",
        "page=²",
        "position=9e9",
        "avant=zzz",
        "q=%ff%fe",
        "a" * 2000,
        "jour=0000",
        "&".join(f"a{n}=1" for n in range(600)),
        "=&=&;",
        "next=%5B%5B",
        "depuis=-1",
        "compte=999999999999",
    ]
)
PATHS = (
    "/",
    "/connexion",
    "/brouillons",
    "/healthz",
    "/mentions-legales",
    "/langue",
    "/metrics",
    "/nulle-part",
    "/mot-de-passe/x/y",
    "/static/nothing.css",
    "/statique/app.js",
)
PAGE_HEADERS = (
    "Content-Security-Policy",
    "Permissions-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
)


@pytest.fixture(autouse=True)
def _as_served(monkeypatch):
    """The test client reads requests as the web server does."""
    monkeypatch.setattr("django.test.client.WSGIRequest", Request)


def check(response, path: str) -> None:
    # The health of publishing is none without workers, whoever asks.
    assert response.status_code < 500 or (path == "/healthz" and response.status_code == 503)
    assert [name for name in PAGE_HEADERS if name not in response.headers] == []


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from(PATHS),
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS", "PATCH"]),
    headers=st.dictionaries(st.sampled_from(NAMES), NASTY, max_size=3),
    content_type=TYPES,
    query=QUERIES,
    inside=st.booleans(),
)
def test_no_header_makes_a_500(cast, path, method, headers, content_type, query, inside):
    client = signed_in(cast.claire) if inside else Client()
    body = b"--x\r\nContent-Disposition: form-data; name*=base64''a\r\n\r\nb\r\n--x--\r\n"
    response = client.generic(
        method,
        path,
        body,
        content_type=content_type,
        query_params={},
        headers=headers,
        QUERY_STRING=query,
    )
    check(response, path)


@pytest.mark.parametrize(
    "headers",
    [
        {"Referer": "http://["},
        {"Content-Type": "multipart/form-data; charset=base64"},
        {"Content-Type": "multipart/form-data; boundary*=base64''x"},
        {"Cookie": 'sessionid="\\000"'},
        {"Content-Length": "²"},
        {"Content-Length": str(10**9)},
    ],
    ids=str,
)
def test_an_early_refusal_has_the_headers_of_a_page(db, headers):
    names = {"Content-Type": "CONTENT_TYPE", "Content-Length": "CONTENT_LENGTH"}
    extra = {names.get(n, f"HTTP_{n.upper()}"): value for n, value in headers.items()}
    for path in ("/nulle-part", "/connexion"):
        response = Client().generic("POST", path, b"", **extra)
        check(response, path)
        assert "no-store" in response.headers["Cache-Control"]
        assert "<h1" in response.text


@pytest.mark.parametrize("charset", ["utf-16", "latin-1"])
def test_a_charset_and_too_many_fields_are_refused_with_a_page(db, charset):
    query = "&".join(f"a{n}=1" for n in range(1200))
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    for path in ("/nulle-part", "/connexion"):
        response = Client().generic("POST", path, b"", content_type=kind, QUERY_STRING=query)
        check(response, path)
        assert response.status_code < 500


def test_a_private_page_is_kept_by_no_cache(cast):
    for path in ("/", "/brouillons", "/courriels"):
        response = signed_in(cast.claire).get(path)
        assert "no-store" in response.headers["Cache-Control"], path
        assert "camera=()" in response.headers["Permissions-Policy"]
