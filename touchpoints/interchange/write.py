"""Doing what a plan says: one transaction, one history row a touchpoint, undone together."""

import uuid
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cxmap.history.services import Recording, changes_write
from cxmap.lib.errors import CxmapError
from cxmap.lib.text import sort_key
from cxmap.workspaces.models import User, Workspace
from touchpoints.bulk import BATCH, rows_write
from touchpoints.interchange.plan import CHANGED, CREATED, LibraryPlan, plan_of
from touchpoints.models import Touchpoint
from touchpoints.services import settled


class LibraryChanged(CxmapError):
    code = "library_changed"
    message = _("The library changed since you looked: look at the lines again, then decide.")
    status = 409


@transaction.atomic
def plan_apply(*, workspace: Workspace, actor: User, rows: list[list[str]], digest: str) -> tuple[LibraryPlan, UUID]:
    """Write the lines that create or change, and return the plan with the gesture that takes it back.

    Lines that were rejected are left out, as was shown. Raises LibraryChanged when the plan is no longer the one that was
    looked at; then nothing is written.
    """
    Workspace.objects.select_for_update().only("pk").get(pk=workspace.pk)
    # Locked before they are read, so that the plan is about what is written over.
    list(Touchpoint.objects.select_for_update().filter(workspace=workspace).order_by("pk").values_list("pk"))
    plan = plan_of(workspace, rows)
    if plan.digest != digest:
        raise LibraryChanged
    gesture = uuid.uuid4()
    entries: list[tuple[str, Any, Recording]] = []
    made = []
    for line in plan.of(CREATED):
        row = settled(Touchpoint(workspace=workspace, **{"name": line.name, **line.fields}))
        row.sort_key = sort_key(row.name)
        made.append(row)
    Touchpoint.objects.bulk_create(made, batch_size=BATCH)
    for row in made:
        record = Recording()
        record.summary = {"name": row.name}
        record.created(row)
        entries.append(("touchpoint.added", row, record))
    changed, columns = [], set()
    for line in plan.of(CHANGED):
        if line.touchpoint is None:
            continue
        row = line.touchpoint
        record = Recording()
        record.summary = {"name": row.name}
        record.watch(row)
        for name, value in line.fields.items():
            setattr(row, name, value)
        settled(row)
        row.sort_key = sort_key(row.name)
        columns |= {*line.fields, "sort_key"}
        changed.append(row)
        entries.append(("touchpoint.updated", row, record))
    if changed:
        rows_write(changed, columns)
    changes_write(actor=actor, workspace_id=workspace.pk, gesture=gesture, entries=entries)
    return plan, gesture
