"""The touchpoints and KPIs of a workspace by what people call them, and which of them an item of a file seems to be."""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import cached_property

from cxmap.lib.text import fold
from cxmap.workspaces.models import Workspace
from kpis.models import Kpi, KpiKind
from touchpoints.models import Touchpoint


@dataclass
class Library:
    """Touchpoints and KPIs by what people call them."""

    touchpoints: MappingOf[str, str]  # code → name
    kpis: Sequence[Kpi]

    @cached_property
    def by_fold(self) -> dict[str, str]:
        names = {fold(name): code for code, name in self.touchpoints.items()}
        return names | {fold(code): code for code in self.touchpoints}

    def code(self, text: str) -> str | None:
        """Return the code of a touchpoint that is called so, None when none is."""
        return self.by_fold.get(fold(text))

    def name(self, text: str | None) -> str:
        """Return the name of a touchpoint by its code or name; a text that names none as it is."""
        code = self.code(text or "")
        return self.touchpoints[code] if code else (text or "")


def library_of(workspace: Workspace) -> Library:
    rows = Touchpoint.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id")
    kpis = Kpi.objects.filter(workspace=workspace).exclude(kind=KpiKind.FORMULA)
    return Library(dict(rows.values_list("code", "name")), list(kpis))


def match_of(text: str, library: Library) -> str | None:
    """Return the code of the touchpoint that an item seems to be: called so, in whole or in one part of a title, or named in it."""
    whole = fold(text)
    if whole in library.by_fold:
        return library.by_fold[whole]
    for mark in (" | ", " – ", " — ", " - ", " · ", " › ", " : "):
        for part in text.split(mark):
            if (found := library.by_fold.get(fold(part))) is not None:
                return found
    words = f" {' '.join(''.join(char if char.isalnum() else ' ' for char in whole).split())} "
    named = [(len(name), code) for name, code in library.by_fold.items() if len(name) >= 4 and f" {name} " in words]
    return max(named)[1] if named else None
