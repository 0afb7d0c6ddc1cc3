"""Which workspace an address belongs to: `/w/<slug>/…`, or an item under its own id. Apps name their items here."""

from uuid import UUID

from cxmap.workspaces.models import Workspace, WorkspaceOwned

_items: dict[str, type[WorkspaceOwned]] = {}


def register_items(first: str, model: type[WorkspaceOwned]) -> None:
    """Say whose items stand at addresses that begin with `/first/<id>/`."""
    _items[first] = model


def workspace_at(path: str) -> Workspace | None:
    """Return the workspace of an address; None when it names nothing of one. For the server only: never shown."""
    parts = [part for part in path.partition("?")[0].split("/") if part]
    if len(parts) < 2:
        return None
    if parts[0] == "w":
        return Workspace.objects.filter(slug=parts[1]).first()
    model = _items.get(parts[0])
    try:
        pk = UUID(parts[1])
    except ValueError:
        return None
    if model is None:
        return None
    row = model._default_manager.filter(pk=pk).select_related("workspace").first()
    return row.workspace if row else None
