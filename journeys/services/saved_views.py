"""Ways of looking at a map, kept under a name for everybody in the workspace."""

from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import history_record
from cxmap.workspaces.models import User
from journeys.errors import NotDrawnByTheMap, ViewNameTaken
from journeys.models import Journey, SavedView
from journeys.tabs import MAP_VIEWS

# Which view, through whose eyes, of which days; lanes shown, folded, how large; what narrows the matrix.
KEPT = ("view", "persona", "period", "hidden", "fold", "zoom", "mode", "state", "owner", "department")
QUERY_MAX = 600  # characters, as the column


def query_of(text: str) -> str:
    """Return what of an address makes a view, in one order."""
    given = dict(parse_qsl(text.lstrip("?")))
    kept = [(name, given[name]) for name in KEPT if given.get(name)]
    while len(urlencode(kept)) > QUERY_MAX:
        kept.pop()
    return urlencode(kept)


def opens_map(query: str) -> bool:
    """True for views that the page of the map draws itself."""
    return dict(parse_qsl(query)).get("view", "map") in MAP_VIEWS


def _lock(journey: Journey) -> None:
    Journey.objects.select_for_update().only("pk").get(pk=journey.pk)


@transaction.atomic
def saved_view_save(*, journey: Journey, actor: User, name: str, query: str) -> SavedView:
    """Keep a view. One of the same name becomes this one."""
    _lock(journey)
    view = SavedView.objects.filter(journey=journey, name=name, deleted_at=None).first()
    before = view.query if view else ""
    if view is None:
        view = SavedView(workspace_id=journey.workspace_id, journey=journey, name=name, created_by=actor)
    view.query = query_of(query)
    view.is_default = view.is_default and opens_map(view.query)
    if view._state.adding:
        view.save()
    else:
        view.save(update_fields=["query", "is_default"])
    history_record(
        actor=actor, action="view.saved", target=view, scope=journey, name=name, before=before, after=view.query
    )
    return view


@transaction.atomic
def saved_view_rename(*, view: SavedView, actor: User, name: str) -> SavedView:
    """Give a view another name. Raises ViewNameTaken."""
    _lock(view.journey)
    if SavedView.objects.filter(journey=view.journey_id, name=name, deleted_at=None).exclude(pk=view.pk).exists():
        raise ViewNameTaken
    before = view.name
    if name == before:
        return view
    view.name = name
    view.save(update_fields=["name"])
    history_record(actor=actor, action="view.renamed", target=view, scope=view.journey, name=name, before=before)
    return view


@transaction.atomic
def saved_view_default(*, view: SavedView, actor: User, default: bool) -> SavedView:
    """Open the map with this view, or no longer; at most one view of a map is its default.

    Raises NotDrawnByTheMap for views with a page of their own: from there the map could not be reached any more.
    """
    _lock(view.journey)
    if default and not opens_map(view.query):
        raise NotDrawnByTheMap
    SavedView.objects.filter(journey=view.journey_id, is_default=True, deleted_at=None).exclude(pk=view.pk).update(
        is_default=False
    )
    view.is_default = default
    view.save(update_fields=["is_default"])
    action = "view.default" if default else "view.default_removed"
    history_record(actor=actor, action=action, target=view, scope=view.journey, name=view.name)
    return view


@transaction.atomic
def saved_view_delete(*, view: SavedView, actor: User) -> None:
    """Take a view away; the map itself is not touched."""
    _lock(view.journey)
    view.deleted_at = timezone.now()
    view.save(update_fields=["deleted_at"])
    history_record(actor=actor, action="view.deleted", target=view, scope=view.journey, name=view.name)
