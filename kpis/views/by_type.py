"""KPIs by type of touchpoint: the matrix and the list, one type with its one click, and the files."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.lib import formats
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, safe_next, see_other
from cxmap.lib.sheets import CONTENT_TYPES
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can, workspace_for_view
from cxmap.workspaces.models import Role, Sector
from cxmap.workspaces.requests import MemberRequest
from kpis import access
from kpis.exports.by_type import by_type_file, by_type_pdf
from kpis.forms_suggestions import SuggestionForm
from kpis.selectors.by_type import TypeFilters, kpis_by_type, suggested_for, type_row
from kpis.services.suggestions import SuggestionsBound, last_bound, suggestions_bind, suggestions_undo
from kpis.suggestions import BY_CODE, Family

VIEWS = ("matrix", "list")


def _filters(request: MemberRequest) -> TypeFilters:
    """Return what the address asks for; what the product does not know is left out."""
    sector, family = request.GET.get("sector", ""), request.GET.get("family", "")
    return TypeFilters(
        category=request.GET.get("category", "")[:60],
        channel=request.GET.get("channel", "")[:60],
        sector=sector if sector in Sector.values else "",
        family=family if family in Family.values else "",
    )


@login_required
@require_safe
def by_type(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_view(request, slug)
    view = request.GET.get("view", "")
    context = {
        "found": kpis_by_type(workspace, _filters(request)),
        "view": view if view in VIEWS else "matrix",
        "sectors": Sector.choices,
        "families": Family.choices,
        "section": "kpis",
        "can_analyse": can(request.membership, Role.ANALYST),
    }
    return render(request, "kpis/by_type.html", context)


@login_required
@require_safe
def by_type_export(request: MemberRequest, slug: str, kind: str) -> HttpResponse | StreamingHttpResponse:
    workspace = workspace_for_view(request, slug)
    if kind not in {*CONTENT_TYPES, "pdf"}:
        raise Http404
    found = kpis_by_type(workspace, _filters(request))
    day = timezone.localdate(timezone=workspace.zone).isoformat()
    name = slugify(f"{_('KPIs by type of touchpoint')}-{day}")
    response: HttpResponse | StreamingHttpResponse
    if kind == "pdf":
        response = HttpResponse(by_type_pdf(found), content_type="application/pdf")
        ending = "pdf"
    else:
        content_type, ending = CONTENT_TYPES[kind]
        response = StreamingHttpResponse(by_type_file(found, kind=kind), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def type_detail(request: MemberRequest, slug: str, code: str) -> HttpResponse:
    """Show one type with its KPIs; POST binds what is ticked to the ticked touchpoints."""
    workspace = workspace_for_view(request, slug)
    kind = BY_CODE.get(code)
    if kind is None:
        raise Http404
    can_analyse = can(request.membership, Role.ANALYST)
    posted = request.method == "POST"
    if posted and not can_analyse:
        raise PermissionDenied
    row = type_row(workspace, kind)
    form = SuggestionForm(request.POST if posted else None, row=row)
    if posted and form.is_valid():
        done = suggestions_bind(workspace=workspace, touchpoints=form.places, wanted=form.wanted, actor=request.user)
        return _answer(request, done, reverse("kpis:type-detail", args=[slug, code]))
    context = {
        "row": row,
        "form": form,
        "bound": last_bound(workspace=workspace, actor=request.user, gesture=request.GET.get("bound", "")),
        "section": "kpis",
        "can_analyse": can_analyse,
    }
    return render(request, "kpis/type_detail.html", context, status=422 if posted else 200)


@login_required
@require_POST
def binding_suggested(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Bind what is ticked among the suggestions on the page of one touchpoint."""
    touchpoint = access.touchpoint_for_analysis(request, pk)
    back = touchpoint.get_absolute_url()
    row = suggested_for(touchpoint)
    if row is None:
        return see_other(back)
    form = SuggestionForm(request.POST, row=row)
    if not form.is_valid():
        context = {"form": form, "row": row, "touchpoint": touchpoint, "section": "touchpoints"}
        return render(request, "kpis/suggestion_form.html", context, status=422)
    done = suggestions_bind(
        workspace=touchpoint.workspace, touchpoints=form.places, wanted=form.wanted, actor=request.user
    )
    return _answer(request, done, back)


def _answer(request: MemberRequest, done: SuggestionsBound, back: str) -> HttpResponse:
    """Say what one click did; the page it leads to offers to take it back."""
    if not done.bound:
        messages.info(request, _("Everything that was ticked is bound already: nothing changed."))
        return see_other(back)
    said = [
        ngettext("%(number)s KPI is bound.", "%(number)s KPIs are bound.", done.bound)
        % {"number": formats.whole(done.bound)}
    ]
    if done.touchpoints > 1:
        said = [
            ngettext(
                "%(number)s KPI is bound on %(places)s touchpoints.",
                "%(number)s KPIs are bound on %(places)s touchpoints.",
                done.bound,
            )
            % {"number": formats.whole(done.bound), "places": formats.whole(done.touchpoints)}
        ]
    if done.targets:
        text = ngettext(
            "%(number)s target is set from the guide’s example: adapt it.",
            "%(number)s targets are set from the guide’s example: adapt them.",
            done.targets,
        )
        said.append(text % {"number": formats.whole(done.targets)})
    if done.known:
        text = ngettext(
            "%(number)s was bound already and stays as it is.",
            "%(number)s were bound already and stay as they are.",
            done.known,
        )
        said.append(text % {"number": formats.whole(done.known)})
    messages.success(request, " ".join(said))
    return see_other(f"{back}?bound={done.gesture}")


@login_required
@require_POST
def suggestions_take_back(request: MemberRequest, slug: str, gesture: UUID) -> HttpResponse:
    workspace = workspaces_access.workspace_for_analysis(request, slug)
    back = safe_next(request, reverse("kpis:by-type", args=[slug]))
    try:
        number = suggestions_undo(workspace=workspace, actor=request.user, gesture=gesture)
    except CxmapError as error:
        return refuse(request, error, back=back)
    text = ngettext("%(number)s KPI is taken off again.", "%(number)s KPIs are taken off again.", number)
    messages.success(request, text % {"number": formats.whole(number)})
    return see_other(back)
