"""Forms of reviews: the head, and the answers of one place."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from improvements.checklists import Criterion
from improvements.models import Review, ReviewAnswer
from improvements.reviewing import Given
from improvements.reviews import PlaceView, Point

NOTE_MAX = 2000


class ReviewForm(forms.ModelForm):
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Review
        fields = ["held_on", "people", "note"]
        widgets = {
            "held_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea({"rows": 2}),
        }
        help_texts = {"people": _("Names or departments, as far as you want to keep them.")}


class PlaceForm(forms.Form):
    """The answers of one place; names of fields end in the code of the criterion."""

    stamp = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, view: PlaceView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.view = view
        fields: Any = self.fields
        fields["stamp"].initial = view.stamp
        for point in view.points:
            code, row = point.criterion.code, point.row
            fields[f"answer-{code}"] = forms.ChoiceField(
                choices=ReviewAnswer.Answer.choices, required=False, initial=row.answer if row else ""
            )
            fields[f"note-{code}"] = forms.CharField(
                required=False, max_length=NOTE_MAX, initial=row.note if row else ""
            )
            fields[f"evidence-{code}"] = forms.URLField(
                required=False,
                max_length=500,
                assume_scheme="https",
                initial=row.evidence if row else "",
                error_messages={"invalid": _("Write a whole address, such as https://example.org/page.")},
            )

    @property
    def given(self) -> dict[str, Given]:
        """The answers by criterion (code); of a valid form."""
        data = self.cleaned_data
        codes = [point.criterion.code for point in self.view.points]
        return {
            code: Given(data[f"answer-{code}"], data[f"note-{code}"].strip(), data[f"evidence-{code}"])
            for code in codes
        }

    def lines(self) -> list["Line"]:
        return [Line(self, point) for point in self.view.points]


class Line:
    """One criterion of the form, as the page shows it."""

    def __init__(self, form: PlaceForm, point: Point) -> None:
        self.point = point
        self.criterion: Criterion = point.criterion
        code = self.criterion.code
        self.answer = form[f"answer-{code}"]
        self.note = form[f"note-{code}"]
        self.evidence = form[f"evidence-{code}"]
        self.value = self.answer.value() or ""
        self.choices = ReviewAnswer.Answer.choices
        # Open where there is something to read in it, or to correct.
        self.open = bool(self.note.value() or self.evidence.value() or self.note.errors or self.evidence.errors)
