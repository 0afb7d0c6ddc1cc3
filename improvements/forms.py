"""Forms of pain points and solutions; every choice is narrowed to the workspace."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from improvements.models import Nature, NatureOrigin, Pain, Solution
from improvements.natures import Proposal
from journeys.models import Step
from kpis.models import Binding
from touchpoints.models import Department, Touchpoint


class StepField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Step) -> str:
        return f"{obj.journey.name} › {obj.name}"


class BindingField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Binding) -> str:
        return f"{obj.touchpoint.name} › {obj.kpi.name}"


def _steps(workspace: Workspace, *, keep: UUID | None = None) -> Any:
    shown = Q(deleted_at=None, stage__deleted_at=None, journey__deleted_at=None)
    return (
        Step.objects.filter(shown | Q(pk=keep), workspace=workspace)
        .select_related("journey")
        .order_by("journey__sort_key", "stage__rank", "rank", "id")
    )


def _proposal_text(proposal: Proposal) -> str:
    names = {"nature": proposal.nature.label, "reason": proposal.reason}
    if proposal.also is None:
        return gettext("Proposed: %(nature)s. %(reason)s Change it if you know better.") % names
    names["also"] = proposal.also.label
    return gettext("Proposed: %(nature)s, perhaps %(also)s. %(reason)s Change it if you know better.") % names


class PainForm(forms.ModelForm):
    """What hurts, where, and of which nature (A17)."""

    step = StepField(label=_("Step on a map"), queryset=Step.objects.none(), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # The nature that was proposed when the form was shown.
    proposed = forms.ChoiceField(choices=Nature.choices, widget=forms.HiddenInput, required=False)

    class Meta:
        model = Pain
        fields = ["title", "kind", "nature", "step", "touchpoint", "department", "note"]
        labels = {"touchpoint": _("Touchpoint"), "department": _("Department")}
        help_texts = {"department": _("Left empty, whoever is in charge of the touchpoint.")}
        widgets = {"note": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, workspace: Workspace, proposal: Proposal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if proposal is not None:
            fields["proposed"].initial = proposal.nature
            fields["nature"].help_text = _proposal_text(proposal)
        elif self.instance.nature_origin == NatureOrigin.PROPOSED:
            fields["nature"].help_text = _(
                "Proposed from the KPI; nobody has chosen it yet. Change it if it is another one."
            )
        # What the row already points to stays a choice: a deleted step that comes back must find its pain points.
        fields["step"].queryset = _steps(workspace, keep=self.instance.step_id)
        fields["touchpoint"].queryset = Touchpoint.objects.filter(
            Q(deleted_at=None) | Q(pk=self.instance.touchpoint_id), workspace=workspace
        )
        fields["department"].queryset = Department.objects.filter(
            Q(deleted_at=None) | Q(pk=self.instance.department_id), workspace=workspace
        )
        fields["department"].empty_label = _("as the touchpoint")


class SolutionForm(forms.ModelForm):
    """What is done about it, with the effect that is expected of it (A34 to A36, A38, A39)."""

    step = StepField(label=_("Step on a map"), queryset=Step.objects.none(), required=False)
    binding = BindingField(label=_("KPI that should move"), queryset=Binding.objects.none(), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Solution
        fields = [
            "title",
            "kind",
            "status",
            "pain",
            "step",
            "impact",
            "effort",
            "binding",
            "expected_value",
            "expected_unit",
            "owner",
            "due_on",
            "note",
        ]
        labels = {"pain": _("Pain point")}
        widgets = {
            "note": forms.Textarea({"rows": 3}),
            "due_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "impact": forms.NumberInput({"min": 1, "max": 5, "step": 1}),
            "effort": forms.NumberInput({"min": 1, "max": 5, "step": 1}),
            "expected_value": forms.NumberInput({"step": "any"}),
        }
        help_texts = {
            "expected_value": _("With its sign: +10 for ten more, −20 for twenty fewer."),
            "expected_unit": _(
                "Relative % is a part of today's value; points add to it: from 20 % to 22 % is +10 % or +2 points."
            ),
        }

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["step"].queryset = _steps(workspace, keep=self.instance.step_id)
        fields["pain"].queryset = Pain.objects.filter(
            Q(deleted_at=None) | Q(pk=self.instance.pain_id), workspace=workspace
        )
        fields["binding"].queryset = (
            Binding.objects.filter(
                Q(deleted_at=None, touchpoint__deleted_at=None) | Q(pk=self.instance.binding_id), workspace=workspace
            )
            .select_related("kpi", "touchpoint")
            .order_by("touchpoint__sort_key", "kpi__rank")
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("expected_value") is not None:
            if not data.get("expected_unit"):
                self.add_error("expected_unit", _("Say of what: relative % or points."))
            if not data.get("binding"):
                self.add_error("binding", _("Say which KPI should move."))
        for field in ("impact", "effort"):
            if data.get(field) is not None and not 1 <= data[field] <= 5:
                self.add_error(field, _("From 1 to 5."))
        return data


class ScoreForm(forms.Form):
    impact = forms.IntegerField(min_value=1, max_value=5)
    effort = forms.IntegerField(min_value=1, max_value=5)


class DepartmentForm(forms.Form):
    """The name of a department."""

    name = forms.CharField(
        label=_("Name of the department"),
        max_length=200,
        widget=forms.TextInput({"placeholder": _("For example: customer service"), "autocomplete": "off"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class OwnersForm(forms.Form):
    """Owners of touchpoints who are departments."""

    owners = forms.MultipleChoiceField()

    def __init__(self, data: Any, *, owners: Sequence[str]) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["owners"].choices = [(owner, owner) for owner in owners]
