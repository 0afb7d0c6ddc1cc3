"""Where a change of a workshop can be looked at, and whose workspace its addresses are of."""

from typing import Any

from django.urls import reverse

from cxmap.history.registry import register_link
from cxmap.workspaces.places import register_items
from workshops.models import Workshop


def _link(change: Any, scope_href: str) -> str:
    """The workshop while its map is there: one that was deleted since is in the trash of the list."""
    there = scope_href and change.action != "workshop.deleted"
    return reverse("workshops:detail", args=[change.target_id]) if there else ""


register_link("workshops.workshop", _link)
register_items("workshops", Workshop)
