"""What X's no is a no to: a text, an account, the application; and for how long.

Over real HTTP: tweepy speaks to something that answers these very bytes.
"""

from __future__ import annotations

import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.crypto import NotSealedForThis
from accounts.models import AuditEntry, Credential, Notice
from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.message import Image, Message
from publishing.actions.apply_answer import apply_answer, stale_attempts
from publishing.actions.connect import ask_for_check, probe
from publishing.actions.scan import reevaluate, rows_to_reevaluate
from publishing.actions.send import claim, send_due
from publishing.models import Answer, Attempt, CreditStop, Part, Publication, Throttle
from tests.approvals.writing import agree
from tests.cast import signed_in
from tests.pictures import stored_image

pytestmark = pytest.mark.django_db(transaction=True)

TYPES = "https://api.x.com/2/problems/"
PAGE = b"<!DOCTYPE html><html><body>Attention Required! | Cloudflare</body></html>"
ACCEPTED = {"data": {"id": "1999", "text": "."}}


def scan() -> None:
    for publication_id in rows_to_reevaluate():
        reevaluate(publication_id)


def now(publication) -> tuple[str, str]:
    publication.refresh_from_db()
    return publication.state, publication.reason


def told(person) -> list[str]:
    """The pages that a notice about X sends this person to."""
    about = Notice.objects.filter(person=person, kind="connection")
    return list(about.order_by("pk").values_list("path", flat=True))


def old(code: int, message: str = "") -> dict:
    return {"errors": [{"code": code, "message": message}]}


def new(kind: str, detail: str = "", **more) -> dict:
    return {"type": TYPES + kind, "title": "Forbidden", "detail": detail, **more}


# Fault 88: a no to the application, the plan, the path, or the account is no to a text.


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, new("client-forbidden", "This application may not.", reason="client-not-enrolled")),
        (
            403,
            new(
                "oauth1-permissions",
                "Your client app is not configured with the appropriate "
                "oauth1 app permissions for this endpoint.",
            ),
        ),
        (403, new("unsupported-authentication")),
        (429, new("usage-capped", "Usage cap exceeded: Monthly product cap")),
        (403, old(453, "You currently have access to a subset of X API V2 endpoints")),
        (403, old(261, "Application cannot perform write actions.")),
        (401, None),
        (404, {"title": "Not Found", "detail": "Not Found", "type": "about:blank"}),
        (402, {"title": "CreditsDepleted", "type": TYPES + "credits"}),
    ],
)
def test_fault_88_a_no_to_the_application_burns_no_text(line, lies, status, body):
    first, second = (
        line.released(),
        line.released(
            account=line.cast.rennes,
            author=line.cast.yann,
            signers=(line.cast.soazig, line.cast.gwen),
        ),
    )
    x = lies()
    if body is None:
        body = old(89, "Invalid or expired token.")
    x.says(body, status=status, method="POST")
    send_due(first.account_id)
    scan()
    assert now(first)[0] in ("held", "waiting")
    if status == 401:
        assert Credential.objects.get(account=first.account_id).state == "probing"
        return
    assert now(first)[0] == now(second)[0] == "held"
    assert send_due(second.account_id) == 0
    assert told(line.cast.ada) == [reverse("freezes")]
    page = signed_in(line.cast.ada).get(reverse("freezes")).text
    assert "portail des développeurs" in page or "Rachetez des crédits" in page
    assert not Publication.objects.filter(state="refused").exists()
    # Cured: said so, one goes first, the rest follows.
    x.says(ACCEPTED, {"data": {"id": "2000", "text": "."}}, status=201, method="POST")
    signed_in(line.cast.ada).post(reverse("restore-credits"))
    scan()
    send_due(first.account_id)
    scan()
    send_due(second.account_id)
    assert (now(first)[0], now(second)[0]) == ("published", "published")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (old(185, "User is over daily status update limit."), "daily_limit"),
        (old(344, "Cannot Tweet: over the limit."), "daily_limit"),
        (old(226, "This request looks like it might be automated."), "automated"),
        (new("x", "This request looks like it might be automated."), "automated"),
        (old(326, "To protect our users from spam, this account is locked."), "suspended"),
        (new("user-locked"), "suspended"),
    ],
)
def test_fault_88_a_no_to_the_account_holds_it_and_is_tried_again_when_cured(
    line, lies, body, reason
):
    first, second = line.released(), line.released()
    other = line.released(
        account=line.cast.rennes,
        author=line.cast.yann,
        signers=(line.cast.soazig, line.cast.gwen),
    )
    x = lies()
    x.says(body, status=403, method="POST")
    send_due(first.account_id)
    scan()
    assert now(first) == now(second) == ("held", reason)
    assert told(line.cast.basile) == [reverse("department", args=["44"])]
    me = {"data": {"id": line.x.accounts["pnationale44"]["id"], "username": "pnationale44"}}
    x.says(me)
    x.says(ACCEPTED, {"data": {"id": "2000", "text": "."}}, status=201, method="POST")
    send_due(other.account_id)
    assert now(other)[0] == "published", "other accounts go on"
    probe(first.account_id)
    scan()
    send_due(first.account_id)
    assert now(first)[0] == "published"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 429])
