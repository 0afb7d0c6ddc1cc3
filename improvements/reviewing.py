"""Every write of reviews: begun, answered place by place, gaps noted as opportunities, put away and brought back."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.history.services import history_record, recording
from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.workspaces.models import User
from improvements.checklists import Checklist, Criterion, Place, groups_of, places_of
from improvements.models import Pain, Review, ReviewAnswer
from improvements.services import pain_add
from journeys.models import Card, Journey

GAPS = (ReviewAnswer.Answer.NO, ReviewAnswer.Answer.PARTLY)


class NothingToCompare(CxmapError):
    code = "too_few_channels"
    message = _(
        "Fewer than two groups of channels stand on this map: put touchpoints of a second channel on it, then begin."
    )
    status = 422


class Given(NamedTuple):
    """An answer as it was given; answer "": not looked at yet."""

    answer: str
    note: str = ""
    evidence: str = ""


def map_groups(journey: Journey) -> list[str]:
    """Return the codes of the channel groups whose touchpoints stand on the map; one query."""
    cards = Card.objects.filter(
        journey=journey,
        deleted_at=None,
        lane__deleted_at=None,
        step__deleted_at=None,
        step__stage__deleted_at=None,
        touchpoint__deleted_at=None,
    )
    channels = cards.order_by().values_list("touchpoint__channel__code", flat=True).distinct()
    return [group.code for group in groups_of(code for code in channels if code)]


@transaction.atomic
def review_start(
    *, journey: Journey, checklist: str, actor: User | None, held_on: dt.date, people: str = "", note: str = ""
) -> Review:
    """Begin a review with nothing answered: earlier answers stand beside it and are never taken over by themselves.

    Raises NothingToCompare where the omnichannel guide finds no pair on the map.
    """
    groups = map_groups(journey) if checklist == Checklist.OMNICHANNEL else []
    if checklist == Checklist.OMNICHANNEL and len(groups) < 2:
        raise NothingToCompare
    review = Review(
        workspace_id=journey.workspace_id,
        journey=journey,
        checklist=checklist,
        held_on=held_on,
        people=people,
        note=note,
        groups=groups,
        created_by=actor,
    )
    with recording(actor=actor, action="review.started", target=review, name=journey.name) as record:
        review.save()
        record.created(review)
    return review


@transaction.atomic
def review_update(
    *, review: Review, actor: User, expected_revision: int | None, held_on: dt.date, people: str, note: str
) -> Review:
    """Change the head of a review. Raises StaleRevision."""
    review = Review.objects.select_for_update(of=("self",)).select_related("journey").get(pk=review.pk)
    if review.deleted_at is not None or (expected_revision is not None and review.revision != expected_revision):
        raise StaleRevision(current=review)
    values = {"held_on": held_on, "people": people, "note": note}
    changed = {name: value for name, value in values.items() if getattr(review, name) != value}
    if not changed:
        return review
    with recording(actor=actor, action="review.updated", target=review, name=review.journey.name) as record:
        record.watch(review)
        for name, value in changed.items():
            setattr(review, name, value)
        review.revision += 1
        review.save(update_fields=[*changed, "revision", "updated_at"])
    return review


def _shelve(review: Review, actor: User, *, away: bool) -> Review:
    with recording(
        actor=actor,
        action="review.deleted" if away else "review.restored",
        target=review,
        name=review.journey.name,
    ) as record:
        record.watch(review)
        review.deleted_at = timezone.now() if away else None
        review.revision += 1
        review.save(update_fields=["deleted_at", "revision", "updated_at"])
    return review


def review_delete(*, review: Review, actor: User) -> Review:
    """Put a review away with its answers; the opportunities that came of it stay."""
    return _shelve(review, actor, away=True)


def review_restore(*, review: Review, actor: User) -> Review:
    return _shelve(review, actor, away=False)


def place_stamp(answers: Iterable[ReviewAnswer]) -> int:
    """Return what guards the answers of one place: it grows with each of their changes."""
    return sum(answer.revision for answer in answers)


@transaction.atomic
def place_answer(
    *, review: Review, place: Place, actor: User | None, given: Mapping[str, Given], expected_stamp: int | None = None
) -> int:
    """Write the answers of one place by criterion (code) and return how many changed; criteria not given stay.

    Raises StaleRevision when somebody answered there after expected_stamp.
    """
    # The row of the review is the lock: two people who answer the same place at once come one after the other.
    review = Review.objects.select_for_update(of=("self",)).select_related("journey").get(pk=review.pk)
    rows = {row.criterion: row for row in ReviewAnswer.objects.filter(review=review, place=place.key)}
    if review.deleted_at is not None or (expected_stamp is not None and place_stamp(rows.values()) != expected_stamp):
        raise StaleRevision(current=review)
    now = timezone.now()
    count = 0
    summary: dict[str, Any] = {"name": review.journey.name, "place": place.name}
    with recording(actor=actor, action="review.answered", target=review, **summary) as record:
        for criterion in place.criteria:
            wanted = given.get(criterion.code)
            row = rows.get(criterion.code)
            if wanted is None or (row is None and wanted == Given("")):
                continue
            if row is not None and (row.answer, row.note, row.evidence) == tuple(wanted):
                continue
            count += 1
            made = row is None
            if row is None:
                row = ReviewAnswer(
                    workspace_id=review.workspace_id, review=review, place=place.key, criterion=criterion.code
                )
            else:
                record.watch(row)
            if made or row.answer != wanted.answer:
                row.answered_by, row.answered_at = (actor, now) if wanted.answer else (None, None)
            row.answer, row.note, row.evidence = wanted
            if made:
                row.save()
                record.created(row)
            else:
                row.revision += 1
                row.save(update_fields=["answer", "note", "evidence", "answered_by", "answered_at", "revision"])
        record.summary["count"] = count
    return count


def _title(place: Place, criterion: Criterion) -> str:
    return f"{place.name} · {criterion.name}"[:200]


@transaction.atomic
def gaps_note(*, review: Review, actor: User | None, answers: Sequence[ReviewAnswer]) -> list[Pain]:
    """Make an opportunity of each of these gaps (answered no or partly) that is none yet, linked both ways.

    What is no gap, or stands among the improvements already, is left as it is: a second click makes nothing twice.
    """
    review = Review.objects.select_for_update(of=("self",)).select_related("journey", "workspace").get(pk=review.pk)
    places = {place.key: place for place in places_of(review.checklist, review.groups)}
    rows = ReviewAnswer.objects.select_related("pain").filter(review=review, pk__in=[one.pk for one in answers])
    made = []
    for row in rows:
        place = places.get(row.place)
        criterion = next((one for one in place.criteria if one.code == row.criterion), None) if place else None
        if place is None or criterion is None or row.answer not in GAPS:
            continue
        if row.pain is not None and row.pain.deleted_at is None:
            continue
        note = "\n".join(
            filter(None, [str(criterion.question), f"{row.get_answer_display()}. {row.note}".strip(), row.evidence])
        )
        pain = pain_add(
            workspace=review.workspace,
            actor=actor,
            title=_title(place, criterion),
            kind=Pain.Kind.OPPORTUNITY,
            note=note,
            journey=review.journey,
        )
        row.pain = pain
        row.revision += 1
        row.save(update_fields=["pain", "revision"])
        made.append(pain)
    if made:
        history_record(
            actor=actor, action="review.gaps_noted", target=review, name=review.journey.name, count=len(made)
        )
    return made
