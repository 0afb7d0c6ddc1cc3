"""Forms of bindings, targets and signals. People write percentages and durations; storage has shares and seconds."""

import math
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from kpis.errors import TargetOutOfScale
from kpis.models import Binding, Direction, Kpi, Rhythm, Target, Unit
from kpis.services.targets import target_check
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


class TargetForm(forms.ModelForm):
    """A target with the five SMART questions (A25); "later" is an answer too."""

    value = AmountField(label=_("Target"), required=False)
    later = forms.BooleanField(label=_("Set the value later"), required=False)

    class Meta:
        model = Target
        fields = ["specific", "measurable", "attainable", "realistic", "due_on"]
        widgets = {"due_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}

    field_order = ["value", "later", "specific", "measurable", "attainable", "realistic", "due_on"]

    def __init__(self, *args: Any, binding: Binding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.binding = binding
        units: dict[Unit, Any] = {
            Unit.PERCENT: _("in %"),
            Unit.POINTS: _("in points, from −100 to +100"),
            Unit.SECONDS: _("in seconds"),
            Unit.SCORE: _("on the scale of the KPI"),
            Unit.NUMBER: "",
        }
        self.fields["value"].help_text = units.get(Unit(binding.kpi.unit), Unit(binding.kpi.unit).label)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        value = data.get("value")
        if data.get("later"):
            data["value"] = None
            return data
        if value is None:
            if "value" not in self.errors:
                self.add_error("value", _("Write the target, or tick “later”."))
            return data
        kpi = self.binding.kpi
        data["value"] = formats.stored(value, kpi.unit)
        try:
            target_check(kpi, data["value"])
        except TargetOutOfScale:
            self.add_error("value", _("This lies outside the scale of the KPI."))
        return data


class SnoozeForm(forms.Form):
    until = forms.DateField(label=_("Until"))

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return until


class RefuseForm(forms.Form):
    reason = forms.CharField(label=_("This is not a problem, because…"), max_length=400)
