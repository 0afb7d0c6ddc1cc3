"""Celery entry points."""

from celery import shared_task

from sources import services


@shared_task(name="sources.import_check", acks_late=True)
def import_check(import_id: int) -> None:
    """Make the preview of an import; safe to call any number of times."""
    services.import_check(import_id)


@shared_task(name="sources.import_run", acks_late=True)
def import_run(import_id: int) -> None:
    """Write the observations of an import; safe to call any number of times."""
    services.import_run(import_id)


@shared_task(name="sources.import_withdraw", acks_late=True)
def import_withdraw(import_id: int) -> None:
    """Undo an import; safe to call any number of times."""
    services.import_withdraw(import_id)


@shared_task(name="sources.imports_sweep", acks_late=True, soft_time_limit=50, time_limit=60)
def imports_sweep() -> int:
    """Send a message for every import that nobody works on though somebody should."""
    return services.imports_sweep()
