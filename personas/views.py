"""The pages of personas: list, sheet, form, evidence, trash, PDF."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.history.services import feed
from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.lib.http import refuse, render_page_or_partial, wants_partial
from cxmap.lib.text import fold
from cxmap.workspaces.access import can, workspace_for_edit, workspace_for_view
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from personas import access, documents, selectors, services
from personas.forms import EvidenceForm, PersonaForm
from personas.models import Persona, TraitEvidence
from personas.panels import panels


@login_required
@require_safe
def persona_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_view(request, slug)
    page = selectors.persona_list(workspace)
    context = {
        "page": page,
        # What was just deleted, so that the page offers to take it back.
        "deleted": next((row for row in page.trash if str(row.pk) == request.GET.get("deleted")), None),
        "section": "personas",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "personas/persona_list.html", context)


def _removed(persona: Persona, pk: str) -> TraitEvidence | None:
    """Return the evidence that was just taken away, so that the page offers to take it back."""
    if not pk.isdecimal() or len(pk) > 17:
        return None
    of_persona = Q(trait__persona=persona) | Q(section__persona=persona)
    return TraitEvidence.objects.filter(of_persona, pk=int(pk)).exclude(deleted_at=None).first()


@login_required
@require_safe
def persona_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    persona = access.persona_for_view(request, pk)
    context = {
        "persona": persona,
        "sheet": selectors.sheet(persona),
        "panels": panels(request, persona),
        "removed": _removed(persona, request.GET.get("removed", "")),
        "section": "personas",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "personas/persona_detail.html", context)


def _form_page(request: MemberRequest, form: PersonaForm, *, status: int = 200, **context: Any) -> HttpResponse:
    context = {"form": form, "persona": form.persona, "section": "personas", **context}
    return render(request, "personas/persona_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def persona_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_edit(request, slug)
    if request.method != "POST":
        return _form_page(request, PersonaForm(workspace=workspace))
    form = PersonaForm(request.POST, workspace=workspace)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    values = form.values()
    with transaction.atomic():
        if new := form.new_segment():
            values["segments"].append(services.segment_create(workspace=workspace, actor=request.user, **new))
        persona = services.persona_create(workspace=workspace, actor=request.user, **values)
    messages.success(request, _("“%(name)s” is described. Now say what each field rests on.") % {"name": persona.name})
    return redirect(persona)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def persona_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    persona = access.persona_for_edit(request, pk)
    sheet = selectors.sheet(persona)
    if request.method != "POST":
        return _form_page(request, PersonaForm(workspace=persona.workspace, sheet=sheet))
    form = PersonaForm(request.POST, workspace=persona.workspace, sheet=sheet)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    values = form.values()
    try:
        with transaction.atomic():
            if new := form.new_segment():
                values["segments"].append(
                    services.segment_create(workspace=persona.workspace, actor=request.user, **new)
                )
            services.persona_update(
                persona=persona, actor=request.user, expected_revision=form.cleaned_data["revision"] or 0, **values
            )
    except StaleRevision as error:
        current = selectors.sheet(error.current)
        form.show_conflicts(PersonaForm(workspace=persona.workspace, sheet=current), error.current.revision)
        last = feed(targets=[persona], limit=1)
        return _form_page(request, form, status=409, stale=error, last=last[0] if last else None)
    messages.success(request, _("The sheet is saved."))
    return redirect(persona)


@login_required
@require_POST
def persona_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    persona = access.persona_for_edit(request, pk)
    services.persona_delete(persona=persona, actor=request.user)
    return redirect(f"{reverse('personas:list', args=[persona.workspace.slug])}?deleted={persona.pk}")


@login_required
@require_POST
def persona_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    persona = access.persona_in_trash_for_edit(request, pk)
    try:
        persona = services.persona_restore(persona=persona, actor=request.user)
    except CxmapError as error:
        return refuse(request, error, back=reverse("personas:list", args=[persona.workspace.slug]))
    messages.success(request, _("“%(name)s” is back.") % {"name": persona.name})
    return redirect(persona)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_add(request: MemberRequest, pk: int) -> HttpResponse:
    """The form for one field; a script puts it under the field, else it is a page."""
    trait = access.trait_for_edit(request, pk)
    form = EvidenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.evidence_add(trait=trait, actor=request.user, **form.cleaned_data)
        return redirect(f"{trait.persona.get_absolute_url()}#trait-{trait.pk}")
    context = {
        "form": form,
        "trait": trait,
        "persona": trait.persona,
        "partial": wants_partial(request),
        "section": "personas",
    }
    return render_page_or_partial(
        request, "personas/evidence_form.html", context, status=422 if request.method == "POST" else 200
    )


@login_required
@require_POST
def evidence_remove(request: MemberRequest, pk: int) -> HttpResponse:
    evidence = access.evidence_for_edit(request, pk)
    services.evidence_remove(evidence=evidence, actor=request.user)
    return redirect(f"{evidence.holder.persona.get_absolute_url()}?removed={evidence.pk}")


@login_required
@require_POST
def evidence_restore(request: MemberRequest, pk: int) -> HttpResponse:
    evidence = access.evidence_for_edit(request, pk)
    services.evidence_restore(evidence=evidence, actor=request.user)
    return redirect(f"{evidence.holder.persona.get_absolute_url()}#{evidence.anchor}")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@login_required
@require_safe
def persona_pdf(request: MemberRequest, pk: UUID) -> HttpResponse:
    persona: Persona = access.persona_for_view(request, pk)
    name = slugify(fold(persona.name))[:60] or "persona"
    return _pdf(documents.sheet_pdf(selectors.sheet(persona)), name)


@login_required
@require_safe
def blank_pdf(request: MemberRequest, slug: str) -> HttpResponse:
    """The sheet with its questions and empty lines, for a workshop (artefact 1)."""
    workspace = workspace_for_view(request, slug)
    return _pdf(documents.sheet_pdf(selectors.blank_sheet(workspace), blank=True), "persona")
