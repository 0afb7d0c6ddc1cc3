"""The KPIs of a map's touchpoints in its document: bindings with their targets, never their measures."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from msgspec import Meta
from msgspec.structs import replace

from cxmap.lib import formats
from journeys.content import CompareContext, Difference, DumpContext, LoadContext, MapContent, register
from journeys.interchange.document import Code, DocumentInvalid, Name300, Part
from kpis.catalogue import CATALOGUE
from kpis.errors import DirectionMissing, MilestonesInvalid, TargetOutOfScale
from kpis.models import Binding, Kpi, Target
from kpis.services.bindings import binding_create, binding_update
from kpis.services.targets import SMART, Milestone, milestones_of, target_set

UNITS = {definition.code: definition for definition in CATALOGUE}


class MilestonePart(Part, kw_only=True):
    """A value on the way to a target, to be reached by a day."""

    on: dt.date
    value: float


class TargetPart(Part, kw_only=True):
    """What should be reached, in the unit of storage: 0.018 for 1.8 %. Without a value it is said to come later."""

    value: float | None = None
    specific: Name300 = ""
    measurable: Name300 = ""
    attainable: Name300 = ""
    realistic: Name300 = ""
    due_on: dt.date | None = None
    starts_on: dt.date | None = None
    review_on: dt.date | None = None
    milestones: list[MilestonePart] = []


class BindingPart(Part, kw_only=True):
    """A KPI on a touchpoint. It belongs to the library: other maps with the touchpoint show it too."""

    touchpoint: Code
    kpi: Code
    direction: Literal["higher", "lower"]
    rhythm: Literal["daily", "weekly", "monthly"] = "weekly"
    tolerance: Annotated[float, Meta(ge=0, le=1e9)] = 0
    target: TargetPart | None = None


SETTINGS = ("direction", "rhythm", "tolerance")
TARGET = ("value", *SMART, "due_on", "starts_on", "review_on")


def dump(context: DumpContext) -> list[BindingPart]:
    """Return the KPIs of all touchpoints that the document names."""
    codes = context.touchpoint_codes()
    bindings = list(Binding.objects.filter(touchpoint__in=list(codes), deleted_at=None).select_related("kpi"))
    targets = {row.binding_id: row for row in Target.objects.filter(binding__in=bindings, ended_at=None)}
    found = []
    for binding in bindings:
        target = targets.get(binding.pk)
        found.append(
            BindingPart(
                touchpoint=codes[binding.touchpoint_id],
                kpi=binding.kpi.code,
                target=_target_part(target) if target else None,
                **{name: getattr(binding, name) for name in SETTINGS},
            )
        )
    return sorted(found, key=lambda part: (part.touchpoint, part.kpi))


def _target_part(target: Target) -> TargetPart:
    steps = [MilestonePart(on=one.on, value=one.value) for one in milestones_of(target)]
    return TargetPart(milestones=steps, **{name: getattr(target, name) for name in TARGET})


def load(context: LoadContext, entries: list[BindingPart]) -> None:
    """Put missing KPIs on touchpoints; change those that are there only when the document replaces its journey.

    None is ever taken off: another map may need it, and its measures hang on it.
    """
    if context.library == "keep" or not entries:
        return
    workspace_id = context.journey.workspace_id
    kpis = {row.code: row for row in Kpi.objects.filter(workspace=workspace_id)}
    touchpoints = [row.pk for row in context.touchpoints.values()]
    bound = {
        (row.touchpoint_id, row.kpi_id): row
        for row in Binding.objects.filter(touchpoint__in=touchpoints, deleted_at=None).select_related("kpi")
    }
    current = {row.binding_id: row for row in Target.objects.filter(binding__in=bound.values(), ended_at=None)}
    for number, part in enumerate(entries):
        kpi, touchpoint = kpis.get(part.kpi), context.touchpoints[part.touchpoint]
        names = {"kpi": part.kpi, "touchpoint": touchpoint.name}
        if kpi is None:
            context.note(_("The KPI “%(kpi)s” of “%(touchpoint)s” is not known here.") % names)
            continue
        binding = bound.get((touchpoint.pk, kpi.pk))
        fields: dict[str, Any] = {name: getattr(part, name) for name in SETTINGS}
        try:
            if binding is None:
                binding = binding_create(touchpoint=touchpoint, kpi=kpi, actor=context.actor, **fields)
                bound[touchpoint.pk, kpi.pk] = binding
            elif context.library == "set":
                binding = binding_update(binding=binding, actor=context.actor, **fields)
            elif _differs(current.get(binding.pk), part.target):
                context.note(_("“%(touchpoint)s” keeps its own target for the KPI “%(kpi)s”.") % names)
                continue
            if part.target is not None:
                values = {name: getattr(part.target, name) for name in TARGET}
                steps = [Milestone(one.on, one.value) for one in part.target.milestones]
                target_set(binding=binding, actor=context.actor, milestones=steps, **values)
        except (DirectionMissing, TargetOutOfScale, MilestonesInvalid) as error:
            raise DocumentInvalid({f"$.content.kpis[{number}]": str(error)}) from error


def _differs(row: Target | None, part: TargetPart | None) -> bool:
    """Return whether a row is not what a document says; a day that the document leaves out is no difference."""
    if part is None or row is None:
        return part is not None
    own = _target_part(row)
    return own != (part if part.starts_on else replace(part, starts_on=own.starts_on))


def check(entries: list[BindingPart], steps: set[str], touchpoints: set[str]) -> list[tuple[str, str]]:
    found, seen = [], set()
    for number, part in enumerate(entries):
        if part.touchpoint not in touchpoints:
            found.append((f"[{number}].touchpoint", f"“{part.touchpoint}” is not in this document."))
        if (part.touchpoint, part.kpi) in seen:
            found.append((f"[{number}]", "This KPI stands twice on its touchpoint."))
        seen.add((part.touchpoint, part.kpi))
    return found


def kpi_name(code: str) -> str:
    """Return the name of a KPI of the catalogue in the reader's language; the code of any other."""
    definition = UNITS.get(code)
    if definition is None:
        return code
    return definition.name[0 if (get_language() or "").startswith("fr") else 1]


