"""Forms of dashboards, links, mails and outcomes; every choice is narrowed to the workspace."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import User, Workspace
from dashboards.models import Dashboard, MailRhythm, Outcome
from journeys.models import Journey
from kpis.models import Kpi, KpiKind
from personas.models import Persona
from touchpoints.models import Category


class DashboardForm(forms.ModelForm):
    """Name, sharing, days and filters."""

    starter = forms.ChoiceField(
        label=_("Begin with"),
        choices=[("yes", _("a first set of tiles from what is measured")), ("no", _("an empty dashboard"))],
        initial="yes",
        widget=forms.RadioSelect,
        required=False,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Dashboard
        fields = ["name", "shared", "period", "journey", "persona", "category"]
        help_texts = {
            "shared": _("Members find it in the list. Without it only you do."),
            "journey": _("Only the touchpoints of this journey count."),
        }

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["journey"].queryset = Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key")
        fields["persona"].queryset = Persona.objects.filter(workspace=workspace, deleted_at=None)
        fields["category"].queryset = Category.objects.filter(workspace=workspace)
        for name in ("journey", "persona", "category"):
            fields[name].empty_label = "—"
        if not self.instance._state.adding:
            del self.fields["starter"]

    def values(self) -> dict[str, Any]:
        """Return what a dashboard keeps."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class LinkForm(forms.Form):
    label = forms.CharField(label=_("For whom?"), max_length=120, required=False)
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
        initial=30,
    )


class MemberField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.email})" if obj.name else obj.email


class ScheduleForm(forms.Form):
    """When a dashboard goes out, and to which members."""

    rhythm = forms.ChoiceField(label=_("How often"), choices=MailRhythm.choices)
    hour = forms.TypedChoiceField(
        label=_("At"), coerce=int, choices=[(hour, f"{hour:02d}:00") for hour in range(24)], initial=8
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    recipients = MemberField(
        label=_("To"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one member who gets the mail.")},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, workspace: Workspace, shared: bool, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = User.objects.filter(memberships__workspace=workspace, is_active=True).order_by("name", "email")
        # Who may not open a dashboard does not get it by mail either.
        fields: Any = self.fields
        fields["recipients"].queryset = members if shared else members.filter(pk=actor.pk)


class OutcomeForm(forms.ModelForm):
    """Which KPI stands for what the workspace works for, and which journeys should move it."""

    journeys = forms.ModelMultipleChoiceField(
        label=_("Journeys that should move it"),
        queryset=Journey.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Outcome
        fields = ["kind", "kpi", "journeys", "note"]

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        offered = Q(archived_at=None) | Q(pk=self.instance.kpi_id)
        # Outcomes add counts over touchpoints; a formula has none.
        fields["kpi"].queryset = Kpi.objects.filter(offered, workspace=workspace).exclude(kind=KpiKind.FORMULA)
        fields["kpi"].empty_label = "—"
        fields["journeys"].queryset = Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key")
