"""Drafts, revisions, debate, reviews and releases."""

from approvals.models.draft import Category, Contributor, Draft
from approvals.models.image import StoredImage
from approvals.models.review import Comment, Opening, Release, Review, Verdict
from approvals.models.revision import Closing, Revision
from approvals.models.states import DraftState

__all__ = [
    "Category",
    "Closing",
    "Comment",
    "Contributor",
    "Draft",
    "DraftState",
    "Opening",
    "Release",
    "Review",
    "Revision",
    "StoredImage",
    "Verdict",
]
