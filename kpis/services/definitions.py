"""Definitions of KPIs: own ones, and changes of those of the catalogue. A definition that changes becomes a new version."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxmap.history.services import recording
from cxmap.lib.errors import StaleRevision
from cxmap.lib.text import code_from, fold
from cxmap.workspaces.models import User, Workspace
from kpis.errors import KpiInvalid
from kpis.formulas import FormulaError, expand, parse, parts_of
from kpis.models import Direction, Kpi, KpiKind, KpiVersion, Series, Unit
from kpis.services.nudges import evaluate_soon

# What makes a value mean what it means; a change of one of these begins a new version.
DEFINING = (
    "kind", "unit", "quantile", "expression", "direction", "formula_fr", "formula_en", "numerator_fr", "numerator_en",
    "denominator_fr", "denominator_en", "scale_min", "scale_max", "top_from",
)  # fmt: skip
DESCRIBING = ("name_fr", "name_en", "note_fr", "note_en", "opinion", "typical_categories", "typical_channels")
FIELDS = (*DEFINING, *DESCRIBING)
QUANTILES = (0.5, 0.9)
SCALE_WIDEST = 100

_any = frozenset(Unit.values)
UNITS: Mapping[str, frozenset[str]] = {
    KpiKind.PROPORTION: frozenset({Unit.PERCENT}),
    KpiKind.NPS: frozenset({Unit.POINTS}),
    KpiKind.DURATION: frozenset({Unit.SECONDS}),
    KpiKind.MEAN: _any - {Unit.PERCENT, Unit.POINTS, Unit.PER_THOUSAND},
    KpiKind.RATIO: _any - {Unit.POINTS, Unit.SCORE},
    KpiKind.COUNT: frozenset({Unit.NUMBER, Unit.PER_THOUSAND}),
    KpiKind.FORMULA: _any,
}

SENTENCES: Mapping[str, Any] = {
    "unreadable": gettext_lazy(
        "“%(text)s” cannot be read. Write codes of KPIs, numbers, + − × ÷ and parentheses; capitals and accents are in no code."
    ),
    "unexpected": gettext_lazy("“%(text)s” does not fit here: between two KPIs stands one of + − × ÷."),
    "breaks_off": gettext_lazy("The formula breaks off: a KPI or a number is missing at the end."),
    "not_closed": gettext_lazy("A parenthesis is not closed."),
    "too_deep": gettext_lazy("Too many parentheses or formulas inside each other; write it more simply."),
    "no_part": gettext_lazy("The formula names no KPI. Write the codes that stand in the catalogue, such as nps."),
    "too_many_parts": gettext_lazy("A formula may use at most %(limit)s KPIs."),
    "circle": gettext_lazy("The formula leads back to itself: %(text)s."),
    "unknown": gettext_lazy(
        "There is no KPI with the code “%(text)s”. The codes stand in the catalogue; a difference has spaces around its sign."
    ),
}


def kpi_check(workspace: Workspace, values: Mapping[str, Any], *, kpi: Kpi | None = None) -> None:
    """Raise KpiInvalid with a sentence by field for a definition that cannot be, or that another KPI has."""
    wrong: dict[str, list[str]] = {}

    def refuse(field: str, sentence: Any) -> None:
        wrong.setdefault(field, []).append(str(sentence))

    kind, unit = values["kind"], values["unit"]
    if kind not in KpiKind.values:
        raise KpiInvalid(fields={"kind": [_("Choose one of the kinds.")]})
    if unit not in UNITS[kind]:
        names = ", ".join(str(one.label) for one in Unit if one in UNITS[kind])
        refuse("unit", _("A KPI of this kind is shown in: %(units)s.") % {"units": names})
    if values["direction"] not in ("", *Direction.values):
        refuse("direction", _("Choose one of the directions."))
    for name in ("name_fr", "name_en", "formula_fr", "formula_en", "denominator_fr", "denominator_en"):
        if not values[name].strip():
            refuse(name, _("Needed in both languages."))
    own = kpi.pk if kpi else None
    others = [one for one in Kpi.objects.filter(workspace=workspace) if one.pk != own]
    taken = {fold(name) for one in others for name in (one.name_fr, one.name_en)}
    for name in ("name_fr", "name_en"):
        if fold(values[name]) in taken:
            refuse(name, _("Another KPI has this name; files could not tell them apart."))
    _check_scale(kind, values, refuse)
    if kind != KpiKind.DURATION:
        if values["quantile"] is not None:
            refuse("quantile", _("Only a duration can be a median or a P90."))
    elif values["quantile"] is not None and values["quantile"] not in QUANTILES:
        refuse("quantile", _("Choose the mean, the median or the P90."))
    if kind == KpiKind.FORMULA:
        _check_formula(values["expression"], kpi, others, refuse)
    elif values["expression"]:
        refuse("expression", _("Only a KPI of the kind “formula over other KPIs” has one."))
    if kpi is not None and (kind, unit) != (kpi.kind, kpi.unit) and Series.objects.filter(kpi=kpi).exists():
        field = "kind" if kind != kpi.kind else "unit"
        refuse(
            field,
            _("This KPI has numbers already: its kind and unit stay. Make another KPI for the other way to count."),
        )
    if wrong:
        raise KpiInvalid(fields=wrong)


def _check_scale(kind: str, values: Mapping[str, Any], refuse: Any) -> None:
    low, high, top = values["scale_min"], values["scale_max"], values["top_from"]
    if (low is None) != (high is None):
        refuse("scale_max" if high is None else "scale_min", _("A scale has two ends: give both or none."))
    elif low is not None and high is not None:
        if kind not in (KpiKind.PROPORTION, KpiKind.MEAN, KpiKind.NPS):
            refuse("scale_min", _("Only answers to a survey have a scale: a proportion, a mean or NPS."))
        elif kind == KpiKind.NPS and (low, high) != (0, 10):
            refuse("scale_min", _("NPS is asked on the scale from 0 to 10."))
        elif not low < high or high - low > SCALE_WIDEST:
            refuse(
                "scale_max",
                _("The upper end lies above the lower one, by at most %(width)s.") % {"width": SCALE_WIDEST},
            )
    if kind == KpiKind.PROPORTION and low is not None and high is not None and top is None:
        refuse("top_from", _("Say from which answer on a customer counts as satisfied."))
    if top is not None:
        if kind != KpiKind.PROPORTION or low is None or high is None:
            refuse("top_from", _("Only a proportion with a scale has answers that count as satisfied."))
        elif low < high and not low < top <= high:
            refuse("top_from", _("This answer lies on the scale, above its lower end."))
    if values["opinion"] and kind != KpiKind.NPS and low is None:
        refuse("opinion", _("What customers said needs its scale: the measured curve is drawn by it."))


def _check_formula(expression: str, kpi: Kpi | None, others: list[Kpi], refuse: Any) -> None:
    known = {one.code for one in others}
    formulas = {one.code: one.expression for one in others if one.kind == KpiKind.FORMULA}
    own = kpi.code if kpi else ""
    try:
        for code in parts_of(parse(expression)):
            if code not in known and code != own:
                refuse("expression", SENTENCES["unknown"] % {"text": code})
                return
        expand(expression, formulas | ({own: expression} if own else {}), inside=(own,) if own else ())
    except FormulaError as error:
        refuse("expression", SENTENCES[error.code] % error.params)


def _defaults() -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(FIELDS, "")
    empty |= dict.fromkeys(("quantile", "scale_min", "scale_max", "top_from"))
    return empty | {"opinion": False, "typical_categories": [], "typical_channels": []}


@transaction.atomic
def kpi_create(*, workspace: Workspace, actor: User | None, code: str = "", **fields: Any) -> Kpi:
    """Add a KPI of the workspace's own; its code comes from the English name unless given. Raises KpiInvalid.

    The fields are those of FIELDS; texts and choices that are left out are empty.
    """
    # One at a time: two names or codes that are the same would both find the catalogue free.
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    values = _defaults() | fields
    kpi_check(workspace, values)
    taken = set(Kpi.objects.filter(workspace=workspace).values_list("code", flat=True))
    if code and code in taken:
        raise KpiInvalid(fields={"code": [_("Another KPI has this code.")]})
    last = Kpi.objects.filter(workspace=workspace).order_by("-rank").values_list("rank", flat=True).first()
    kpi = Kpi(
        workspace=workspace,
        code=code or code_from(values["name_en"], taken=taken, fallback="kpi")[:60],
        rank=min((last or 0) + 1, 32_000),
        own=True,
        **values,
    )
    with recording(actor=actor, action="kpi.added", target=kpi, name=kpi.name_fr, kpi=kpi.code) as record:
        kpi.save()
        record.created(kpi)
    return kpi


@transaction.atomic
def kpi_update(*, kpi: Kpi, actor: User | None, expected_revision: int | None = None, **fields: Any) -> Kpi:
    """Change a definition. What was computed by the former one keeps its number. Raises KpiInvalid, StaleRevision."""
    # One at a time, also with those that are added: each of two changes would find the circle that they make still open,
    # or the name free. NO KEY: whoever holds this KPI may meanwhile write rows that point to the workspace.
    Workspace.objects.select_for_update(no_key=True).get(pk=kpi.workspace_id)
    kpi = Kpi.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=kpi.pk)
    if expected_revision is not None and kpi.revision != expected_revision:
        raise StaleRevision(current=kpi)
    before = {name: getattr(kpi, name) for name in FIELDS}
    changed = {name: value for name, value in fields.items() if name in before and before[name] != value}
    if not changed:
        return kpi
    kpi_check(kpi.workspace, before | changed, kpi=kpi)
    is_new_version = any(name in DEFINING for name in changed)
    with recording(actor=actor, action="kpi.updated", target=kpi, name=kpi.name_fr, kpi=kpi.code) as record:
        record.watch(kpi)
        for name, value in changed.items():
            setattr(kpi, name, value)
        if is_new_version:
            version = KpiVersion(
                workspace_id=kpi.workspace_id,
                kpi=kpi,
                version=kpi.definition_version,
                definition={name: before[name] for name in DEFINING},
                replaced_by=actor,
            )
            version.save()
            record.created(version)
            kpi.definition_version += 1
        kpi.revision += 1
        kpi.save(update_fields=[*changed, "definition_version", "revision"])
    if is_new_version:
        evaluate_soon(kpi.workspace_id)
    return kpi


@transaction.atomic
def kpi_archive(*, kpi: Kpi, actor: User | None) -> Kpi:
    """Offer a KPI no more. Touchpoints, formulas and files that use it go on; nothing is deleted."""
    return _archived(kpi, actor, True)


@transaction.atomic
def kpi_restore(*, kpi: Kpi, actor: User | None) -> Kpi:
    """Offer an archived KPI again."""
    return _archived(kpi, actor, False)


def _archived(kpi: Kpi, actor: User | None, archived: bool) -> Kpi:
    kpi = Kpi.objects.select_for_update().get(pk=kpi.pk)
    if (kpi.archived_at is not None) == archived:
        return kpi
    action = "kpi.archived" if archived else "kpi.restored"
    with recording(actor=actor, action=action, target=kpi, name=kpi.name_fr, kpi=kpi.code) as record:
        record.watch(kpi)
        kpi.archived_at = timezone.now() if archived else None
        kpi.revision += 1
        kpi.save(update_fields=["archived_at", "revision"])
    return kpi
