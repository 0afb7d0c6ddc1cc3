"""Celery entry points."""

from celery import shared_task

from touchpoints import drafts


@shared_task(name="touchpoints.drafts_sweep", acks_late=True, soft_time_limit=50, time_limit=60)
def drafts_sweep() -> int:
    """Delete files of touchpoints that nobody decided on; safe to call any number of times."""
    return drafts.drafts_sweep()
