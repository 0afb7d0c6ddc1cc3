"""Celery entry points."""

from uuid import UUID

from celery import shared_task

from cxmap.workspaces.brought import brought_sweep
from journeys.services import approval, exports


@shared_task(name="journeys.export_make", acks_late=True, soft_time_limit=150, time_limit=170)
def export_make(export_id: str) -> None:
    """Make a file of a map; safe to call any number of times."""
    exports.export_work(UUID(export_id))


@shared_task(name="journeys.files_sweep", acks_late=True, soft_time_limit=50, time_limit=60)
def files_sweep() -> int:
    """Take up exports that nobody works on; delete expired exports, and files that nobody decided on."""
    brought_sweep()
    return exports.exports_sweep()


@shared_task(name="journeys.reviews_sweep", acks_late=True, soft_time_limit=100, time_limit=120)
def reviews_sweep() -> int:
    """Tell the owners of maps whose review date has come; twice is harmless."""
    return approval.reviews_due_tell()
