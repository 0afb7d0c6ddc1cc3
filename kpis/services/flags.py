"""What people do with a pain-point flag. Opening, following and closing are the evaluation's (states.py)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxmap.history.services import recording
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User
from kpis.errors import FlagClosed, ReasonMissing, SnoozeInPast
from kpis.models import Flag
from kpis.services.observations import today_of


def _change(flag: Flag, actor: User, action: str, expected_revision: int | None, **fields: Any) -> Flag:
    with recording(actor=actor, action=action, target=flag) as record:
        flag = (
            Flag.objects.select_for_update(of=("self",))
            .select_related("binding__touchpoint", "binding__kpi")
            .get(pk=flag.pk)
        )
        if expected_revision is not None and flag.revision != expected_revision:
            raise StaleRevision(current=flag)
        if flag.status == Flag.Status.CLOSED:
            raise FlagClosed
        if all(getattr(flag, name) == value for name, value in fields.items()):
            return flag
        record.summary |= {"touchpoint": flag.binding.touchpoint.name, "kpi": flag.binding.kpi.code, "kind": flag.kind}
        record.summary |= {name: fields[name] for name in ("owner", "reason", "snoozed_until") if fields.get(name)}
        record.watch(flag)
        for name, value in fields.items():
            setattr(flag, name, value)
        flag.revision += 1
        flag.save(update_fields=[*fields, "revision"])
    return flag


@transaction.atomic
def flag_acknowledge(*, flag: Flag, actor: User, owner: str = "", expected_revision: int | None = None) -> Flag:
    """Take charge of a flag; the owner is a name, by default the actor's. Raises StaleRevision, FlagClosed."""
    fields = {"status": Flag.Status.ACKNOWLEDGED, "owner": owner or str(actor), "reason": "", "snoozed_until": None}
    return _change(flag, actor, "flag.acknowledged", expected_revision, **fields)


@transaction.atomic
def flag_snooze(*, flag: Flag, actor: User, until: date, expected_revision: int | None = None) -> Flag:
    """Put a flag aside until a day, on which it wakes by itself. Raises SnoozeInPast, StaleRevision, FlagClosed."""
    if until <= today_of(flag.workspace):
        raise SnoozeInPast(fields={"until": [str(SnoozeInPast.message)]})
    fields = {"status": Flag.Status.SNOOZED, "snoozed_until": until, "reason": ""}
    return _change(flag, actor, "flag.snoozed", expected_revision, **fields)


@transaction.atomic
def flag_refuse(*, flag: Flag, actor: User, reason: str, expected_revision: int | None = None) -> Flag:
    """Say that a flag is not a problem, and why; it stays refused while it stands. Raises ReasonMissing and the others."""
    reason = " ".join(reason.split())
    if not reason:
        raise ReasonMissing(fields={"reason": [str(ReasonMissing.message)]})
    if len(reason) > 400:
        raise ReasonMissing(_("At most 400 characters."), fields={"reason": [_("At most 400 characters.")]})
    fields = {"status": Flag.Status.REFUSED, "reason": reason, "snoozed_until": None}
    return _change(flag, actor, "flag.refused", expected_revision, **fields)


@transaction.atomic
def flag_reopen(*, flag: Flag, actor: User, expected_revision: int | None = None) -> Flag:
    """Take back taking charge, snoozing or refusing. Raises StaleRevision, FlagClosed."""
    fields = {"status": Flag.Status.OPEN, "owner": "", "reason": "", "snoozed_until": None}
    return _change(flag, actor, "flag.reopened", expected_revision, **fields)
