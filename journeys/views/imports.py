"""Bringing a journey as a file: a document, a workbook of ours, or any table; and replacing a map by a document."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.lib.http import see_other
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.brought import brought_drop, brought_keep
from cxmap.workspaces.models import Workspace
from cxmap.workspaces.requests import MemberRequest
from journeys import access, interchange, lanes
from journeys.forms_files import ImportForm, SpreadsheetForm
from journeys.interchange.differences import level_text
from journeys.interchange.document import refused
from journeys.interchange.opening import document_in_file
from journeys.models import Draft, Journey
from journeys.spreadsheets import Choices, Plan, Table, TableUnreadable, plan_of, tables_read
from journeys.spreadsheets.understanding import IGNORE, MATRIX, TIDY, TURNED
from journeys.views.versions import Side, compared

IGNORED_SHOWN = 200


@login_required
def journey_import(request: MemberRequest, slug: str) -> HttpResponse:
    """Take a file. A document becomes a journey at once; a table is shown as the map that it would be."""
    workspace = workspaces_access.workspace_for_edit(request, slug)
    form = ImportForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = cast(UploadedFile, form.cleaned_data["file"])
            raw, name = file.read(), PurePath((file.name or "").replace("\\", "/")).name
            try:
                return see_other(_taken(request, workspace, raw, name))
            except interchange.DocumentInvalid as problem:
                form.add_error("file", refused(problem))
            except CxmapError as error:
                form.add_error("file", str(error))
    context = {"form": form, "section": "journeys"}
    return render(request, "journeys/import.html", context, status=status)


def _taken(request: MemberRequest, workspace: Workspace, raw: bytes, name: str) -> str:
    """Return where to go on with a file. Raises DocumentInvalid, TableUnreadable."""
    document = document_in_file(raw)
    if document is not None:
        written = interchange.journey_import(workspace=workspace, document=document, actor=request.user)
        tell(request, written)
        return written.journey.get_absolute_url()
    tables = tables_read(raw, name=name)
    plan_of(tables[0])
    payload = {"tables": [{"name": table.name, "rows": table.rows} for table in tables]}
    draft = brought_keep(Draft, workspace=workspace, actor=request.user, name=name, payload=payload)
    return reverse("journeys:draft", args=[draft.pk])


def tell(request: MemberRequest, written: interchange.Written) -> None:
    """Say what was added to the workspace or could not be taken over."""
    messages.success(request, _("“%(name)s” is here.") % {"name": written.journey.name})
    for note in written.notes[:12]:
        messages.warning(request, note)
    if len(written.notes) > 12:
        messages.warning(request, _("… and %(count)s more remarks.") % {"count": len(written.notes) - 12})


@login_required
@require_POST
def document_bring(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Take a document that is to replace a map; what it would change is shown before."""
    journey = access.journey_for_edit(request, pk)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "; ".join(str(error) for errors in form.errors.values() for error in errors))
        return see_other(reverse("journeys:files", args=[pk]))
    file = cast(UploadedFile, form.cleaned_data["file"])
    try:
        document = document_in_file(file.read())
        if document is None:
            raise TableUnreadable(_("Only a JSON or XLSX export of a map can replace one. Tables begin a new map."))
    except interchange.DocumentInvalid as problem:
        messages.error(request, refused(problem))
        return see_other(reverse("journeys:files", args=[pk]))
    except CxmapError as error:
        messages.error(request, str(error))
        return see_other(reverse("journeys:files", args=[pk]))
    draft = brought_keep(
        Draft,
        workspace=journey.workspace,
        actor=request.user,
        name=PurePath(file.name or "").name,
        payload={"document": interchange.to_dict(document), "revision": journey.board_revision},
        journey=journey,
    )
    return see_other(reverse("journeys:draft", args=[draft.pk]))


