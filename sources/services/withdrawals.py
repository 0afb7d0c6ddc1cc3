"""Taking an import back."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import history_record
from cxmap.lib import formats
from cxmap.workspaces.models import User
from kpis.services import withdrawals
from sources.errors import NotReady, Sealed
from sources.models import Import
from sources.services.jobs import LeaseLost, job_claim, job_release
from sources.services.nudges import work_soon


@transaction.atomic
def import_withdraw_start(*, import_: Import, actor: User | None) -> Import:
    """Have an import undone exactly, by a worker. Raises NotReady unless it is done, Sealed."""
    import_ = Import.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=import_.pk)
    if import_.status != Import.Status.DONE:
        raise NotReady
    sealed_before = import_.workspace.sealed_before
    if sealed_before and import_.first_day and import_.first_day < sealed_before:
        raise Sealed(
            _(
                "Rows of this import before %(day)s were deleted by the workspace's retention: it can no longer be withdrawn."
            )
            % {"day": formats.short_date(sealed_before)}
        )
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
            withdrawals.import_withdraw(workspace=import_.workspace, source=import_.source, import_id=import_.pk)
            job.end(status=Import.Status.WITHDRAWN, withdrawn_at=timezone.now())
    except LeaseLost:
        return
    except Exception:
        job_release(job)
        raise
