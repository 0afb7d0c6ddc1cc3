"""Forms of the matrix: a touchpoint for a gap, a gap that is none, the ticks of the example matrix."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from journeys.models import Journey, Step
from kpis.selectors.matrix_example import ExampleMatrix
from touchpoints.models import Category, Channel, Phase, Touchpoint

OFFERED = 300  # touchpoints of the library that a select can still show


class PlaceForm(forms.Form):
    """A touchpoint for a place of the matrix: a new one, or one that the library has already."""

    name = forms.CharField(
        label=_("Name of the new touchpoint"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "placeholder": _("For example: product page")}),
    )
    known = forms.ModelChoiceField(
        label=_("Or one of the library"),
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label=_("— a new one —"),
    )
    channel = forms.ModelChoiceField(label=_("Channel"), queryset=Channel.objects.none(), empty_label=_("— choose —"))
    phase = forms.ChoiceField(label=_("Phase"), choices=Phase.choices, initial=Phase.DURING)
    steps = forms.ModelMultipleChoiceField(
        label=_("Put it on the map at"),
        queryset=Step.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        workspace: Workspace,
        category: Category,
        channel: Channel | None,
        steps: Sequence[Step],
        initial: dict[str, Any],
    ) -> None:
        super().__init__(data, initial={"channel": channel, **initial})
        self.workspace = workspace
        fields: Any = self.fields
        fields["channel"].queryset = Channel.objects.filter(workspace=workspace)
        known = Touchpoint.objects.filter(workspace=workspace, category=category, deleted_at=None)
        if channel is not None:
            known = known.filter(channel=channel)
        fields["known"].queryset = known.order_by("sort_key", "id")
        if not 0 < known.count() <= OFFERED:
            del self.fields["known"]
        if steps:
            fields["steps"].queryset = Step.objects.filter(pk__in=[step.pk for step in steps])
            several = len({step.journey_id for step in steps}) > 1
            fields["steps"].choices = [
                (step.pk, f"{step.journey.name} › {step.stage.name} › {step.name}" if several else step.name)
                for step in steps
            ]
        else:
            del self.fields["steps"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if name and Touchpoint.objects.filter(workspace=self.workspace, name=name, deleted_at=None).exists():
            raise forms.ValidationError(
                _("The library has a touchpoint of this name already: choose it below, or another name.")
            )
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("name") and not data.get("known") and "name" not in self.errors:
            self.add_error("name", _("Give the new touchpoint a name, or choose one of the library."))
        if data.get("name") and data.get("known"):
            self.add_error("known", _("Either a new name or one of the library: empty one of the two."))
        return data


class DismissForm(forms.Form):
    """Which gap does not apply."""

    category = forms.ModelChoiceField(queryset=Category.objects.none(), to_field_name="code")
    channel = forms.ModelChoiceField(queryset=Channel.objects.none(), to_field_name="code", required=False)
    journey = forms.ModelChoiceField(queryset=Journey.objects.none(), required=False)
    column = forms.CharField(max_length=160)
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, data: Any, *, workspace: Workspace) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["category"].queryset = Category.objects.filter(workspace=workspace)
        fields["channel"].queryset = Channel.objects.filter(workspace=workspace)
        fields["journey"].queryset = Journey.objects.filter(workspace=workspace, deleted_at=None)


class ExampleForm(forms.Form):
    """Which examples are added, and to which journey."""

    examples = forms.MultipleChoiceField(error_messages={"required": _("Tick at least one example.")})
    journey = forms.ModelChoiceField(
        label=_("And put them on the map of"),
        queryset=Journey.objects.none(),
        required=False,
        empty_label=_("no map: only into the library"),
    )

    def __init__(self, data: Any = None, *, workspace: Workspace, example: ExampleMatrix) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["examples"].choices = [(one.key, one.name) for one in example.offered]
        journeys = Journey.objects.filter(workspace=workspace, deleted_at=None)
        fields["journey"].queryset = journeys.order_by("sort_key", "id")
