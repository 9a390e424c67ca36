"""Observations of X, and what people make of them."""

from insights.models.observations import Age, FollowerCount, PostMetrics, ReadSpending

__all__ = ["Age", "FollowerCount", "PostMetrics", "ReadSpending"]
