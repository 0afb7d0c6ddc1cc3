"""From new events to what each member and each webhook gets, in the transaction that wrote the events."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.utils import timezone

from alerts.models import Alert, Event, Mute, Preference, Scope, Webhook
from alerts.services.timing import mail_at
from alerts.topics import MAIL, WEBHOOK
from cxmap.lib.text import fold
from cxmap.outbox.models import Message
from cxmap.outbox.services import is_open, outbox_put
from cxmap.workspaces.models import Membership, Workspace
from journeys.models import Card
from touchpoints.models import Touchpoint


@dataclass(frozen=True, slots=True)
class Subject:
    """A new event, the touchpoints that it is about, and owners named by it.

    `people`: the users whom it concerns, whatever their scope; None: whoever wants it.
    """

    event: Event
    touchpoints: tuple[UUID, ...]
    owners: tuple[str, ...]
    people: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class _Reach:
    """What the scopes of members are compared with, by touchpoint; owners are folded names."""

    journeys: Mapping[UUID, set[UUID]]
    categories: Mapping[UUID, int]
    owners: Mapping[UUID, set[str]]


def _reach(workspace: Workspace, subjects: Sequence[Subject]) -> _Reach:
    touchpoints = {pk for subject in subjects for pk in subject.touchpoints}
    journeys: dict[UUID, set[UUID]] = defaultdict(set)
    owners: dict[UUID, set[str]] = defaultdict(set)
    categories: dict[UUID, int] = {}
    for pk, category, owner in Touchpoint.objects.filter(pk__in=touchpoints).values_list("pk", "category_id", "owner"):
        categories[pk] = category
        owners[pk].add(fold(owner))
    standing = Card.objects.filter(
        workspace=workspace,
        touchpoint__in=touchpoints,
        deleted_at=None,
        step__deleted_at=None,
        lane__deleted_at=None,
        journey__deleted_at=None,
    )
    for touchpoint, journey, owner in standing.values_list("touchpoint", "journey", "journey__owner").distinct():
        if touchpoint is not None:
            journeys[touchpoint].add(journey)
            owners[touchpoint].add(fold(owner))
    return _Reach(journeys, categories, owners)


def _wanted(preference: Preference, subject: Subject, reach: _Reach, member: Membership) -> bool:
    if subject.event.kind not in preference.kinds:
        return False
    if subject.people is not None:
        return member.user_id in subject.people
    match preference.scope:
        case Scope.EVERYTHING:
            return True
        case Scope.JOURNEYS:
            chosen = set(preference.journeys)
            return any(chosen & reach.journeys.get(pk, set()) for pk in subject.touchpoints)
        case Scope.CATEGORIES:
            return any(reach.categories.get(pk) in preference.categories for pk in subject.touchpoints)
    names = {fold(member.user.name), fold(member.user.email)} - {""}
    owners = {fold(owner) for owner in subject.owners}.union(*(reach.owners.get(pk, ()) for pk in subject.touchpoints))
    return bool(names & owners)


def events_send(*, workspace: Workspace, subjects: Sequence[Subject], now: datetime) -> None:
    """Write alerts for the members who want them, their mails and the calls of webhooks; a constant number of queries.

    Whoever is muted finds the alert in the list, read already, and gets no mail.
    """
    if not subjects:
        return
    today = now.astimezone(workspace.zone).date()
    reach = _reach(workspace, subjects)
    members = list(
        Membership.objects.filter(workspace=workspace, user__is_active=True)
        .select_related("user", "alert_preference")
        .order_by("id")
    )
    flags = [subject.event.flag_id for subject in subjects if subject.event.flag_id]
    muted = set(Mute.objects.filter(flag__in=flags, until__gt=today).values_list("membership", "flag"))
    alerts: list[Alert] = []
    mails: dict[int, tuple[Message, list[Alert]]] = {}
    first = min(subject.event.pk for subject in subjects)
    for member in members:
        preference = getattr(member, "alert_preference", None) or Preference.default_of(member)
        if not (preference.in_app or preference.mail):
            continue
        for subject in subjects:
            if not _wanted(preference, subject, reach, member):
                continue
            quiet = is_muted(preference, today) or (member.pk, subject.event.flag_id) in muted
            if quiet and not preference.in_app:
                continue
            alert = Alert(
                workspace=workspace,
                membership=member,
                event=subject.event,
                in_app=preference.in_app,
                read_at=timezone.now() if quiet else None,
            )
            alerts.append(alert)
            if preference.mail and not quiet:
                if member.pk not in mails:
                    mails[member.pk] = (_mail(member, mail_at(preference, now, workspace.zone), first), [])
                mails[member.pk][1].append(alert)
    _mails_put(list(mails.values()), first)
    Alert.objects.bulk_create(alerts)
    _webhooks_call(workspace, subjects)


def is_muted(preference: Preference, today: date) -> bool:
    return preference.muted_until is not None and today < preference.muted_until


def _mail(member: Membership, at: datetime | None, first: UUID) -> Message:
    """Return the mail of one evaluation, or the one that gathers all until a moment."""
    when = {} if at is None else {"available_at": at}
    name = str(first) if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    return Message(
        workspace_id=member.workspace_id,
        topic=MAIL,
        key=f"mail:{member.pk}:{name}",
        subject=f"member:{member.pk}",
        payload={"membership": member.pk},
        **when,
    )


def _mails_put(mails: Sequence[tuple[Message, list[Alert]]], first: UUID) -> None:
    """Write the mails and say in each alert which one tells it; a gathering mail that is on its way gets a successor."""
    kept = outbox_put([mail for mail, _ in mails])
    late = [(mail, alerts) for mail, alerts in mails if not is_open(kept[mail.key])]
    for mail, _ in late:
        mail.key = f"{mail.key}:{first}"
    kept |= outbox_put([mail for mail, _ in late])
    for mail, alerts in mails:
        for alert in alerts:
            alert.mail = kept[mail.key]


def _webhooks_call(workspace: Workspace, subjects: Sequence[Subject]) -> None:
    hooks = Webhook.objects.filter(workspace=workspace, deleted_at=None)
    outbox_put(
        [
            Message(
                workspace=workspace,
                topic=WEBHOOK,
                key=f"webhook:{hook.pk}:{subject.event.pk}",
                subject=hook.subject,
                payload={"webhook": str(hook.pk), "event": str(subject.event.pk)},
            )
            for hook in hooks
            for subject in subjects
            if subject.event.kind in hook.kinds
        ]
    )