@pytest.mark.parametrize("body", [PAGE, b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_fault_88_a_page_that_is_not_xs_word_is_uncertain(line, lies, status, body):
    publication = line.released()
    lies().says(body, status=status, method="POST")
    send_due(publication.account_id)
    assert now(publication) == ("uncertain", "broken_answer")


@pytest.mark.parametrize(
    "body",
    [
        old(187, "Status is a duplicate."),
        new("x", "You are not allowed to create a Tweet with duplicate content."),
        new("x", "Whoops! You already said that."),
        {"errors": [{"message": "This Post is a duplicate"}], "title": "Forbidden"},
    ],
)
def test_a_duplicate_is_known_in_each_of_its_wordings(line, lies, body):
    publication = line.released()
    lies().says(body, status=403, method="POST")
    send_due(publication.account_id)
    assert now(publication) == ("uncertain", "duplicate")


UNKNOWN = new("never-seen", "No, and X does not say why.")


def test_fault_88_a_second_unknown_no_to_another_text_holds_the_account(line, lies):
    texts = [line.released() for _ in range(4)]
    x = lies()
    x.says(UNKNOWN, status=403, method="POST")
    account = texts[0].account_id
    send_due(account)
    scan()
    assert [now(one) for one in texts] == [
        ("refused", "not_permitted"),
        ("refused", "not_permitted"),
        ("held", "account_refused"),
        ("held", "account_refused"),
    ]
    assert reverse("department", args=["44"]) in told(line.cast.ada)
    # Its tokens are good: that alone lets nothing go on, a person's look does.
    me = {"data": {"id": line.x.accounts["pnationale44"]["id"], "username": "pnationale44"}}
    x.says(me)
    probe(account)
    scan()
    assert now(texts[2])[0] == "held"
    x.says(ACCEPTED, {"data": {"id": "2000", "text": "."}}, status=201, method="POST")
    ask_for_check(actor=line.cast.ada, account=line.cast.nantes)
    probe(account)
    scan()
    send_due(account)
    assert [now(one)[0] for one in texts[2:]] == ["published", "published"]


def test_one_unknown_no_an_hour_refuses_one_text_only(line, lies, backdate):
    first, second = line.released(), line.released()
    x = lies()
    x.says(UNKNOWN, ACCEPTED, status=403, method="POST")
    x.answers["POST"] = [(403, UNKNOWN, {}), (201, ACCEPTED, {})]
    send_due(first.account_id)
    assert (now(first), now(second)[0]) == (("refused", "not_permitted"), "published")
    assert Credential.objects.get(account=first.account_id).state == "connected"


def test_fault_88_a_third_account_so_held_holds_all(line, lies, cast_of_three):
    x = lies()
    x.says(UNKNOWN, status=403, method="POST")
    held = []
    for account in cast_of_three:
        send_due(account.pk)
        held.append(CreditStop.objects.filter(ended_at=None).exists())
    assert held == [False, False, True]
    assert CreditStop.objects.get(ended_at=None).cause == "app_stopped"


@pytest.fixture
def cast_of_three(line):
    """Three accounts, two texts each."""
    from accounts.crypto import Secret
    from publishing.actions.connect import connect
    from tests.cast import account, person, seat, supervise

    three = [line.cast.nantes]
    for _ in range(2):
        line.released()
    for code in ("62", "67"):
        made = account(code, f"Département {code}")
        author, other, supervisor = (person(f"{name}{code}") for name in ("a", "b", "c"))
        seat(made, 1, author)
        seat(made, 2, other)
        supervise(made, supervisor)
        tokens = line.x.accounts[made.handle]
        connect(
            account=made, token=Secret(tokens["token"]), token_secret=Secret(tokens["token_secret"])
        )
        for _ in range(2):
            line.released(account=made, author=author, signers=(other, supervisor))
        three.append(made)
    return three


# Fault 86: a reset that cannot be true.


def limited(**headers) -> dict[str, str]:
    return {name.replace("_", "-"): str(value) for name, value in headers.items()}


ABSURD = {
    "milliseconds": lambda: int((time.time() + 300) * 1000),
    "not a number": lambda: "nan",
    "infinite": lambda: "1e999",
    "a year ahead": lambda: int(time.time() + 365 * 86_400),
    "past": lambda: int(time.time() - 5),
    "negative": lambda: -1,
    "zero": lambda: 0,
    "words": lambda: "soon",
    "empty": lambda: "",
    "digits of another script": lambda: "²²²",
    "two": lambda: f"{int(time.time()) + 60}, 5",
}


@pytest.mark.parametrize("reset", ABSURD)
def test_fault_86_an_absurd_reset_is_none_and_the_pause_doubles(line, lies, backdate, reset):
    publication = line.released()
    x = lies()
    pauses = []
    for _ in range(4):
        headers = limited(x_rate_limit_remaining=0, x_rate_limit_reset=ABSURD[reset]())
        x.says({"title": "Too Many Requests"}, status=429, method="POST", headers=headers)
        asked = len(x.asked)
        send_due(publication.account_id)
        assert len(x.asked) == asked + 1
        throttle = Throttle.objects.get(account=publication.account_id)
        cursor = connection.cursor()
        cursor.execute("SELECT extract(epoch FROM until - now()) FROM publishing_throttle")
        pauses.append(round(float(cursor.fetchone()[0])))
        assert send_due(publication.account_id) == 0
        backdate(throttle, 2000, "until")
        Publication.objects.update(state="waiting", next_try_at=publication.due_at)
    assert pauses == [60, 120, 240, 480]
    assert not Attempt.objects.filter(phase="posting").exists()


def test_fault_86_while_x_goes_on_saying_no_the_pause_grows_whatever_its_reset(
    line, lies, backdate
):
    publication = line.released()
    x = lies()
    pauses = []
    for _ in range(4):
        headers = limited(x_rate_limit_remaining=0, x_rate_limit_reset=int(time.time()) + 2)
        x.says({"title": "Too Many Requests"}, status=429, method="POST", headers=headers)
        send_due(publication.account_id)
        throttle = Throttle.objects.get(account=publication.account_id)
        cursor = connection.cursor()
        cursor.execute("SELECT extract(epoch FROM until - now()) FROM publishing_throttle")
        pauses.append(float(cursor.fetchone()[0]))
        backdate(throttle, 2000, "until")
        Publication.objects.update(state="waiting", next_try_at=publication.due_at)
    assert pauses[0] <= 3
    assert [round(pause) for pause in pauses[1:]] == [120, 240, 480]


def test_fault_86_the_limit_of_a_day_may_be_a_day_and_no_more(line, lies):
    publication = line.released()
    headers = limited(
        x_user_limit_24hour_remaining=0,
        x_user_limit_24hour_reset=int(time.time()) + 80_000,
        x_rate_limit_remaining=5,
        x_rate_limit_reset=int(time.time()) + 100,
    )
    lies().says({"title": "No"}, status=429, method="POST", headers=headers)
    send_due(publication.account_id)
    throttle = Throttle.objects.get(account=publication.account_id)
    assert 79_000 < (throttle.until - publication.since).total_seconds() < 80_100
    assert now(publication) == ("missed", "rate_limited")
    assert not Throttle.objects.exclude(account=publication.account_id).exists()


def test_fault_86_the_applications_limit_of_a_day_stops_every_account(line, lies):
    publication = line.released()
    headers = limited(
        x_app_limit_24hour_remaining=0, x_app_limit_24hour_reset=int(time.time()) + 500
    )
    lies().says({"title": "No"}, status=429, method="POST", headers=headers)
    send_due(publication.account_id)
    accounts = set(Throttle.objects.values_list("account__code", flat=True))
    assert accounts == {"44", "35"}
    assert told(line.cast.ada) == [reverse("health")]


@pytest.mark.parametrize(
    ("forged", "constraint"),
    [
        ({"retry_after": 1e300}, "answer_waits_a_day_at_most"),
        ({"retry_after": float("inf")}, "answer_waits_a_day_at_most"),
        ({"retry_after": float("nan")}, "answer_waits_a_day_at_most"),
        ({"retry_after": -5.0}, "answer_waits_a_day_at_most"),
        ({"retry_after": 0.0}, "answer_waits_a_day_at_most"),
        ({"limits": ["odd"]}, "answer_limits_named"),
    ],
)
def test_fault_86_no_row_asks_for_a_pause_that_cannot_be(line, forged, constraint):
    attempt = Attempt.objects.get(pk=claim(line.released().account_id).attempt_id)
    Attempt.objects.filter(pk=attempt.pk).update(
        phase="posting", digest=attempt.part.publication.release.digest
    )
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Answer.objects.create(attempt=attempt, outcome="not_sent", reason="rate_limited", **forged)


@pytest.mark.parametrize("left", [["odd"], "0", None, -1])
def test_fault_86_no_row_keeps_an_account_in_posting(line, x, left):
    publication = line.released()
    with x.hold():
        import threading

        sending = threading.Thread(target=send_due, args=(publication.account_id,))
        sending.start()
        x.wait_until_held()
        attempt = Attempt.objects.get(phase="posting")
        Answer.objects.create(
            attempt=attempt,
            outcome="not_sent",
            reason="rate_limited",
            status=429,
            limits={"x-app-limit-24hour-remaining": left},
        )
        apply_answer(attempt.pk)
    sending.join()
    assert stale_attempts() == []
    assert not Attempt.objects.filter(phase="posting").exists()
    assert Throttle.objects.get(account=publication.account_id).until > publication.due_at


# Fault 90: the stored token of another account.


def exchange(*columns: str) -> None:
    """Two rows' columns exchanged, by plain SQL."""
    swapped = ", ".join(f"{column} = other.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_credential c SET {swapped} FROM accounts_credential other"
            " WHERE other.id <> c.id"
        )


@pytest.mark.parametrize(
    "columns",
    [("token", "token_secret"), ("token", "token_secret", "x_user_id"), ("token",), ("x_user_id",)],
)
def test_fault_90_tokens_of_another_account_send_nothing_and_both_are_told(line, x, columns):
    mine = line.released()
    theirs = line.released(
        account=line.cast.rennes,
        author=line.cast.yann,
        signers=(line.cast.soazig, line.cast.gwen),
    )
    exchange(*columns)
    for publication in (mine, theirs):
        send_due(publication.account_id)
        assert now(publication) == ("held", "reconnect")
        assert probe(publication.account_id) is False
    assert x.posts() == []
    assert set(told(line.cast.ada)) == {
        reverse("department", args=["44"]),
        reverse("department", args=["35"]),
    }
    assert AuditEntry.objects.filter(act="account.tokens_distrusted").count() == 2


def test_fault_90_a_token_that_names_another_user_of_x_is_not_believed(line):
    row = Credential.objects.get(account=line.cast.nantes)
    token, secret = row.tokens()
    Credential.objects.filter(pk=row.pk).update(
        **Credential.sealed(row.account_id, "999", token, secret)
    )
    row.refresh_from_db()
    with pytest.raises(NotSealedForThis):
        row.tokens()


# Fault 89: images.


@pytest.mark.parametrize(
    "body",
    [old(324, "The validation of media ids failed."), new("x", "Your media IDs are invalid.")],
)
def test_fault_89_an_upload_that_x_forgot_is_thrown_away(line, lies, body):
    publication = line.released()
    Part.objects.filter(publication=publication).update(
        media={"0" * 64: {"id": "1", "expires": "9"}}
    )
    lies().says(body, status=400, method="POST")
    send_due(publication.account_id)
    assert now(publication) == ("waiting", "media_gone")
    assert Part.objects.get(publication=publication).media == {}


ALT = "Une rue barrée."
UPLOADED = {"data": {"id": "77", "expires_after_secs": 86400}}
DESCRIBED = {"data": {"id": "77", "associated_metadata": {"alt_text": {"text": ALT}}}}


@pytest.fixture
def with_image(line, media_folder):
    sha256 = stored_image(line.cast.nantes)
    draft = begin_draft(
        actor=line.cast.claire,
        account=line.cast.nantes,
        content=Content((Message("Voyez.", (Image(sha256, ALT),)),), category="advice"),
    )
    revision = submit_draft(actor=line.cast.claire, draft_id=draft.pk, version=draft.version)
    for signer in (line.cast.marc, line.cast.helene):
        agree(signer, revision)
    return Publication.objects.get(release__revision=revision)


@pytest.mark.parametrize(
    "answer",
    [
        PAGE,
        b"",
        {},
        {"errors": [{"title": "Invalid"}]},
        {"data": {"id": "78"}},
        {"data": {"id": "77", "associated_metadata": {"alt_text": {"text": "Autre chose."}}}},
    ],
    ids=["a page", "nothing", "an empty object", "errors", "another upload", "another text"],
)
def test_fault_89_nothing_leaves_before_x_has_the_alternative_text(line, lies, with_image, answer):
    x = lies()
    x.says(UPLOADED, method="POST", path="/2/media/upload")
    x.says(answer, method="POST", path="/2/media/metadata")
    x.says(ACCEPTED, status=201, method="POST", path="/2/tweets")
    send_due(with_image.account_id)
    assert now(with_image) == ("waiting", "alt_not_set")
    assert "POST /2/tweets" not in x.asked
    x.says(DESCRIBED, method="POST", path="/2/media/metadata")
    Publication.objects.update(next_try_at=with_image.due_at)
    send_due(with_image.account_id)
    assert now(with_image)[0] == "published"
    assert x.asked.count("POST /2/media/upload") == 2


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"title": "Invalid", "detail": "Image too small."}, ("refused", "media_refused")),
        (403, new("client-forbidden"), ("held", "app_stopped")),
        (403, new("user-suspended"), ("held", "suspended")),
        (403, PAGE, ("waiting", "unreachable")),
        (503, b"", ("waiting", "unreachable")),
        (200, PAGE, ("waiting", "unreachable")),
    ],
)
def test_fault_89_xs_no_to_an_upload_is_one_to_what_it_says(
    line, lies, with_image, status, body, expected
):
    x = lies()
    x.says(body, status=status, method="POST")
    send_due(with_image.account_id)
    assert now(with_image) == expected
