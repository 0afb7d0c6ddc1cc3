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
from journeys.interchange.cjml import cjml_write
from journeys.interchange.tidy import tidy_csv
from journeys.interchange.workbook import workbook_write
from journeys.lanes import kind_of
from journeys.models import Export, Journey, Lane
from journeys.services import exports
from journeys.views.documents import period_in
from journeys.views.versions import attachment, file_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class DataFormat:
    """A file that is written at once from the document of a map."""

    extension: str
    content_type: str
    write: Callable[[Journey], bytes]


def _cjml(journey: Journey) -> bytes:
    document = interchange.document_of(journey, files=False)
    return cjml_write(document, company=journey.workspace.name, customer=_("customer"))


DATA_FORMATS = {
    "json": DataFormat(
        "json", "application/json", lambda journey: interchange.to_json(interchange.document_of(journey))
    ),
    "xlsx": DataFormat("xlsx", XLSX, lambda journey: workbook_write(interchange.document_of(journey, files=False))),
    "csv": DataFormat(
        "csv",
        "text/csv; charset=utf-8",
        lambda journey: tidy_csv(interchange.document_of(journey, files=False), french=False),
    ),
    "csv-fr": DataFormat(
        "csv",
        "text/csv; charset=utf-8",
        lambda journey: tidy_csv(interchange.document_of(journey, files=False), french=True),
    ),
    "cjml": DataFormat("cjml", "application/xml", _cjml),
}


def lanes_of(journey: Journey) -> list[tuple[str, str]]:
    """Return the shown lanes as choices."""
    rows = Lane.objects.filter(journey=journey, deleted_at=None, hidden=False).order_by("rank", "id")
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
    return _page(request, journey, MakeForm(lanes=lanes_of(journey)))


@login_required
@require_POST
def make(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Make a drawing: a small map at once, a large one by a worker. One that does not fit says what would help."""
    journey = access.journey_for_view(request, pk)
    form = MakeForm(request.POST, lanes=lanes_of(journey))
    if not form.is_valid():
        return _page(request, journey, form, status=422)
    wish = form.wish(period=period_in(request.POST))
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
    return attachment(found.write(journey), file_name(journey.name, found.extension), found.content_type)
