"""What comes of a workshop: bringing it to the map, the summary, papers and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.lib import formats, sheets
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, see_other
from cxmap.lib.text import fold
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from journeys.models import Step
from workshops import access
from workshops.documents import summary_pdf, summary_rows
from workshops.errors import NoSuchThing, StepNeeded
from workshops.forms import DecisionForm, target_choices
from workshops.items import Item
from workshops.models import Activity, Target, Workshop
from workshops.selectors.summary import Round, Summary, summary_of
from workshops.services import workshops as services
from workshops.services.results import Line, curve_take_over, results_bring, step_ids_of


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the form: what it is, what it becomes and where, and whether it is proposed."""

    item: Item
    target: str
    step: str  # id, or empty
    ticked: bool
    wrong: bool

    @property
    def field(self) -> str:
        return self.item.key.replace(":", "-")


def proposed(one: Round) -> set[str]:
    """Return the keys of what is worth bringing: with votes, what got as many dots as the third best; else everything."""
    left = [item for item in one.items if not item.brought]
    voted = sorted((item.votes for item in one.items if item.votes), reverse=True)
    if one.votes is None or not voted:
        return {item.key for item in left}
    least = voted[min(2, len(voted) - 1)]
    return {item.key for item in left if (item.votes or 0) >= least}


def _rows(one: Round, data: Any, wrong: Sequence[str]) -> list[Row]:
    """Return the lines of a round as they were sent, or as they are proposed."""
    ticked = set(data.getlist("take")) if data is not None else proposed(one)
    rows = []
    for item in one.items:
        field = item.key.replace(":", "-")
        target = data.get(f"target-{field}", one.activity.target) if data is not None else one.activity.target
        step = data.get(f"step-{field}", "") if data is not None else str(item.step_id or "")
        rows.append(Row(item, target, step, item.key in ticked, item.key in wrong))
    return rows


def _lines(summary: Summary, data: Any) -> list[Line]:
    """Return what the form wants on the map. Raises NoSuchThing for a lane or step that is none."""
    steps: dict[str, Step] = {str(step.pk): step for step in summary.steps}
    ticked = set(data.getlist("take"))
    lines = []
    for one in summary.rounds:
        for row in _rows(one, data, ()):
            if row.item.key not in ticked or row.item.brought:
                continue
            if row.target not in Target.values or (row.step and row.step not in steps):
                raise NoSuchThing
            lines.append(Line(row.item, Target(row.target), steps.get(row.step)))
    return lines


def _page(
    request: MemberRequest, workshop: Workshop, *, data: Any = None, wrong: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    summary = summary_of(workshop)
    context = {
        "workshop": workshop,
        "summary": summary,
        "rounds": [(one, _rows(one, data, wrong)) for one in summary.rounds if one.items],
        "left": sum(one.todo for one in summary.rounds),
        "targets": target_choices(),
        "section": "workshops",
    }
    return render(request, "workshops/results.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def results(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Choose what goes to the map, during the workshop (the steps of a new journey) or after it."""
    workshop = access.workshop_for_edit(request, pk)
    if request.method != "POST":
        return _page(request, workshop)
    back = reverse("workshops:results", args=[pk])
    try:
        lines = _lines(summary_of(workshop), request.POST)
        count = results_bring(workshop=workshop, actor=request.user, lines=lines)
    except StepNeeded as error:
        messages.error(request, str(error))
        return _page(request, workshop, data=request.POST, wrong=error.fields["step"], status=422)
    except CxmapError as error:
        return refuse(request, error, back=back)
    text = ngettext("%(n)s thing was brought to the map.", "%(n)s things were brought to the map.", count)
    messages.success(request, text % {"n": formats.whole(count)})
    return see_other(back)


@login_required
@require_POST
def curve_set(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Make the mean of what was felt the believed curve of the map, at the ticked steps."""
    activity = access.activity_for_edit(request, pk)
    back = reverse("workshops:results", args=[activity.workshop_id])
    if activity.kind != Activity.Kind.RATING or not activity.is_revealed:
        raise Http404
    try:
        count = curve_take_over(activity=activity, actor=request.user, steps=step_ids_of(request.POST.getlist("step")))
    except CxmapError as error:
        return refuse(request, error, back=back)
    text = ngettext(
        "The believed curve of the map was set at %(n)s step.",
        "The believed curve of the map was set at %(n)s steps.",
        count,
    )
    messages.success(request, text % {"n": formats.whole(count)})
    return see_other(f"{back}#curve")


@login_required
@require_safe
def summary(request: MemberRequest, pk: UUID) -> HttpResponse:
    workshop = access.workshop_for_view(request, pk)
    context = {
        "workshop": workshop,
        "journey": workshop.journey,
        "summary": summary_of(workshop),
        "can_edit": can(request.membership, Role.EDITOR),
        "decision_form": DecisionForm(auto_id="decision_%s"),
        "section": "workshops",
    }
    return render(request, "workshops/summary.html", context)


@login_required
@require_POST
def names_set(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Say whether the summary names who took part."""
    workshop = access.workshop_for_edit(request, pk)
    services.workshop_names_shown(workshop=workshop, actor=request.user, shown=request.POST.get("names") == "1")
    return see_other(f"{reverse('workshops:summary', args=[pk])}#people")


def _name(workshop: Workshop) -> str:
    return slugify(fold(workshop.title))[:60] or "workshop"


@login_required
@require_safe
def summary_paper(request: MemberRequest, pk: UUID) -> HttpResponse:
    workshop = access.workshop_for_view(request, pk)
    response = HttpResponse(summary_pdf(summary_of(workshop)), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{_name(workshop)}.pdf"'
    return response


@login_required
@require_safe
def notes_table(request: MemberRequest, pk: UUID) -> HttpResponse | StreamingHttpResponse:
    """All notes as a table: `?format=csv`, `csv-fr` or `xlsx`."""
    workshop = access.workshop_for_view(request, pk)
    form = request.GET.get("format", "xlsx")
    if form not in sheets.CONTENT_TYPES:
        raise Http404
    content_type, ending = sheets.CONTENT_TYPES[form]
    found = summary_of(workshop)
    rows = summary_rows(found)
    response: HttpResponse | StreamingHttpResponse
    if form == "xlsx":
        widths = [26, 26, 22, 60, 36, 20, 10, 14]
        response = HttpResponse(
            sheets.xlsx_file([(pgettext("workshop", "Notes"), rows, widths)]), content_type=content_type
        )
    else:
        response = StreamingHttpResponse(sheets.csv_rows(rows, french=form == "csv-fr"), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{_name(workshop)}.{ending}"'
    return response
