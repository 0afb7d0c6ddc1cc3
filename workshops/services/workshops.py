"""Workshops as a whole: planned, begun, ended, opened again, put into the trash."""

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cxmap.history.services import history_record
from cxmap.lib.ranks import STEP
from cxmap.workspaces.models import User
from journeys.models import Journey
from workshops.agendas import Agenda
from workshops.errors import AgendaEmpty
from workshops.models import FORGOTTEN_DAYS, NAMES_KEPT_DAYS, Activity, Participant, Workshop
from workshops.services.agenda import close, reopen, run
from workshops.services.common import changed, locked, open_or_refuse

# Nothing that is read for something else: no I, L, O, U, 0 and 1.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_LENGTH = 6
TRIES = 20


def code_new() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


@transaction.atomic
def workshop_create(*, journey: Journey, actor: User, title: str, agenda: Agenda | None = None) -> Workshop:
    """Plan a workshop about a journey, with the items of a ready agenda in the active language."""
    workshop = _with_free_code(
        Workshop(workspace_id=journey.workspace_id, journey=journey, title=title, facilitator=actor)
    )
    plans: Sequence[Any] = agenda.plans if agenda is not None else ()
    Activity.objects.bulk_create(
        Activity(
            workspace_id=journey.workspace_id,
            workshop=workshop,
            kind=plan.kind,
            title=str(plan.title),
            question=str(plan.question),
            minutes=plan.minutes,
            target=plan.target,
            dots=plan.dots,
            everyone_groups=plan.everyone_groups,
            rank=number * STEP,
        )
        for number, plan in enumerate(plans, 1)
    )
    history_record(actor=actor, action="workshop.planned", target=workshop, scope=journey, name=title)
    return workshop


def _with_free_code(workshop: Workshop) -> Workshop:
    """Save the workshop under a code that no other open one has."""
    for _try in range(TRIES):
        workshop.code = code_new()
        try:
            with transaction.atomic():
                workshop.save()
        except IntegrityError:
            continue
        return workshop
    raise RuntimeError("No free code was found.")


@transaction.atomic
def workshop_rename(*, workshop: Workshop, actor: User, title: str) -> None:
    workshop = locked(workshop)
    if title == workshop.title:
        return
    history_record(
        actor=actor,
        action="workshop.renamed",
        target=workshop,
        scope=workshop.journey,
        before=workshop.title,
        name=title,
    )
    workshop.title = title
    workshop.save(update_fields=["title"])
    changed(workshop)


@transaction.atomic
def workshop_start(*, workshop: Workshop, actor: User) -> Workshop:
    """Begin with the first item of the agenda. Raises AgendaEmpty, WorkshopOver. Started twice is started once."""
    workshop = locked(workshop)
    open_or_refuse(workshop)
    if workshop.status == Workshop.Status.RUNNING:
        return workshop
    first = workshop.activities.order_by("rank", "id").first()
    if first is None:
        raise AgendaEmpty
    workshop.status = Workshop.Status.RUNNING
    workshop.started_at = timezone.now()
    workshop.facilitator = actor
    workshop.current = first
    run(first)
    workshop.save(update_fields=["status", "started_at", "facilitator", "current"])
    history_record(actor=actor, action="workshop.started", target=workshop, scope=workshop.journey, name=workshop.title)
    changed(workshop)
    return workshop


@transaction.atomic
def workshop_end(*, workshop: Workshop, actor: User) -> Workshop:
    """End it: what runs is closed and revealed, guests are thanked. Ended twice is ended once."""
    workshop = locked(workshop)
    if workshop.has_ended:
        return workshop
    if workshop.current is not None:
        close(workshop.current)
    workshop.status = Workshop.Status.ENDED
    workshop.ended_at = timezone.now()
    workshop.save(update_fields=["status", "ended_at"])
    history_record(actor=actor, action="workshop.ended", target=workshop, scope=workshop.journey, name=workshop.title)
    changed(workshop)
    return workshop


