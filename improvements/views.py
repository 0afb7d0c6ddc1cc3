"""Pages of pain points and solutions: the list, the board, the forms."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial, safe_next, wants_partial
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role, Workspace
from cxmap.workspaces.requests import MemberRequest
from improvements import access, selectors, services
from improvements.forms import PainForm, ScoreForm, SolutionForm
from improvements.models import Pain, Solution
from improvements.natures import nature_propose
from journeys import access as journeys_access
from journeys.models import Step
from journeys.views.maps import answer_board, answer_error
from kpis.models import Binding, Flag
from touchpoints.models import Touchpoint


def _list_url(workspace: Workspace) -> str:
    return f"/w/{workspace.slug}/improvements/"


@login_required
@require_safe
def improvement_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    page = selectors.improvement_list(
        workspace,
        status=request.GET.get("status", ""),
        owner=request.GET.get("owner", ""),
        department=request.GET.get("department", ""),
        sort=request.GET.get("sort", "impact"),
    )
    context = {
        "page": page,
        "statuses": Solution.Status.choices,
        "section": "improvements",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "improvements/improvement_list.html", context)


@login_required
@require_safe
def impact_board(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    context = {
        "board": selectors.impact_board(workspace, feasibility=request.GET.get("axis") == "feasibility"),
        "section": "improvements",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "improvements/impact_board.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _flag(request: MemberRequest, workspace: Workspace) -> Flag | None:
    """Return the flag that the address names, of this workspace."""
    pk = _uuid(request.POST.get("flag", "") or request.GET.get("flag", ""))
    flags = Flag.objects.select_related("binding__kpi", "binding__touchpoint__category", "binding__touchpoint__channel")
    return flags.filter(pk=pk, workspace=workspace).first() if pk else None


def _touchpoint(request: MemberRequest, workspace: Workspace) -> Touchpoint | None:
    """Return the touchpoint that the address names, of this workspace."""
    pk = _uuid(request.GET.get("touchpoint", ""))
    return Touchpoint.objects.filter(pk=pk, workspace=workspace, deleted_at=None).first() if pk else None


@login_required
def pain_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_edit(request, slug)
    flag = _flag(request, workspace)
    initial: dict[str, Any] = {
        name: request.GET.get(name) for name in ("step", "touchpoint", "kind") if request.GET.get(name)
    }
    if flag:
        initial |= {
            "touchpoint": flag.binding.touchpoint_id,
            "title": f"{flag.binding.kpi} › {flag.binding.touchpoint}",
        }
    proposal = nature_propose(flag=flag, touchpoint=_touchpoint(request, workspace))
    if proposal is not None:
        initial["nature"] = proposal.nature
    form = PainForm(request.POST or None, workspace=workspace, initial=initial, proposal=proposal)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("revision")
        proposed = data.pop("proposed") or None
        services.pain_add(workspace=workspace, actor=request.user, flag=flag, proposed=proposed, **data)
        messages.success(request, _("The pain point is noted."))
        return redirect(safe_next(request, _list_url(workspace)))
    context = {"form": form, "flag": flag, "next": safe_next(request, _list_url(workspace)), "section": "improvements"}
    return render_page_or_partial(request, "improvements/pain_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def pain_quick(request: MemberRequest) -> HttpResponse:
    """Note a pain point at a step of a map by its title alone, as it is typed into the cell."""
    step, title = _typed(request)
    if not title:
        return answer_error(request, step.journey, CxmapError(_("Say in a few words what hurts.")))
    workspace, pk = step.journey.workspace, _uuid(request.POST.get("id", ""))
    # The same words sent twice, after an answer was lost, are one pain point.
    if pk is None or not Pain.objects.filter(pk=pk, workspace=workspace).exists():
        own: dict[str, Any] = {"id": pk} if pk else {}
        services.pain_add(
            workspace=workspace, actor=request.user, flag=None, title=title, step=step, kind=Pain.Kind.PAIN, **own
        )
    return answer_board(request, step.journey, said=_("The pain point is noted."))


@login_required
@require_POST
def solution_quick(request: MemberRequest) -> HttpResponse:
    """Note an idea at a step of a map by its title alone."""
    step, title = _typed(request)
    if not title:
        return answer_error(request, step.journey, CxmapError(_("Say in a few words what could be done.")))
    workspace, pk = step.journey.workspace, _uuid(request.POST.get("id", ""))
    if pk is None or not Solution.objects.filter(pk=pk, workspace=workspace).exists():
        own: dict[str, Any] = {"id": pk} if pk else {}
        services.solution_add(
            workspace=workspace, actor=request.user, title=title, step=step, journey=step.journey, **own
        )
    return answer_board(request, step.journey, said=_("The idea is noted."))


def _typed(request: MemberRequest) -> tuple[Step, str]:
    try:
        step = journeys_access.step_for_edit(request, UUID(request.POST.get("step", "")))
    except ValueError as error:
        raise Http404 from error
    return step, " ".join(request.POST.get("text", "").split())[:200]


@login_required
def pain_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    pain = access.pain_for_edit(request, pk)
    form = PainForm(request.POST or None, instance=pain, workspace=pain.workspace, initial={"revision": pain.revision})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            expected = data.pop("revision")
            data.pop("proposed", None)
            step = data.get("step")
            if step is not None:
                data["journey"] = step.journey
            try:
                services.pain_update(
                    pain=Pain.objects.get(pk=pk), actor=request.user, expected_revision=expected, **data
                )
            except CxmapError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                messages.success(request, _("Saved."))
                return redirect(safe_next(request, _list_url(pain.workspace)))
    context = {
        "form": form,
        "pain": pain,
        "next": safe_next(request, _list_url(pain.workspace)),
        "section": "improvements",
    }
    return render_page_or_partial(request, "improvements/pain_form.html", context, status=status)


@login_required
@require_POST
def pain_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    pain = access.pain_for_edit(request, pk)
    services.pain_delete(pain=pain, actor=request.user)
    messages.success(request, _("“%(name)s” was deleted; its solutions stay.") % {"name": pain.title})
    return redirect(safe_next(request, _list_url(pain.workspace)))


@login_required
def solution_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_edit(request, slug)
    initial: dict[str, Any] = {
        name: request.GET.get(name) for name in ("step", "pain", "binding") if request.GET.get(name)
    }
    pain_id = _uuid(request.GET.get("pain", ""))
    pain = Pain.objects.filter(pk=pain_id, workspace=workspace, deleted_at=None).first() if pain_id else None
    if pain:
        initial["step"] = pain.step_id
        if pain.flag_id and "binding" not in initial:
            initial["binding"] = Binding.objects.filter(flags=pain.flag_id).values_list("pk", flat=True).first()
    form = SolutionForm(request.POST or None, workspace=workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("revision")
        services.solution_add(workspace=workspace, actor=request.user, **data)
        messages.success(request, _("The solution is noted."))
        return redirect(safe_next(request, _list_url(workspace)))
    context = {"form": form, "next": safe_next(request, _list_url(workspace)), "section": "improvements"}
    return render_page_or_partial(
        request, "improvements/solution_form.html", context, status=422 if form.errors else 200
    )


@login_required
def solution_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    solution = access.solution_for_edit(request, pk)
    form = SolutionForm(
        request.POST or None,
        instance=solution,
        workspace=solution.workspace,
        initial={"revision": solution.revision},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            expected = data.pop("revision")
            step = data.get("step")
            if step is not None:
                data["journey"] = step.journey
            current = Solution.objects.select_related("workspace").get(pk=pk)
            try:
                services.solution_update(solution=current, actor=request.user, expected_revision=expected, **data)
            except CxmapError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                messages.success(request, _("Saved."))
                return redirect(safe_next(request, _list_url(solution.workspace)))
    context = {
        "form": form,
        "solution": solution,
        "next": safe_next(request, _list_url(solution.workspace)),
        "section": "improvements",
    }
    return render_page_or_partial(request, "improvements/solution_form.html", context, status=status)


@login_required
@require_POST
def solution_score(request: MemberRequest, pk: UUID) -> HttpResponse:
    solution = access.solution_for_edit(request, pk)
    form = ScoreForm(request.POST)
    board = f"{_list_url(solution.workspace)}board/"
    if not form.is_valid():
        message = _("Impact and effort go from 1 to 5.")
        if wants_partial(request):
            return JsonResponse({"error": {"code": "invalid", "message": message, "fields": form.errors}}, status=422)
        messages.error(request, message)
        return redirect(board)
    services.solution_score(solution=solution, actor=request.user, **form.cleaned_data)
    if wants_partial(request):
        return JsonResponse({"said": _("Saved.")})
    return redirect(safe_next(request, board))


@login_required
@require_POST
def solution_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    solution = access.solution_for_edit(request, pk)
    services.solution_delete(solution=solution, actor=request.user)
    messages.success(request, _("“%(name)s” was deleted.") % {"name": solution.title})
    return redirect(safe_next(request, _list_url(solution.workspace)))
