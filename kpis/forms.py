"""Forms of bindings, targets and signals. People write percentages and durations; storage has shares and seconds."""

import math
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from kpis.errors import MilestonesInvalid, TargetOutOfScale
from kpis.models import Binding, Direction, Kpi, Rhythm, Target, Unit
from kpis.services.targets import MILESTONES, SMART, Milestone, milestones_check, milestones_of, target_check
from touchpoints.models import Touchpoint


class AmountField(forms.CharField):
    """A number as people write it: 1,8 or 1.8, with or without a percent sign; None when left empty."""

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        bare = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace("−", "-").rstrip("%s")
        try:
            number = float(bare.replace(",", "."))
        except ValueError as error:
            raise forms.ValidationError(_("Write a number, such as 1,8 or 42.")) from error
        if not math.isfinite(number):
            raise forms.ValidationError(_("Write a number, such as 1,8 or 42."))
        return number


class BindingForm(forms.Form):
    """A KPI for a touchpoint."""

    kpi = forms.ModelChoiceField(label=_("KPI"), queryset=Kpi.objects.none())
    direction = forms.ChoiceField(
        label=_("Direction"),
        choices=[("", _("as the KPI says")), *Direction.choices],
        required=False,
        help_text=_(
            "For the time on a page, say it: on content, longer may mean interest; on help or payment, difficulty."
        ),
    )
    rhythm = forms.ChoiceField(
        label=_("Rhythm"),
        choices=Rhythm.choices,
        initial=Rhythm.WEEKLY,
        help_text=_(
            "The closed period that is judged: weekly unless there are over 10,000 a day, or a monthly source."
        ),
    )
    tolerance = AmountField(
        label=_("Tolerated gap"),
        required=False,
        help_text=_("In the KPI's unit (points for a percentage): smaller changes raise no signal."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, touchpoint: Touchpoint, binding: Binding | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.binding = binding
        if binding is not None:
            del fields["kpi"]
            return
        taken = Binding.objects.filter(touchpoint=touchpoint, deleted_at=None).values("kpi")
        kpis = Kpi.objects.filter(workspace=touchpoint.workspace_id, archived_at=None).exclude(pk__in=taken)
        category = touchpoint.category.code
        fields["kpi"].queryset = kpis
        typical = [kpi for kpi in kpis if category in kpi.typical_categories]
        others = [kpi for kpi in kpis if category not in kpi.typical_categories]
        fields["kpi"].choices = [
            ("", "—"),
            (_("Typical of this category"), [(kpi.pk, kpi.name) for kpi in typical]),
            (_("Others"), [(kpi.pk, kpi.name) for kpi in others]),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kpi = self.binding.kpi if self.binding else data.get("kpi")
        if kpi is not None:
            data["direction"] = data.get("direction") or kpi.direction
            if not data["direction"]:
                self.add_error("direction", _("This KPI has no direction of its own: say which way is better here."))
            tolerance = data.get("tolerance") or 0.0
            if tolerance < 0:
                self.add_error("tolerance", _("A gap is not negative."))
            data["tolerance"] = formats.stored(tolerance, kpi.unit)
        return data


UNIT_HELP: dict[Unit, Any] = {
    Unit.PERCENT: _("in %"),
    Unit.POINTS: _("in points, from −100 to +100"),
    Unit.SECONDS: _("in seconds"),
    Unit.SCORE: _("on the scale of the KPI"),
    Unit.NUMBER: "",
}


def typed(value: float, unit: str) -> str:
    """Return a value of storage as people type it: 1,8 for a share of 0.018."""
    return f"{formats.shown(value, unit):g}".replace(".", "," if formats.locale() == "fr_FR" else ".")


class TargetForm(forms.ModelForm):
    """A target with the five SMART questions (A25) and its milestones; "later" is an answer too.

    Milestones are pairs of fields, milestone_1_on and milestone_1_value; a pair left empty is none.
    """

    value = AmountField(label=_("Target"), required=False)
    later = forms.BooleanField(label=_("Set the value later"), required=False)

    class Meta:
        model = Target
        fields = ["specific", "measurable", "attainable", "realistic", "due_on", "starts_on", "review_on"]
        day = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        widgets = {
            **{name: forms.Textarea({"rows": 2}) for name in SMART},
            "due_on": day,
            "starts_on": day,
            "review_on": day,
        }
        help_texts = {
            "starts_on": _("Progress is measured from the last closed period before this day; empty: today."),
            "review_on": _("On that day whoever follows targets is told to look at it again."),
        }

    field_order = ["value", "later", *SMART, "due_on", "starts_on", "review_on"]

    def __init__(self, *args: Any, binding: Binding, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.binding, self.today = binding, today
        unit = binding.kpi.unit
        self.fields["value"].help_text = UNIT_HELP.get(Unit(unit), Unit(unit).label)
        given = milestones_of(self.instance) if self.instance.binding_id else []
        rows = max(len(given) + 1, 3, *(number for number in range(1, MILESTONES + 1) if self._is_typed(number)))
        self.milestone_numbers = range(1, min(rows, MILESTONES) + 1)
        for number in self.milestone_numbers:
            one = given[number - 1] if number <= len(given) else None
            day = forms.DateField(
                label=_("Date"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            )
            amount = AmountField(label=_("Value"), required=False)
            day.initial, amount.initial = (one.on, typed(one.value, unit)) if one else (None, "")
            self.fields[f"milestone_{number}_on"], self.fields[f"milestone_{number}_value"] = day, amount

    def _is_typed(self, number: int) -> bool:
        return any(self.data.get(f"milestone_{number}_{part}") for part in ("on", "value"))

    def milestone_rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        return [(n, self[f"milestone_{n}_on"], self[f"milestone_{n}_value"]) for n in self.milestone_numbers]

    def answered(self) -> int:
        """Return how many of the five questions have an answer as typed."""
        return sum(1 for name in (*SMART, "due_on") if str(self[name].value() or "").strip())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        value, unit = data.get("value"), self.binding.kpi.unit
        if data.get("later"):
            data["value"] = None
        elif value is None:
            if "value" not in self.errors:
                self.add_error("value", _("Write the target, or tick “later”."))
        else:
            data["value"] = formats.stored(value, unit)
            try:
                target_check(self.binding.kpi, data["value"])
            except TargetOutOfScale:
                self.add_error("value", _("This lies outside the scale of the KPI."))
        start, due = data.get("starts_on"), data.get("due_on")
        if start and due and due < start:
            self.add_error(
                "due_on", _("This day lies before the start (%(day)s).") % {"day": formats.short_date(start)}
            )
        data["milestones"] = self._milestones(data)
        if data["milestones"] and not self.errors:
            try:
                milestones_check(
                    self.binding.kpi, data["milestones"], value=data["value"], starts_on=start or self.today, due_on=due
                )
            except MilestonesInvalid as error:
                for sentence in error.fields["milestones"]:
                    self.add_error(None, sentence)
        return data

    def _milestones(self, data: dict[str, Any]) -> list[Milestone]:
        found = []
        for number in self.milestone_numbers:
            names = (f"milestone_{number}_on", f"milestone_{number}_value")
            day, amount = (data.get(name) for name in names)
            if day is not None and amount is not None:
                found.append(Milestone(day, formats.stored(amount, self.binding.kpi.unit)))
                continue
            for name, other in zip(names, reversed(names), strict=True):
                if data.get(name) is None and data.get(other) is not None and name not in self.errors:
                    self.add_error(name, _("A milestone has a date and a value."))
        return found

    def values(self) -> dict[str, Any]:
        """Return what target_set takes, of a valid form."""
        names = ("value", *SMART, "due_on", "starts_on", "review_on", "milestones")
        return {name: self.cleaned_data[name] for name in names}


class SnoozeForm(forms.Form):
    until = forms.DateField(label=_("Until"))

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return until


class RefuseForm(forms.Form):
    reason = forms.CharField(label=_("This is not a problem, because…"), max_length=400)
