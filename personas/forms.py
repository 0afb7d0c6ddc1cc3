"""Text from the browser into a persona's sheet."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from personas import choosing
from personas.channels import channels
from personas.errors import CircleOfPersonas, SectionRefused
from personas.models import (
    FIELDS_OF_GROUP,
    EvidenceKind,
    Market,
    Persona,
    PersonaSector,
    Portrait,
    Quadrant,
    Relation,
    SectionKind,
    Segment,
    Trait,
    TraitGroup,
)
from personas.portraits import VARIANTS
from personas.questions import EMPATHY_QUESTIONS, QUESTIONS
from personas.section_forms import SectionForms
from personas.sections import cleaned
from personas.selectors import Sheet
from personas.services import OwnField, colour_next
from personas.services.sheets import parent_checked

# The Okabe–Ito set, in the order of static/css/tokens.css.
COLOUR_NAMES = [(0, _("blue")), (1, _("orange")), (2, _("green")), (3, _("pink")), (4, _("sky blue"))]
TEXT = {"rows": 3}
FACTS = ("name", "tagline", "quote", "summary", "share_percent", "colour", "sector", "market", "relation")


@dataclass(frozen=True, slots=True)
class OwnRow:
    """The inputs of one field of the team's own; an empty row to add one has no `remove`."""

    label: BoundField
    text: BoundField
    remove: BoundField | None = None


@dataclass(frozen=True, slots=True)
class GroupRows:
    label: str
    fields: list[BoundField]
    own: list[OwnRow]
    new: OwnRow


def _or_none(choices: type[models.TextChoices]) -> list[Any]:
    return [("", _("not said")), *choices.choices]


