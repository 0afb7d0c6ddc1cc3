"""What a KPI tile or a trend is about: one KPI on one touchpoint, or one KPI over all touchpoints that carry it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.tiles.registry import TileForm
from kpis.models import Binding, Kpi, KpiKind
from kpis.selectors.bindings import BindingView

Choices = list[tuple[str, Any]]


def live_bindings(workspace: Workspace) -> list[Binding]:
    return list(
        Binding.objects.filter(workspace=workspace, deleted_at=None, touchpoint__deleted_at=None)
        .select_related("kpi", "touchpoint")
        .order_by("touchpoint__sort_key", "kpi__rank", "id")
    )


def subject_choices(workspace: Workspace) -> Choices:
    """Return the choices of a subject in two groups: KPIs over all their touchpoints, and single ones."""
    bindings = live_bindings(workspace)
    kpis: dict[UUID, Kpi] = {}
    for binding in bindings:
        if binding.kpi.kind != KpiKind.FORMULA:  # what adds up over touchpoints are counts; a formula has none
            kpis.setdefault(binding.kpi_id, binding.kpi)
    pooled = [(f"kpi:{kpi.pk}", kpi.name) for kpi in sorted(kpis.values(), key=lambda kpi: kpi.rank)]
    single = [(f"binding:{binding.pk}", f"{binding.touchpoint.name} › {binding.kpi.name}") for binding in bindings]
    return [
        ("", "—"),
        (gettext("All touchpoints together"), pooled),
        (gettext("One touchpoint"), single),
    ]


class SubjectForm(TileForm):
    """A KPI, over all touchpoints or on one."""

    subject = forms.ChoiceField(
        label=_("What is shown"),
        help_text=_("Over all touchpoints the counts of the same KPI are added; different KPIs are never mixed."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = subject_choices(self.workspace)  # type: ignore[attr-defined]


def kpi_choices(workspace: Workspace, *, kind: str = "") -> Choices:
    """Return the KPIs that are bound somewhere, of one kind if it is named."""
    bound = Kpi.objects.filter(workspace=workspace, bindings__deleted_at=None, bindings__touchpoint__deleted_at=None)
    kpis = bound.exclude(kind=KpiKind.FORMULA).distinct()
    if kind:
        kpis = kpis.filter(kind=kind)
    return [("", "—"), *((str(kpi.pk), kpi.name) for kpi in kpis)]


def uuid_of(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Subject:
    """A KPI with the bindings that stand behind it; `single`: it is about one touchpoint."""

    kpi: Kpi
    views: Sequence[BindingView]
    touchpoints: Sequence[UUID]
    single: bool

    @property
    def view(self) -> BindingView | None:
        return self.views[0] if self.single else None

    @property
    def title(self) -> str:
        view = self.view
        return f"{view.touchpoint.name} › {self.kpi.name}" if view else self.kpi.name


def _parsed(tiles: Iterable[Tile]) -> dict[UUID, tuple[str, UUID]]:
    """Return (word, id) by tile of what can be read as a subject."""
    found = {}
    for tile in tiles:
        word, _colon, text = str(tile.settings.get("subject", "")).partition(":")
        pk = uuid_of(text)
        if pk is not None and word in {"kpi", "binding"}:
            found[tile.pk] = (word, pk)
    return found


def name_of(context: Context, tile: Tile) -> str:
    """Return the name of a KPI whose touchpoints the filters leave out; empty when it is gone."""
    word, pk = _parsed([tile]).get(tile.pk, ("", None))
    kpi = context.kpis.get(pk) if word == "kpi" and pk is not None else None
    return kpi.name if kpi is not None else ""


def subjects_of(context: Context, tiles: Sequence[Tile]) -> dict[UUID, Subject]:
    """Return the subjects of tiles; those that are gone, or that the filters leave nothing of, are missing."""
    parsed = _parsed(tiles)
    pooled = {pk for word, pk in parsed.values() if word == "kpi"}
    ids = [pk for word, pk in parsed.values() if word == "binding"]
    if pooled:
        ids += [binding.pk for binding in context.bindings if binding.kpi_id in pooled]
    views = context.views_of(ids) if ids else {}
    found = {}
    for tile_id, (word, pk) in parsed.items():
        if word == "binding":
            view = views.get(pk)
            if view is not None:
                found[tile_id] = Subject(view.kpi, [view], [view.binding.touchpoint_id], single=True)
            continue
        own = [views[binding.pk] for binding in context.bindings if binding.kpi_id == pk and binding.pk in views]
        kpi = context.kpis.get(pk)
        if kpi is not None and own and kpi.kind != KpiKind.FORMULA:
            found[tile_id] = Subject(kpi, own, [view.binding.touchpoint_id for view in own], single=False)
    return found
