"""What Celery carries."""

from __future__ import annotations

from celery import shared_task

from insights.actions import observe


@shared_task
def observe_x() -> None:
    """Followers and metrics that are due."""
    observe.observe()
