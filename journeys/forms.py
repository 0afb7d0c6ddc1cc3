"""Text from the browser into values of a map; choices are narrowed to the workspace."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Sector, Workspace
from journeys.blueprints import Blueprint, BlueprintInvalid
from journeys.blueprints.outline import outlined
from journeys.errors import LockedInFrame
from journeys.levels import usual_names
from journeys.models import (
    Aim,
    Card,
    Comment,
    CurvePoint,
    Evidence,
    EvidenceKind,
    Horizon,
    Journey,
    JourneyKind,
    JourneyTemplate,
    Method,
    ShareLink,
)
from journeys.sowing import Part, parts_of
from personas.models import Persona
from touchpoints.models import Category, Channel, Phase, Touchpoint

LINK_DAYS_MAX = 366
LEVELS = [Decimal(half) / 2 for half in range(-4, 5)]


class PersonasMixin(forms.Form):
    """Personas of the workspace, or an explicit "none yet" (A6)."""

    def set_personas(self, workspace: Workspace) -> None:
        self.fields["personas"].queryset = Persona.objects.filter(workspace=workspace, deleted_at=None)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (
            not data.get("personas")
            and not data.get("new_personas")
            and not data.get("no_persona_yet")
            and "personas" not in self.errors
        ):
            self.add_error("personas", _("Choose a persona, or say that there is none yet."))
        return data


class JourneyAddForm(PersonasMixin):
    """What a map needs to begin with a template; `parts` are what the template has to offer beside its structure."""

    name = forms.CharField(label=_("Name of the journey"), max_length=200)
    kind = forms.ChoiceField(label=_("Whose journey?"), choices=JourneyKind.choices)
    personas = forms.ModelMultipleChoiceField(
        label=_("Personas"), queryset=Persona.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    no_persona_yet = forms.BooleanField(label=_("No persona yet"), required=False)
    new_personas = forms.CharField(
        label=_("New personas"),
        max_length=400,
        required=False,
        help_text=_("Invented first names, separated by commas; describe them when you like."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    outline = forms.CharField(
        label=_("Your own stages and steps"),
        max_length=20_000,
        required=False,
        help_text=_(
            "One line a stage, its steps after a colon, parted by commas. What the template has at its own steps is then left out."
        ),
        widget=forms.Textarea({"rows": 4, "placeholder": _("Discovery: sees an ad, asks a friend")}),
    )
    parts = forms.MultipleChoiceField(
        label=_("Take from the template"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, workspace: Workspace, blueprint: Blueprint, **kwargs: Any) -> None:
        offered = parts_of(blueprint)
        kwargs["initial"] = {
            "name": str(blueprint.name),
            "kind": blueprint.kind,
            "parts": [part.key for part in offered],
        }
        super().__init__(*args, **kwargs)
        self.set_personas(workspace)
        self.blueprint = blueprint
        self.offered = offered
        self.fields["parts"].choices = [(part.key, part.label) for part in offered]  # type: ignore[attr-defined]

    @property
    def offered_parts(self) -> list[tuple[Part, bool]]:
        """The parts with what the box is: a box has a help text, which the choices of a field have no place for."""
        chosen = set(self["parts"].value() or ())
        return [(part, part.key in chosen) for part in self.offered]

    def clean_new_personas(self) -> list[str]:
        names = list(
            dict.fromkeys(filter(None, (part.strip() for part in self.cleaned_data["new_personas"].split(","))))
        )
        if any(len(name) > 200 for name in names):
            raise forms.ValidationError(_("A name has at most 200 characters."))
        return names

    def clean_outline(self) -> Blueprint:
        """Return what the map begins with: the template, or its lanes with the stages and steps that were written."""
        text = self.cleaned_data["outline"]
        if not text.strip():
            return self.blueprint
        try:
            return outlined(self.blueprint, text, step_name=gettext("New step"))
        except BlueprintInvalid as error:
            raise forms.ValidationError(
                _("Not understood: “%(line)s”. Write “Stage: step, step”, one line for each stage.") % {"line": error}
            ) from error

    def clean_parts(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["parts"]
        labels = {part.key: part.label for part in self.offered}
        for part in self.offered:
            if part.key in chosen and part.needs and part.needs not in chosen:
                raise forms.ValidationError(
                    _("“%(part)s” needs “%(needed)s”: tick it too, or leave both out.")
                    % {"part": part.label, "needed": labels.get(part.needs, part.needs)}
                )
        return chosen


class TemplateForm(forms.ModelForm):
    """Name, description and sector of a workspace's own template."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = JourneyTemplate
        fields = ["name", "description", "sector"]
        widgets = {"description": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = [("", _("every sector")), *Sector.choices]  # type: ignore[attr-defined]


class TemplateSaveForm(TemplateForm):
    """A map that becomes a template."""

    with_texts = forms.BooleanField(
        label=_("With the texts of the cells and the believed curve"),
        required=False,
        initial=True,
        help_text=_("Without them the template gives stages, steps, lanes, touchpoints, KPIs and pain points only."),
    )


class JourneyForm(PersonasMixin, forms.ModelForm):
    """The header of a map."""

    personas = forms.ModelMultipleChoiceField(
        label=_("Personas"), queryset=Persona.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    aims = forms.MultipleChoiceField(
        label=_("Why is this journey followed?"),
        choices=Aim.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    methods = forms.MultipleChoiceField(
        label=_("How was the map made?"),
        choices=Method.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "A workshop gives an overall view and breaks silos, but records opinions; data show facts, not reasons; "
            "surveys and interviews show emotions and motives, of few people."
        ),
    )
    parent: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Part of the journey"),
        queryset=Journey.objects.none(),
        required=False,
        empty_label=_("— stands on its own —"),
        help_text=_("The larger journey that this one tells a part of; its map leads here."),
    )
    as_is: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("As-is journey"),
        queryset=Journey.objects.none(),
        required=False,
        empty_label=_("— none —"),
        help_text=_("For a to-be journey: the one that shows how things are today. The two can be compared."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Journey
        fields = [
            "name",
            "personas",
            "no_persona_yet",
            "kind",
            "horizon",
            "owner",
            "review_on",
            "aims",
            "methods",
            "scenario",
            "expectation",
            "success_measure",
            "parent",
            "as_is",
        ]
        widgets = {
            "review_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "scenario": forms.Textarea({"rows": 3}),
            "expectation": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_personas(workspace)
        fields: Any = self.fields
        fields["expectation"].label = self.instance.expectation_label
        others = Journey.objects.filter(workspace=workspace).exclude(pk=self.instance.pk)
        # What it belongs to stays on offer when it is in the trash or no longer as-is: saving the header must not undo it.
        fields["parent"].queryset = others.filter(Q(deleted_at=None) | Q(pk=self.instance.parent_id))
        live = Q(deleted_at=None, horizon=Horizon.AS_IS)
        fields["as_is"].queryset = others.filter(live | Q(pk=self.instance.as_is_id))
        own = [*self.instance.level_names, *[""] * 5]
        for number, usual in enumerate(usual_names()):
            sign = ("−2", "−1", "0", "+1", "+2")[number]
            fields[f"level_{number}"] = forms.CharField(
                label=f"{sign} · {usual}",
                max_length=40,
                required=False,
                initial=own[number],
                widget=forms.TextInput({"placeholder": usual}),
            )

    @property
    def level_fields(self) -> list[forms.BoundField]:
        """The names of the levels from the highest down, as the curve shows them."""
        return [self[f"level_{number}"] for number in reversed(range(5))]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        names = [data.pop(f"level_{number}", "") for number in range(5)]
        data["level_names"] = names if any(names) else []
        return data


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=160, strip=True)
    revision = forms.IntegerField(required=False)


class LaneNameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    revision = forms.IntegerField(required=False)


class StepOptionsForm(forms.Form):
    """What a step is, beside its name."""

    moment_of_truth = forms.BooleanField(label=_("Moment of truth"), required=False)
    optional = forms.BooleanField(
        label=_("Optional"), required=False, help_text=_("Some customers skip it; its header is drawn dashed.")
    )
    repeatable = forms.BooleanField(
        label=_("Repeatable"), required=False, help_text=_("Customers come back to it; a loop is drawn over it.")
    )
    branch = forms.CharField(
        label=_("Branch"),
        max_length=60,
        required=False,
        help_text=_("Neighbouring steps of one stage with the same branch are ways to choose from: “Asks for help”."),
    )
    path = forms.CharField(
        label=_("Way in this branch"), max_length=60, required=False, help_text=_("For example “by phone”.")
    )
    linked_journey: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Sub-journey"),
        queryset=Journey.objects.none(),
        required=False,
        empty_label=_("— none —"),
        help_text=_("The map that tells this step in detail. Its worst state is shown here."),
    )
    width = forms.IntegerField(
        label=_("Width in pixels"), min_value=140, max_value=480, required=False, help_text=_("Empty: as all columns.")
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, journey: Journey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["linked_journey"].queryset = Journey.objects.filter(  # type: ignore[attr-defined]
            workspace=journey.workspace_id, deleted_at=None
        ).exclude(pk=journey.pk)


class LayoutForm(forms.Form):
    """Widths of the whole map, in pixels; empty: what fits the screen."""

    column_width = forms.IntegerField(label=_("Width of all columns"), min_value=140, max_value=480, required=False)
    label_width = forms.IntegerField(label=_("Width of the lane labels"), min_value=144, max_value=320, required=False)


class MediaForm(forms.Form):
    """A picture or document, or an address."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A picture (PNG, JPEG, GIF, WebP) or a document (PDF, Office, text), up to 10 MB."),
    )
    url = forms.URLField(
        label=_("Or an address"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("A page, a video… It opens in a window of its own; nothing is loaded from there."),
    )
    text = forms.CharField(
        label=_("Description"),
        max_length=300,
        required=False,
        help_text=_("What is seen on it: read aloud in place of a picture, shown as the name of a link."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("file") and not data.get("url") and not self.errors:
            raise forms.ValidationError(_("Give a file, or an address that begins with https://."))
        if data.get("file") and not data.get("text"):
            self.add_error("text", _("Say in a few words what is seen: people who cannot see the picture need it."))
        return data


class ChannelsForm(forms.Form):
    channels = forms.ModelMultipleChoiceField(
        label=_("Channels used at this step"),
        queryset=Channel.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].queryset = Channel.objects.filter(workspace=workspace)  # type: ignore[attr-defined]


class InteractionForm(forms.Form):
    """Who deals with whom: two personas and an arrow."""

    persona = forms.ModelChoiceField(label=_("Persona"), queryset=Persona.objects.none())
    direction = forms.ChoiceField(
        label=_("Direction"),
        choices=[("to", _("→ turns to")), ("from", _("← is approached by")), ("both", _("↔ both ways"))],
        initial="to",
    )
    other_persona = forms.ModelChoiceField(label=_("Other persona"), queryset=Persona.objects.none())
    weight = forms.TypedChoiceField(
        label=_("Weight"), coerce=int, choices=[(1, _("weak")), (2, _("usual")), (3, _("strong"))], initial=2
    )
    style = forms.ChoiceField(
        label=_("Line"), choices=[("solid", _("solid: direct")), ("dashed", _("dashed: indirect"))], initial="solid"
    )
    text = forms.CharField(label=_("What about?"), max_length=200, required=False)

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Persona.objects.filter(workspace=workspace, deleted_at=None)
        for name in ("persona", "other_persona"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("persona") and data.get("persona") == data.get("other_persona"):
            self.add_error("other_persona", _("Choose another persona than the first."))
        return data


class EvidenceForm(forms.ModelForm):
    """A record of what customers, colleagues or tickets said."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Evidence
        fields = ["kind", "title", "asked", "count", "happened_on", "notes", "url"]
        widgets = {
            "happened_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "notes": forms.Textarea({"rows": 4}),
        }
        help_texts = {"asked": _("Roles, never names: “4 customers of the last month”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        # Live data need no record: the KPI at the step is the evidence.
        kind.choices = [choice for choice in EvidenceKind.choices if choice[0] != EvidenceKind.DATA]
        url: Any = self.fields["url"]
        url.assume_scheme = "https"


class CardPersonaField(forms.ModelChoiceField):
    """A persona of the map, or the deleted one that the card still has: a restored persona finds its cards again."""

    def label_from_instance(self, obj: Persona) -> str:
        if obj.deleted_at is not None:
            return gettext("without persona (%(name)s is in the trash)") % {"name": obj.name}
        return str(obj)


class CardForm(forms.Form):
    text = forms.CharField(label=_("Text"), widget=forms.Textarea({"rows": 4}), max_length=4000, required=False)
    source = forms.CharField(
        label=_("Source of the verbatim"),
        max_length=200,
        required=False,
        help_text=_("With a source the thought is a real quotation; without one it is a hypothesis of the team."),
    )
    persona = CardPersonaField(
        label=_("Persona"),
        queryset=Persona.objects.none(),
        required=False,
        empty_label=_("everybody"),
        help_text=_("A card of one persona is hidden when the map is read as another one lives it."),
    )
    evidence = forms.ModelChoiceField(
        label=_("Evidence"), queryset=Evidence.objects.none(), required=False, empty_label=_("none yet")
    )
    url = forms.URLField(label=_("Address"), max_length=500, required=False, assume_scheme="https")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, journey: Journey | None = None, card: Card | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if journey is not None:
            fields: Any = self.fields
            fields["persona"].queryset = Persona.objects.filter(
                Q(deleted_at=None, journey_links__journey=journey) | Q(pk=card.persona_id if card else None),
                workspace=journey.workspace_id,
            ).distinct()
            fields["evidence"].queryset = Evidence.objects.filter(journey=journey, deleted_at=None)


class TouchpointCardForm(forms.Form):
    """A touchpoint of the library, or a new one for it."""

    touchpoint: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("From the library"), queryset=Touchpoint.objects.none(), required=False, empty_label=_("— choose —")
    )
    name = forms.CharField(label=_("Or a new one"), max_length=200, required=False)
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), required=False)
    channel = forms.ModelChoiceField(label=_("Channel"), queryset=Channel.objects.none(), required=False)
    phase = forms.ChoiceField(label=_("Phase"), choices=Phase.choices, required=False, initial=Phase.DURING)

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["touchpoint"].queryset = Touchpoint.objects.filter(workspace=workspace, deleted_at=None)
        fields["category"].queryset = Category.objects.filter(workspace=workspace)
        fields["channel"].queryset = Channel.objects.filter(workspace=workspace)
        self.workspace = workspace

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("touchpoint"):
            return data
        if not data.get("name"):
            raise forms.ValidationError(_("Choose a touchpoint, or name a new one."))
        for field in ("category", "channel"):
            if not data.get(field):
                self.add_error(field, _("A new touchpoint needs this."))
        if Touchpoint.objects.filter(workspace=self.workspace, name=data["name"], deleted_at=None).exists():
            self.add_error("name", _("The library has a touchpoint of this name: choose it above."))
        return data


class LevelForm(forms.Form):
    """A point of the believed curve; empty takes it away."""

    level = forms.TypedChoiceField(
        choices=[("", "—"), *[(str(level), str(level)) for level in LEVELS]],
        coerce=Decimal,
        required=False,
        empty_value=None,
    )
    layer = forms.ChoiceField(choices=CurvePoint.Layer.choices, required=False)
    persona = forms.ModelChoiceField(queryset=Persona.objects.none(), required=False)

    def __init__(self, *args: Any, journey: Journey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["persona"].queryset = Persona.objects.filter(  # type: ignore[attr-defined]
            workspace=journey.workspace_id, journey_links__journey=journey
        ).distinct()


class LinkForm(forms.Form):
    """What a link shows, and what whoever has it may do."""

    label = forms.CharField(label=_("For whom?"), max_length=120, required=False)
    permission = forms.ChoiceField(label=_("Whoever has the link may"), choices=ShareLink.Permission.choices)
    shows = forms.ChoiceField(
        label=_("It shows"),
        choices=ShareLink.Shows.choices,
        help_text=_("Until something is published, the published version is the draft, labelled so."),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        min_length=8,
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=False),
        help_text=_("At least 8 characters; say it to people on another way than the link."),
    )
    embeddable = forms.BooleanField(label=_("May be embedded in the sites that the workspace names"), required=False)

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not workspace.embed_origins:
            del self.fields["embeddable"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("embeddable") and self.locked(data):
            self.add_error("embeddable", str(LockedInFrame.message))
        return data

    def locked(self, data: dict[str, Any]) -> bool:
        return bool(data.get("password"))


class ShareForm(LinkForm):
    """A new link."""

    field_order = ("label", "permission", "shows", "days", "password", "embeddable")
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
        initial=30,
    )


class ShareEditForm(LinkForm):
    """A link that is there: its password stays unless there is a new one, or it is taken away."""

    field_order = ("label", "permission", "shows", "expires_on", "password", "open", "embeddable")
    expires_on = forms.DateField(label=_("Works until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    open = forms.BooleanField(label=_("Take the password away"), required=False)

    def __init__(self, *args: Any, link: ShareLink, **kwargs: Any) -> None:
        self.link = link
        zone = link.journey.workspace.zone
        kwargs["initial"] = {
            **{name: getattr(link, name) for name in ("label", "permission", "shows", "embeddable")},
            "expires_on": timezone.localtime(link.expires_at, zone).date(),
        }
        super().__init__(*args, workspace=link.journey.workspace, **kwargs)
        if link.password:
            self.fields["password"].label = _("New password")
        else:
            del self.fields["open"]

    def clean_expires_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["expires_on"]
        today = timezone.localdate(timezone=self.link.journey.workspace.zone)
        if not today <= day <= today + dt.timedelta(days=LINK_DAYS_MAX):
            raise forms.ValidationError(_("Choose a day from today on, within a year."))
        return day

    def locked(self, data: dict[str, Any]) -> bool:
        return bool(data.get("password") or (self.link.password and not data.get("open")))

    def changes(self) -> dict[str, Any]:
        """Return what the service is given."""
        data = dict(self.cleaned_data)
        zone = self.link.journey.workspace.zone
        end = dt.datetime.combine(data.pop("expires_on") + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
        password = data.pop("password") or None
        if data.pop("open", False) and password is None:
            password = ""
        return {**data, "expires_at": end, "password": password}


class UnlockForm(forms.Form):
    password = forms.CharField(
        label=_("Password"), max_length=128, strip=False, widget=forms.PasswordInput({"autocomplete": "off"})
    )


class GuestCommentForm(forms.Form):
    """What somebody says who has a link: of the map or of one of its steps, or as an answer (root)."""

    guest_name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        help_text=_("It stands beside what you say, with the word “guest”."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    on = forms.ChoiceField(label=_("About what?"), required=False)
    text = forms.CharField(label=_("Comment"), max_length=Comment.TEXT_MAX, widget=forms.Textarea({"rows": 3}))
    root = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], member: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].choices = places  # type: ignore[attr-defined]
        if member:
            del self.fields["guest_name"]


class LaneAddForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of lane"))
    index = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=80, required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
