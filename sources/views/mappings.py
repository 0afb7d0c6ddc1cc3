"""The mapping screen."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from sources import access, services
from sources.forms import MappingFileForm, NewTouchpointsForm
from sources.mapping_page import Library, MappingPage, Posted, library_of, mapping_page, renamed
from sources.models import Import
from sources.reading import FileProblem, Table, read_mapping
from sources.services.mappings import file_options, import_table, mapping_for, suggestion_for
from sources.wording import explained
from touchpoints.services import touchpoint_create

MAPPING_BYTES_MAX = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Opened:
    """A stored file with the mapping to go on from; saved: it is the one of the source's last file of this shape."""

    table: Table
    document: dict[str, Any]
    is_saved: bool


def _open(import_: Import) -> Opened:
    """Open the file as its mapping says, else the mapping of the last file of this shape, else a proposal. Raises FileProblem."""
    if import_.mapping:
        is_saved = import_.saved_mapping is not None and import_.saved_mapping.document == import_.mapping
        return Opened(import_table(import_, file_options(import_.mapping)), import_.mapping, is_saved)
    table = import_table(import_)
    saved = mapping_for(import_, table)
    if saved is not None:
        table.close()
        return Opened(import_table(import_, file_options(saved.document)), saved.document, is_saved=True)
    found = suggestion_for(import_.workspace, table)
    if found.file != table.options:
        table.close()
        table = import_table(import_, found.file)
        found = suggestion_for(import_.workspace, table)
        found.mapping.setdefault("file", msgspec.to_builtins(table.options))
    return Opened(table, found.mapping, is_saved=False)


@login_required
def import_mapping(request: HttpRequest, pk: UUID) -> HttpResponse:
    import_ = access.import_for_analysis(request, pk)
    if not import_.can_map:
        return redirect(import_)
    try:
        opened = _open(import_)
    except FileProblem as problem:
        found = explained(problem)
        messages.error(request, f"{found.message} {found.advice}")
        return redirect(import_)
    except OSError:
        messages.error(request, _("The stored file is no longer there. Bring it again."))
        return redirect(import_)
    library = library_of(import_.workspace)
    with opened.table as table:
        if request.method != "POST":
            page = mapping_page(table, library, opened.document, is_saved=opened.is_saved)
            return _render(request, import_, page)
        posted = Posted(request.POST, table, library, opened.document)
        if request.POST.get("action") == "reread":
            return _reread(request, import_, opened, posted, library)
        return _set(request, import_, opened, posted, library)


def _render(
    request: HttpRequest,
    import_: Import,
    page: MappingPage,
    *,
    problem: Any = None,
    new: NewTouchpointsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "import": import_,
        "page": page,
        "problem": problem,
        "new": new or NewTouchpointsForm(workspace=import_.workspace),
        "can_edit": can(request.membership, Role.EDITOR),  # type: ignore[attr-defined]
        "file_form": MappingFileForm(prefix="mapping"),
        "section": "sources",
    }
    return render(request, "sources/import_mapping.html", context, status=status)


def _reread(request: HttpRequest, import_: Import, opened: Opened, posted: Posted, library: Library) -> HttpResponse:
    """Open the file in another way, or as another kind of file, and show the screen again."""
    document = posted.document
    if document["layout"] != opened.document.get("layout"):
        kept: dict[str, Any] = {
            name: document[name] for name in ("layout", "file", "numbers", "dates") if name in document
        }
        proposed = suggestion_for(import_.workspace, opened.table)
        document = {**(proposed.mapping if proposed.layout == kept["layout"] else {}), **kept}
    try:
        with import_table(import_, file_options(document)):
            pass
        services.import_set_draft(import_=import_, document=document)
    except FileProblem as problem:
        page = mapping_page(opened.table, library, opened.document, is_saved=opened.is_saved)
        return _render(request, import_, page, problem=explained(problem), status=422)
    except CxmapError as error:
        messages.error(request, str(error))
        return redirect(import_)
    return redirect("sources:import-mapping", import_.public_id)


def _set(request: HttpRequest, import_: Import, opened: Opened, posted: Posted, library: Library) -> HttpResponse:
    """Save the mapping and have the preview made, or show what is missing."""
    document = posted.document
    page = mapping_page(opened.table, library, document, proposes=False)
    new = NewTouchpointsForm(request.POST, workspace=import_.workspace)
    may_create = can(request.membership, Role.EDITOR)  # type: ignore[attr-defined]
    wants_new = bool(request.POST.get("create")) and may_create
    if posted.unknown and not (wants_new and new.is_valid()):
        page.unknown = posted.unknown
    if posted.errors or page.unknown:
        page.errors = posted.errors
        form = new if wants_new else NewTouchpointsForm(workspace=import_.workspace)
        return _render(request, import_, page, new=form, status=422)
    try:
        with transaction.atomic():
            if posted.unknown:
                document = renamed(document, _create(request, import_, posted.unknown, new))
            services.import_set_mapping(import_=import_, actor=cast(Any, request.user), document=document)
    except FileProblem as problem:
        return _render(request, import_, page, problem=explained(problem), status=422)
    except CxmapError as error:
        messages.error(request, str(error))
    return redirect(import_)


def _create(request: HttpRequest, import_: Import, names: Any, form: NewTouchpointsForm) -> dict[str, str]:
    """Add touchpoints to the library, and return their codes by name."""
    return {
        name: touchpoint_create(
            workspace=import_.workspace,
            actor=cast(Any, request.user),
            name=name[:200],
            category=form.cleaned_data["category"],
            channel=form.cleaned_data["channel"],
        ).code
        for name in names
    }


@login_required
@require_safe
def mapping_download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The mapping as JSON, for import_file or another workspace."""
    import_ = access.import_for_view(request, pk)
    response = HttpResponse(
        msgspec.json.format(msgspec.json.encode(import_.mapping or {}), indent=2), content_type="application/json"
    )
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{import_.source.key}-mapping.json") or ""
    )
    return response


@login_required
@require_POST
def mapping_upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a mapping from a JSON file, and show it on the screen."""
    import_ = access.import_for_analysis(request, pk)
    form = MappingFileForm(request.POST, request.FILES, prefix="mapping")
    if not form.is_valid() or form.cleaned_data["file"].size > MAPPING_BYTES_MAX:
        messages.error(request, _("Choose a mapping file of at most 4 MB."))
        return redirect("sources:import-mapping", pk)
    try:
        content = form.cleaned_data["file"].read()
        read_mapping(content)
        services.import_set_draft(import_=import_, document=msgspec.json.decode(content))
    except FileProblem as problem:
        found = explained(problem)
        messages.error(request, f"{found.message} {found.advice}")
    except CxmapError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The mapping was read from the file."))
    return redirect("sources:import-mapping", pk)
