"""The files of a map: every format to fetch, and a document to put in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial, see_other
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from journeys import access, interchange
from journeys.forms_files import ImportForm, MakeForm
from journeys.interchange import Document
from journeys.interchange.cjml import cjml_write
from journeys.interchange.tidy import tidy_csv
from journeys.interchange.workbook import workbook_write
from journeys.lanes import kind_of
from journeys.models import Export, Journey, Lane, Version
from journeys.picture import document_seen, picture_of
from journeys.readers import version_for
from journeys.services import exports
from journeys.views.documents import period_in
from journeys.views.versions import attachment, file_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class DataFormat:
    """A file that is written at once from the document of a map."""

    extension: str
    content_type: str
    write: Callable[[Document, Journey], bytes]
    with_files: bool = False


def _cjml(document: Document, journey: Journey) -> bytes:
    return cjml_write(document, company=journey.workspace.name, customer=_("customer"))


CSV = "text/csv; charset=utf-8"
DATA_FORMATS = {
    "json": DataFormat(
        "json", "application/json", lambda document, _journey: interchange.to_json(document), with_files=True
    ),
    "xlsx": DataFormat("xlsx", XLSX, lambda document, _journey: workbook_write(document)),
    "csv": DataFormat("csv", CSV, lambda document, _journey: tidy_csv(document, french=False)),
    "csv-fr": DataFormat("csv", CSV, lambda document, _journey: tidy_csv(document, french=True)),
    "cjml": DataFormat("cjml", "application/xml", _cjml),
}


def lanes_of(journey: Journey, version: Version | None) -> list[tuple[str, str]]:
    """Return the shown lanes as choices, of the draft or of a version."""
    if version is None:
        rows = list(Lane.objects.filter(journey=journey, deleted_at=None, hidden=False).order_by("rank", "id"))
    else:
        rows = [lane for lane in picture_of(journey, version).lanes if not lane.hidden]
    return [(str(lane.pk), lane.name or str(kind_of(lane.kind).label)) for lane in rows]


def _page(
    request: MemberRequest, journey: Journey, form: MakeForm, *, refused: CxmapError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "journey": journey,
        "form": ImportForm(),
        "make": form,
        "refused": refused,
        "period": request.GET.get("period") or request.POST.get("period", ""),
        "can_edit": can(request.membership, Role.EDITOR),
        "section": "journeys",
    }
    return render(request, "journeys/files.html", context, status=status)


@login_required
@require_safe
def file_list(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_view(request, pk)
    return _page(request, journey, MakeForm(lanes=lanes_of(journey, version_for(request, journey))))


@login_required
@require_POST
def make(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Make a drawing: a small map at once, a large one by a worker. One that does not fit says what would help."""
    journey = access.journey_for_view(request, pk)
    version = version_for(request, journey)
    form = MakeForm(request.POST, lanes=lanes_of(journey, version))
    if not form.is_valid():
        return _page(request, journey, form, status=422)
    wish = form.wish(period=period_in(request.POST), version=version)
    try:
        if not exports.is_quick(journey, wish):
            exports.export_check(journey, wish)
            return see_other(exports.export_start(journey=journey, actor=request.user, wish=wish).get_absolute_url())
        made = exports.export_make(journey, wish)
    except CxmapError as error:
        return _page(request, journey, form, refused=error, status=422)
    return attachment(made.content, made.name, made.content_type)


@login_required
@require_safe
def export(request: MemberRequest, pk: UUID) -> HttpResponse:
    """How far a file is; asked for every second while a worker has it."""
    found = access.export_for_view(request, pk)
    context = {"export": found, "journey": found.journey, "section": "journeys"}
    return render_page_or_partial(request, "journeys/export.html", context)


@login_required
@require_safe
def export_file(request: MemberRequest, pk: UUID) -> FileResponse:
    found = access.export_for_view(request, pk)
    if found.status != Export.Status.DONE or not found.file:
        raise Http404
    return FileResponse(
        found.file.open(), as_attachment=True, filename=found.filename, content_type=exports.TYPES[found.format]
    )


@login_required
@require_safe
def download(request: MemberRequest, pk: UUID, kind: str) -> HttpResponse:
    """A file of the map's data, written at once."""
    journey = access.journey_for_view(request, pk)
    found = DATA_FORMATS.get(kind)
    if found is None:
        raise Http404
    document = document_seen(journey, version_for(request, journey), files=found.with_files)
    return attachment(found.write(document, journey), file_name(journey.name, found.extension), found.content_type)
