"""Personas to print, to show and to hand on: PDF, image, slides, and the blank sheet."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse
from cxmap.lib.text import fold
from cxmap.workspaces.access import workspace_for_view
from cxmap.workspaces.models import Workspace
from cxmap.workspaces.requests import MemberRequest
from personas import access, documents, selectors
from personas.errors import NothingToPrint
from personas.models import Persona
from personas.selectors import Sheet

LANGUAGES = ("en", "fr")
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def _file(content: bytes, content_type: str, name: str, *, inline: bool = True) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response


def _name(persona: Persona) -> str:
    return slugify(fold(persona.name))[:60] or "persona"


def _name_of_many(workspace: Workspace) -> str:
    return f"personas-{workspace.slug}-{timezone.localdate():%Y-%m-%d}"


def _sheets(request: MemberRequest, workspace: Workspace) -> list[Sheet]:
    """Return the sheets that a request wants in one file, at least one. Raises NothingToPrint, TooManySheets."""
    sheets = selectors.sheets_to_print(workspace, request.GET.getlist("persona"))
    if not sheets:
        raise NothingToPrint
    return sheets


@login_required
@require_safe
def persona_pdf(request: MemberRequest, pk: UUID) -> HttpResponse:
    persona = access.persona_for_view(request, pk)
    return _file(documents.sheet_pdf(selectors.sheet(persona)), "application/pdf", f"{_name(persona)}.pdf")


@login_required
@require_safe
def persona_png(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The sheet as one image; ?scale=2 draws it twice as fine."""
    persona = access.persona_for_view(request, pk)
    scale = request.GET.get("scale", "1")
    if scale not in map(str, documents.SCALES):
        error = CxmapError(_("The image has the scale 1 or 2: write ?scale=1 or ?scale=2."))
        return refuse(request, error, back=persona.get_absolute_url())
    image = documents.sheet_png(selectors.sheet(persona), scale=int(scale))
    return _file(image, "image/png", f"{_name(persona)}.png")


@login_required
@require_safe
def personas_pdf(request: MemberRequest, slug: str) -> HttpResponse:
    """The sheets of all personas, or of the ticked ones, in one file."""
    workspace = workspace_for_view(request, slug)
    try:
        sheets = _sheets(request, workspace)
    except CxmapError as error:
        return refuse(request, error, back=reverse("personas:list", args=[workspace.slug]))
    return _file(documents.sheets_pdf(sheets), "application/pdf", f"{_name_of_many(workspace)}.pdf")


@login_required
@require_safe
def persona_pptx(request: MemberRequest, pk: UUID) -> HttpResponse:
    persona = access.persona_for_view(request, pk)
    content = documents.pptx_write([selectors.sheet(persona)])
    return _file(content, PPTX, f"{_name(persona)}.pptx", inline=False)


@login_required
@require_safe
def personas_pptx(request: MemberRequest, slug: str) -> HttpResponse:
    """All personas, or the ticked ones, as slides that can be changed."""
    workspace = workspace_for_view(request, slug)
    try:
        sheets = _sheets(request, workspace)
    except CxmapError as error:
        return refuse(request, error, back=reverse("personas:list", args=[workspace.slug]))
    return _file(documents.pptx_write(sheets), PPTX, f"{_name_of_many(workspace)}.pptx", inline=False)


@login_required
@require_safe
def blank_pdf(request: MemberRequest, slug: str) -> HttpResponse:
    """The sheet with its questions and empty lines, for a workshop (artefact 1), in the language that is asked for."""
    workspace = workspace_for_view(request, slug)
    language = request.GET.get("language", "")
    if language not in LANGUAGES:
        language = translation.get_language() or "en"
    with translation.override(language):
        name = f"{slugify(fold(_('Blank persona sheet')))}-{language[:2]}.pdf"
        content = documents.sheet_pdf(selectors.blank_sheet(workspace), blank=True)
    return _file(content, "application/pdf", name)
