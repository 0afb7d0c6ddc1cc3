"""Text from the browser into touchpoints; choices are narrowed to the workspace."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from touchpoints.examples import Example
from touchpoints.icons import SPRITE
from touchpoints.models import Category, Channel, Phase, Presence, Touchpoint
from touchpoints.selectors import owners_of

ANY = pgettext_lazy("filter", "all")


class FilterForm(forms.Form):
    """What the list shows; a value that makes no sense is as if it were not there."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100, widget=forms.TextInput({"type": "search"}))
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.none(), required=False, empty_label=ANY
    )
    channel = forms.ModelChoiceField(
        label=_("Channel"), queryset=Channel.objects.none(), required=False, empty_label=ANY
    )
    phase = forms.ChoiceField(label=_("Phase"), choices=[("", ANY), *Phase.choices], required=False)
    presence = forms.ChoiceField(label=_("Online, offline"), choices=[("", ANY), *Presence.choices], required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)

    def __init__(self, data: Any, *, workspace: Workspace) -> None:
        super().__init__(data, auto_id="filter_%s")
        fields: Any = self.fields
        fields["category"].queryset = Category.objects.filter(workspace=workspace)
        fields["channel"].queryset = Channel.objects.filter(workspace=workspace)
        fields["owner"].choices = [("", ANY), *((owner, owner) for owner in owners_of(workspace))]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    @property
    def active(self) -> bool:
        return any(self.values().values())


class MergeForm(forms.Form):
    """The touchpoint that another one becomes."""

    into: "forms.ModelChoiceField[Touchpoint]" = forms.ModelChoiceField(
        label=_("Which touchpoint does it become?"),
        queryset=Touchpoint.objects.none(),
        empty_label=_("choose a touchpoint"),
        error_messages={"invalid_choice": _("This touchpoint is no longer in the library: choose another.")},
    )

    def __init__(self, data: Any, *, touchpoint: Touchpoint) -> None:
        super().__init__(data)
        others = Touchpoint.objects.filter(workspace=touchpoint.workspace_id, deleted_at=None).exclude(pk=touchpoint.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


class ChannelSelect(forms.Select):
    """Says on each option which categories the guides name the channel for, so that a script may put those first."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        channel = getattr(value, "instance", None)
        if channel is not None:
            categories = " ".join(str(category.pk) for category in channel.categories.all())
            option["attrs"] |= {"data-categories": categories, "data-online": str(channel.online).lower()}
        return option


class TouchpointForm(forms.Form):
    """One touchpoint of the library."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput({"placeholder": _("For example: product page"), "autocomplete": "off"}),
    )
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.none(), empty_label=_("— choose —")
    )
    channel = forms.ModelChoiceField(
        label=_("Channel"), queryset=Channel.objects.none(), empty_label=_("— choose —"), widget=ChannelSelect
    )
    phase = forms.ChoiceField(label=_("Phase"), choices=Phase.choices, initial=Phase.DURING)
    presence = forms.ChoiceField(
        label=_("Online or offline"), choices=[("", _("as the channel")), *Presence.choices], required=False
    )
    owner = forms.CharField(
        label=_("Owner"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"list": "owners", "autocomplete": "off"}),
        help_text=_("The department or person in charge."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
    )
    code = forms.SlugField(
        label=_("Code"),
        max_length=60,
        required=False,
        help_text=_("Names it in files and in the API. Made from the name when left empty; it cannot change later."),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, workspace: Workspace, touchpoint: Touchpoint | None = None) -> None:
        names = ("name", "category", "channel", "phase", "presence", "owner", "description", "revision")
        initial = {name: getattr(touchpoint, name) for name in names} if touchpoint else {}
        super().__init__(data.copy() if data is not None else None, initial=initial)
        self.workspace, self.touchpoint = workspace, touchpoint
        self.conflicts: dict[str, str] = {}
        fields: Any = self.fields
        fields["category"].queryset = Category.objects.filter(workspace=workspace)
        fields["channel"].queryset = Channel.objects.filter(workspace=workspace).prefetch_related("categories")
        self.owners = owners_of(workspace)
        if touchpoint:
            del self.fields["code"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        same = Touchpoint.objects.filter(workspace=self.workspace, name=name, deleted_at=None)
        if self.touchpoint:
            same = same.exclude(pk=self.touchpoint.pk)
        if same.exists():
            raise forms.ValidationError(_("The library has a touchpoint of this name already."))
        return name

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        # Codes in the trash stay taken: files and measures may still carry them.
        if code and Touchpoint.objects.filter(workspace=self.workspace, code=code).exists():
            raise forms.ValidationError(_("Another touchpoint has this code, perhaps one in the trash."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("presence") and data.get("channel"):
            data["presence"] = Presence.ONLINE if data["channel"].online else Presence.OFFLINE
        return data

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}

    def show_conflicts(self, current: Touchpoint) -> None:
        """Put what someone else saved beside what was typed; saving once more then keeps what is typed."""
        self.data["revision"] = str(current.revision)  # type: ignore[index]
        for name in ("name", "category", "channel", "phase", "presence", "owner", "description"):
            theirs = getattr(current, name)
            typed = self.cleaned_data.get(name)
            if typed != theirs and str(typed).replace("\r\n", "\n") != str(theirs).replace("\r\n", "\n"):
                display = getattr(current, f"get_{name}_display", None)
                self.conflicts[name] = str(display() if display else theirs)


class ExamplesForm(forms.Form):
    """Which examples of the guides to begin with."""

    examples = forms.MultipleChoiceField(
        label=_("Examples"), error_messages={"required": _("Tick at least one example.")}
    )

    def __init__(self, data: Any = None, *, examples: Sequence[Example]) -> None:
        super().__init__(data)
        self.by_key = {example.key: example for example in examples}
        fields: Any = self.fields
        fields["examples"].choices = [(key, example.name) for key, example in self.by_key.items()]

    def chosen(self) -> list[Example]:
        return [self.by_key[key] for key in self.cleaned_data["examples"]]


class ChannelForm(forms.ModelForm):
    """A channel: its names, its sign, and for which categories it is proposed first."""

    icon = forms.ChoiceField(label=_("Icon"), widget=forms.RadioSelect)
    own_icon = forms.FileField(
        label=_("Or an icon of your own"),
        required=False,
        help_text=_("Square: PNG up to 1 MB, or SVG up to 200 kB. Scripts, texts and links of a drawing are left out."),
    )
    no_own_icon = forms.BooleanField(label=_("Take the own icon away"), required=False)

    class Meta:
        model = Channel
        fields = ["name_fr", "name_en", "online", "categories", "icon"]
        labels = {"online": _("Online"), "categories": _("Proposed first for")}
        widgets = {"categories": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["categories"].queryset = Category.objects.filter(workspace=workspace)
        fields["categories"].required = False
        french = (get_language() or "").startswith("fr")
        icons = [(code, own if french else other) for code, own, other in SPRITE]
        if self.instance.icon not in dict(icons):
            icons.append((self.instance.icon, self.instance.icon))
        fields["icon"].choices = icons
        if not self.instance.own_icon:
            del fields["no_own_icon"]