@login_required
def draft(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show what a file means, and do it once its owner says so."""
    found = access.draft_for_edit(request, pk)
    if found.journey is not None:
        return _replacement(request, found, found.journey)
    return _spreadsheet(request, found)


@login_required
@require_POST
def draft_drop(request: MemberRequest, pk: UUID) -> HttpResponse:
    found = access.draft_for_edit(request, pk)
    back = (
        reverse("journeys:files", args=[found.journey_id])
        if found.journey_id
        else reverse("journeys:list", args=[found.workspace.slug])
    )
    brought_drop(found)
    return see_other(back)


def _replacement(request: MemberRequest, found: Draft, journey: Journey) -> HttpResponse:
    document = interchange.document_from(found.payload["document"])
    if request.method == "POST":
        try:
            written = interchange.document_apply(
                journey=journey,
                document=document,
                actor=request.user,
                expected_board_revision=found.payload["revision"],
            )
        except StaleRevision:
            found.payload["revision"] = journey.board_revision
            found.save(update_fields=["payload"])
            messages.error(request, _("The map changed meanwhile: look at the differences again."))
            return see_other(reverse("journeys:draft", args=[found.pk]))
        except interchange.DocumentInvalid as problem:
            messages.error(request, refused(problem))
            return see_other(reverse("journeys:draft", args=[found.pk]))
        brought_drop(found)
        tell(request, written)
        return see_other(journey.get_absolute_url())
    before = Side("now", _("now"), interchange.document_of(journey, files=False))
    after = Side("file", found.name, document)
    context = {
        "journey": journey,
        "draft": found,
        "before": before,
        "after": after,
        "section": "journeys",
        **compared(before, after),
    }
    return render(request, "journeys/replacement.html", context)


# Tables


@dataclass(frozen=True, slots=True)
class PreviewLane:
    """A lane of the preview with the choice of its kind."""

    field: str
    label: str
    kind: str
    icon: str
    cells: list[list[str]]


def choices_of(data: QueryDict) -> Choices:
    """Read what a person decided, from the address or a form."""
    kinds = {kind.key for kind in lanes.kinds()} | {IGNORE}
    layout = data.get("layout", "")
    columns = {
        int(name.removeprefix("column:")): str(value)
        for name, value in data.items()
        if name.startswith("column:") and name.removeprefix("column:").isdecimal() and len(name) < 12
    }
    return Choices(
        layout=layout if layout in {MATRIX, TURNED, TIDY} else None,
        has_stages={"1": True, "0": False}.get(data.get("stages", "")),
        lanes={
            name.removeprefix("lane:"): str(value)
            for name, value in data.items()
            if name.startswith("lane:") and value in kinds
        },
        columns=columns,
    )


def _sheet_number(data: QueryDict, tables: list[Table]) -> int:
    text = data.get("sheet", "0")
    return int(text) if text.isdecimal() and len(text) < 4 and int(text) < len(tables) else 0


def lane_choices() -> list[tuple[str, Any]]:
    """Return the kinds that a row of a table can become."""
    fitting = [kind for kind in lanes.kinds() if kind.typed or kind.key in {"touchpoints", "emotion", "pains", "ideas"}]
    return [*((kind.key, kind.label) for kind in fitting), (IGNORE, _("leave out"))]


def role_choices() -> list[tuple[str, Any]]:
    return [
        (IGNORE, _("leave out")),
        ("stage", _("stage")),
        ("step", _("step")),
        ("lane", _("lane")),
        ("text", _("text")),
        ("touchpoint", _("touchpoint")),
        ("persona", _("persona")),
        ("source", _("source")),
        ("believed", _("level of emotion")),
    ]


def _spreadsheet(request: MemberRequest, found: Draft) -> HttpResponse:
    tables = [Table(entry["name"], entry["rows"]) for entry in found.payload["tables"]]
    data = request.POST if request.method == "POST" else request.GET
    number = _sheet_number(data, tables)
    plan = plan_of(tables[number], choices_of(data))
    initial = {"name": PurePath(found.name).stem.replace("_", " ")}
    form = SpreadsheetForm(request.POST or None, workspace=found.workspace, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if plan.is_empty:
            form.add_error(None, _("Nothing of this table has found a place: choose another layout."))
        elif form.is_valid():
            try:
                document = plan.document(name=form.cleaned_data["name"], workspace=found.workspace)
                document.personas.extend(form.personas(known={part.name for part in document.personas}))
                written = interchange.journey_import(workspace=found.workspace, document=document, actor=request.user)
            except interchange.DocumentInvalid as problem:
                form.add_error(None, refused(problem))
            else:
                brought_drop(found)
                tell(request, written)
                return see_other(written.journey.get_absolute_url())
    context = {
        "draft": found,
        "form": form,
        "tables": [(place, table.name) for place, table in enumerate(tables)] if len(tables) > 1 else [],
        "sheet": number,
        "plan": plan,
        "stages": _spans(plan),
        "lanes": _preview(plan),
        "lane_choices": lane_choices(),
        "role_choices": role_choices(),
        "layouts": [
            (MATRIX, _("rows are lanes, columns are steps")),
            (TURNED, _("rows are steps, columns are lanes")),
            (TIDY, _("one row per card")),
        ],
        "ignored": plan.ignored[:IGNORED_SHOWN],
        "more_ignored": max(0, len(plan.ignored) - IGNORED_SHOWN),
        "section": "journeys",
    }
    return render(request, "journeys/spreadsheet.html", context, status=status)


def _spans(plan: Plan) -> list[tuple[str, int]]:
    """Return the stages with how many columns each has."""
    counts = [0] * len(plan.stages)
    for stage, _name in plan.steps:
        counts[stage] += 1
    return list(zip(plan.stages, counts, strict=True))


def _preview(plan: Plan) -> list[PreviewLane]:
    found = []
    for lane in plan.lanes:
        if lane.kind == "emotion":
            steps = range(len(plan.steps))
            cells = [[level_text(plan.levels[step])] if step in plan.levels else [] for step in steps]
        else:
            cells = [lane.cells.get(step, []) for step in range(len(plan.steps))]
        label = lane.label or str(lanes.kind_of(lane.kind).label)
        found.append(PreviewLane(f"lane:{lane.label}", label, lane.kind, lanes.kind_of(lane.kind).icon, cells))
    return found
