"""The pages of personas: list, sheet, form, evidence, trash."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.history.services import feed
from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.lib.http import refuse, render_page_or_partial, wants_partial
from cxmap.workspaces.access import can, workspace_for_edit, workspace_for_view
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from personas import access, choosing, selectors, services
from personas.comparison import comparison
from personas.errors import PictureNotTaken, ReviewDateNeeded
from personas.forms import ChooserForm, EvidenceForm, PersonaForm, PortraitForm, StatusForm
from personas.models import Persona, Section, Status, Trait, TraitEvidence
from personas.panels import panels
from personas.pictures import picture_response
from personas.privacy import form_hints, sheet_hints


@login_required
@require_safe
def persona_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_view(request, slug)
    page = selectors.persona_list(workspace)
    context = {
        "page": page,
        "as_tree": request.GET.get("view") == "tree",
        # What was just deleted, so that the page offers to take it back.
        "deleted": next((row for row in page.trash if str(row.pk) == request.GET.get("deleted")), None),
        "section": "personas",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "personas/persona_list.html", context)


def _in_a_year() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=365)


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
    sheet = selectors.sheet(persona)
    can_edit = can(request.membership, Role.EDITOR)
    context = {
        "persona": persona,
        "sheet": sheet,
        "family": selectors.family(persona),
        "hints": sheet_hints(sheet) if can_edit else [],
        "status_form": StatusForm(initial={"revision": persona.revision, "review_on": _in_a_year()}),
        "panels": panels(request, persona),
        "removed": _removed(persona, request.GET.get("removed", "")),
        "section": "personas",
        "can_edit": can_edit,
    }
    return render(request, "personas/persona_detail.html", context)


def _form_page(request: MemberRequest, form: PersonaForm, *, status: int = 200, **context: Any) -> HttpResponse:
    context = {"form": form, "persona": form.persona, "section": "personas", **context}
    if form.persona and status == 200:
        context["hints"] = sheet_hints(selectors.sheet(form.persona))
    return render(request, "personas/persona_form.html", context, status=status)


def _arranged(request: MemberRequest, form: PersonaForm) -> HttpResponse:
    """Answer a button that adds, moves or takes away a section: nothing is saved, nothing typed is lost."""
    form.sections.act(request.POST["do"])
    form.without_errors()
    return render(request, "personas/persona_form.html", {"form": form, "persona": form.persona, "section": "personas"})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def persona_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_edit(request, slug)
    if request.method != "POST":
        return _form_page(request, PersonaForm(workspace=workspace))
    form = PersonaForm(request.POST, workspace=workspace)
    if "do" in request.POST:
        return _arranged(request, form)
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
    if "do" in request.POST:
        return _arranged(request, form)
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
@require_POST
def persona_status(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Validate a sheet, or make it a draft or a thing to research again."""
    persona = access.persona_for_edit(request, pk)
    form = StatusForm(request.POST)
    status = request.POST.get("status", "")
    if not form.is_valid() or status not in Status.values:
        return refuse(request, ReviewDateNeeded(), back=persona.get_absolute_url())
    try:
        services.persona_set_status(
            persona=persona,
            actor=request.user,
            status=status,
            review_on=form.cleaned_data["review_on"],
            expected_revision=form.cleaned_data["revision"] or 0,
        )
    except StaleRevision:
        error = CxmapError(_("Somebody changed the sheet meanwhile: read it again, then validate it."))
        return refuse(request, error, back=persona.get_absolute_url())
    except CxmapError as error:
        return refuse(request, error, back=persona.get_absolute_url())
    messages.success(request, _("The status of the sheet is changed."))
    return redirect(persona)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def portrait(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Choose what stands for the face."""
    persona = access.persona_for_edit(request, pk)
    form = PortraitForm(request.POST or None, request.FILES or None, persona=persona)
    if request.method == "POST" and form.is_valid():
        try:
            services.persona_set_portrait(persona=persona, actor=request.user, **form.values())
        except PictureNotTaken as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("The portrait is changed."))
            return redirect(persona)
    faces = [(choice, *choice.data["value"].partition("-")) for choice in form["face"]]
    context = {"form": form, "persona": persona, "faces": faces, "section": "personas"}
    return render(request, "personas/portrait_form.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_safe
def picture(request: MemberRequest, pk: UUID) -> FileResponse:
    return picture_response(access.persona_for_view(request, pk))


@login_required
@require_POST
def hints(request: MemberRequest, slug: str) -> HttpResponse:
    """What in the form looks like personal data; asked for while somebody types, saves nothing."""
    workspace = workspace_for_edit(request, slug)
    return render(request, "personas/_hints.html", {"hints": form_hints(request.POST), "workspace": workspace})


@login_required
@require_safe
def compare(request: MemberRequest, slug: str) -> HttpResponse:
    """Two to five personas side by side."""
    workspace = workspace_for_view(request, slug)
    context = {
        "page": comparison(workspace, request.GET.getlist("persona")),
        "only": request.GET.get("only") == "differences",
        "section": "personas",
    }
    return render(request, "personas/comparison.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: MemberRequest, slug: str) -> HttpResponse:
    """Which personas does this organisation need? Proposals with reasons; the ticked ones become things to research."""
    workspace = workspace_for_view(request, slug) if request.method != "POST" else workspace_for_edit(request, slug)
    form = ChooserForm(request.POST if request.method == "POST" else request.GET or None, workspace=workspace)
    proposals = form.proposals()
    if request.method == "POST":
        wanted = [row for row in proposals if row.code in request.POST.getlist("proposal") and row.existing is None]
        if wanted:
            made = choosing.personas_from_proposals(
                workspace=workspace, actor=request.user, proposals=wanted, **form.chosen()
            )
            text = ngettext(
                "%(number)s persona is to be researched: answer its questions, then describe it.",
                "%(number)s personas are to be researched: answer their questions, then describe them.",
                len(made),
            )
            messages.success(request, text % {"number": len(made)})
            return redirect("personas:list", slug=workspace.slug)
        form.add_error(None, _("Tick at least one proposal."))
    context = {
        "form": form,
        "proposals": proposals,
        "section": "personas",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "personas/choose.html", context, status=422 if request.method == "POST" else 200)


def _evidence_page(request: MemberRequest, holder: Trait | Section) -> HttpResponse:
    form = EvidenceForm(request.POST or None)
    persona = holder.persona
    field = isinstance(holder, Trait)
    anchor = f"trait-{holder.pk}" if field else f"section-{holder.pk}"
    if request.method == "POST" and form.is_valid():
        services.evidence_add(trait=holder, actor=request.user, **form.cleaned_data)
        return redirect(f"{persona.get_absolute_url()}#{anchor}")
    route = "personas:evidence-add" if field else "personas:section-evidence-add"
    context = {
        "form": form,
        "holder": holder,
        "anchor": anchor,
        "action": reverse(route, args=[holder.pk]),
        "persona": persona,
        "partial": wants_partial(request),
        "section": "personas",
    }
    return render_page_or_partial(
        request, "personas/evidence_form.html", context, status=422 if request.method == "POST" else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_add(request: MemberRequest, pk: int) -> HttpResponse:
    """The form for one field; a script puts it under the field, else it is a page."""
    return _evidence_page(request, access.trait_for_edit(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def section_evidence_add(request: MemberRequest, pk: int) -> HttpResponse:
    """The same for a section or a quadrant of the empathy map."""
    return _evidence_page(request, access.section_for_edit(request, pk))


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
