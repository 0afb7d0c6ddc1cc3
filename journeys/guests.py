"""What people who have a link read and say of a map."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from cxmap.workspaces.models import User
from journeys.comments import Element, Place, elements_of
from journeys.models import Comment, CommentTarget, Journey
from journeys.picture import Picture
from journeys.published import elements_as_published

THREADS_MAX = 50  # newest first; older ones are read by members


@dataclass(frozen=True, slots=True)
class GuestThread:
    root: Comment
    answers: Sequence[Comment]
    element: Element | None


def _began_by_guests(member: User | None) -> Q:
    """Return what narrows threads to those of guests; a member who comes by the link has their own, too."""
    guests = ~Q(guest_name="")
    return guests if member is None else guests | Q(author=member)


def guest_threads(journey: Journey, picture: Picture, *, member: User | None = None) -> list[GuestThread]:
    """Return the threads that guests began, with all answers; what members say among themselves is never part of it.

    A member sees those that they began themselves, too.
    """
    roots = list(
        Comment.objects.filter(_began_by_guests(member), journey=journey)
        .shown_threads()
        .select_related("author")
        .order_by("-created_at", "-id")[:THREADS_MAX]
    )
    answers: dict[UUID, list[Comment]] = defaultdict(list)
    for answer in Comment.objects.filter(root__in=roots, deleted_at=None).select_related("author"):
        if answer.root_id is not None:
            answers[answer.root_id].append(answer)
    elements = elements_of(journey, {Place.of(root) for root in roots})
    if picture.version is not None:
        elements = elements_as_published(elements, picture)
    return [GuestThread(root, answers[root.pk], elements.get(Place.of(root))) for root in roots]


def guest_root(journey: Journey, pk: UUID, *, member: User | None = None) -> Comment | None:
    """Return a thread that guests may answer in; a member in their own, too."""
    return Comment.objects.filter(_began_by_guests(member), journey=journey, pk=pk).shown_threads().first()


def places_of(picture: Picture) -> list[tuple[str, str]]:
    """Return what guests may speak of, as choices: the map, and the steps that it shows."""
    stages = {stage.pk for stage in picture.stages if not stage.hidden}
    places = {stage.pk: number for number, stage in enumerate(picture.stages)}
    steps = [step for step in picture.steps if step.stage_id in stages and not step.hidden]
    steps.sort(key=lambda step: (places[step.stage_id], step.rank))
    return [
        (str(Place()), gettext("the map as a whole")),
        *(
            (str(Place(CommentTarget.STEP.value, step.pk)), f"{number}. {step.name}")
            for number, step in enumerate(steps, 1)
        ),
    ]
