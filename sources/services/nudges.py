"""Telling a worker, after commit, that an import waits. A nudge may be lost: the sweep looks itself."""

from celery import current_app
from django.db import transaction

from sources.models import Import

# Names, not imports: the tasks import the services.
TASKS = {
    Import.Status.CHECKING: "sources.import_check",
    Import.Status.QUEUED: "sources.import_run",
    Import.Status.RUNNING: "sources.import_run",
    Import.Status.WITHDRAWING: "sources.import_withdraw",
}


def work_soon(import_: Import) -> None:
    """Have the import worked on, as its status says, once this transaction is committed."""
    task, pk = TASKS[Import.Status(import_.status)], import_.pk
    transaction.on_commit(
        lambda: current_app.send_task(task, args=[pk], queue="ingest", ignore_result=True), robust=True
    )
