"""The notices of a person, on the page of them."""

from __future__ import annotations

from django import template

from accounts.notice_text import subject_of

register = template.Library()
register.filter("subject", subject_of)
