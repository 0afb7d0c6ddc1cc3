"""What members choose for themselves: what they are told of, how, and what they have read."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from alerts.errors import MuteInPast
from alerts.models import Alert, Mute, Preference
from cxmap.history.services import recording
from cxmap.workspaces.models import Membership
from kpis.models import Flag
from kpis.services import today_of


def preference_of(membership: Membership) -> Preference:
    """Return what a member has chosen, or what holds without a choice (not saved); one query."""
    found = Preference.objects.filter(membership=membership).first()
    return found or Preference.default_of(membership)


@transaction.atomic
def preference_set(*, membership: Membership, **fields: Any) -> Preference:
    """Keep a member's choice. Raises MuteInPast."""
    until = fields.get("muted_until")
    if until is not None and until <= today_of(membership.workspace):
        raise MuteInPast(fields={"muted_until": [str(MuteInPast.message)]})
    # Two windows of one person: the row is made once, and the later choice holds.
    Membership.objects.select_for_update().get(pk=membership.pk)
    preference = preference_of(membership)
    is_new = preference.pk is None
    if is_new:
        preference.save()
    with recording(actor=membership.user, action="alerts.preferences_set", target=preference) as record:
        if is_new:
            record.created(preference)
        else:
            record.watch(preference)
        for name, value in fields.items():
            setattr(preference, name, value)
        preference.save(update_fields=list(fields))
    return preference


def mail_turn_off(*, membership: Membership) -> None:
    """No more mails to this member, here and in what waits already; the list of alerts stays as it is."""
    preference = preference_of(membership)
    # Without a choice there are still mails that concern one by name (alerts/reviews.py).
    if preference.mail or preference.pk is None:
        preference_set(membership=membership, mail=False)


@transaction.atomic
def flag_mute(*, flag: Flag, membership: Membership, until: date) -> Mute:
    """Tell a member nothing of one signal until a day. Raises MuteInPast."""
    if until <= today_of(membership.workspace):
        raise MuteInPast(fields={"until": [str(MuteInPast.message)]})
    mute, _ = Mute.objects.update_or_create(
        membership=membership, flag=flag, defaults={"workspace_id": membership.workspace_id, "until": until}
    )
    return mute


def flag_unmute(*, flag: Flag, membership: Membership) -> None:
    Mute.objects.filter(membership=membership, flag=flag).delete()


def alert_mark_read(*, membership: Membership, ids: Collection[int] | None = None, up_to: int | None = None) -> int:
    """Mark a member's own alerts as read: those of the ids, or all up to the newest that they have seen.

    Returns how many were unread. Alerts of others among the ids are left as they are.
    """
    unread = Alert.objects.filter(membership=membership, in_app=True, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=timezone.now())
