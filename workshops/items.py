"""What the notes of a round are once they are put together: groups and single notes, with their dots and results.

What a grouping or a vote is about is not stored: it is the round of writing that stands before it on the agenda, so
that moving an item never leaves it without a subject.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from workshops.models import Activity, Note, NoteGroup, Result, Vote

Kind = Activity.Kind


@dataclass(frozen=True, slots=True)
class Item:
    """A group with its notes, or one note by itself. votes is None until a vote about it was revealed."""

    key: str  # "group:<id>" or "note:<id>"
    title: str
    notes: Sequence[Note]
    group: NoteGroup | None = None
    votes: int | None = None
    result: Result | None = None

    @property
    def note(self) -> Note | None:
        return None if self.group else self.notes[0]

    @property
    def row(self) -> Note | NoteGroup:
        return self.group or self.notes[0]

    @property
    def step_id(self) -> UUID | None:
        """The step that most of its notes stand at."""
        found = Counter(note.step_id for note in self.notes if note.step_id)
        return found.most_common(1)[0][0] if found else None

    @property
    def step_name(self) -> str:
        step_id = self.step_id
        return next((note.step.name for note in self.notes if note.step and note.step_id == step_id), "")

    @property
    def departments(self) -> list[str]:
        """Who said it, by department, the most frequent first."""
        return departments_of(self.notes)

    @property
    def brought(self) -> bool:
        return self.result is not None and self.result.made is not None


def departments_of(notes: Iterable[Note]) -> list[str]:
    names = [note.participant.department for note in notes if note.participant and note.participant.department]
    return [name for name, _count in Counter(names).most_common()]


def subjects(activities: Sequence[Activity]) -> dict[UUID, Activity]:
    """Return, by the id of each item of the agenda, the round of writing that it is about: itself, or the one before."""
    found: dict[UUID, Activity] = {}
    last: Activity | None = None
    for activity in activities:
        if activity.kind == Kind.WRITING:
            last = activity
        if last is not None and activity.kind in {Kind.WRITING, Kind.GROUPING, Kind.VOTING}:
            found[activity.pk] = last
    return found


@dataclass(frozen=True, slots=True)
class Sorted:
    """The items of several rounds, by the id of the round."""

    by_round: Mapping[UUID, Sequence[Item]] = field(default_factory=dict)

    def of(self, activity: Activity | None) -> Sequence[Item]:
        return self.by_round.get(activity.pk, ()) if activity is not None else ()


def items_of(
    rounds: Sequence[Activity], activities: Sequence[Activity], *, by_votes: bool = False, votes_too: bool = True
) -> Sorted:
    """Return what stands in rounds of writing: groups first, then single notes, each in its order; four queries at most.

    by_votes sorts by dots, most first. Dots of votes that are not revealed are never counted in.
    """
    ids = [one.pk for one in rounds]
    if not ids:
        return Sorted()
    notes = list(
        Note.objects.filter(activity__in=ids, deleted_at=None)
        .select_related("participant", "step")
        .order_by("rank", "created_at", "id")
    )
    groups = list(NoteGroup.objects.filter(activity__in=ids, deleted_at=None).order_by("rank", "id"))
    results = list(
        Result.objects.filter(workshop=rounds[0].workshop_id).select_related(
            "card__step", "pain__step", "solution__step", "step"
        )
    )
    counts = _counts(activities) if votes_too else {}
    by_thing = {result.group_id or result.note_id: result for result in results}
    inside: dict[UUID, list[Note]] = {}
    for note in notes:
        if note.group_id:
            inside.setdefault(note.group_id, []).append(note)
    voted = {
        subject.pk
        for pk, subject in subjects(activities).items()
        if any(one.pk == pk and one.kind == Kind.VOTING and one.is_revealed for one in activities)
    }
    found: dict[UUID, list[Item]] = {pk: [] for pk in ids}
    for group in groups:
        votes = counts.get(group.pk, 0) if group.activity_id in voted else None
        item = Item(f"group:{group.pk}", group.title, inside.get(group.pk, []), group, votes, by_thing.get(group.pk))
        found[group.activity_id].append(item)
    alive = {group.pk for group in groups}
    for note in notes:
        if note.group_id in alive:
            continue
        votes = counts.get(note.pk, 0) if note.activity_id in voted else None
        found[note.activity_id].append(Item(f"note:{note.pk}", note.text, [note], None, votes, by_thing.get(note.pk)))
    if by_votes:
        for items in found.values():
            items.sort(key=lambda item: -(item.votes or 0))
    return Sorted(found)


def _counts(activities: Sequence[Activity]) -> Counter[UUID | None]:
    shown = [one.pk for one in activities if one.kind == Kind.VOTING and one.is_revealed]
    if not shown:
        return Counter()
    votes = Vote.objects.filter(activity__in=shown).values_list("note_id", "group_id")
    return Counter(group_id or note_id for note_id, group_id in votes)


def in_order(items: Sequence[Item]) -> list[Item]:
    """Return the items in one order over groups and notes, for what has one (the steps of a journey)."""
    return sorted(items, key=lambda item: (item.row.rank, 0 if item.group else 1))
