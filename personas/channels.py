"""The channels that a persona can prefer. The library above registers them: personas know no touchpoints."""

from collections.abc import Callable

from cxmap.workspaces.models import Workspace

Loader = Callable[[Workspace], list[tuple[str, str]]]
_loaders: list[Loader] = []


def register(loader: Loader) -> None:
    """Give the channels of a workspace as (code, name in the reader's language), in their order; one query."""
    if loader not in _loaders:
        _loaders.append(loader)


def channels(workspace: Workspace) -> dict[str, str]:
    """Return the names of a workspace's channels by their code, in their order."""
    return {code: name for loader in _loaders for code, name in loader(workspace)}
