"""Celery entry points."""

from celery import shared_task

from dashboards.services import schedules


@shared_task(name="dashboards.schedules_sweep", acks_late=True, soft_time_limit=280, time_limit=290, expires=280)
def schedules_sweep() -> int:
    """Send the dashboards whose time has come; safe to call any number of times."""
    return schedules.schedules_sweep()
