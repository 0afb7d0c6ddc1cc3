"""What the KPIs give to the templates of maps: suggested bindings, never a target and never a figure."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cxmap.workspaces.models import Workspace
from journeys.blueprints import Blueprint
from journeys.sowing import Cells, Ground, Harvest, Line, Part, register
from kpis.models import Binding, Direction, Kpi
from kpis.services.bindings import binding_create


def code_and_direction(word: str) -> tuple[str, str]:
    """Return the two parts of "time-on-page:lower"; no direction means the KPI's own."""
    code, _colon, direction = word.partition(":")
    return code, direction


def sow(ground: Ground) -> None:
    """Bind the suggested KPIs, without a target. A KPI that the touchpoint has, or that was taken off it, is left alone."""
    kpis = {kpi.code: kpi for kpi in Kpi.objects.filter(workspace_id=ground.journey.workspace_id, archived_at=None)}
    touched = set(
        Binding.objects.filter(touchpoint__in=ground.touchpoints.values()).values_list("touchpoint_id", "kpi_id")
    )
    for key, touchpoint in ground.touchpoints.items():
        for word in ground.blueprint.touchpoints[key].kpis:
            code, direction = code_and_direction(word)
            kpi = kpis.get(code)
            if kpi is None or (touchpoint.pk, kpi.pk) in touched or not (direction or kpi.direction):
                continue
            binding_create(touchpoint=touchpoint, kpi=kpi, actor=ground.actor, direction=direction)
            touched.add((touchpoint.pk, kpi.pk))


def preview(workspace: Workspace, blueprint: Blueprint) -> Mapping[str, Cells]:
    """Return the KPIs of each step's touchpoints by name."""
    kpis = {kpi.code: kpi for kpi in Kpi.objects.filter(workspace=workspace, archived_at=None)}

    def lines(key: str) -> list[Line]:
        plan = blueprint.touchpoints[key]
        found = []
        for word in plan.kpis:
            code, direction = code_and_direction(word)
            if code in kpis:
                sense = f" · {Direction(direction).label}" if direction else ""
                found.append(Line(kpis[code].name, "kpi", f"{plan.name}{sense}"))
        return found

    return {"metrics": [[line for key in step.touchpoints for line in lines(key)] for step in blueprint.steps]}


def gather(harvest: Harvest) -> None:
    """Write the codes of the KPIs bound to the map's touchpoints, with the direction where the KPI has none of its own."""
    bindings = (
        Binding.objects.filter(touchpoint__in=list(harvest.touchpoints), deleted_at=None)
        .select_related("kpi")
        .order_by("kpi__rank", "kpi__code", "id")
    )
    for binding in bindings:
        kpi = binding.kpi
        word = kpi.code if kpi.direction == binding.direction else f"{kpi.code}:{binding.direction}"
        harvest.touchpoints[binding.touchpoint_id].setdefault("kpis", []).append(word)


def count(blueprint: Blueprint) -> int:
    return sum(len(plan.kpis) for plan in blueprint.touchpoints.values())


def words(blueprint: Blueprint) -> list[str]:
    number = count(blueprint)
    return [ngettext("%(number)s KPI", "%(number)s KPIs", number) % {"number": number}]


register(
    Part(
        key="kpis",
        label=_("with suggested KPIs (without target: you set it)"),
        help_text=_("Bound to the touchpoints of the template; they wait for your data."),
        sow=sow,
        preview=preview,
        counts=words,
        has=lambda blueprint: bool(count(blueprint)),
        gather=gather,
        needs="touchpoints",
        rank=30,
    )
)
