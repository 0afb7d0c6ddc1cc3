"""What the feed shows of journeys: their names, links to what was changed on a map, what was said in comments."""

from collections.abc import Collection, Mapping
from typing import Any

from django.urls import reverse

from cxmap.history.registry import Scope, register_link, register_quotes, register_scope
from journeys.models import Comment, Journey

ON_MAP = {"journeys.stage": "row", "journeys.step": "row", "journeys.lane": "row", "journeys.card": "card"}


def _journeys(workspace_id: int, ids: Collection[str] | None) -> Mapping[str, Scope]:
    rows = Journey.objects.filter(workspace=workspace_id).only("pk", "name", "deleted_at").order_by("sort_key", "id")
    rows = rows.filter(deleted_at=None) if ids is None else rows.filter(pk__in=ids)
    return {str(row.pk): Scope(str(row.pk), row.name, "" if row.deleted_at else row.get_absolute_url()) for row in rows}


def _on_map(change: Any, scope_href: str) -> str:
    """The map with the row in view; one that was deleted since leaves the map as it is."""
    return f"{scope_href}?view=map#{ON_MAP[change.target_type]}-{change.target_id}" if scope_href else ""


def _comment(change: Any, scope_href: str) -> str:
    return reverse("journeys:comment", args=[change.target_id]) if scope_href else ""


def _said(workspace_id: int, ids: Collection[str]) -> Mapping[str, str]:
    rows = Comment.objects.filter(workspace=workspace_id, pk__in=ids, deleted_at=None)
    return {str(pk): text for pk, text in rows.values_list("pk", "text")}


register_scope("journeys.journey", _journeys)
for model in ON_MAP:
    register_link(model, _on_map)
register_link("journeys.journey", lambda _change, scope_href: scope_href)
register_link("journeys.comment", _comment)
register_quotes("journeys.comment", _said)
