"""Reading comments: the open threads of a map by element, and the threads of a page, in a constant number of queries."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from cxmap.workspaces.access import people_of
from cxmap.workspaces.models import Membership, User
from journeys.comments import Element, Place, elements_of
from journeys.models import Card, Comment, CommentTarget, Follower, Journey, Mention, Version
from journeys.picture import picture_of
from journeys.published import elements_as_published
from journeys.services.comments import may_delete

PAGE = 30  # threads
FILTERS = ("open", "resolved", "all")


@dataclass(frozen=True, slots=True)
class Shown:
    """Which threads a person looks at, as the query of the page says it."""

    place: Place | None = None  # None: the whole map with everything on it
    show: str = "open"
    mine: bool = False
    thread: UUID | None = None
    before: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "Shown":
        """Read a query; what is wrong in it counts as left out."""
        try:
            thread = UUID(query.get("thread", ""))
        except ValueError:
            thread = None
        show = query.get("show", "")
        return cls(
            place=Place.parse(query["on"]) if query.get("on") else None,
            show=show if show in FILTERS else "open",
            mine=query.get("mine") == "1",
            thread=thread,
            before=query.get("before", ""),
        )

    @property
    def query(self) -> str:
        """The query of this very page."""
        parts = {
            "on": str(self.place) if self.place else "",
            "show": "" if self.show == "open" else self.show,
            "mine": "1" if self.mine else "",
            "thread": str(self.thread) if self.thread else "",
            "before": self.before,
        }
        return urlencode({name: value for name, value in parts.items() if value})

    def _with(self, **changes: Any) -> str:
        return replace(self, **{"before": "", "thread": None, **changes}).query

    @property
    def open_query(self) -> str:
        return self._with(show="open", mine=False)

    @property
    def resolved_query(self) -> str:
        return self._with(show="resolved", mine=False)

    @property
    def mine_query(self) -> str:
        return self._with(show="open", mine=True)

    @property
    def list_query(self) -> str:
        """Back from one thread to the list."""
        return self._with()

    @property
    def map_query(self) -> str:
        """From an element to the whole map."""
        return self._with(place=None)


@dataclass(frozen=True, slots=True)
class Said:
    """One comment as a person sees it."""

    comment: Comment
    parts: Sequence[tuple[str, bool]]  # texts, and whether each names a member
    also: Sequence[User]  # members who are told though their names are not in the text
    can_edit: bool
    can_delete: bool

    @property
    def is_gone(self) -> bool:
        return self.comment.deleted_at is not None


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread; `query` shows it by itself."""

    root: Said
    answers: Sequence[Said]
    element: Element | None  # None: it is on no map of this workspace any more
    address: str  # of the element on the map; empty when it was deleted
    query: str

    @property
    def is_resolved(self) -> bool:
        return self.root.comment.resolved_at is not None


@dataclass(frozen=True, slots=True)
class ThreadPage:
    journey: Journey
    shown: Shown
    threads: Sequence[Thread]
    element: Element | None  # what the page is about; None: the whole map
    members: Sequence[User]  # who can be mentioned: everybody but the reader
    open_count: int
    resolved_count: int
    mine_count: int
    follows: bool
    next: str  # the query of the next page; empty: this is the last
    is_published: (
        bool  # a version is shown in place of the draft: what it lacks is not deleted, but nothing to the reader
    )

    @property
    def address(self) -> str:
        return reverse("journeys:comments", args=[self.journey.pk])

    @property
    def can_begin(self) -> bool:
        """True when a new thread can be begun here: not inside of one, and only on what the reader sees."""
        return self.shown.thread is None and (
            self.shown.place is None or (self.element is not None and self.element.live)
        )

    @property
    def on(self) -> str:
        return str(self.shown.place or Place())


