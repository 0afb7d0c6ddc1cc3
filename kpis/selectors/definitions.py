"""A KPI's definition with its history, and who uses it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kpis.formulas import FormulaError, parse, parts_of
from kpis.models import Binding, Direction, Kpi, KpiKind, KpiVersion, Unit
from kpis.registry import Use, uses_of
from kpis.selectors.bindings import BindingView, binding_views
from touchpoints.models import Category, Channel

KINDS = {
    KpiKind.PROPORTION: _(
        "A share: so many of so many. The interval is Wilson's; against the target stands the exact binomial test."
    ),
    KpiKind.MEAN: _("A mean of answers. Interval and test are Student's, from the sum of squares."),
    KpiKind.DURATION: _("A mean of durations. Interval and test are Student's, from the sum of squares."),
    KpiKind.NPS: _("Promoters less detractors, in points. Tango's score interval and test."),
    KpiKind.RATIO: _(
        "One sum divided by another. The interval comes from how both vary together from row to row (delta method; Fieller where "
        "the base is weak): bring one row an order, a campaign or a day."
    ),
    KpiKind.COUNT: _(
        "Events that may happen several times to one customer, for each unit of their base. Exact Poisson interval and test."
    ),
    KpiKind.FORMULA: _(
        "Computed on reading from other KPIs of the same touchpoint. The interval takes the parts as independent (delta method): "
        "parts that rise and fall together make it too narrow or too wide. Unknown as soon as one part is unknown."
    ),
}
QUANTILE = _(
    "A quantile of durations, from their histogram (within 1%), with an interval of order statistics. Where not every single "
    "duration is known, the mean stands in its place and says so."
)


@dataclass(frozen=True, slots=True)
class Version:
    """One definition in its time; since None: from the beginning, until None: in force."""

    number: int
    since: dt.datetime | None
    until: dt.datetime | None
    by: Any  # who replaced it
    words: Sequence[tuple[str, str]]  # label and text of what another version says differently


@dataclass(frozen=True, slots=True)
class Definition:
    kpi: Kpi
    kind_text: str
    categories: Sequence[Category]
    channels: Sequence[Channel]
    parts: Sequence[Kpi]  # of a formula
    versions: Sequence[Version]  # newest first; one: it never changed
    bindings: Sequence[BindingView]
    formulas: Sequence[Kpi]  # that this KPI is a part of
    uses: Sequence[Use]


def quantile_name(quantile: float | None) -> str:
    if quantile is None:
        return gettext("mean")
    return gettext("median") if quantile == 0.5 else f"P{quantile * 100:g}"


LABELS = {
    "kind": _("Kind"),
    "unit": _("Unit"),
    "quantile": _("Figure of the duration"),
    "expression": _("Formula"),
    "direction": _("Direction"),
    "formula": _("Formula in words"),
    "numerator": _("What is counted"),
    "denominator": _("Base"),
    "scale_min": _("Lowest answer"),
    "scale_max": _("Highest answer"),
    "top_from": _("Satisfied from"),
}


def _word(name: str, value: Any) -> str:
    if name == "quantile":
        return quantile_name(value)
    if value in (None, ""):
        return gettext("asked for each touchpoint") if name == "direction" else "\u2014"
    if name in ("kind", "unit", "direction"):
        return str({"kind": KpiKind, "unit": Unit, "direction": Direction}[name](value).label)
    return str(value)


def _differing(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, str]]:
    language = "fr" if (get_language() or "").startswith("fr") else "en"
    found = []
    for name, label in LABELS.items():
        field = name if name in one else f"{name}_{language}"
        if one.get(field) != other.get(field):
            found.append((str(label), _word(name, one.get(field))))
    return found


def _versions(kpi: Kpi) -> list[Version]:
    former = list(KpiVersion.objects.filter(kpi=kpi).select_related("replaced_by").order_by("version"))
    definitions = [one.definition for one in former]
    if former:
        definitions.append({name: getattr(kpi, name) for name in former[-1].definition})
    found = []
    for place, one in enumerate(former):
        since = former[place - 1].replaced_at if place else None
        words = _differing(definitions[place], definitions[place + 1])
        found.append(Version(one.version, since, one.replaced_at, one.replaced_by, words))
    words = _differing(definitions[-1], definitions[-2]) if former else []
    found.append(Version(kpi.definition_version, former[-1].replaced_at if former else None, None, None, words))
    return list(reversed(found))


def formula_parts(kpi: Kpi) -> list[str]:
    """Return the codes that a formula names; none for other kinds and for what can no longer be read."""
    if kpi.kind != KpiKind.FORMULA:
        return []
    try:
        return parts_of(parse(kpi.expression))
    except FormulaError:
        return []


def definition(kpi: Kpi, *, today: dt.date) -> Definition:
    """Return the page of a KPI; a constant number of queries."""
    workspace = kpi.workspace
    others = {one.code: one for one in Kpi.objects.filter(workspace=workspace)}
    bindings = (
        Binding.objects.filter(kpi=kpi, deleted_at=None, touchpoint__deleted_at=None)
        .select_related("kpi", "touchpoint__category", "touchpoint__channel", "workspace")
        .order_by("touchpoint__sort_key", "id")
    )
    uses = list(uses_of(kpi))
    if workspace.headline_kpi == kpi.code:
        uses.insert(0, Use(gettext("first tile of the dashboard"), f"/w/{workspace.slug}/"))
    return Definition(
        kpi=kpi,
        kind_text=str(QUANTILE if kpi.quantile is not None else KINDS[KpiKind(kpi.kind)]),
        categories=[one for one in Category.objects.filter(workspace=workspace) if one.code in kpi.typical_categories],
        channels=[one for one in Channel.objects.filter(workspace=workspace) if one.code in kpi.typical_channels],
        parts=[others[code] for code in formula_parts(kpi) if code in others],
        versions=_versions(kpi),
        bindings=binding_views(bindings, today=today),
        formulas=[one for one in others.values() if kpi.code in formula_parts(one)],
        uses=uses,
    )
