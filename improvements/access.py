"""From an id in a request to a pain point or a solution: a member of its workspace, with the role."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from cxmap.workspaces.access import row_for
from cxmap.workspaces.models import Role
from improvements.models import Pain, Review, ReviewAnswer, Solution


def pain_for_edit(request: HttpRequest, pk: UUID) -> Pain:
    found = ReviewAnswer.objects.filter(review__deleted_at=None).select_related("review")
    rows = Pain.objects.select_related("journey", "step", "touchpoint", "flag").filter(pk=pk, deleted_at=None)
    rows = rows.prefetch_related(Prefetch("review_answers", found))
    return row_for(request, rows, Role.EDITOR)


def _solutions(pk: UUID) -> QuerySet[Solution]:
    return Solution.objects.select_related("pain", "journey", "step", "binding__kpi", "binding__touchpoint").filter(
        pk=pk, deleted_at=None
    )


def solution_for_view(request: HttpRequest, pk: UUID) -> Solution:
    return row_for(request, _solutions(pk), Role.VIEWER)


def solution_for_edit(request: HttpRequest, pk: UUID) -> Solution:
    return row_for(request, _solutions(pk), Role.EDITOR)


def _reviews(pk: UUID) -> QuerySet[Review]:
    return Review.objects.select_related("journey__workspace", "workspace", "created_by").filter(
        pk=pk, journey__deleted_at=None
    )


def review_for_view(request: HttpRequest, pk: UUID) -> Review:
    return row_for(request, _reviews(pk).filter(deleted_at=None), Role.VIEWER)


def review_for_edit(request: HttpRequest, pk: UUID) -> Review:
    return row_for(request, _reviews(pk).filter(deleted_at=None), Role.EDITOR)


def review_in_trash_for_edit(request: HttpRequest, pk: UUID) -> Review:
    return row_for(request, _reviews(pk).exclude(deleted_at=None), Role.EDITOR)
