"""Bringing a file, deciding on its preview, following it, taking it back."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial, see_other
from cxmap.lib.sheets import csv_rows
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role, Workspace
from kpis.models import Direction, Source
from kpis.services.sources import source_get_or_create, source_key
from sources import access, selectors, services
from sources.errors import FileTooLarge
from sources.forms import UploadForm
from sources.models import Import, Mapping, Rejection
from sources.reading import FileProblem, Limits, open_table
from sources.wording import explained, reason_of


@login_required
def import_upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a file that can be opened; one that cannot is refused with what to do, and not kept."""
    workspace = workspaces_access.workspace_for_analysis(request, slug)
    context: dict[str, Any] = {"section": "sources", "limit_megabytes": settings.UPLOAD_BYTES_MAX // 2**20}
    status = 200
    if request.method == "POST":
        status = 422
        form = UploadForm(request.POST, request.FILES, workspace=workspace)
        if form.is_valid():
            file = cast(UploadedFile, form.cleaned_data["file"])
            try:
                import_ = _keep(request, workspace, form, file)
            except FileProblem as problem:
                context["problem"] = explained(problem)
                context["filename"] = file.name
            except CxmapError as error:
                form.add_error("file", str(error))
                status = error.status
            else:
                return see_other(reverse("sources:import-mapping", args=[import_.public_id]))
    else:
        form = UploadForm(workspace=workspace, initial={"source": request.GET.get("source", "")})
    return render(request, "sources/import_upload.html", {**context, "form": form}, status=status)


def _keep(request: HttpRequest, workspace: Workspace, form: UploadForm, file: UploadedFile) -> Import:
    """Store the file under its source. Raises FileProblem, FileTooLarge."""
    if (file.size or 0) > settings.UPLOAD_BYTES_MAX:
        raise FileTooLarge(size=file.size or 0, limit=settings.UPLOAD_BYTES_MAX)
    name = PurePath((file.name or "").replace("\\", "/")).name
    with open_table(cast(Any, file.file), name=name, limits=Limits(size=settings.UPLOAD_BYTES_MAX)) as table:
        digest = table.digest
    source = _source(request, workspace, form, digest, stem=PurePath(name).stem)
    return services.import_upload(
        workspace=workspace, source=source, actor=cast(Any, request.user), file=file, filename=name
    )


def _source(request: HttpRequest, workspace: Workspace, form: UploadForm, digest: str, *, stem: str) -> Source:
    """Return the chosen source, the one whose last file had the same columns, or a new one."""
    chosen, name = form.cleaned_data["source"], form.cleaned_data["name"]
    if isinstance(chosen, Source):
        return chosen
    if not chosen and not name:
        known = (
            Mapping.objects.filter(
                workspace=workspace,
                header_digest=digest,
                source__deleted_at=None,
                source__kind=Source.Kind.FILE,
                imports__status=Import.Status.DONE,
            )
            .select_related("source")
            .order_by("-updated_at", "-id")
            .first()
        )
        if known is not None:
            return known.source
    name = name or " ".join(stem.replace("_", " ").split())[:200] or _("File")
    same = next((source for source in form.sources if source.name == name), None)
    if same is not None:
        return same
    return source_get_or_create(
        workspace=workspace,
        key=source_key(workspace, name),
        kind=Source.Kind.FILE,
        name=name,
        actor=cast(Any, request.user),
    )[0]


@login_required
@require_safe
def import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One import in whatever state it is; asked for every second while a worker has it."""
    import_ = access.import_for_view(request, pk)
    context = {
        "import": import_,
        "detail": selectors.import_detail(import_, page=request.GET.get("page", 1)),
        "directions": Direction.choices,
        "section": "sources",
        "can_analyse": can(request.membership, Role.ANALYST),  # type: ignore[attr-defined]
    }
    return render_page_or_partial(request, "sources/import_detail.html", context)


@login_required
@require_POST
def import_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write what the preview showed."""
    import_ = access.import_for_analysis(request, pk)
    policy = request.POST.get("policy", "")
    if policy not in Import.Policy.values:
        messages.error(request, _("Say whether the good lines are enough."))
        return redirect(import_)
    bindings = {
        name.removeprefix("direction-"): value
        for name, value in request.POST.items()
        if name.startswith("direction-") and value in Direction.values
    }
    try:
        services.import_start(import_=import_, actor=cast(Any, request.user), policy=policy, bindings=bindings)
    except CxmapError as error:
        messages.error(request, str(error))
    return redirect(import_)


@login_required
@require_POST
def import_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    import_ = access.import_for_analysis(request, pk)
    try:
        services.import_withdraw_start(import_=import_, actor=cast(Any, request.user))
    except CxmapError as error:
        messages.error(request, str(error))
    return redirect(import_)


@login_required
@require_POST
def import_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    import_ = access.import_for_analysis(request, pk)
    try:
        services.import_delete(import_=import_, actor=cast(Any, request.user))
    except CxmapError as error:
        messages.error(request, str(error))
        return redirect(import_)
    messages.success(request, _("“%(name)s” was deleted; it had changed nothing.") % {"name": import_})
    return redirect("sources:list", import_.workspace.slug)


@login_required
@require_safe
def import_rejections(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """Every refused line as a CSV file, for the spreadsheet of the reader's language."""
    import_ = access.import_for_view(request, pk)
    french = (get_language() or "").startswith("fr")
    header = [_("line"), _("column"), _("reason"), _("value in the file"), _("code")]
    rejections = Rejection.objects.filter(workspace_id=import_.workspace_id, import_id=import_.pk)

    def rows() -> Iterator[list[Any]]:
        yield header
        for one in rejections.order_by("line", "id").iterator(chunk_size=5000):
            yield [one.line, one.column, reason_of(one), one.raw, one.code]

    response = StreamingHttpResponse(csv_rows(rows(), french=french), content_type="text/csv; charset=utf-8")
    name = f"{PurePath(import_.filename).stem or 'import'}-{_('rejected')}.csv"
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response
