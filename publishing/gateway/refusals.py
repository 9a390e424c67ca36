"""What X's no means: one table, from its problem type, its code or its words to what follows.

A no to the account, to the application, its plan or its path is no to a text. What no row knows is
a no to this text (`UNKNOWN`), and counted: see `publishing/actions/stops.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from publishing.gateway.wire import Problem
from publishing.models.attempt import Outcome
from publishing.models.states import Reason


@dataclass(frozen=True)
class Row:
    """It fits when one of its types, codes or phrases is in X's answer."""

    outcome: Outcome
    reason: Reason
    because: str
    kinds: frozenset[str] = frozenset()
    codes: frozenset[int] = frozenset()
    phrases: tuple[str, ...] = ()
    to_replies_only: bool = False

    def fits(self, said: Problem, is_reply: bool) -> bool:
        if self.to_replies_only and not is_reply:
            return False
        return bool(
            self.kinds & said.kinds
            or self.codes & said.codes
            or any(phrase in said.words for phrase in self.phrases)
        )


# The first row that fits decides.
TABLE = (
    Row(
        Outcome.UNCERTAIN,
        Reason.DUPLICATE,
        "the post that it doubles may be ours: it is looked for",
        codes=frozenset({187}),
        phrases=(
            *("duplicate content", "is a duplicate", "duplicate tweet", "duplicate post"),
            *("already said that", "already sent this", "already posted"),
        ),
    ),
    Row(
        Outcome.NOT_SENT,
        Reason.APP_STOPPED,
        "the application's plan, project or permissions: every text would meet it",
        kinds=frozenset(
            {
                *("client-forbidden", "client-not-enrolled", "oauth1-permissions", "usage-capped"),
                *("unsupported-authentication", "not-enrolled", "app-suspended"),
            }
        ),
        codes=frozenset({87, 93, 261, 416, 453}),
        phrases=(
            *("oauth1 app permissions", "cannot perform write actions", "usage cap exceeded"),
            *("attached to a project", "subset of", "suspended application", "client forbidden"),
            "access level",
        ),
    ),
    Row(
        Outcome.NOT_SENT,
        Reason.SUSPENDED,
        "X lets this account say nothing",
        kinds=frozenset({"user-suspended", "user-locked"}),
        codes=frozenset({64, 326}),
        phrases=(
            *("account is suspended", "authentication is suspended", "account has been suspended"),
            *("account is temporarily locked", "account has been locked", "account is locked"),
        ),
    ),
    Row(
        Outcome.NOT_SENT,
        Reason.DAILY_LIMIT,
        "the account's own limit of the day, whatever the text",
        codes=frozenset({185, 344}),
        phrases=("daily status update limit", "daily limit", "limit for sending"),
    ),
    Row(
        Outcome.NOT_SENT,
        Reason.AUTOMATED,
        "X rows_to_reevaluate the account, not the text",
        codes=frozenset({226}),
        phrases=("might be automated", "looks automated"),
    ),
    Row(
        Outcome.NOT_SENT,
        Reason.UNAUTHORIZED,
        "the tokens: asked about before it is believed, as any 401",
        codes=frozenset({32, 89, 99, 135, 215}),
        phrases=("could not authenticate", "invalid or expired token"),
    ),
    Row(
        Outcome.NOT_SENT,
        Reason.PARENT_INVISIBLE,
        "said at random of a fresh parent, and cured by some seconds",
        codes=frozenset({385}),
        phrases=("deleted or not visible",),
        to_replies_only=True,
    ),
    Row(
        Outcome.NOT_SENT,
        Reason.MEDIA_GONE,
        "an upload that X forgot: the images are uploaded anew",
        codes=frozenset({324, 325}),
        phrases=(
            "media ids are invalid",
            "media id is invalid",
            "media ids failed",
            "media id was not found",
            "invalid media",
        ),
    ),
    Row(
        Outcome.REFUSED,
        Reason.TOO_LONG,
        "this text, and nothing else",
        codes=frozenset({186}),
        phrases=("too long", "a bit shorter"),
    ),
    Row(
        Outcome.REFUSED,
        Reason.REPLY_REFUSED,
        "whom this text answers or names",
        codes=frozenset({433}),
        phrases=(
            "not allowed to reply",
            "reply to this conversation",
            "not been mentioned",
            "not allowed to mention",
        ),
    ),
)

# X's no to a text, as far as anybody knows.
UNKNOWN = frozenset({Reason.NOT_PERMITTED, Reason.BAD_REQUEST})
# A no to the account, or to the whole application: nothing of them is tried before that is cured.
ACCOUNT_STOPS = frozenset(
    {Reason.SUSPENDED, Reason.DAILY_LIMIT, Reason.AUTOMATED, Reason.ACCOUNT_REFUSED}
)
APPLICATION_STOPS = frozenset({Reason.NO_CREDITS, Reason.APP_STOPPED})


def judge(said: Problem, status: int, *, is_reply: bool) -> tuple[Outcome, Reason]:
    """What follows from a no in X's own words."""
    for row in TABLE:
        if row.fits(said, is_reply):
            return row.outcome, row.reason
    if status in (404, 405, 410):
        return Outcome.NOT_SENT, Reason.APP_STOPPED  # the path itself is not there
    if status == 403:
        return Outcome.REFUSED, Reason.NOT_PERMITTED
    return Outcome.REFUSED, Reason.BAD_REQUEST