def parts_of(text: str, names: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Cut a text at the names of members behind an @, longest names first."""
    if not names:
        yield text, False
        return
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    for number, part in enumerate(re.split(rf"((?<!\w)@(?:{either})(?!\w))", text, flags=re.IGNORECASE)):
        if part:
            yield part, number % 2 == 1


def _said(comment: Comment, mentioned: Sequence[User], membership: Membership) -> Said:
    parts = list(parts_of(comment.text, {name for user in mentioned for name in (str(user), user.email)}))
    in_text = {part[1:].casefold() for part, is_name in parts if is_name}
    live = comment.deleted_at is None
    return Said(
        comment=comment,
        parts=parts,
        also=[user for user in mentioned if not {str(user).casefold(), user.email.casefold()} & in_text],
        can_edit=live and comment.author_id == membership.user_id,
        can_delete=live and may_delete(comment, membership),
    )


def _on(place: Place) -> Q:
    """Return what narrows threads to a place; a cell has those of its cards too."""
    own = Q(target_kind=place.kind, target_id=place.id, step=place.step)
    if place.kind != CommentTarget.CELL:
        return own
    cards = Card.objects.filter(lane=place.id, step=place.step, pk=OuterRef("target_id"))
    return own | Q(Exists(cards), target_kind=CommentTarget.CARD)


def _naming(user: User) -> Q:
    """Return what narrows threads to those in which a comment names somebody."""
    named = Mention.objects.filter(user=user, comment__deleted_at=None).filter(
        Q(comment=OuterRef("pk")) | Q(comment__root=OuterRef("pk"))
    )
    return Q(Exists(named))


def thread_page(
    journey: Journey, membership: Membership, shown: Shown, *, version: Version | None = None
) -> ThreadPage:
    """Return the threads of a map or of one of its elements, newest first, or one thread.

    With the version that a reader sees, elements are called as it calls them.
    """
    user = membership.user
    every = Comment.objects.filter(journey=journey).shown_threads()
    here = every.filter(_on(shown.place)) if shown.place is not None else every
    naming = _naming(user)
    counts = here.aggregate(
        open=Count("pk", filter=Q(resolved_at=None)),
        resolved=Count("pk", filter=Q(resolved_at__isnull=False)),
        mine=Count("pk", filter=naming & Q(resolved_at=None)),
    )
    rows = every.filter(pk=shown.thread) if shown.thread is not None else _filtered(here, shown, naming)
    roots = list(rows.select_related("author", "resolved_by").order_by("-created_at", "-id")[: PAGE + 1])
    more, roots = len(roots) > PAGE, roots[:PAGE]
    ids = [root.pk for root in roots]
    answers: dict[UUID, list[Comment]] = defaultdict(list)
    for answer in Comment.objects.filter(root__in=ids, deleted_at=None).select_related("author"):
        answers[answer.root_id].append(answer)
    mentioned: dict[UUID, list[User]] = defaultdict(list)
    for row in Mention.objects.filter(Q(comment__in=ids) | Q(comment__root__in=ids)).select_related("user"):
        mentioned[row.comment_id].append(row.user)
    places = {Place.of(root) for root in roots} | ({shown.place} if shown.place else set())
    elements = elements_of(journey, places)
    if version is not None:
        elements = elements_as_published(elements, picture_of(journey, version))
    threads = []
    for root in roots:
        element = elements.get(Place.of(root))
        threads.append(
            Thread(
                root=_said(root, mentioned[root.pk], membership),
                answers=[_said(answer, mentioned[answer.pk], membership) for answer in answers[root.pk]],
                element=element,
                address=f"{journey.get_absolute_url()}?view=map#{element.anchor}" if element and element.live else "",
                query=replace(shown, before="", thread=root.pk).query,
            )
        )
    return ThreadPage(
        journey=journey,
        shown=shown,
        threads=threads,
        element=elements.get(shown.place) if shown.place is not None and shown.place.id is not None else None,
        members=[member for member in people_of(journey.workspace_id) if member.pk != user.pk],
        open_count=counts["open"],
        resolved_count=counts["resolved"],
        mine_count=counts["mine"],
        follows=Follower.objects.filter(journey=journey, user=user).exists(),
        next=replace(shown, before=roots[-1].created_at.isoformat()).query if more else "",
        is_published=version is not None,
    )


def _filtered(rows: QuerySet[Comment], shown: Shown, naming: Q) -> QuerySet[Comment]:
    if shown.show != "all":
        rows = rows.filter(resolved_at__isnull=shown.show == "open")
    if shown.mine:
        rows = rows.filter(naming)
    try:
        before = parse_datetime(shown.before)
    except ValueError:
        before = None
    return rows.filter(created_at__lt=before) if before is not None and is_aware(before) else rows