def target_text(part: BindingPart) -> str:
    if part.target is None:
        return _("no target")
    if part.target.value is None:
        return _("target to be set later")
    definition = UNITS.get(part.kpi)
    return formats.kpi_target(part.target.value, str(definition.unit) if definition else "")


def differences(before: list[BindingPart], after: list[BindingPart], context: CompareContext) -> Sequence[Difference]:
    """Say which KPIs came and went, and how targets changed."""
    old = {(part.touchpoint, part.kpi): part for part in before}
    new = {(part.touchpoint, part.kpi): part for part in after}
    found = []
    for key in sorted(old.keys() | new.keys()):
        step = context.step_of_touchpoint(key[0])
        names = {"kpi": kpi_name(key[1]), "touchpoint": context.touchpoint_name(key[0])}

        def add(kind: str, sentence: str, step: str = step, names: dict[str, str] = names) -> None:
            found.append(Difference(context.stage_of(step), kind, sentence % names, step))

        first, last = old.get(key), new.get(key)
        if first is None:
            add("added", _("KPI added: %(kpi)s on “%(touchpoint)s”"))
        elif last is None:
            add("removed", _("KPI removed: %(kpi)s on “%(touchpoint)s”"))
        elif first != last:
            names |= {"before": target_text(first), "after": target_text(last)}
            if names["before"] != names["after"]:
                add("changed", _("target changed: %(kpi)s on “%(touchpoint)s”, %(before)s → %(after)s"))
            elif first.target != last.target:
                add("changed", _("target described anew: %(kpi)s on “%(touchpoint)s”"))
            if any(getattr(first, name) != getattr(last, name) for name in SETTINGS):
                add("changed", _("settings of a KPI changed: %(kpi)s on “%(touchpoint)s”"))
    return found


SIGNS = {"higher": "≥", "lower": "≤"}


def goals(entries: list[BindingPart]) -> list[tuple[str, str]]:
    """Return what should be reached on each touchpoint, where a target is set."""
    return [
        (
            part.touchpoint,
            _("%(kpi)s: %(target)s")
            % {"kpi": kpi_name(part.kpi), "target": f"{SIGNS[part.direction]} {target_text(part)}"},
        )
        for part in entries
        if part.target is not None and part.target.value is not None
    ]


register(
    MapContent(
        key="kpis",
        type=list[BindingPart],
        dump=dump,
        load=load,
        check=check,
        differences=differences,
        goals=goals,
        rank=10,
    )
)