class PersonaForm(forms.Form):
    """Everything on one sheet."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_("An invented first name. Never the name of a real customer."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    tagline = forms.CharField(
        label=_("In a few words"),
        max_length=200,
        required=False,
        widget=forms.TextInput(
            {"placeholder": _("For example: in a hurry, compares on the phone"), "autocomplete": "off"}
        ),
    )
    quote = forms.CharField(
        label=_("Quotation"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 2, "placeholder": _("One sentence that sums up this persona")}),
    )
    summary = forms.CharField(
        label=_("Who is it?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3, "placeholder": _("Two or three sentences of portrait")}),
    )
    share_percent = forms.IntegerField(label=_("Share of customers (%)"), required=False, min_value=0, max_value=100)
    colour = forms.TypedChoiceField(
        label=_("Colour on maps"), choices=COLOUR_NAMES, coerce=int, widget=forms.RadioSelect, initial=0
    )
    sector = forms.ChoiceField(label=_("Sector"), choices=_or_none(PersonaSector), required=False)
    market = forms.ChoiceField(label=_("Type of company"), choices=_or_none(Market), required=False)
    relation = forms.ChoiceField(label=_("Audience"), choices=_or_none(Relation), required=False)
    parent = forms.ModelChoiceField(
        label=_("More general persona"),
        queryset=Persona.objects.none(),
        required=False,
        empty_label=_("none"),
        help_text=_("This sheet then stands below it, as a finer picture of a part of the same people."),
    )
    segments = forms.ModelMultipleChoiceField(
        label=_("Segments"),
        queryset=Segment.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The values by which your measures are split. The persona stands for the ticked ones."),
    )
    segment_name = forms.CharField(label=_("New segment: name"), max_length=200, required=False)
    segment_code = forms.SlugField(
        label=_("New segment: code in files"), max_length=60, required=False, help_text=_("For example: new-customers")
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, workspace: Workspace, sheet: Sheet | None = None) -> None:
        self.workspace = workspace
        self.persona = sheet.persona if sheet else None
        self.conflicts: dict[str, str] = {}
        traits = _traits(sheet)
        initial: dict[str, Any] = {"colour": colour_next(workspace)}
        if sheet and self.persona:
            initial = {name: getattr(self.persona, name) for name in (*FACTS, "revision")}
            initial["parent"] = self.persona.parent_id
            initial["segments"] = [segment.pk for segment in sheet.segments]
        if data is not None:
            data = data.copy()
            self.own = self._own_traits(traits, data)
            for trait in self.own:
                # A field that someone added meanwhile is not in what was posted: it stays as it is.
                if f"own_{trait.pk}_label" not in data:
                    data[f"own_{trait.pk}_label"], data[f"own_{trait.pk}_text"] = trait.label, trait.text
        else:
            self.own = [trait for trait in traits if not trait.field]
        super().__init__(data, initial=initial)
        fields: Any = self.fields
        fields["segments"].queryset = Segment.objects.filter(workspace=workspace)
        fields["parent"].queryset = self._parents()
        for quadrant in sheet.empathy if sheet else ():
            self.initial[f"empathy_{quadrant.key}"] = "\n".join(quadrant.items)
        for key in Quadrant:
            fields[f"empathy_{key.value}"] = forms.CharField(
                label=key.label,
                required=False,
                max_length=10_000,
                widget=forms.Textarea({**TEXT, "placeholder": EMPATHY_QUESTIONS[key]}),
            )
        self.sections = SectionForms(data, sheet.sections if sheet else (), channels(workspace))
        texts = {trait.field: trait.text for trait in traits if trait.field}
        for group in TraitGroup:
            for field in FIELDS_OF_GROUP[group]:
                fields[f"trait_{field.value}"] = forms.CharField(
                    label=field.label,
                    required=False,
                    max_length=4000,
                    initial=texts.get(field, ""),
                    widget=forms.Textarea({**TEXT, "placeholder": QUESTIONS[field]}),
                )
            fields[f"new_{group.value}_label"] = _own_label()
            fields[f"new_{group.value}_text"] = _own_text()
        for trait in self.own:
            fields[f"own_{trait.pk}_label"] = _own_label(initial=trait.label)
            fields[f"own_{trait.pk}_text"] = _own_text(initial=trait.text)
            fields[f"own_{trait.pk}_remove"] = forms.BooleanField(label=_("Remove this field"), required=False)

    def _own_traits(self, traits: list[Trait], data: Any) -> list[Trait]:
        """Return the own fields to show: the saved ones, and those that someone removed while they were edited here."""
        shown = [trait for trait in traits if not trait.field]
        if self.persona is None:
            return shown
        gone = Trait.objects.filter(persona=self.persona, field="").exclude(deleted_at=None)
        return shown + [trait for trait in gone if f"own_{trait.pk}_label" in data]

    def _parents(self) -> models.QuerySet[Persona]:
        """Return what can stand above: any other persona, and the one that does though it lies in the trash."""
        live = Q(deleted_at=None)
        if self.persona is not None:
            live |= Q(pk=self.persona.parent_id)
        rows = Persona.objects.filter(live, workspace=self.workspace)
        return rows.exclude(pk=self.persona.pk) if self.persona else rows

    def without_errors(self) -> None:
        """Show what was typed as it is: a button of the sections was pressed, nothing is to be saved yet."""
        self.cleaned_data = {}
        self._errors = forms.utils.ErrorDict()

    def is_valid(self) -> bool:
        """Check the fields and the sections, so that all errors are shown at once."""
        good = self.sections.is_valid()
        return super().is_valid() and good

    def about(self) -> list[BoundField]:
        return [self["name"], self["tagline"]]

    def place(self) -> list[BoundField]:
        return [self["sector"], self["market"], self["relation"], self["parent"]]

    def quadrants(self) -> list[BoundField]:
        return [self[f"empathy_{quadrant.value}"] for quadrant in Quadrant]

    def groups(self) -> list[GroupRows]:
        return [
            GroupRows(
                label=str(group.label),
                fields=[self[f"trait_{field.value}"] for field in FIELDS_OF_GROUP[group]],
                own=[
                    OwnRow(self[f"own_{trait.pk}_label"], self[f"own_{trait.pk}_text"], self[f"own_{trait.pk}_remove"])
                    for trait in self.own
                    if trait.group == group
                ],
                new=OwnRow(self[f"new_{group.value}_label"], self[f"new_{group.value}_text"]),
            )
            for group in TraitGroup
        ]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        same = Persona.objects.filter(workspace=self.workspace, name=name, deleted_at=None)
        if self.persona:
            same = same.exclude(pk=self.persona.pk)
        if same.exists():
            raise forms.ValidationError(_("Another persona of this workspace has this name."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for group in TraitGroup:
            self._label_needed(f"new_{group.value}")
        for trait in self.own:
            if not data.get(f"own_{trait.pk}_remove"):
                self._label_needed(f"own_{trait.pk}", required=True)
        for quadrant in Quadrant:
            key = f"empathy_{quadrant.value}"
            try:
                cleaned(SectionKind.EMPATHY, {"items": data.get(key, "").splitlines()})
            except SectionRefused as error:
                self.add_error(key, str(error))
        if self.persona and data.get("parent"):
            try:
                parent_checked(self.persona, data["parent"])
            except CircleOfPersonas as error:
                self.add_error("parent", str(error))
        code, name = data.get("segment_code"), data.get("segment_name")
        if code and not name:
            self.add_error("segment_name", _("Give the new segment a name."))
        if name and not code and "segment_code" not in self.errors:
            self.add_error("segment_code", _("Give the new segment the code that your files carry."))
        if code and Segment.objects.filter(workspace=self.workspace, code=code).exists():
            self.add_error("segment_code", _("A segment has this code already: tick it above."))
        return data

    def _label_needed(self, prefix: str, *, required: bool = False) -> None:
        if not self.cleaned_data.get(f"{prefix}_label") and (required or self.cleaned_data.get(f"{prefix}_text")):
            self.add_error(f"{prefix}_label", _("Name this field."))

    def values(self) -> dict[str, Any]:
        """Return the arguments of persona_create and persona_update, without the new segment."""
        data = self.cleaned_data
        own = [
            OwnField(
                group=trait.group,
                label=data[f"own_{trait.pk}_label"],
                text=data[f"own_{trait.pk}_text"],
                pk=trait.pk,
                remove=data[f"own_{trait.pk}_remove"],
            )
            for trait in self.own
        ]
        own += [
            OwnField(group=group.value, label=label, text=data[f"new_{group.value}_text"])
            for group in TraitGroup
            if (label := data[f"new_{group.value}_label"])
        ]
        return {
            **{name: data[name] for name in FACTS},
            "parent": data["parent"],
            "traits": {key.removeprefix("trait_"): text for key, text in data.items() if key.startswith("trait_")},
            "own_fields": own,
            "segments": list(data["segments"]),
            "sections": self.sections.entries(),
            "empathy": {quadrant.value: data[f"empathy_{quadrant.value}"].splitlines() for quadrant in Quadrant},
        }

    def new_segment(self) -> dict[str, str] | None:
        data = self.cleaned_data
        return {"code": data["segment_code"], "name": data["segment_name"]} if data["segment_code"] else None

    def show_conflicts(self, saved: "PersonaForm", revision: int) -> None:
        """Put what someone else saved beside what was typed; saving once more then keeps what is typed."""
        self.data["revision"] = str(revision)  # type: ignore[index]
        for name, field in saved.fields.items():
            if name not in self.fields or name in {"revision", "segments"}:
                continue
            theirs = saved.get_initial_for_field(field, name)
            # Not "in (None, False)": the first colour is 0, which equals False.
            theirs = "" if theirs is None or theirs is False else str(theirs)
            typed = str(self[name].value() or "")
            if theirs.replace("\r\n", "\n").strip() != typed.replace("\r\n", "\n").strip():
                choices = {} if name == "parent" else dict(getattr(field, "choices", []))
                label = choices.get(int(theirs) if name == "colour" else theirs)
                if name == "parent":
                    label = saved.persona.parent.name if saved.persona and saved.persona.parent else ""
                self.conflicts[name] = str(label or theirs)
        self.sections.show_conflicts(saved.sections)


def _traits(sheet: Sheet | None) -> list[Trait]:
    if sheet is None:
        return []
    return [field.trait for group in sheet.groups for field in group.fields if field.trait]


def _own_label(initial: str = "") -> forms.CharField:
    return forms.CharField(
        label=_("Own field: label"),
        max_length=80,
        required=False,
        initial=initial,
        widget=forms.TextInput({"placeholder": _("For example: favourite channels"), "autocomplete": "off"}),
    )


def _own_text(initial: str = "") -> forms.CharField:
    return forms.CharField(
        label=_("Own field: text"), max_length=4000, required=False, initial=initial, widget=forms.Textarea({"rows": 2})
    )


class EvidenceForm(forms.Form):
    """What a field rests on (A8)."""

    kind = forms.ChoiceField(
        label=_("Kind of evidence"), choices=EvidenceKind.choices, widget=forms.RadioSelect({"autofocus": True})
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        widget=forms.TextInput({"placeholder": _("For example: shop survey, spring 2026"), "autocomplete": "off"}),
    )
    link = forms.URLField(
        label=_("Link"), required=False, assume_scheme="https", widget=forms.URLInput({"placeholder": "https://"})
    )
    gathered_on = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    n = forms.IntegerField(label=_("How many people or records?"), required=False, min_value=1, max_value=2_000_000_000)

    def clean_gathered_on(self) -> Any:
        day = self.cleaned_data["gathered_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This date lies in the future."))
        return day


class PortraitForm(forms.Form):
    """What stands for the persona's face: "drawing-2", "initials" or "picture", and a file for the last."""

    face = forms.ChoiceField(label=_("Portrait"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("Picture of your own"),
        required=False,
        help_text=_(
            "PNG, JPEG, WebP or GIF up to 8 MB. It is cropped to a square and stored anew, without what the camera noted. "
            "Never the photograph of a real customer."
        ),
        widget=forms.ClearableFileInput({"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    remove_picture = forms.BooleanField(label=_("Delete the picture"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, persona: Persona) -> None:
        kind = persona.portrait
        face = f"{kind}-{persona.portrait_variant}" if kind == Portrait.DRAWING else kind
        super().__init__(data, files, initial={"face": face})
        self.persona = persona
        drawings = [
            (f"drawing-{number}", _("Drawing %(number)s") % {"number": number + 1}) for number in range(VARIANTS)
        ]
        fields: Any = self.fields
        fields["face"].choices = [*drawings, ("initials", _("Initials")), ("picture", _("Own picture"))]
        if not persona.picture:
            del fields["remove_picture"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given = data.get("file") or "file" in self.errors or self.persona.picture
        if data.get("face") == "picture" and not given:
            self.add_error("file", _("Choose a picture, or one of the drawings above."))
        return data

    def values(self) -> dict[str, Any]:
        """Return the arguments of persona_set_portrait. A file that was sent is what is shown."""
        data = self.cleaned_data
        kind, _dash, variant = data["face"].partition("-")
        file = data.get("file") or None
        return {
            "portrait": Portrait.PICTURE if file else kind,
            "variant": int(variant) if variant else None,
            "file": file,
            "remove_picture": bool(data.get("remove_picture")) and file is None,
        }


class StatusForm(forms.Form):
    """How far the sheet is; a validated one is to be looked at again on a day."""

    review_on = forms.DateField(
        label=_("Review on"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ChooserForm(forms.Form):
    """Sector, type of company and audiences; proposed are those of the workspace."""

    sector = forms.ChoiceField(label=_("Sector"), choices=_or_none(PersonaSector), required=False)
    market = forms.ChoiceField(label=_("Type of company"), choices=_or_none(Market), required=False)
    relation = forms.MultipleChoiceField(
        label=_("Audiences"), choices=Relation.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, workspace: Workspace) -> None:
        super().__init__(data, initial={"sector": SECTOR_OF.get(workspace.sector, ""), "market": market_of(workspace)})
        self.workspace = workspace

    def chosen(self) -> dict[str, str]:
        """Return sector and market; what is no choice counts as not said."""
        if not self.is_bound:
            return {"sector": self.initial["sector"], "market": self.initial["market"]}
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("sector", "market")}

    def proposals(self) -> list[choosing.Proposal]:
        chosen = self.chosen()
        relations = self.cleaned_data.get("relation", []) if self.is_bound else []
        existing = Persona.objects.filter(workspace=self.workspace, deleted_at=None)
        return choosing.proposals(**chosen, relations=relations, existing=existing)


# The sector of a workspace is coarser: where it covers two of these, nothing is proposed.
SECTOR_OF = {
    "retail": PersonaSector.RETAIL,
    "banking": PersonaSector.BANKING,
    "telecom": PersonaSector.TELECOM,
    "travel": PersonaSector.TOURISM,
    "health": PersonaSector.HEALTH,
    "public": PersonaSector.PUBLIC,
    "software": PersonaSector.SOFTWARE,
    "education": PersonaSector.EDUCATION,
}


def market_of(workspace: Workspace) -> str:
    """Return the type of company that the workspace's own settings come closest to; empty when unclear."""
    if workspace.company_type in {"public", "association"}:
        return str(workspace.company_type)
    return {"consumers": "b2c", "businesses": "b2b", "citizens": "public"}.get(workspace.audience, "")
