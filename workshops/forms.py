"""Text from the browser into values of a workshop; choices are narrowed to the workspace."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from journeys.models import Journey
from workshops.agendas import AGENDAS, Agenda
from workshops.models import DOTS_MAX, MINUTES_MAX, Activity, Decision, Target

NOTE_MAX = 400


class WorkshopAddForm(forms.Form):
    """From a map of the workspace, or from a blank one that is made with it."""

    title = forms.CharField(label=_("Title of the workshop"), max_length=160)
    agenda = forms.ChoiceField(label=_("Agenda"), widget=forms.RadioSelect, required=False)
    journey = forms.ModelChoiceField(
        label=_("About which journey?"),
        queryset=Journey.objects.none(),
        required=False,
        empty_label=_("A new one, from an empty page"),
    )
    new_journey = forms.CharField(
        label=_("Name of the new journey"), max_length=200, required=False, help_text=_("Only for a new one.")
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["journey"].queryset = Journey.objects.filter(workspace=workspace, deleted_at=None)
        fields["agenda"].choices = [(key, agenda.name) for key, agenda in AGENDAS.items()] + [("", _("Empty agenda"))]

    def clean_agenda(self) -> Agenda | None:
        return AGENDAS.get(self.cleaned_data["agenda"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("journey") and not data.get("new_journey") and "journey" not in self.errors:
            self.add_error("new_journey", _("Give the new journey a name, or choose one that is there."))
        return data


class TitleForm(forms.Form):
    title = forms.CharField(label=_("Title of the workshop"), max_length=160)


class ActivityForm(forms.ModelForm):
    """An item of the agenda; what a kind has no use for is left alone."""

    class Meta:
        model = Activity
        fields = ["kind", "title", "question", "minutes", "target", "dots", "everyone_groups"]
        widgets = {"question": forms.Textarea({"rows": 3})}
        help_texts = {
            "minutes": _("0: without a clock."),
            "target": _("For silent writing: where the notes go on the map."),
            "dots": _("For dot voting."),
            "everyone_groups": _("For grouping; otherwise only the facilitator moves notes."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["minutes"].min_value, fields["minutes"].max_value = 0, MINUTES_MAX
        fields["minutes"].widget.attrs |= {"min": 0, "max": MINUTES_MAX}
        fields["dots"].widget.attrs |= {"min": 1, "max": DOTS_MAX}
        fields["dots"].required = False
        if self.instance.pk and self.instance.state != Activity.State.WAITING:
            # What was written as one thing does not become another.
            fields.pop("kind")

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if minutes > MINUTES_MAX:
            raise forms.ValidationError(_("At most %(most)s minutes.") % {"most": MINUTES_MAX})
        return minutes

    def clean_dots(self) -> int:
        dots: int | None = self.cleaned_data.get("dots")
        if dots is None:
            return int(self.instance.dots)
        if not 1 <= dots <= DOTS_MAX:
            raise forms.ValidationError(_("From 1 to %(most)s dots.") % {"most": DOTS_MAX})
        return dots

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind", self.instance.kind)
        if kind == Activity.Kind.WRITING and not data.get("target") and "target" not in self.errors:
            self.add_error("target", _("Say what the notes become on the map."))
        if kind != Activity.Kind.WRITING:
            data["target"] = ""
        return data


class JoinForm(forms.Form):
    """Who comes in. Nothing else is asked."""

    name = forms.CharField(
        label=_("Your first name"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "given-name", "autocapitalize": "words"}),
    )
    department = forms.CharField(
        label=_("Your department"),
        max_length=60,
        widget=forms.TextInput({"list": "departments", "autocomplete": "organization-title"}),
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_department(self) -> str:
        return " ".join(self.cleaned_data["department"].split())


class CodeForm(forms.Form):
    """The code that people type: case and spaces do not matter."""

    code = forms.CharField(
        label=_("Code of the workshop"),
        max_length=12,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "inputmode": "text"}
        ),
        help_text=_("Six letters and digits; they stand on the facilitator's screen."),
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].upper().replace("-", " ").split())


class NoteForm(forms.Form):
    """A note, by the id that the page made for it."""

    id = forms.UUIDField(required=False)
    text = forms.CharField(max_length=NOTE_MAX)
    step = forms.UUIDField(required=False)

    def clean_text(self) -> str:
        return " ".join(self.cleaned_data["text"].split())


class DecisionForm(forms.ModelForm):
    class Meta:
        model = Decision
        fields = ["kind", "text", "owner", "due_on"]
        widgets = {
            "due_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "owner": forms.TextInput({"list": "owners", "autocomplete": "off"}),
        }


def target_choices() -> list[tuple[str, str]]:
    return [(str(target), str(target.label)) for target in Target if target != Target.STEPS]
