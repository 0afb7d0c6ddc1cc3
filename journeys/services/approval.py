"""From a draft to what everybody reads: a review is asked for, sent back, withdrawn, or ends in a published version.

Who may publish (docs/decisions/0030): owners of the workspace, and reviewers who were asked by name; never whoever asked,
as long as somebody else may.
"""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.history.services import history_record
from cxmap.lib.errors import CxmapError
from cxmap.lib.text import fold
from cxmap.workspaces.models import Membership, Role, User
from journeys.live import board_changed
from journeys.models import Approval, ApprovalReviewer, Journey, Status, Version
from journeys.services.versions import version_keep
from journeys.signals import Kind, Signal, tell
from journeys.versions import last_change_of

EDITING = (Role.EDITOR, Role.OWNER)


class AlreadyAsked(CxmapError):
    code = "already_asked"
    message = _("A review of this map is asked for already: withdraw it first to ask anew.")
    status = 409


class ReviewerNeeded(CxmapError):
    code = "reviewer_needed"
    message = _("Choose somebody who can edit maps to look at this one.")
    status = 422


class NotAsked(CxmapError):
    code = "not_asked"
    message = _("This review has been answered or withdrawn meanwhile. Nothing was changed.")
    status = 409


class NotTheReviewer(CxmapError):
    code = "not_the_reviewer"
    message = _("This is for the reviewers who were asked and for owners of the workspace, not for whoever asked.")
    status = 403


class ChangedMeanwhile(CxmapError):
    code = "changed_meanwhile"
    message = _("The map was changed after you opened this page: look at what is different now, then publish.")
    status = 409


def colleagues(journey: Journey) -> list[Membership]:
    """Return the members who can edit the map, with their people, by name; one query."""
    members = Membership.objects.filter(workspace=journey.workspace_id, role__in=EDITING, user__is_active=True)
    return list(members.select_related("user").order_by("user__name", "user__email", "id"))


def open_approval(journey: Journey) -> Approval | None:
    """Return the review that is asked for, with reviewers and who asked; two queries when there is one."""
    found = journey.approvals.filter(status=Approval.Status.OPEN).select_related("asked_by")
    return found.prefetch_related("reviewers__user").first()


def publishers(members: Collection[Membership], approval: Approval | None) -> set[int]:
    """Return the ids of the people who may publish, or send back what was asked; see the head of this file."""
    named = {reviewer.user_id for reviewer in approval.reviewers.all()} if approval else set()
    found = {member.user_id for member in members if member.role == Role.OWNER or member.user_id in named}
    asked_by = approval.asked_by_id if approval else None
    return found - {asked_by} if len(found) > 1 and asked_by else found


def _locked(journey: Journey) -> Journey:
    return Journey.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=journey.pk)


def _answerable(journey: Journey, actor: User) -> Approval:
    """Return the open review for whoever may answer it. Raises NotAsked, NotTheReviewer."""
    approval = open_approval(journey)
    if approval is None:
        raise NotAsked
    if actor.pk not in publishers(colleagues(journey), approval):
        raise NotTheReviewer
    return approval


def _status_set(journey: Journey, status: str, **fields: object) -> None:
    values = {"status": status, "revision": F("revision") + 1, "board_revision": F("board_revision") + 1}
    Journey.objects.filter(pk=journey.pk).update(**values, **fields, updated_at=timezone.now())
    journey.refresh_from_db()
    board_changed(journey, revision=journey.board_revision, actor=None)


def _close(approval: Approval, status: str, actor: User, *, answer: str = "", version: Version | None = None) -> None:
    approval.status, approval.answer, approval.answered_by = status, answer, actor
    approval.answered_at, approval.version = timezone.now(), version
    approval.save(update_fields=["status", "answer", "answered_by", "answered_at", "version"])


def _people(approval: Approval, *others: User | None, without: User) -> list[User]:
    people = [*others, *(reviewer.user for reviewer in approval.reviewers.all())]
    return list({person.pk: person for person in people if person and person.pk != without.pk}.values())


@transaction.atomic
def review_ask(*, journey: Journey, actor: User, reviewers: Sequence[User], note: str = "") -> Approval:
    """Ask members who can edit to look at the map. Raises AlreadyAsked, ReviewerNeeded."""
    journey = _locked(journey)
    if open_approval(journey) is not None:
        raise AlreadyAsked
    can_look = {member.user_id for member in colleagues(journey)} - {actor.pk}
    wanted = list({person.pk: person for person in reviewers}.values())
    if not wanted or not {person.pk for person in wanted} <= can_look:
        raise ReviewerNeeded
    approval = Approval.objects.create(
        workspace_id=journey.workspace_id, journey=journey, note=note, asked_by=actor, status=Approval.Status.OPEN
    )
    ApprovalReviewer.objects.bulk_create(
        ApprovalReviewer(workspace_id=journey.workspace_id, approval=approval, user=person) for person in wanted
    )
    _status_set(journey, Status.IN_REVIEW)
    history_record(actor=actor, action="journey.review_asked", target=approval, scope=journey, name=journey.name)
    tell(Signal(Kind.REVIEW_ASKED, journey, f"review.asked:{approval.pk}", wanted, approval, note))
    return approval


