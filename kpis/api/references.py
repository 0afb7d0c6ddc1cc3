"""Touchpoints, KPIs and segments by code or by name, in both languages."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar, cast

from cxmap.workspaces.models import Workspace
from kpis.measures import Kind, KpiSpec
from kpis.models import Kpi
from personas.models import Segment
from touchpoints.merging import aliases
from touchpoints.models import Touchpoint

Found = TypeVar("Found", bound=Hashable)


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


class Ambiguous(LookupError):
    """Several things have this name."""


class Index(Generic[Found]):
    """Finds things by their code or one of their names; a code goes before a name."""

    def __init__(self, entries: Iterable[tuple[Found, str, Iterable[str]]]) -> None:
        self._found: dict[str, set[Found]] = {}
        entries = list(entries)
        for thing, _, names in entries:
            for name in names:
                self._found.setdefault(_key(name), set()).add(thing)
        for thing, code, _ in entries:
            self._found[_key(code)] = {thing}

    def get(self, text: str) -> Found:
        """Return what is called so. Raises LookupError, or Ambiguous."""
        found = self._found.get(_key(text), set())
        if len(found) > 1:
            raise Ambiguous(text)
        if not found:
            raise LookupError(text)
        return next(iter(found))


class References:
    """What the names in a request may mean in a workspace; five queries, whatever is asked."""

    def __init__(self, workspace: Workspace) -> None:
        touchpoints = Touchpoint.objects.filter(workspace=workspace, deleted_at=None).values_list("code", "name", "id")
        segments = Segment.objects.filter(workspace=workspace).values_list("code", "name")
        # Codes stand for touchpoints and segments: rows of ten thousand names need no objects.
        former = aliases(workspace.pk)
        self.touchpoints = Index(
            [
                *((code, code, [name] if name else []) for code, (name, _into) in former.items()),
                *((code, code, [name, str(pk)]) for code, name, pk in touchpoints),
            ]
        )
        self.segments = Index((code, code, [name]) for code, name in segments)
        self.kpis = Index(
            (KpiSpec(code, cast(Kind, kind), low, high, top), code, [french, english, str(pk)])
            for pk, french, english, code, kind, low, high, top in Kpi.objects.filter(workspace=workspace).values_list(
                "id", "name_fr", "name_en", "code", "kind", "scale_min", "scale_max", "top_from"
            )
        )
