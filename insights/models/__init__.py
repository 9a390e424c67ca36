"""Observations of X, and what people make of them."""

from insights.models.export import Export, ExportKind, ExportState
from insights.models.observations import Age, FollowerCount, PostMetrics, ReadSpending

__all__ = [
    "Age",
    "Export",
    "ExportKind",
    "ExportState",
    "FollowerCount",
    "PostMetrics",
    "ReadSpending",
]
