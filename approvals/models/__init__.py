"""Drafts, revisions, debate, reviews and releases."""

from approvals.models.category_rule import CategoryRule
from approvals.models.draft import SEARCHES, Category, Contributor, Draft, FollowUp
from approvals.models.image import StoredImage
from approvals.models.lists import ListEntry, ListName, ReservePeriod
from approvals.models.message_template import MessageTemplate
from approvals.models.objection import Objection
from approvals.models.presence import Presence
from approvals.models.review import (
    Comment,
    Mention,
    Release,
    Resolution,
    Review,
    RevisionView,
    Verdict,
)
from approvals.models.revision import CloseReason, Revision
from approvals.models.search import EntryKind, SearchEntry
from approvals.models.states import DraftState
from approvals.models.video_upload import VideoUpload
from approvals.models.wording import Wording, WordingOutcome

__all__ = [
    "SEARCHES",
    "Category",
    "CategoryRule",
    "CloseReason",
    "Comment",
    "Contributor",
    "Draft",
    "DraftState",
    "EntryKind",
    "FollowUp",
    "ListEntry",
    "ListName",
    "Mention",
    "MessageTemplate",
    "Objection",
    "Presence",
    "Release",
    "ReservePeriod",
    "Resolution",
    "Review",
    "Revision",
    "RevisionView",
    "SearchEntry",
    "StoredImage",
    "Verdict",
    "VideoUpload",
    "Wording",
    "WordingOutcome",
]
