"""Observations of X, and what people make of them."""

from insights.models.export import Export, ExportKind, ExportState
from insights.models.invitation import Invitation, InvitationAnswer
from insights.models.lesson_learned import (
    InstructionEdition,
    LessonLearned,
    LessonOutcome,
    LessonSubject,
    LessonTheme,
    LessonVerdict,
    Weighing,
)
from insights.models.observations import Age, FollowerCount, PostMetrics, ReadSpending

__all__ = [
    "Age",
    "Export",
    "ExportKind",
    "ExportState",
    "FollowerCount",
    "InstructionEdition",
    "Invitation",
    "InvitationAnswer",
    "LessonLearned",
    "LessonOutcome",
    "LessonSubject",
    "LessonTheme",
    "LessonVerdict",
    "PostMetrics",
    "ReadSpending",
    "Weighing",
]