@transaction.atomic
def workshop_reopen(*, workshop: Workshop, actor: User) -> Workshop:
    """Go on where it ended, for whoever pressed the button too early. Guests find themselves again.

    Names that were erased meanwhile do not come back; those of whoever comes in now are erased after the new end.
    """
    workshop = locked(workshop)
    if not workshop.has_ended:
        return workshop
    if workshop.current is not None and workshop.ended_at is not None:
        reopen(workshop.current, closed_at=workshop.ended_at)
    workshop.status = Workshop.Status.RUNNING if workshop.started_at else Workshop.Status.PLANNED
    workshop.ended_at = workshop.names_erased_at = None
    if Workshop.objects.filter(code=workshop.code).exclude(status=Workshop.Status.ENDED).exists():
        _with_free_code(workshop)
    else:
        workshop.save(update_fields=["status", "ended_at", "names_erased_at"])
    history_record(
        actor=actor, action="workshop.reopened", target=workshop, scope=workshop.journey, name=workshop.title
    )
    changed(workshop)
    return workshop


@transaction.atomic
def workshop_take_over(*, workshop: Workshop, actor: User) -> None:
    """Lead from now on. Nothing else changes: all that runs goes on."""
    workshop = locked(workshop)
    if workshop.facilitator_id == actor.pk:
        return
    workshop.facilitator = actor
    workshop.save(update_fields=["facilitator"])
    history_record(
        actor=actor, action="workshop.taken_over", target=workshop, scope=workshop.journey, name=workshop.title
    )
    changed(workshop)


@transaction.atomic
def workshop_doors(*, workshop: Workshop, closed: bool) -> None:
    """Let nobody else in, or let people in again."""
    Workshop.objects.filter(pk=workshop.pk).update(doors_closed=closed)
    changed(workshop)


@transaction.atomic
def workshop_names_shown(*, workshop: Workshop, actor: User, shown: bool) -> None:
    """Say whether the summary names who took part."""
    if Workshop.objects.filter(pk=workshop.pk).exclude(names_shown=shown).update(names_shown=shown):
        history_record(
            actor=actor,
            action="workshop.names_shown" if shown else "workshop.names_hidden",
            target=workshop,
            scope=workshop.journey,
            name=workshop.title,
        )


@transaction.atomic
def workshop_delete(*, workshop: Workshop, actor: User) -> None:
    """Put it into the trash. What it brought to the map stays there."""
    workshop = locked(workshop)
    workshop.deleted_at = timezone.now()
    if not workshop.has_ended:
        workshop.status, workshop.ended_at = Workshop.Status.ENDED, workshop.deleted_at
    workshop.save(update_fields=["deleted_at", "status", "ended_at"])
    history_record(actor=actor, action="workshop.deleted", target=workshop, scope=workshop.journey, name=workshop.title)
    changed(workshop)


@transaction.atomic
def workshop_restore(*, workshop: Workshop, actor: User) -> None:
    Workshop.objects.filter(pk=workshop.pk).update(deleted_at=None)
    history_record(
        actor=actor, action="workshop.restored", target=workshop, scope=workshop.journey, name=workshop.title
    )


def names_sweep() -> int:
    """Erase names NAMES_KEPT_DAYS after the end: departments and notes stay. Returns of how many workshops.

    One that nobody ended is treated so FORGOTTEN_DAYS after the page of any of its guests was last open.
    """
    now = timezone.now()
    ended = Q(
        status=Workshop.Status.ENDED, ended_at__lte=now - dt.timedelta(days=NAMES_KEPT_DAYS), names_erased_at=None
    )
    lately = Participant.objects.filter(workshop=OuterRef("pk"), seen_at__gt=now - dt.timedelta(days=FORGOTTEN_DAYS))
    named = Participant.objects.filter(workshop=OuterRef("pk")).exclude(name="", digest="")
    forgotten = ~Q(status=Workshop.Status.ENDED) & Q(Exists(named)) & ~Q(Exists(lately))
    count = 0
    for pk in Workshop.objects.filter(ended | forgotten).values_list("pk", flat=True):
        with transaction.atomic():
            # Locked: nobody comes in, opens it again or sweeps it too meanwhile.
            workshop = locked(Workshop(pk=pk))
            if not Workshop.objects.filter(ended | forgotten, pk=pk).exists():
                continue
            workshop.names_erased_at = now
            workshop.save(update_fields=["names_erased_at"])
            workshop.participants.update(name="", digest="")
            history_record(
                actor=None,
                action="workshop.names_erased",
                target=workshop,
                scope=workshop.journey,
                name=workshop.title,
            )
            count += 1
    return count
