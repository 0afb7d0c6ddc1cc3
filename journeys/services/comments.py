"""What people say on a map: threads, answers, mentions, resolving; following a map.

Every member may comment, viewers too, and a guest whom somebody let in by a link. Comments are no edits: they move no
revision of the map, and undo passes over them (cxmap/history/services.py, SPOKEN).
"""

import re
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import FOR_READERS, Recording, history_record, recording
from cxmap.lib.text import fold
from cxmap.workspaces.access import can, people_of
from cxmap.workspaces.models import Membership, Role, User
from journeys.comments import Element, Heard, Place, element_of, tell
from journeys.errors import (
    CommentEmpty,
    CommentGone,
    CommentNotYours,
    CommentTooLong,
    GuestName,
    MentionOfStranger,
    NothingToCommentOn,
)
from journeys.lanes import register_merged
from journeys.live import comments_changed
from journeys.models import Comment, CommentTarget, Follower, Journey, Mention, Step, Version
from journeys.picture import picture_of
from journeys.published import elements_as_published, name_for_readers

GUEST_NAME_MAX = 80  # characters
_SIGN = re.compile(r"(?<!\w)@")  # not the one inside an e-mail address
_LETTER = re.compile(r"\w")


def named_in(text: str, members: Collection[User]) -> set[int]:
    """Return the ids of members whose names or addresses stand in a text behind an @.

    Where several fit the longest is meant; a name that two members have names neither of them.
    """
    by_name: dict[str, set[int]] = {}
    for member in members:
        for name in {fold(str(member)), fold(member.email)}:
            by_name.setdefault(name, set()).add(member.pk)
    names = sorted(by_name, key=len, reverse=True)
    folded = fold(text)
    found: set[int] = set()
    for sign in _SIGN.finditer(folded):
        rest = folded[sign.end() :]
        said = next((one for one in names if rest.startswith(one) and not _LETTER.match(rest[len(one) :])), "")
        if len(by_name.get(said, ())) == 1:
            found |= by_name[said]
    return found


def _text_of(text: str) -> str:
    """Return the text as it is kept: line breaks of one kind, nothing around it."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if not kept:
        raise CommentEmpty
    if len(kept) > Comment.TEXT_MAX:
        raise CommentTooLong
    return kept


def _mentioned(journey: Journey, text: str, given: Collection[int]) -> set[int]:
    """Return whom a comment names: those who were chosen, and those whose names are typed. Raises MentionOfStranger."""
    members = people_of(journey.workspace_id)
    known = {member.pk for member in members}
    if not set(given) <= known:
        raise MentionOfStranger
    return set(given) | named_in(text, members)


def _named(journey: Journey, element: Element | None) -> dict[str, Any]:
    """Return what a history row keeps of where it was said; the text itself stays with the comment."""
    name = element.name if element is not None else ""
    seen = name_for_readers(journey, element.place, element) if element is not None else ""
    return {
        "element": name or journey.name,
        "on": element.place.kind if element else "",
        FOR_READERS: {"element": seen or journey.name},
    }


def _is_live(journey: Journey, element: Element | None, version: Version | None) -> bool:
    """True when an element is on the map that somebody sees: the draft, or a version."""
    if element is None:
        return False
    if version is None:
        return element.live
    return elements_as_published({element.place: element}, picture_of(journey, version))[element.place].live


def _tell(heard: Heard) -> None:
    tell(heard)
    comments_changed(heard.comment.journey, actor=heard.actor)


def _locked(comment: Comment) -> Comment:
    """Return a comment as it is now, locked with its map. Raises CommentGone."""
    Journey.objects.select_for_update().only("pk").get(pk=comment.journey_id)
    rows = Comment.objects.select_for_update(of=("self",)).select_related("journey", "author", "root")
    current = rows.filter(pk=comment.pk, deleted_at=None).first()
    if current is None:
        raise CommentGone
    return current


@transaction.atomic
def comment_add(
    *,
    journey: Journey,
    text: str,
    author: User | None = None,
    guest_name: str = "",
    place: Place | None = None,
    root: Comment | None = None,
    mentions: Collection[int] = (),
    version: Version | None = None,
) -> Comment:
    """Begin a thread on a map or on one of its elements, or answer in one (root); an answer reopens a resolved thread.

    Either a member speaks (author) or a guest (guest_name); whoever calls has checked that they may. `mentions` are ids
    of users; members whose names stand behind an @ in the text are added to them, guests name nobody but by text.
    `version` is what whoever speaks sees in place of the draft: they speak of what it shows, whatever the draft has.
    Raises CommentEmpty, CommentTooLong, GuestName, MentionOfStranger, NothingToCommentOn (the element is deleted, or on
    another map, or not in that version), CommentGone (the thread is).
    """
    kept = _text_of(text)
    guest = "" if author is not None else " ".join(guest_name.split())[:GUEST_NAME_MAX]
    if author is None and not guest:
        raise GuestName
    Journey.objects.select_for_update().only("pk").get(pk=journey.pk)
    if root is not None:
        first = Comment.objects.shown_threads().filter(pk=root.pk, journey=journey).first()
        if first is None:
            raise CommentGone
        root, place = first, Place.of(first)
    else:
        place = place or Place()
    element = element_of(journey, place)
    if root is None and not _is_live(journey, element, version):
        raise NothingToCommentOn
    named = _mentioned(journey, kept, mentions)
    comment = Comment(
        workspace_id=journey.workspace_id,
        journey=journey,
        root=root,
        target_kind=place.kind,
        target_id=place.id,
        step_id=place.step,
        author=author,
        guest_name=guest,
        text=kept,
    )
    action = "comment.replied" if root is not None else "comment.added"
    with recording(actor=author, action=action, target=comment, scope=journey, **_named(journey, element)) as record:
        if guest:
            record.summary["guest"] = guest
        comment.save(force_insert=True)
        record.created(comment)
        if root is not None and root.resolved_at is not None:
            record.watch(root)
            root.resolved_at = root.resolved_by = None
            root.save(update_fields=["resolved_at", "resolved_by"])
        Mention.objects.bulk_create(_mentions(comment, named))
    _tell(Heard("added", comment, author, frozenset(named)))
    return comment


def _mentions(comment: Comment, users: Collection[int]) -> list[Mention]:
    return [Mention(workspace_id=comment.workspace_id, comment=comment, user_id=pk) for pk in sorted(users)]


@transaction.atomic
def comment_edit(*, comment: Comment, actor: User, text: str, mentions: Collection[int] = ()) -> Comment:
    """Change one's own comment. Members who are named for the first time are told; who is named no more stays untold.

    Raises CommentNotYours, CommentEmpty, CommentTooLong, MentionOfStranger, CommentGone.
    """
    current = _locked(comment)
    if current.author_id != actor.pk:
        raise CommentNotYours
    kept = _text_of(text)
    named = _mentioned(current.journey, kept, mentions)
    before = set(Mention.objects.filter(comment=current).values_list("user", flat=True))
    if kept == current.text and named == before:
        return current
    element = element_of(current.journey, Place.of(current))
    with recording(
        actor=actor, action="comment.edited", target=current, scope=current.journey, **_named(current.journey, element)
    ) as record:
        record.watch(current)
        current.text = kept
        current.edited_at = timezone.now()
        current.save(update_fields=["text", "edited_at"])
        Mention.objects.filter(comment=current, user__in=before - named).delete()
        Mention.objects.bulk_create(_mentions(current, named - before))
    _tell(Heard("edited", current, actor, frozenset(named - before)))
    return current


def may_delete(comment: Comment, membership: Membership) -> bool:
    """Say whether a member may delete a comment: their own; an owner of the workspace any, a guest's too."""
    return comment.author_id == membership.user_id or can(membership, Role.OWNER)


