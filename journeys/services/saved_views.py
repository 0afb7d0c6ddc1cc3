"""Ways of looking at a map, kept under a name for everybody in the workspace."""

from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import history_record
from cxmap.workspaces.models import User
from journeys.models import Journey, SavedView

KEPT = ("view", "persona", "period")


def query_of(text: str) -> str:
    """Return what of an address makes a view, in one order: which one, through whose eyes, of which days."""
    given = dict(parse_qsl(text.lstrip("?")))
    return urlencode([(name, given[name]) for name in KEPT if given.get(name)])[:600]


@transaction.atomic
def saved_view_save(*, journey: Journey, actor: User, name: str, query: str) -> SavedView:
    """Keep a view. One of the same name becomes this one."""
    Journey.objects.select_for_update().only("pk").get(pk=journey.pk)
    view = SavedView.objects.filter(journey=journey, name=name, deleted_at=None).first()
    if view is None:
        view = SavedView(workspace_id=journey.workspace_id, journey=journey, name=name, created_by=actor)
    view.query = query_of(query)
    view.save()
    history_record(actor=actor, action="view.saved", target=view, scope=journey, name=name)
    return view


@transaction.atomic
def saved_view_delete(*, view: SavedView, actor: User) -> None:
    """Take a view away; the map itself is not touched."""
    view.deleted_at = timezone.now()
    view.save(update_fields=["deleted_at"])
    history_record(actor=actor, action="view.deleted", target=view, scope=view.journey, name=view.name)
