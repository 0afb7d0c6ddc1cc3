"""The form of a KPI's definition: both languages, and the questions that its kind asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from kpis.models import Direction, Kpi, KpiKind, Unit
from kpis.services.definitions import FIELDS
from touchpoints.models import Category, Channel

# Which kinds ask for a field; all where none is named. A browser with JavaScript hides what a kind does not ask for.
ASKED_BY = {
    "quantile": {KpiKind.DURATION},
    "expression": {KpiKind.FORMULA},
    "scale_min": {KpiKind.PROPORTION, KpiKind.MEAN, KpiKind.NPS},
    "scale_max": {KpiKind.PROPORTION, KpiKind.MEAN, KpiKind.NPS},
    "top_from": {KpiKind.PROPORTION},
    "opinion": {KpiKind.PROPORTION, KpiKind.MEAN, KpiKind.NPS},
    "numerator_fr": set(KpiKind) - {KpiKind.FORMULA},
    "numerator_en": set(KpiKind) - {KpiKind.FORMULA},
}
GROUPS = (
    ("kind", _("What it counts"), ("kind", "unit", "direction", "quantile", "expression")),
    ("french", _("In French"), ("name_fr", "formula_fr", "numerator_fr", "denominator_fr", "note_fr")),
    ("english", _("In English"), ("name_en", "formula_en", "numerator_en", "denominator_en", "note_en")),
    ("scale", _("Survey scale"), ("scale_min", "scale_max", "top_from", "opinion")),
    ("typical", _("Typical of"), ("typical_categories", "typical_channels")),
)


def _text(label: Any, length: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, help_text=help_text)


class KpiForm(forms.Form):
    """A definition; `values()` after it is valid are the fields of the services."""

    kind = forms.ChoiceField(label=_("Kind"), choices=KpiKind.choices)
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices)
    direction = forms.ChoiceField(
        label=_("Direction"),
        choices=[("", _("asked for each touchpoint")), *Direction.choices],
        required=False,
    )
    quantile = forms.ChoiceField(
        label=_("Figure of the duration"),
        choices=[("", _("mean")), ("0.5", _("median")), ("0.9", _("P90: 9 out of 10 are shorter"))],
        required=False,
        help_text=_(
            "Median and P90 need every single duration; where only means are brought, the mean is shown and says so."
        ),
    )
    expression = _text(
        _("Formula"),
        300,
        required=False,
        help_text=_(
            "Codes of KPIs on the same touchpoint, numbers, + − × ÷ and parentheses: 0.6 * csat + 0.4 * fcr. "
            "Shares count from 0 to 1. The parts are taken as independent."
        ),
    )
    name_fr = _text(_("Name"), 120)
    formula_fr = _text(_("Formula in words"), 300)
    numerator_fr = _text(_("What is counted"), 80, required=False)
    denominator_fr = _text(_("Base"), 80, help_text=_("Said beside every value: visits, orders, respondents."))
    note_fr = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2}))
    name_en = _text(_("Name"), 120)
    formula_en = _text(_("Formula in words"), 300)
    numerator_en = _text(_("What is counted"), 80, required=False)
    denominator_en = _text(_("Base"), 80, help_text=_("Said beside every value: visits, orders, respondents."))
    note_en = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2}))
    scale_min = forms.IntegerField(label=_("Lowest answer"), required=False, min_value=-100, max_value=100)
    scale_max = forms.IntegerField(label=_("Highest answer"), required=False, min_value=-100, max_value=100)
    top_from = forms.IntegerField(label=_("Satisfied from"), required=False, min_value=-100, max_value=100)
    opinion = forms.BooleanField(
        label=_("What customers said of their experience: it may draw the measured curve"), required=False
    )
    typical_categories = forms.MultipleChoiceField(
        label=_("Categories"), required=False, widget=forms.CheckboxSelectMultiple
    )
    typical_channels = forms.MultipleChoiceField(
        label=_("Channels"), required=False, widget=forms.CheckboxSelectMultiple
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, workspace: Workspace, kpi: Kpi | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {}
        if kpi is not None:
            initial = {name: getattr(kpi, name) for name in FIELDS} | {"revision": kpi.revision}
            initial["quantile"] = "" if kpi.quantile is None else f"{kpi.quantile:g}"
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.kpi = kpi
        fields: Any = self.fields
        categories = [(one.code, one.name) for one in Category.objects.filter(workspace=workspace)]
        channels = [(one.code, one.name) for one in Channel.objects.filter(workspace=workspace)]
        for name, known, kept in (
            ("typical_categories", categories, kpi.typical_categories if kpi else []),
            ("typical_channels", channels, kpi.typical_channels if kpi else []),
        ):
            # What the workspace has taken away since stays chosen until someone unticks it.
            codes = {code for code, _name in known}
            fields[name].choices = known + [(code, code) for code in kept if code not in codes]
        for name, kinds in ASKED_BY.items():
            fields[name].widget.attrs["data-kinds"] = " ".join(sorted(kinds))

    @property
    def groups(self) -> list[tuple[str, Any, list[forms.BoundField]]]:
        return [(key, label, [self[name] for name in names]) for key, label, names in GROUPS]

    def clean_quantile(self) -> float | None:
        text = self.cleaned_data["quantile"]
        return float(text) if text else None

    def values(self) -> dict[str, Any]:
        """Return the fields of the definition; what its kind does not ask for is empty, whatever was typed."""
        found = {name: self.cleaned_data[name] for name in FIELDS}
        for name, kinds in ASKED_BY.items():
            if found["kind"] not in kinds:
                found[name] = (
                    False
                    if name == "opinion"
                    else None
                    if name not in {"expression", "numerator_fr", "numerator_en"}
                    else ""
                )
        return found
