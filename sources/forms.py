"""Forms of sources: a file, a measure typed by hand, the settings of a source. Choices are narrowed to the workspace."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from kpis.forms import AmountField
from kpis.measures import Amounts
from kpis.models import Direction, Kpi, KpiKind, Source
from kpis.services.observations import today_of
from sources.reading import Refused, from_score, from_sums, from_value
from sources.reading.facts import EXCLUDED
from sources.reading.numbers import Number
from sources.services.mappings import spec_of
from touchpoints.models import Category, Channel, Touchpoint

AUTO, NEW = "", "new"
WHOLE_MAX = 10**9
ACCEPT = ".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    """A file, and the source that it comes from."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput({"accept": ACCEPT}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Export it again and check that the export holds data."),
        },
    )
    source = forms.ChoiceField(label=_("Source"), required=False)
    name = forms.CharField(
        label=_("Name of the new source"),
        required=False,
        max_length=200,
        help_text=_("Only for a new source: the tool that the file comes from. Empty: the name of the file."),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = list(Source.objects.filter(workspace=workspace, kind=Source.Kind.FILE, deleted_at=None))
        fields: Any = self.fields
        fields["source"].choices = [
            (AUTO, _("Recognise it by its columns, else a new one")),
            *((str(source.public_id), source.name) for source in self.sources),
            (NEW, _("A new source")),
        ]

    def clean_source(self) -> Source | str:
        value = self.cleaned_data["source"]
        return next((source for source in self.sources if str(source.public_id) == value), value)


class MappingFileForm(forms.Form):
    """A mapping as JSON, as the screen saves it."""

    file = forms.FileField(label=_("Mapping file"), widget=forms.ClearableFileInput({"accept": ".json"}))


class SourceForm(forms.ModelForm):
    """The name of a source, and what to expect of it."""

    class Meta:
        model = Source
        fields = ["name", "rhythm_days", "restatement_days"]
        labels = {
            "rhythm_days": _("New data every … days"),
            "restatement_days": _("Days that are still corrected afterwards"),
        }
        help_texts = {
            "rhythm_days": _("The source is late when its newest day is older than three times this."),
            "restatement_days": _("No period that reaches into them is judged. Google Analytics: 2 to 3."),
        }


class NewTouchpointsForm(forms.Form):
    """Where touchpoints stand that a mapping names and the library does not have."""

    category = forms.ModelChoiceField(label=_("category"), queryset=Category.objects.none(), empty_label=None)
    channel = forms.ModelChoiceField(label=_("channel"), queryset=Channel.objects.none(), empty_label=None)

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", "new")
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["category"].queryset = Category.objects.filter(workspace=workspace)
        fields["channel"].queryset = Channel.objects.filter(workspace=workspace)
        website = Channel.objects.filter(workspace=workspace, code="website").first()
        fields["channel"].initial = website and website.pk


class MeasureChoiceForm(forms.Form):
    """What was measured: decides which numbers are asked for."""

    touchpoint: Any = forms.ModelChoiceField(label=_("Touchpoint"), queryset=Touchpoint.objects.none())
    kpi = forms.ModelChoiceField(label=_("KPI"), queryset=Kpi.objects.none())

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["touchpoint"].queryset = Touchpoint.objects.filter(workspace=workspace, deleted_at=None)
        fields["kpi"].queryset = Kpi.objects.filter(workspace=workspace, archived_at=None).exclude(kind=KpiKind.FORMULA)


class MeasureForm(forms.Form):
    """The numbers of one KPI on one touchpoint, counted by hand (A44). `amounts()` after it is valid."""

    first_day = forms.DateField(label=_("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only for a total over several days: it is shown for that span, and judged by no state."),
    )
    who = forms.CharField(label=_("Measured by"), max_length=120)
    note = forms.CharField(label=_("How, and anything worth knowing"), max_length=300, required=False)

    def __init__(
        self, *args: Any, workspace: Workspace, kpi: Kpi, is_bound: bool, has_same: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.workspace, self.kpi, self.spec = workspace, kpi, spec_of(kpi)
        fields: Any = self.fields
        whole: Any = {"min_value": 0, "max_value": WHOLE_MAX}
        before: list[str] = []
        if self.has_scores:
            low, high = (int(end) for end in self.spec.scale)
            for score in range(low, high + 1):
                fields[f"score_{score}"] = forms.IntegerField(label=str(score), required=False, **whole)
            before = [f"score_{score}" for score in range(low, high + 1)]
            fields["excluded"] = forms.IntegerField(
                label=_("no answer"), required=False, help_text=_("Counted apart, never as a value."), **whole
            )
            before.append("excluded")
        elif kpi.kind == KpiKind.PROPORTION:
            fields["numerator"] = forms.IntegerField(label=_capital(kpi.numerator_name), **whole)
            fields["denominator"] = forms.IntegerField(label=_capital(kpi.denominator_name), **whole)
            before = ["numerator", "denominator"]
        elif kpi.kind in (KpiKind.RATIO, KpiKind.COUNT):
            fields["numerator"] = AmountField(label=_capital(kpi.numerator_name))
            fields["denominator"] = forms.IntegerField(label=_capital(kpi.denominator_name), **whole)
            before = ["numerator", "denominator"]
        else:
            label = _("Mean, in seconds") if kpi.kind == KpiKind.DURATION else _("Mean")
            fields["value"] = AmountField(label=label)
            fields["n"] = forms.IntegerField(
                label=gettext("Base: %(name)s") % {"name": kpi.denominator_name}, min_value=1, max_value=WHOLE_MAX
            )
            fields["deviation"] = AmountField(
                label=_("Standard deviation"),
                required=False,
                help_text=_("Without it the interval stays unknown, and so does the state."),
            )
            before = ["value", "n", "deviation"]
        if not kpi.direction and not is_bound:
            fields["direction"] = forms.ChoiceField(
                label=_("On this touchpoint"),
                choices=Direction.choices,
                help_text=_("For this KPI, more may mean more interest or more difficulty."),
            )
        if has_same:
            fields["same"] = forms.ChoiceField(
                label=_("There is a measure of these days already"),
                choices=[
                    ("add", _("add these numbers to it: other customers")),
                    ("replace", _("put these numbers in its place: a correction")),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Say what becomes of the measure that is there.")},
            )
        self.number_fields = before
        self.order_fields([*before, "first_day", "last_day", "who", "note", "direction", "same"])

    @property
    def has_scores(self) -> bool:
        if not self.spec.takes_scores:
            return False
        low, high = self.spec.scale
        return high - low <= 20

    @property
    def numbers(self) -> list[Any]:
        return [self[name] for name in self.number_fields]

    @property
    def others(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.number_fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        today = today_of(self.workspace)
        if first:
            if first > today or (last and last > today):
                self.add_error("first_day", _("This day lies in the future."))
            elif first < dt.date(1990, 1, 1):
                self.add_error("first_day", _("This day is before 1990."))
            elif self.workspace.sealed_before and first < self.workspace.sealed_before:
                refused = Refused("day_sealed", day=first.isoformat(), limit=self.workspace.sealed_before.isoformat())
                self.add_error("first_day", refused.at(0).message(gettext))
            if last and last < first:
                self.add_error("last_day", _("The last day is before the first day."))
            data["last_day"] = last or first
        if not self.errors:
            try:
                data["amounts"] = self._amounts(data)
            except Refused as refused:
                self.add_error(None, refused.at(0).message(gettext))
        return data

    def _amounts(self, data: dict[str, Any]) -> list[tuple[str, Amounts]]:
        """Return what is to be written, with the part of its identity that tells it from the others. Raises Refused."""
        if self.has_scores:
            found = []
            for name in self.number_fields:
                count = data.get(name)
                if not count:
                    continue
                one = EXCLUDED if name == "excluded" else from_score(self.spec, float(name.removeprefix("score_")))
                found.append((name, _times(one, count)))
            if not found:
                self.add_error(None, _("Enter how many people gave which answer."))
            return found
        if self.kpi.kind == KpiKind.PROPORTION:
            return [("", from_sums(self.spec, data["numerator"], data["denominator"]))]
        if self.kpi.kind in (KpiKind.RATIO, KpiKind.COUNT):
            if data["numerator"] is None:
                self.add_error("numerator", _("Enter a number."))
                return []
            return [("", from_sums(self.spec, data["numerator"], data["denominator"]))]
        n, value, deviation = data["n"], data["value"], data.get("deviation")
        if value is None:
            self.add_error("value", _("Enter a number."))
            return []
        squares = None if deviation is None else (n - 1) * deviation**2 + n * value**2
        amounts, _rounded = from_value(self.spec, Number(value), n=n, sum_squares=squares)
        return [("", amounts)]


def _times(one: Amounts, count: int) -> Amounts:
    """Return the amounts of many equal answers."""
    squares = None if one.sum_squares is None else one.sum_squares * count
    return Amounts(
        one.n * count, one.numerator * count, one.denominator * count, squares, one.excluded * count, one.bin
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
