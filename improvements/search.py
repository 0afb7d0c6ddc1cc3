"""What of improvements can be found: pain points, opportunities and solutions."""

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.search.registry import Group, Source, register
from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.places import register_items
from improvements.models import Pain, Review, Solution

PAINS = Group("pains", _("Pain points and opportunities"), 55)
SOLUTIONS = Group("solutions", _("Solutions"), 60)


def _pains(workspace: Workspace, _user: User | None) -> QuerySet[Pain]:
    return Pain.objects.filter(workspace=workspace, deleted_at=None)


def _solutions(workspace: Workspace, _user: User | None) -> QuerySet[Solution]:
    return Solution.objects.filter(workspace=workspace, deleted_at=None)


register_items("pains", Pain)
register_items("solutions", Solution)
register_items("reviews", Review)
register(
    Source(
        group=PAINS,
        rows=_pains,
        title=lambda _language: F("title"),
        context=lambda _language: Coalesce("touchpoint__name", "step__name", "journey__name"),
        body=lambda _language: F("note"),
        key=F("id"),
        href=lambda workspace, key: f"{reverse('improvements:list', args=[workspace.slug])}#pain-{key}",
    ),
    Source(
        group=SOLUTIONS,
        rows=_solutions,
        title=lambda _language: F("title"),
        context=lambda _language: Coalesce("pain__title", "step__name", "journey__name"),
        body=lambda _language: F("note"),
        key=F("id"),
        href=lambda workspace, key: f"{reverse('improvements:list', args=[workspace.slug])}#solution-{key}",
    ),
)
