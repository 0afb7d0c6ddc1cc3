"""The reads of "New journey": the cards of the chooser, and what a template brings, seen before it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from cxmap.workspaces.models import Sector, Workspace
from journeys import sowing
from journeys.blueprints import Blueprint, StagePlan, blueprint_from, blueprints
from journeys.blueprints.drawing import Drawing, WideCurve, drawing_of, wide_curve_of
from journeys.lanes import LaneKind, kind_of
from journeys.models import JourneyKind, JourneyTemplate
from touchpoints.models import Category

COLUMN = 208  # pixels of a column of the preview


def blueprint_of_template(template: JourneyTemplate) -> Blueprint:
    """Return a workspace's own template in the form of those that come with cxmap."""
    return blueprint_from(
        template.content,
        key=f"own:{template.pk}",
        name=template.name,
        description=template.description,
        kind=template.kind,
        sector=template.sector,
        icon="owner",
        own=True,
    )


def sector_label(sector: str) -> str:
    return str(Sector(sector).label) if sector in Sector.values else ""


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """One template in the chooser."""

    blueprint: Blueprint
    drawing: Drawing
    counts: Sequence[str]
    url: str
    sector: str  # in words; empty: every sector
    kind: str  # CX, EX or PX in words
    suits: bool  # it is made for the sector of the workspace
    template: JourneyTemplate | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One link of a filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chooser:
    own: Sequence[TemplateCard]
    cards: Sequence[TemplateCard]
    categories: Sequence[Category]  # what the colours of the drawings mean
    kinds: Sequence[Choice]
    sectors: Sequence[Choice]
    kind: str
    sector: str

    @property
    def filtered(self) -> bool:
        return bool(self.kind or self.sector)


def _card(
    blueprint: Blueprint, *, workspace: Workspace, url: str, template: JourneyTemplate | None = None
) -> TemplateCard:
    return TemplateCard(
        blueprint=blueprint,
        drawing=drawing_of(blueprint),
        counts=sowing.counts(blueprint),
        url=url,
        sector=sector_label(blueprint.sector),
        kind=str(JourneyKind(blueprint.kind).label),
        suits=bool(blueprint.sector) and blueprint.sector == workspace.sector,
        template=template,
    )


def chooser(workspace: Workspace, *, kind: str = "", sector: str = "") -> Chooser:
    """Return the templates to begin with, the workspace's own first, then those of its sector; a constant number of queries.

    A filter that means nothing is ignored. Templates for every sector are found under each.
    """
    kind = kind if kind in JourneyKind.values else ""
    sector = sector if sector in Sector.values else ""
    templates = JourneyTemplate.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id")
    own = [
        _card(
            blueprint_of_template(template),
            workspace=workspace,
            url=template.get_absolute_url(),
            template=template,
        )
        for template in templates
    ]
    shipped = [
        _card(plan, workspace=workspace, url=reverse("journeys:add-from", args=[workspace.slug, plan.key]))
        for plan in blueprints()
    ]
    shipped.sort(key=lambda card: not card.suits)
    every = [*own, *shipped]

    def wanted(card: TemplateCard) -> bool:
        # The six stages and the blank map are for whomever: neither filter takes them away.
        open_to_all = not card.blueprint.sector
        return (not kind or card.blueprint.kind == kind or (open_to_all and not card.blueprint.has_texts)) and (
            not sector or card.blueprint.sector in ("", sector)
        )

    used = {card.blueprint.sector for card in every}
    return Chooser(
        own=[card for card in own if wanted(card)],
        cards=[card for card in shipped if wanted(card)],
        categories=list(Category.objects.filter(workspace=workspace).order_by("rank", "id")),
        kinds=[Choice(value, str(label), value == kind) for value, label in JourneyKind.choices],
        sectors=[Choice(value, str(label), value == sector) for value, label in Sector.choices if value in used],
        kind=kind,
        sector=sector,
    )


@dataclass(frozen=True, slots=True)
class PreviewLane:
    """A lane of the preview. `cells` is None where the curve is drawn."""

    label: str
    kind: LaneKind
    cells: Sequence[Sequence[sowing.Line]] | None
    empty: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A template as the map that it becomes."""

    card: TemplateCard
    stages: Sequence[StagePlan]
    lanes: Sequence[PreviewLane]
    curve: WideCurve | None


def preview(
    workspace: Workspace, blueprint: Blueprint, *, url: str, template: JourneyTemplate | None = None
) -> Preview:
    """Return what a template brings, in a number of queries that does not depend on its size."""
    cells: dict[str, sowing.Cells] = {}
    for part in sowing.parts_of(blueprint):
        cells.update(part.preview(workspace, blueprint))
    curve = wide_curve_of(blueprint, column=COLUMN)
    lanes = []
    for lane in blueprint.lanes:
        kind = kind_of(lane.kind, blueprint.kind)
        own = cells.get(lane.key) or [[] for _step in blueprint.steps]
        drawn = lane.kind == "emotion" and curve is not None
        lanes.append(
            PreviewLane(
                label=str(lane.name) or str(kind.label),
                kind=kind,
                cells=None if drawn else own,
                empty=not drawn and not any(own),
            )
        )
    card = _card(blueprint, workspace=workspace, url=url, template=template)
    return Preview(card=card, stages=blueprint.stages, lanes=lanes, curve=curve)


def deleted_template(workspace: Workspace, pk: str | None) -> JourneyTemplate | None:
    """Return the template that has just been deleted, for the way back; None when there is none of this id."""
    try:
        wanted = UUID(pk or "")
    except ValueError:
        return None
    return JourneyTemplate.objects.filter(workspace=workspace, pk=wanted).exclude(deleted_at=None).first()
