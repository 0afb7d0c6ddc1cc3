"""Celery entry points."""

from celery import shared_task

from workshops.services.workshops import names_sweep as sweep


@shared_task(name="workshops.names_sweep", acks_late=True, soft_time_limit=280, time_limit=290, expires=3600)
def names_sweep() -> int:
    """Erase the names of guests whose workshop ended, or was left open, long enough ago; safe to call any number of times."""
    return sweep()
