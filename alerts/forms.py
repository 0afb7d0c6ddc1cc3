"""Forms of preferences and webhooks; choices are those of the workspace."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.models import EventKind, MailRhythm, Preference, Scope, Webhook, Weekday, hook_kinds, webhook_kinds
from cxmap.lib.errors import CxmapError
from cxmap.lib.outbound import URL_LENGTH, address_check
from cxmap.workspaces.models import Workspace
from journeys.models import Journey
from kpis.services import today_of
from touchpoints.models import Category

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PreferenceForm(forms.Form):
    """What a member wants to be told of, and how."""

    kinds = forms.MultipleChoiceField(
        label=_("Tell me when"), choices=EventKind.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    scope = forms.ChoiceField(label=_("About"), choices=Scope.choices, widget=forms.RadioSelect)
    journeys = forms.ModelMultipleChoiceField(
        label=_("Journeys"), queryset=Journey.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    categories = forms.ModelMultipleChoiceField(
        label=_("Categories"), queryset=Category.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    in_app = forms.BooleanField(label=_("here, in the list of alerts"), required=False)
    mail = forms.BooleanField(label=_("by e-mail"), required=False)
    mail_rhythm = forms.ChoiceField(label=_("Rhythm of the e-mails"), choices=MailRhythm.choices)
    summary_hour = forms.TypedChoiceField(label=_("Hour of the summary"), choices=HOURS, coerce=int)
    summary_weekday = forms.TypedChoiceField(label=_("Day, if weekly"), choices=Weekday.choices, coerce=int)
    quiet_from = forms.TimeField(label=_("Quiet hours from"), widget=_clock(), required=False)
    quiet_to = forms.TimeField(label=_("to"), widget=_clock(), required=False)
    muted_until = forms.DateField(label=_("No alerts until"), widget=_day(), required=False)

    def __init__(self, *args: Any, workspace: Workspace, preference: Preference, **kwargs: Any) -> None:
        known = {name: getattr(preference, name) for name in self.base_fields}
        if known["muted_until"] is not None and known["muted_until"] <= today_of(workspace):
            known["muted_until"] = None  # it is over: nothing to keep, nothing to refuse
        kwargs["initial"] = known
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["journeys"].queryset = Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key")
        fields["categories"].queryset = Category.objects.filter(workspace=workspace)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        scope = data.get("scope")
        if scope == Scope.JOURNEYS and not data.get("journeys"):
            self.add_error("journeys", _("Choose at least one journey."))
        if scope == Scope.CATEGORIES and not data.get("categories"):
            self.add_error("categories", _("Choose at least one category."))
        start, end = data.get("quiet_from"), data.get("quiet_to")
        if (start is None) != (end is None) and not self.errors.keys() & {"quiet_from", "quiet_to"}:
            self.add_error("quiet_to" if end is None else "quiet_from", _("Quiet hours need a beginning and an end."))
        return data

    def values(self) -> dict[str, Any]:
        """Return the fields of a Preference."""
        data = dict(self.cleaned_data)
        data["journeys"] = [journey.pk for journey in data["journeys"]]
        data["categories"] = [category.pk for category in data["categories"]]
        return data


class MuteForm(forms.Form):
    until = forms.DateField(label=_("Until"), widget=_day())


class WebhookForm(forms.Form):
    """An address to call, and at what."""

    name = forms.CharField(label=_("Name"), max_length=120)
    url = forms.CharField(
        label=_("Address"),
        max_length=URL_LENGTH,
        widget=forms.TextInput(attrs={"placeholder": "https://", "inputmode": "url", "autocomplete": "off"}),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Call it when"), choices=webhook_kinds, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, webhook: Webhook | None = None, **kwargs: Any) -> None:
        names = ("name", "url", "kinds")
        known = {name: getattr(webhook, name) for name in names} if webhook else {"kinds": hook_kinds()}
        kwargs["initial"] = known
        super().__init__(*args, **kwargs)

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        try:
            address_check(url)
        except CxmapError as error:
            raise forms.ValidationError(str(error)) from error
        return url
