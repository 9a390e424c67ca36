"""Every duration the product promises, in seconds unless named otherwise.

Read through `django.conf.settings.DURATIONS`, so that a test can shrink one. `scaled()`
shrinks all that concern publishing at once for runs against servers of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Durations:
    # One POST, from its commit as « posting » to the end of X's answer.
    post_connect: float = 5
    post_read: float = 15
    post_total: float = 20
    # Uploads and reads have limits of their own.
    upload_total: float = 120
    read_total: float = 20
    # What moves is uploaded piece by piece: after so long other accounts have their turn.
    upload_step: float = 60
    # An attempt that its worker no longer renews.
    attempt_stale: float = 45
    attempt_renew: float = 15
    # What was surely not sent is tried again.
    not_sent_retries: tuple[float, ...] = (2, 5, 15, 30)
    # 429 without any header: 60 s, doubling to 15 minutes.
    rate_limit_first: float = 60
    rate_limit_most: float = 900
    # A parent that X calls « deleted or not visible ».
    parent_invisible: float = 60
    # Lookups of what is uncertain, counted from the moment it became so.
    lookups: tuple[float, ...] = (10, 30, 120, 300, 900)
    lookup_margin: float = 60
    # A given-up part is looked for daily, for a week.
    given_up_every: float = 86_400
    given_up_for: float = 7 * 86_400
    # A published post is read back.
    read_backs: tuple[float, ...] = (60, 3_600, 86_400)
    # A retracted post is read again.
    retracted_reads: tuple[float, ...] = (60, 3_600)
    # 401: one probe of the account, then « à reconnecter ».
    unauthorized_probes: tuple[float, ...] = (60, 300, 900)
    # X's no that nobody understands: several within this are a no to the account, or to all.
    unknown_refusals: float = 3_600
    # « The cause is gone » is asked of X.
    connection_probe: float = 900
    # Retractions that X did not carry out are tried again.
    retraction_retries: tuple[float, ...] = (5, 15, 60, 300)
    # After these, what X does not know is believed gone although X never said it deleted it.
    retraction_sure_tries: int = 3
    # People.
    confirmation_expires: float = 3_600
    warn_author_before: float = 1_800
    # A verdict that waits: reminded of, then escalated; sooner for an urgent text, or for one whose
    # requested time is that near.
    review_reminder: float = 4 * 3_600
    review_escalation: float = 8 * 3_600
    urgent_review_reminder: float = 600
    urgent_review_escalation: float = 1_200
    review_near: float = 2 * 3_600
    # Each page of a draft that somebody looks at says so every ten seconds.
    presence_lasts: float = 30
    password_link: float = 3 * 86_400
    sign_in_pause: float = 900
    # What of somebody's was rejected or taken off X stays on their home page.
    setback_shown: float = 7 * 86_400
    # The PDF of a case file is fetched by who asked for it; a worker that died is given this long.
    case_file_kept: float = 3_600
    case_file_retry: float = 300
    # A document that takes long: its worker says so again and again, or the next takes it up.
    export_renew: float = 2
    export_lease: float = 60
    export_kept: float = 7 * 86_400
    # Health, as the pages and /healthz see it.
    heartbeat_every: float = 5
    heartbeat_dead: float = 30
    alert_after: float = 120
    # PostgreSQL's clock beside X's: well within `lookup_margin`, well beyond one slow answer.
    clocks_apart: float = 40

    def scaled(self, factor: float) -> Durations:
        """The same promises, `factor` times as long, for runs that cannot wait so long."""
        kept = {
            "heartbeat_every",
            "heartbeat_dead",
            "clocks_apart",
            "retraction_sure_tries",
            "password_link",
            "presence_lasts",
            "sign_in_pause",
        }
        changes: dict[str, float | tuple[float, ...]] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in kept:
                changes[field.name] = (
                    tuple(v * factor for v in value) if isinstance(value, tuple) else value * factor
                )
        return replace(self, **changes)  # type: ignore[arg-type]


DURATIONS = Durations()
