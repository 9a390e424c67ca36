"""What Celery carries."""

from __future__ import annotations

from celery import shared_task

from accounts import wake
from insights.actions import exports, observe

# The longest document, on a slow machine.
MAX_SECONDS = 3600


@shared_task
def observe_x() -> None:
    """Followers and metrics that are due."""
    observe.observe()


@shared_task(time_limit=MAX_SECONDS)
def make_export(export_id: int) -> None:
    """Makes a document that somebody asked for; whatever waited for that is next."""
    if exports.make_export(export_id):
        wake_next()


@shared_task
def tend_exports() -> None:
    """Those whose message was lost or whose worker died are made; old ones are deleted."""
    wake_next()
    exports.delete_old_exports()


def wake_next() -> None:
    following = exports.exports_to_make().values_list("pk", flat=True).first()
    if following is not None:
        wake.now(exports.MAKE_EXPORT, following)
