"""Sheets as files: templates, downloads, and bringing filled ones back."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override
from django.views.decorators.http import require_http_methods, require_safe

from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.lib.sheets import CONTENT_TYPES, csv_rows
from cxmap.lib.sheets import xlsx_file as table_file
from cxmap.workspaces.access import workspace_for_edit, workspace_for_view
from cxmap.workspaces.models import Workspace
from cxmap.workspaces.requests import MemberRequest
from personas import access
from personas.channels import channels
from personas.interchange import (
    Plan,
    blank_rows,
    documents_of,
    docx_file,
    file_read,
    json_file,
    list_rows,
    plan_apply,
    plan_of,
    rows_of,
    xlsx_file,
)
from personas.interchange.plan import channel_words
from personas.interchange.reading import Found
from personas.interchange.words import LANGUAGES
from personas.interchange.writing import current_language, template_title
from personas.models import Persona

WRITERS = {"xlsx": xlsx_file, "docx": docx_file}
TYPES = {
    "xlsx": CONTENT_TYPES["xlsx"][0],
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
FILES_MAX = 20
SALT = "cxmap.persona-files"
LOOKED_AT_SECONDS = 4 * 3600


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{slugify(name) or "persona"}.{kind}"'
    return response


@login_required
@require_safe
def template(request: MemberRequest, slug: str, language: str, kind: str) -> HttpResponse:
    """The template to fill in, in a language of its own (artefact 1)."""
    workspace_for_view(request, slug)
    if language not in LANGUAGES or kind not in WRITERS:
        raise Http404
    with override(language):
        title, rows = template_title(), blank_rows()
    return _file(WRITERS[kind]([(title, rows)], language=language), title, kind)


@login_required
@require_safe
def sheet_file(request: MemberRequest, pk: Any, kind: str) -> HttpResponse:
    """One filled sheet, to change and bring back."""
    persona = access.persona_for_view(request, pk)
    workspace = request.workspace
    (document,) = documents_of([persona])
    if kind == "json":
        return _file(json_file([document]), persona.name, kind)
    if kind not in WRITERS:
        raise Http404
    rows = rows_of(document, channels(workspace))
    return _file(WRITERS[kind]([(persona.name, rows)], language=current_language()), persona.name, kind)


def _living(workspace: Workspace) -> list[Persona]:
    return list(Persona.objects.filter(workspace=workspace, deleted_at=None).prefetch_related("segments"))


@login_required
@require_safe
def export(request: MemberRequest, slug: str, kind: str) -> HttpResponse | StreamingHttpResponse:
    """All personas: as one table (csv, csv-fr, xlsx), lossless (json), or as sheets to change (sheets-xlsx, sheets-docx)."""
    workspace = workspace_for_view(request, slug)
    documents = documents_of(_living(workspace))
    name = f"{_('personas')}-{workspace.slug}-{timezone.localdate(timezone=workspace.zone).isoformat()}"
    names = channels(workspace)
    if kind == "json":
        return _file(json_file(documents), name, kind)
    if kind in {"sheets-xlsx", "sheets-docx"}:
        ending = kind.removeprefix("sheets-")
        filled = [(one["name"], rows_of(one, names)) for one in documents] or [(template_title(), blank_rows())]
        return _file(WRITERS[ending](filled, language=current_language()), name, ending)
    if kind not in CONTENT_TYPES:
        raise Http404
    rows = list_rows(documents, names)
    content_type, ending = CONTENT_TYPES[kind]
    if kind == "xlsx":
        content: Any = [table_file([("personas", rows, [24, 30, 40, 50] + [18] * 40)])]
    else:
        content = csv_rows(rows, french=kind == "csv-fr")
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{slugify(name)}.{ending}"'
    return response


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """A list of files, each checked as one is."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files or [None]]


class PersonaFilesForm(forms.Form):
    """Files of personas, several at once."""

    file = ManyFilesField(
        label=gettext_lazy("Filled templates or JSON files"),
        help_text=gettext_lazy("XLSX, DOCX, CSV or JSON, up to 4 MB each; several at once."),
        widget=ManyFilesInput(attrs={"accept": ".xlsx,.docx,.csv,.json"}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: MemberRequest, slug: str) -> HttpResponse:
    """Take files and show what they would do; written only when the person says so."""
    workspace = workspace_for_edit(request, slug)
    if request.method == "POST" and "looked_at" in request.POST:
        return _write(request, workspace)
    form = PersonaFilesForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "section": "personas"}
        return render(request, "personas/import_form.html", context, status=422 if request.method == "POST" else 200)
    files = request.FILES.getlist("file")
    if len(files) > FILES_MAX:
        form.add_error("file", _("Choose at most %(number)s files at once.") % {"number": FILES_MAX})
    words = channel_words(workspace)
    found: list[Found] = []
    for file in files[:FILES_MAX]:
        name = PurePath((file.name or "").replace("\\", "/")).name
        try:
            found += file_read(file.read(), name=name, channels=words).found
        except CxmapError as error:
            form.add_error("file", str(error))
    if form.errors:
        return render(request, "personas/import_form.html", {"form": form, "section": "personas"}, status=422)
    return _preview(request, plan_of(workspace, found), workspace)


def _preview(
    request: MemberRequest, plan: Plan, workspace: Workspace, *, error: str = "", status: int = 200
) -> HttpResponse:
    """Show a plan; what was read travels with the page, signed, so that nothing is kept of what is not written."""
    looked_at = signing.dumps(
        {
            "workspace": workspace.pk,
            "found": [
                [one.found.document, one.found.place, one.found.errors, one.found.notes] for one in plan.personas
            ],
            "revisions": {number: one.existing.revision for number, one in enumerate(plan.personas) if one.existing},
        },
        salt=SALT,
        compress=True,
    )
    context = {"plan": plan, "looked_at": looked_at, "error": error, "section": "personas"}
    return render(request, "personas/import_preview.html", context, status=status)


def _write(request: MemberRequest, workspace: Workspace) -> HttpResponse:
    here = reverse("personas:bring", args=[workspace.slug])
    try:
        data = signing.loads(request.POST["looked_at"], salt=SALT, max_age=LOOKED_AT_SECONDS)
    except signing.BadSignature:
        data = {}
    if data.get("workspace") != workspace.pk:
        messages.error(request, _("This page is too old: bring the files again."))
        return redirect(here)
    found = [Found(document, place, errors, notes) for document, place, errors, notes in data["found"]]
    try:
        written = plan_apply(
            workspace=workspace,
            actor=request.user,
            found=found,
            choices={number: request.POST.get(f"choice-{number}", "update") for number in range(len(found))},
            revisions={int(number): revision for number, revision in data["revisions"].items()},
        )
    except StaleRevision:
        error = _("Somebody changed one of these personas meanwhile. Nothing was written: look at the changes again.")
        return _preview(request, plan_of(workspace, found), workspace, error=error, status=409)
    except CxmapError as refused:
        return _preview(request, plan_of(workspace, found), workspace, error=str(refused), status=refused.status)
    messages.success(
        request,
        ngettext("%(n)s persona was written.", "%(n)s personas were written.", len(written)) % {"n": len(written)},
    )
    return redirect("personas:list", workspace.slug)
