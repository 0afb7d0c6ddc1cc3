"""From a comment to events: whom it names, whom it answers, who follows the map. Runs in the comment's transaction.

Nobody is told of their own acts, and nobody twice of one comment: being named counts before being answered, that before
following. What is said stays with the comment: events keep names, never its text.
"""

from typing import Any

from django.utils import timezone

from alerts.models import Alert, Event, EventKind
from alerts.services.sending import Subject, events_send
from cxmap.lib.text import fold
from cxmap.workspaces.models import Membership, Workspace
from journeys.comments import Element, Heard, Place, element_of
from journeys.models import Comment, Follower, Journey
from journeys.published import name_for_readers


def comment_hear(heard: Heard) -> None:
    """Listen to comments (journeys/comments.py)."""
    match heard.what:
        case "added":
            _added(heard)
        case "edited" if heard.mentioned:
            _edited(heard)
        case "resolved":
            _resolved(heard)
        case "deleted":
            # What was taken back is told to nobody any more: waiting mails find nothing to say.
            Event.objects.filter(comment=heard.comment).delete()


def _facts(comment: Comment, by: str) -> dict[str, Any]:
    """Return what the sentence needs, as it was: who, and on what; `published` is how those call it who only read."""
    place = Place.of(comment)
    element: Element | None = element_of(comment.journey, place)
    on = {
        "kind": comment.target_kind,
        "name": element.name if element else "",
        "published": name_for_readers(comment.journey, place, element),
    }
    return {"by": by, "on": on}


def _event(comment: Comment, kind: EventKind, facts: dict[str, Any], *, again: str = "") -> Event:
    key = f"comment:{comment.pk}:{kind.value.partition('.')[2]}{again}"
    return Event(workspace_id=comment.workspace_id, kind=kind, key=key, comment=comment, facts=facts)


def _send(comment: Comment, found: list[tuple[Event, set[int]]]) -> None:
    Event.objects.bulk_create([event for event, _people in found])
    subjects = [Subject(event, (), (), frozenset(people)) for event, people in found]
    workspace = Workspace.objects.get(pk=comment.workspace_id)
    events_send(workspace=workspace, subjects=subjects, now=timezone.now())


def _part_of(comment: Comment) -> set[int]:
    """Return who has said something in the thread of an answer."""
    thread = comment.thread_id
    said = Comment.objects.filter(root=thread, deleted_at=None) | Comment.objects.filter(pk=thread)
    return {pk for pk in said.values_list("author", flat=True) if pk is not None}


def _watching(journey: Journey) -> set[int]:
    """Return who follows a map, and the members whose name or address stands as its owner."""
    people = set(Follower.objects.filter(journey=journey).values_list("user", flat=True))
    owner = fold(journey.owner)
    if owner:
        members = Membership.objects.filter(workspace=journey.workspace_id).select_related("user")
        people |= {row.user_id for row in members if owner in {fold(row.user.name), fold(row.user.email)}}
    return people


def _added(heard: Heard) -> None:
    comment = heard.comment
    self_ = {comment.author_id} if comment.author_id else set()
    facts = _facts(comment, comment.author_name)
    named = set(heard.mentioned) - self_
    answered = _part_of(comment) - named - self_ if comment.root_id else set()
    watching = _watching(comment.journey) - named - answered - self_
    found = [
        (_event(comment, kind, facts), people)
        for kind, people in ((EventKind.COMMENT_MENTION, named), (EventKind.COMMENT_REPLY, answered))
        if people
    ]
    # Programs hear of every comment, whoever follows the map.
    _send(comment, [*found, (_event(comment, EventKind.COMMENT_ADDED, facts), watching)])


def _edited(heard: Heard) -> None:
    comment = heard.comment
    told = Alert.objects.filter(event__comment=comment).values_list("membership__user", flat=True)
    named = set(heard.mentioned) - set(told) - {comment.author_id}
    if named:
        again = f":{comment.edited_at:%Y%m%dT%H%M%S%f}"
        facts = _facts(comment, comment.author_name)
        _send(comment, [(_event(comment, EventKind.COMMENT_MENTION, facts, again=again), named)])


def _resolved(heard: Heard) -> None:
    thread = heard.comment
    people = {thread.author_id} - {heard.actor.pk} if thread.author_id is not None else set()
    again = f":{thread.resolved_at:%Y%m%dT%H%M%S%f}"
    facts = _facts(thread, str(heard.actor))
    _send(thread, [(_event(thread, EventKind.COMMENT_RESOLVED, facts, again=again), people)])
