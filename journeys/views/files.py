"""The files of a map: every format to fetch, and a document to put in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from journeys import access, interchange
from journeys.forms_files import ImportForm
from journeys.interchange.cjml import cjml_write
from journeys.interchange.tidy import tidy_csv
from journeys.interchange.workbook import workbook_write
from journeys.models import Journey
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


@login_required
@require_safe
def file_list(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_view(request, pk)
    context = {
        "journey": journey,
        "form": ImportForm(),
        "can_edit": can(request.membership, Role.EDITOR),
        "section": "journeys",
    }
    return render(request, "journeys/files.html", context)


@login_required
@require_safe
def download(request: MemberRequest, pk: UUID, kind: str) -> HttpResponse:
    """A file of the map's data, written at once."""
    journey = access.journey_for_view(request, pk)
    found = DATA_FORMATS.get(kind)
    if found is None:
        raise Http404
    return attachment(found.write(journey), file_name(journey.name, found.extension), found.content_type)
