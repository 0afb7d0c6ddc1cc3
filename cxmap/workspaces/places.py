"""Which workspace an address belongs to: `/w/<slug>/…`, or an item under its own id. Apps name their items here."""

from uuid import UUID

from cxmap.workspaces.models import Workspace, WorkspaceOwned

_items: dict[str, tuple[type[WorkspaceOwned], str]] = {}


def register_items(first: str, model: type[WorkspaceOwned], *, by: str = "pk") -> None:
    """Say whose items stand at addresses that begin with `/first/<id>/`; `by` is the column of that id."""
    _items[first] = (model, by)


def workspace_at(path: str) -> Workspace | None:
    """Return the workspace of an address; None when it names nothing of one. For the server only: never shown."""
    parts = [part for part in path.partition("?")[0].split("/") if part]
    if len(parts) < 2:
        return None
    if parts[0] == "w":
        return Workspace.objects.filter(slug=parts[1]).first()
    try:
        pk = UUID(parts[1])
    except ValueError:
        return None
    if parts[0] not in _items:
        return None
    model, by = _items[parts[0]]
    row = model._default_manager.filter(**{by: pk}).select_related("workspace").first()
    return row.workspace if row else None
