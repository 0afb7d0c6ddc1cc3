"""Forms of versions, documents and files."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from journeys import interchange
from journeys.documents.style import PAPERS
from journeys.interchange.document import PersonaPart, refused
from journeys.interchange.opening import document_in_file
from journeys.lanes import Period
from journeys.models import Version
from journeys.services.exports import Wish
from personas.models import Persona

DOCUMENT_BYTES_MAX = 48 * 2**20


class VersionForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For example: after the workshop of March."))
    note = forms.CharField(label=_("Note"), widget=forms.Textarea({"rows": 2}), max_length=4000, required=False)


class DocumentField(forms.FileField):
    """A journey as a JSON or XLSX file of ours; its value is the document."""

    widget = forms.FileInput({"accept": ".json,.xlsx"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return None
        if (file.size or 0) > DOCUMENT_BYTES_MAX:
            raise ValidationError(_("The file is larger than 48 MB."))
        try:
            document = document_in_file(file.read())
        except interchange.DocumentInvalid as problem:
            raise ValidationError(refused(problem)) from problem
        if document is None:
            raise ValidationError(_("This is no export of a map."))
        return document


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": ".json,.xlsx,.csv,.tsv,.txt"}),
        help_text=_("JSON or XLSX of a map, or any table as CSV or XLSX."),
    )

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if (file.size or 0) > DOCUMENT_BYTES_MAX:
            raise ValidationError(_("The file is larger than 48 MB."))
        return file


class SpreadsheetForm(forms.Form):
    """What a table does not say: the name of the journey, and for whom it is told (A6)."""

    name = forms.CharField(label=_("Name of the journey"), max_length=200)
    persona = forms.ModelMultipleChoiceField(
        label=_("Personas"), queryset=Persona.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    no_persona_yet = forms.BooleanField(label=_("no persona yet"), required=False)

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["persona"].queryset = Persona.objects.filter(workspace=workspace, deleted_at=None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("persona") and not data.get("no_persona_yet"):
            self.add_error("persona", _("Choose a persona, or say that there is none yet."))
        return data

    def personas(self, *, known: set[str]) -> list[PersonaPart]:
        """Return the chosen personas that the document does not name yet."""
        return [PersonaPart(name=row.name) for row in self.cleaned_data["persona"] if row.name not in known]


class CompareFilesForm(forms.Form):
    before = DocumentField(label=_("Earlier file (JSON or XLSX)"))
    after = DocumentField(label=_("Later file (JSON or XLSX)"))


class MakeForm(forms.Form):
    """A drawing of the map to make: which format, on which paper or at which scale, without which lanes."""

    format = forms.ChoiceField(choices=[(key, key.upper()) for key in ("pdf", "pptx", "svg", "png")])
    paper = forms.ChoiceField(
        label=_("Paper"), choices=[(key, key.upper()) for key in PAPERS], initial="a3", required=False
    )
    scale = forms.TypedChoiceField(
        label=_("Size"),
        choices=[(1, "1×"), (2, "2×"), (4, "4×")],
        initial=2,
        coerce=int,
        empty_value=None,
        required=False,
    )
    split = forms.BooleanField(label=_("lanes may go on further sheets"), required=False)
    without = forms.MultipleChoiceField(label=_("Leave out lanes"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, lanes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["without"].choices = lanes  # type: ignore[attr-defined]

    def wish(self, *, period: Period | None, version: Version | None) -> Wish:
        data = self.cleaned_data
        return Wish(
            format=data["format"],
            paper=data["paper"] or "a3",
            scale=data["scale"] or 1,
            split=data["split"],
            without=tuple(data["without"]),
            period=period,
            version=version,
        )
