"""Taking an import back."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import history_record
from cxmap.lib import formats
from cxmap.workspaces.models import User
from kpis.services import withdrawals
from kpis.services.locks import Lock, lock
from sources.errors import NotReady, Sealed
from sources.models import Import
from sources.services.jobs import LeaseLost, job_claim, job_release
from sources.services.nudges import work_soon


def is_sealed(import_: Import) -> bool:
    """Return whether retention has deleted rows of this import."""
    sealed_before = import_.workspace.sealed_before
    return bool(sealed_before and import_.first_day and import_.first_day < sealed_before)


def sealed_text(import_: Import) -> str:
    text = _(
        "Rows of this import before %(day)s were deleted by the workspace's retention: it can no longer be withdrawn."
    )
    return text % {"day": formats.short_date(import_.workspace.sealed_before)}


@transaction.atomic
def import_withdraw_start(*, import_: Import, actor: User | None) -> Import:
    """Have an import undone exactly, by a worker. Raises NotReady unless it is done, Sealed."""
    import_ = Import.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=import_.pk)
    if import_.status != Import.Status.DONE:
        raise NotReady
    if is_sealed(import_):
        raise Sealed(sealed_text(import_))
    import_.status = Import.Status.WITHDRAWING
    import_.queued_at, import_.attempts, import_.leased_until, import_.lease_token = timezone.now(), 0, None, None
    import_.save(update_fields=["status", "queued_at", "attempts", "leased_until", "lease_token"])
    history_record(actor=actor, action="import.withdrawn", target=import_, name=str(import_))
    work_soon(import_)
    return import_


def import_withdraw(import_id: int) -> None:
    """Undo an import whose withdrawal was asked for; safe to call any number of times."""
    job = job_claim(import_id, statuses=(Import.Status.WITHDRAWING,), status=Import.Status.WITHDRAWING)
    if job is None:
        return
    import_ = Import.objects.select_related("workspace", "source").get(pk=import_id)
    try:
        with job.heartbeat(), transaction.atomic():
            lock(Lock.SOURCE, import_.source_id)
            import_.workspace.refresh_from_db(fields=["sealed_before"])
            if is_sealed(import_):
                # Sealed since it was asked for: half a withdrawal would leave numbers that nobody could explain.
                job.end(status=Import.Status.DONE, error_code="import_sealed", error_message=sealed_text(import_))
                return
            withdrawals.import_withdraw(workspace=import_.workspace, source=import_.source, import_id=import_.pk)
            job.end(status=Import.Status.WITHDRAWN, withdrawn_at=timezone.now())
    except LeaseLost:
        return
    except Exception:
        job_release(job)
        raise
