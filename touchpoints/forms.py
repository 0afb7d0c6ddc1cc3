"""Text from the browser into touchpoints; choices are narrowed to the workspace."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from touchpoints.departments import departments_of
from touchpoints.examples import Example
from touchpoints.icons import SPRITE
from touchpoints.models import (
    CONTENT_MONTHS,
    Category,
    Channel,
    ContentItem,
    Department,
    Party,
    Personalisation,
    Phase,
    PointKind,
    Presence,
    Span,
    Touchpoint,
)
from touchpoints.selectors import DEFAULT_SORT, UNSAID, owners_of

ANY = pgettext_lazy("filter", "all")


NOBODY = "-"  # in a choice: nobody, nothing


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
    department = forms.ChoiceField(label=_("Department"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    presence = forms.ChoiceField(label=_("Online, offline"), choices=[("", ANY), *Presence.choices], required=False)
    personalisation = forms.ChoiceField(
        label=_("Personalisation"),
        choices=[("", ANY), *Personalisation.choices, (UNSAID, _("not said yet"))],
        required=False,
    )
    maps = forms.ChoiceField(
        label=_("On maps"),
        choices=[("", ANY), ("used", _("on a map")), ("unused", _("on no map"))],
        required=False,
    )
    kpis = forms.ChoiceField(
        label=_("KPIs"), choices=[("", ANY), ("with", _("with a KPI")), ("without", _("without KPI"))], required=False
    )
    content = forms.ChoiceField(
        label=_("Content"),
        choices=[("", ANY), ("old", _("old content")), ("some", _("with content")), ("none", _("no content listed"))],
        required=False,
    )
    cost = forms.ChoiceField(
        label=_("Cost"),
        choices=[("", ANY), ("known", _("known")), ("unknown", pgettext_lazy("amount", "unknown"))],
        required=False,
    )
    where = forms.ChoiceField(
        label=_("Where"), choices=[("", _("in the library")), ("trash", _("in the trash"))], required=False
    )
    sort = forms.ChoiceField(
        label=_("Sorted by"),
        choices=[
            ("", _("name")),
            ("-name", _("name, Z first")),
            ("category", _("category")),
            ("channel", _("channel")),
            ("phase", _("phase")),
            ("owner", pgettext_lazy("item", "owner")),
            ("-cost", _("cost, highest first")),
            ("cost", _("cost, lowest first")),
            ("-volume", _("contacts, most first")),
            ("volume", _("contacts, fewest first")),
            ("-maps", _("maps, most first")),
            ("maps", _("maps, fewest first")),
            ("-kpis", _("KPIs, most first")),
            ("kpis", _("KPIs, fewest first")),
            ("-changed", _("last change, newest first")),
            ("changed", _("last change, oldest first")),
            ("-category", _("category, last first")),
            ("-channel", _("channel, last first")),
            ("-phase", _("phase, last first")),
            ("-owner", _("owner, Z first")),
        ],
        required=False,
    )
    FOLDED = ("presence", "personalisation", "maps", "kpis", "content", "cost", "where", "sort")

    def __init__(self, data: Any, *, workspace: Workspace) -> None:
        super().__init__(data, auto_id="filter_%s")
        fields: Any = self.fields
        fields["category"].queryset = Category.objects.filter(workspace=workspace)
        fields["channel"].queryset = Channel.objects.filter(workspace=workspace)
        departments = [(str(department.pk), department.name) for department in departments_of(workspace.pk)]
        fields["department"].choices = [("", ANY), (NOBODY, _("no department yet")), *departments]
        owners = [(owner, owner) for owner in owners_of(workspace)]
        fields["owner"].choices = [("", ANY), (NOBODY, _("nobody yet")), *owners]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    def filters(self) -> dict[str, Any]:
        """Return what narrows the list: everything but its order."""
        values = {name: value for name, value in self.values().items() if name != "sort"}
        if values.get("owner") == NOBODY:
            values |= {"owner": "", "owner_missing": True}
        if values.get("department") == NOBODY:
            values |= {"department": "", "department_missing": True}
        return values

    @property
    def order(self) -> str:
        return self.values().get("sort") or DEFAULT_SORT

    @property
    def active(self) -> bool:
        return any(value for name, value in self.values().items() if name != "sort")

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """The active filters: name in the address, label, value in words."""
        found = []
        for name, value in self.values().items():
            if value and name != "sort":
                choices = dict(getattr(self.fields[name], "choices", ()) if isinstance(value, str) else ())
                found.append((name, str(self.fields[name].label), str(choices.get(value, value))))
        return found

    @property
    def is_folded_out(self) -> bool:
        """True when one of the filters that are folded away is active."""
        return any(self.values().get(name) for name in self.FOLDED)

    @property
    def front(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.FOLDED]

    @property
    def folded(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FOLDED]


LEAVE = pgettext_lazy("bulk edit", "leave as it is")


class BulkForm(forms.Form):
    """What many touchpoints get; what is left empty stays as it is with each of them."""

    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.none(), required=False, empty_label=LEAVE
    )
    channel = forms.ModelChoiceField(
        label=_("Channel"), queryset=Channel.objects.none(), required=False, empty_label=LEAVE
    )
    phase = forms.ChoiceField(label=_("Phase"), choices=[("", LEAVE), *Phase.choices], required=False)
    presence = forms.ChoiceField(label=_("Online or offline"), choices=[("", LEAVE), *Presence.choices], required=False)
    personalisation = forms.ChoiceField(
        label=_("Personalisation"),
        choices=[("", LEAVE), *Personalisation.choices, (UNSAID, _("not said yet"))],
        required=False,
    )
    department = forms.ModelChoiceField(
        label=_("Department"), queryset=Department.objects.none(), required=False, empty_label=LEAVE
    )
    owner = forms.CharField(
        label=_("Owner"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"list": "owners", "autocomplete": "off"}),
        help_text=_("Left empty, each keeps its own."),
    )
    no_owner = forms.BooleanField(label=_("Take the owner away"), required=False)

    def __init__(self, data: Any = None, *, workspace: Workspace) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["category"].queryset = Category.objects.filter(workspace=workspace)
        fields["channel"].queryset = Channel.objects.filter(workspace=workspace)
        fields["department"].queryset = Department.objects.filter(workspace=workspace, deleted_at=None)
        self.owners = owners_of(workspace)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("owner") and data.get("no_owner"):
            self.add_error("no_owner", _("Either give an owner or take it away, not both."))
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(_("Choose at least one thing to change."))
        return data

    def fields_to_set(self) -> dict[str, Any]:
        """Return the values to give, by field."""
        data = dict(self.cleaned_data)
        clear = data.pop("no_owner")
        chosen = {name: value for name, value in data.items() if value}
        if clear:
            chosen["owner"] = ""
        if chosen.get("personalisation") == UNSAID:
            chosen["personalisation"] = ""
        return chosen


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


# What the fields mean that are never empty.
DEFAULTS: dict[str, Any] = {
    "cost_span": Span.MONTH,
    "volume_span": Span.MONTH,
    "content_months": CONTENT_MONTHS,
    "kind": PointKind.COMMUNICATION,
    "initiator": Party.CUSTOMER,
}


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
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=_("no department yet"),
        help_text=_("The part of the company that answers for it, on every map."),
    )
    owner = forms.CharField(
        label=_("Owner"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"list": "owners", "autocomplete": "off"}),
        help_text=_("The person in charge."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
    )
    cost = forms.DecimalField(
        label=_("Cost"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
        help_text=_("Everything that it costs to run. Left empty it is unknown, never nothing: type 0 if it is free."),
    )
    cost_span = forms.ChoiceField(label=_("Cost period"), choices=Span.choices, required=False)
    volume = forms.IntegerField(
        label=_("Contacts"),
        required=False,
        min_value=0,
        max_value=10**15,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        help_text=_("How many times customers meet it, as you know or estimate it. What is measured stands beside it."),
    )
    volume_span = forms.ChoiceField(label=_("Contacts period"), choices=Span.choices, required=False)
    personalisation = forms.ChoiceField(
        label=_("Personalisation"), choices=[("", _("not said yet")), *Personalisation.choices], required=False
    )
    proactive_trigger = forms.CharField(
        label=_("What do we do before they ask?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(
            {"rows": 2, "placeholder": _("For example: when a parcel is a day late, we write first.")}
        ),
        help_text=_("What sets it off, and what happens then."),
    )
    competitor_note = forms.CharField(
        label=_("What do competitors do here?"), required=False, max_length=4000, widget=forms.Textarea({"rows": 2})
    )
    content_months = forms.IntegerField(
        label=_("Content is old after (months)"),
        required=False,
        min_value=1,
        max_value=120,
        initial=CONTENT_MONTHS,
        help_text=_("Content that was not updated for longer is said to be old."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=PointKind.choices, required=False)
    initiator = forms.ChoiceField(label=_("Begun by"), choices=Party.choices, required=False)
    receiver = forms.ChoiceField(
        label=_("Received by"), choices=[("", _("nobody: it is an action")), *Party.choices], required=False
    )
    code = forms.SlugField(
        label=_("Code"),
        max_length=60,
        required=False,
        help_text=_("Names it in files and in the API. Made from the name when left empty; it cannot change later."),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, workspace: Workspace, touchpoint: Touchpoint | None = None) -> None:
        names = [name for name in self.base_fields if name != "code"]
        initial = (
            {name: getattr(touchpoint, name) for name in names} if touchpoint else DEFAULTS | {"receiver": "company"}
        )
        super().__init__(data.copy() if data is not None else None, initial=initial)
        self.workspace, self.touchpoint = workspace, touchpoint
        self.conflicts: dict[str, str] = {}
        fields: Any = self.fields
        fields["category"].queryset = Category.objects.filter(workspace=workspace)
        fields["channel"].queryset = Channel.objects.filter(workspace=workspace).prefetch_related("categories")
        fields["department"].queryset = Department.objects.filter(
            Q(deleted_at=None) | Q(pk=touchpoint.department_id if touchpoint else None), workspace=workspace
        )
        self.owners = owners_of(workspace)
        if touchpoint:
            del self.fields["code"]

        fields["cost"].label = _("Cost in %(currency)s") % {"currency": workspace.currency}

    @property
    def more_open(self) -> bool:
        """True when something that is folded away must be seen: an error, or what someone else saved."""
        folded = {"content_months", "kind", "initiator", "receiver", "code"}
        return not folded.isdisjoint(self.errors) or not folded.isdisjoint(self.conflicts)

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
        for name, default in DEFAULTS.items():
            if name not in self.errors and not data.get(name):
                data[name] = default
        if data.get("kind") == PointKind.COMMUNICATION and not data.get("receiver") and "receiver" in self.data:
            self.add_error("receiver", _("Choose who receives it, or say that it is an action."))
        return data

    def values(self) -> dict[str, Any]:
        """Return what was sent: a field that the sender does not know stays as it is."""
        known = {"name", "category", "channel", "phase", "presence", *self.data} - {"revision"}
        return {name: value for name, value in self.cleaned_data.items() if name in known}

    def show_conflicts(self, current: Touchpoint) -> None:
        """Put what someone else saved beside what was typed; saving once more then keeps what is typed."""
        self.data["revision"] = str(current.revision)  # type: ignore[index]
        for name in (name for name in self.fields if name not in {"revision", "code"}):
            theirs = getattr(current, name)
            typed = self.cleaned_data.get(name)
            if typed != theirs and str(typed).replace("\r\n", "\n") != str(theirs).replace("\r\n", "\n"):
                display = getattr(current, f"get_{name}_display", None)
                self.conflicts[name] = "" if theirs is None else str(display() if display else theirs)


class ContentForm(forms.ModelForm):
    """One piece of content of a touchpoint."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ContentItem
        fields = ["title", "kind", "address", "updated_on", "owner"]
        widgets = {
            "updated_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "owner": forms.TextInput({"list": "owners", "autocomplete": "off"}),
        }
        help_texts = {
            "title": _("For example: “How do I send a product back?”"),
            "updated_on": _("Left empty nobody knows, and it does not count as up to date."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address: Any = self.fields["address"]
        address.assume_scheme = "https"

    def clean_updated_on(self) -> Any:
        day = self.cleaned_data["updated_on"]
        if day and day > timezone.localdate() + dt.timedelta(days=1):
            raise forms.ValidationError(_("This day is still to come."))
        return day


class LibraryFileForm(forms.Form):
    """A file of touchpoints."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 10 MB and 10,000 lines."),
        widget=forms.ClearableFileInput({"accept": ".csv,.xlsx,.txt"}),
    )


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
