"""Celery entry points of the outbox. Each may run twice, late, or find nothing to do."""

from celery import shared_task
from django.core.cache import cache

from cxmap.outbox import services

FORGET_SECONDS = 3600  # between two looks at what can be deleted


def _drain() -> None:
    if not services.outbox_drain():
        outbox_drain.delay()


@shared_task(name=services.DRAIN, acks_late=True, soft_time_limit=240, time_limit=300)
def outbox_drain() -> None:
    """Deliver what a change has just written."""
    _drain()


@shared_task(name="outbox.sweep", acks_late=True, soft_time_limit=240, time_limit=300, expires=60)
def outbox_sweep() -> None:
    """Find what a lost message left behind, what was held until now, what a killed worker had in hand."""
    _drain()
    if cache.add("outbox.forget", 1, timeout=FORGET_SECONDS):
        services.outbox_forget()
