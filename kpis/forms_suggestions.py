"""What is ticked among the KPIs suggested for a type of touchpoint: for which touchpoints, with direction and target."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.models import Direction, Kpi
from kpis.selectors.by_type import TypeCell, TypeRow
from kpis.services.suggestions import Wanted
from touchpoints.models import Touchpoint


class SuggestionForm(forms.Form):
    """Choices are the KPIs of the row and its touchpoints; names of fields end in the KPI's code."""

    kpis = forms.MultipleChoiceField(label=_("KPIs"), error_messages={"required": _("Tick at least one KPI to bind.")})
    touchpoints = forms.MultipleChoiceField(
        label=_("Touchpoints"), error_messages={"required": _("Tick at least one touchpoint.")}
    )

    def __init__(self, *args: Any, row: TypeRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        fields: Any = self.fields
        fields["kpis"].choices = [(cell.kpi.code, cell.kpi.name) for cell in row.cells]
        fields["touchpoints"].choices = [(str(place.pk), place.name) for place in row.touchpoints]
        for cell in row.cells:
            if cell.asked:
                fields[f"direction-{cell.kpi.code}"] = forms.ChoiceField(
                    choices=[("", "—"), *Direction.choices], required=False
                )
            absolute = [(example.code, example.source) for example in cell.examples if example.value is not None]
            if absolute:
                fields[f"target-{cell.kpi.code}"] = forms.ChoiceField(choices=[("", "—"), *absolute], required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for cell in self.row.cells:
            code = cell.kpi.code
            if cell.asked and code in data.get("kpis", ()) and not data.get(f"direction-{code}"):
                self.add_error(
                    f"direction-{code}", _("This KPI has no direction of its own: say which way is better here.")
                )
        return data

    @property
    def wanted(self) -> list[Wanted]:
        """The KPIs ticked; of a valid form."""
        ticked = set(self.cleaned_data["kpis"])
        return [self._wanted(cell) for cell in self.row.cells if cell.kpi.code in ticked]

    def _wanted(self, cell: TypeCell) -> Wanted:
        kpi: Kpi = cell.kpi
        return Wanted(
            kpi=kpi,
            direction=self.cleaned_data.get(f"direction-{kpi.code}", ""),
            example=self.cleaned_data.get(f"target-{kpi.code}", ""),
        )

    @property
    def places(self) -> list[Touchpoint]:
        """The touchpoints ticked; of a valid form."""
        ticked = set(self.cleaned_data["touchpoints"])
        return [place for place in self.row.touchpoints if str(place.pk) in ticked]

    def lines(self) -> list["Line"]:
        return [Line(self, cell) for cell in self.row.cells]

    def ticked_places(self) -> list[tuple[Touchpoint, bool]]:
        """The touchpoints, with whether they are ticked: all of them until somebody says otherwise."""
        ticked = set(self.data.getlist("touchpoints")) if self.is_bound else None  # type: ignore[attr-defined]
        return [(place, ticked is None or str(place.pk) in ticked) for place in self.row.touchpoints]


class Line:
    """One KPI of the form, as the page shows it."""

    def __init__(self, form: SuggestionForm, cell: TypeCell) -> None:
        self.cell, self.form = cell, form
        code = cell.kpi.code
        everywhere = bool(form.row.touchpoints) and cell.bound >= len(form.row.touchpoints)
        self.everywhere = everywhere
        self.offered = bool(form.row.touchpoints) and not everywhere
        self.ticked = code in form.data.getlist("kpis") if form.is_bound else not everywhere  # type: ignore[attr-defined]
        self.direction_name = f"direction-{code}"
        self.direction = form.data.get(self.direction_name, "") if form.is_bound else cell.direction
        self.directions = Direction.choices
        self.direction_errors: Any = form.errors.get(self.direction_name, []) if form.is_bound else []
        self.target_name = f"target-{code}"
        self.target = form.data.get(self.target_name, "") if form.is_bound else ""
