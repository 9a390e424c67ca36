"""What a notice says, by every channel: the act, the account, until when; no text of a draft."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Notice
from accounts.models.notice import BY_MAIL_ALONE, NoticeAct, NoticeKind
from accounts.timefmt import PARIS, format_date, format_hour


def subject_of(notice: Notice) -> str:
    """« À relire avant 18 h : @pnationale44, urgent »"""
    words = act_of(notice)
    if notice.account is not None and notice.kind not in BY_MAIL_ALONE:
        words = _("%(act)s : @%(handle)s") % {"act": words, "handle": notice.account.handle}
    return _("%(subject)s, urgent") % {"subject": words} if notice.urgent else words


def act_of(notice: Notice) -> str:
    """« À relire avant 18 h »; the day too when it is another than that of the act."""
    words = str(NoticeAct(notice.act).label if notice.act else NoticeKind(notice.kind).label)
    if notice.until is None:
        return words
    zone = notice.account.zone if notice.account is not None else PARIS
    limit, told = notice.until.astimezone(zone), notice.created_at.astimezone(zone)
    hour = format_hour(limit)
    if limit.date() != told.date():
        hour = _("%(day)s à %(hour)s") % {"day": format_date(limit, "j F"), "hour": hour}
        return _("%(act)s avant le %(moment)s") % {"act": words, "moment": hour}
    return _("%(act)s avant %(moment)s") % {"act": words, "moment": hour}