@transaction.atomic
def comment_delete(*, comment: Comment, membership: Membership) -> None:
    """Take a comment off the screen; answers to it stay. Raises CommentNotYours, CommentGone."""
    current = _locked(comment)
    if not may_delete(current, membership):
        raise CommentNotYours
    actor = membership.user
    element = element_of(current.journey, Place.of(current))
    with recording(
        actor=actor, action="comment.deleted", target=current, scope=current.journey, **_named(current.journey, element)
    ) as record:
        record.watch(current)
        current.deleted_at = timezone.now()
        current.save(update_fields=["deleted_at"])
    _tell(Heard("deleted", current, actor))


@transaction.atomic
def thread_resolve(*, thread: Comment, actor: User, resolved: bool = True) -> Comment:
    """Say that a thread is settled, or open again; nothing happens when it is already so. Raises CommentGone."""
    Journey.objects.select_for_update().only("pk").get(pk=thread.journey_id)
    rows = Comment.objects.shown_threads().select_for_update(of=("self",)).select_related("journey", "author")
    current = rows.filter(pk=thread.pk).first()
    if current is None:
        raise CommentGone
    if (current.resolved_at is not None) == resolved:
        return current
    action = "comment.resolved" if resolved else "comment.reopened"
    element = element_of(current.journey, Place.of(current))
    with recording(
        actor=actor, action=action, target=current, scope=current.journey, **_named(current.journey, element)
    ) as record:
        record.watch(current)
        current.resolved_at = timezone.now() if resolved else None
        current.resolved_by = actor if resolved else None
        current.save(update_fields=["resolved_at", "resolved_by"])
    _tell(Heard("resolved" if resolved else "reopened", current, actor))
    return current


@transaction.atomic
def journey_follow(*, journey: Journey, user: User, follow: bool) -> None:
    """Have a member told of every new comment on a map, or no longer; it is written down once."""
    if follow:
        _row, made = Follower.objects.get_or_create(
            journey=journey, user=user, defaults={"workspace_id": journey.workspace_id}
        )
        if made:
            history_record(actor=user, action="journey.followed", target=journey, scope=journey, name=journey.name)
        return
    gone, _models = Follower.objects.filter(journey=journey, user=user).delete()
    if gone:
        history_record(actor=user, action="journey.unfollowed", target=journey, scope=journey, name=journey.name)


def follow_merged(record: Recording, step: Step, into: Step) -> None:
    """Comments on a step that is merged into another, and on its cells, stand there from now on."""
    rows = Comment.objects.select_for_update()
    on_step = list(rows.filter(journey=step.journey_id, target_kind=CommentTarget.STEP, target_id=step.pk))
    on_cells = list(rows.filter(journey=step.journey_id, step=step))
    record.watch(*on_step, *on_cells)
    for comment in on_step:
        comment.target_id = into.pk
        comment.save(update_fields=["target_id"])
    for comment in on_cells:
        comment.step = into
        comment.save(update_fields=["step"])


register_merged(follow_merged)
