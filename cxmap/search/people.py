"""The people of a workspace, found by name or address."""

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.search.registry import Group, Source, register
from cxmap.workspaces.models import Membership, User, Workspace

PEOPLE = Group("people", _("People"), 80)


def _members(workspace: Workspace, _user: User | None) -> QuerySet[Membership]:
    return Membership.objects.filter(workspace=workspace)


register(
    Source(
        group=PEOPLE,
        rows=_members,
        # Members of one workspace are few: they need no columns of their own.
        columns=("user__name", "user__email"),
        title=lambda _language: Coalesce(NullIf(F("user__name"), Value("")), F("user__email")),
        context=lambda _language: F("user__email"),
        key=F("user__email"),
        href=lambda workspace, _key: reverse("workspaces:members", args=[workspace.slug]),
    )
)
