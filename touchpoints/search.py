"""What of the library can be found."""

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.search.registry import Group, Source, register
from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.places import register_items
from touchpoints.models import ContentItem, Department, Touchpoint

TOUCHPOINTS = Group("touchpoints", _("Touchpoints"), 30)


def _touchpoints(workspace: Workspace, _user: User | None) -> QuerySet[Touchpoint]:
    return Touchpoint.objects.filter(workspace=workspace, deleted_at=None)


register_items("touchpoints", Touchpoint)
register_items("departments", Department)
register_items("content", ContentItem)
register(
    Source(
        group=TOUCHPOINTS,
        rows=_touchpoints,
        title=lambda _language: F("name"),
        context=lambda language: Concat(
            F(f"category__name_{language}"), Value(" · "), F(f"channel__name_{language}"), output_field=TextField()
        ),
        body=lambda _language: F("description"),
        key=F("id"),
        href=lambda _workspace, key: reverse("touchpoints:detail", args=[key]),
    )
)
