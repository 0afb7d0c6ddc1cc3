"""Forms of versions, documents and files."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from journeys import interchange
from journeys.interchange.document import refused

DOCUMENT_BYTES_MAX = 48 * 2**20


class VersionForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For example: after the workshop of March."))
    note = forms.CharField(label=_("Note"), widget=forms.Textarea({"rows": 2}), max_length=4000, required=False)


class DocumentField(forms.FileField):
    """A journey as a JSON file; its value is the document."""

    widget = forms.FileInput({"accept": ".json,application/json"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return None
        if (file.size or 0) > DOCUMENT_BYTES_MAX:
            raise ValidationError(_("The file is larger than 48 MB."))
        try:
            return interchange.document_read(file.read())
        except interchange.DocumentInvalid as problem:
            raise ValidationError(refused(problem)) from problem


class CompareFilesForm(forms.Form):
    before = DocumentField(label=_("Earlier file (JSON)"))
    after = DocumentField(label=_("Later file (JSON)"))