@transaction.atomic
def review_withdraw(*, journey: Journey, actor: User) -> None:
    """Take back what was asked. Raises NotAsked, and NotTheReviewer for others than whoever asked and owners."""
    journey = _locked(journey)
    approval = open_approval(journey)
    if approval is None:
        raise NotAsked
    owners = {member.user_id for member in colleagues(journey) if member.role == Role.OWNER}
    if actor.pk != approval.asked_by_id and actor.pk not in owners:
        raise NotTheReviewer
    _close(approval, Approval.Status.WITHDRAWN, actor)
    _status_set(journey, _resting(journey))
    history_record(actor=actor, action="journey.review_withdrawn", target=approval, scope=journey, name=journey.name)


@transaction.atomic
def review_send_back(*, journey: Journey, actor: User, reason: str) -> None:
    """Say what is to be done before the map can be published. Raises NotAsked, NotTheReviewer."""
    journey = _locked(journey)
    approval = _answerable(journey, actor)
    _close(approval, Approval.Status.SENT_BACK, actor, answer=reason)
    _status_set(journey, _resting(journey))
    history_record(actor=actor, action="journey.sent_back", target=approval, scope=journey, name=journey.name)
    people = _people(approval, approval.asked_by, without=actor)
    tell(Signal(Kind.SENT_BACK, journey, f"review.sent_back:{approval.pk}", people, approval, reason))


def _resting(journey: Journey) -> str:
    """Return what a map is while nobody is asked: published once it was, else a draft."""
    return Status.PUBLISHED if journey.published_version_id else Status.DRAFT


@transaction.atomic
def journey_publish(
    *,
    journey: Journey,
    actor: User,
    owner: str = "",
    review_on: dt.date | None = None,
    name: str = "",
    note: str = "",
    expected_change: int | None = None,
) -> Version:
    """Keep the map as it is now as the version that everybody reads, and answer the review that was asked for.

    The map is locked meanwhile: whoever edits comes before or after, and the version holds one state. Raises
    NotTheReviewer, and ChangedMeanwhile when the map is no longer what `expected_change` (the newest change that the
    actor has seen) left.
    """
    journey = _locked(journey)
    approval = open_approval(journey)
    if actor.pk not in publishers(colleagues(journey), approval):
        raise NotTheReviewer
    if expected_change is not None and (last_change_of(journey) or 0) != expected_change:
        raise ChangedMeanwhile
    _status_set(journey, Status.PUBLISHED, owner=owner or journey.owner, review_on=review_on, review_told_on=None)
    version = version_keep(journey, actor, name, note, published=True)
    Journey.objects.filter(pk=journey.pk).update(published_version=version)
    journey.published_version = version
    if approval is not None:
        _close(approval, Approval.Status.PUBLISHED, actor, answer=note, version=version)
        people = _people(approval, approval.asked_by, without=actor)
        tell(Signal(Kind.PUBLISHED, journey, f"review.published:{version.pk}", people, approval, note))
    history_record(actor=actor, action="journey.published", target=version, scope=journey, number=version.number)
    return version


def owners_of(journey: Journey) -> list[User]:
    """Return the members whose name or address is the owner of a map; the owners of the workspace when nobody is."""
    members = Membership.objects.filter(workspace=journey.workspace_id, user__is_active=True).select_related("user")
    wanted = fold(journey.owner)
    people = list(members.order_by("id"))
    named = [member.user for member in people if wanted and wanted in {fold(member.user.name), fold(member.user.email)}]
    return named or [member.user for member in people if member.role == Role.OWNER]


def reviews_due_tell() -> int:
    """Tell the owners of published maps whose review date has come, once for each date; return how many maps."""
    latest = timezone.localdate(timezone=dt.timezone(dt.timedelta(hours=14)))  # nowhere is it later
    due = Journey.objects.filter(deleted_at=None, published_version__isnull=False, review_on__lte=latest).exclude(
        review_told_on=F("review_on")
    )
    told = 0
    for journey in due.select_related("workspace").order_by("pk")[:500]:
        today = timezone.localdate(timezone=journey.workspace.zone)
        if journey.review_on is None or journey.review_on > today:
            continue
        with transaction.atomic():
            fresh = Journey.objects.filter(pk=journey.pk, review_on=journey.review_on, deleted_at=None)
            if not fresh.exclude(review_told_on=journey.review_on).update(review_told_on=journey.review_on):
                continue
            key = f"review.due:{journey.pk}:{journey.review_on.isoformat()}"
            tell(Signal(Kind.REVIEW_DUE, journey, key, owners_of(journey)))
        told += 1
    return told
