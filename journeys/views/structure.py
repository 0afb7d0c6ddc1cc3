"""Stages, steps and lanes: menus and actions. Every action answers a script with the board, others with the map."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys import lanes as registry
from journeys.forms import LaneAddForm, LaneNameForm, NameForm
from journeys.models import Journey, MapRow
from journeys.services import lanes, stages
from journeys.views.maps import answer_board, answer_error


def _act(request: MemberRequest, journey: Journey, act: Callable[[], Any], *, said: str) -> HttpResponse:
    try:
        made = act()
    except CxmapError as error:
        return answer_error(request, journey, error)
    focus = {"id": str(made.pk)} if isinstance(made, MapRow) else {}
    return answer_board(request, journey, said=said, focus=focus)


def _name(request: MemberRequest, fallback: str) -> str:
    return " ".join(request.POST.get("name", "").split())[:160] or fallback


def _index(request: MemberRequest) -> int | None:
    text = request.POST.get("index", "")
    return int(text) if text.isdigit() else None


def _rename(
    request: MemberRequest, row: Any, rename: Callable[..., Any], form: NameForm | LaneNameForm
) -> HttpResponse:
    if not form.is_valid():
        return answer_error(request, row.journey, CxmapError(_("A name is needed, of at most 160 characters.")))
    data = form.cleaned_data
    return _act(request, row.journey, lambda: rename(data["name"], data["revision"]), said=_("Renamed."))


@login_required
@require_POST
def stage_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    name = _name(request, _("New stage"))
    return _act(
        request,
        journey,
        lambda: stages.stage_add(
            journey=journey, actor=request.user, name=name, step_name=_("New step"), index=_index(request)
        ),
        said=_("Stage added."),
    )


@login_required
@require_safe
def stage_menu(request: MemberRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_for_edit(request, pk)
    siblings = stages.live_stages(stage.journey)
    place = [other.pk for other in siblings].index(stage.pk)
    context = {"stage": stage, "journey": stage.journey, "place": place, "count": len(siblings), "section": "journeys"}
    return render_page_or_partial(request, "journeys/stage_menu.html", context)


@login_required
@require_POST
def stage_rename(request: MemberRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_for_edit(request, pk)
    return _rename(
        request,
        stage,
        lambda name, revision: stages.stage_rename(
            stage=stage, actor=request.user, name=name[:120], expected_revision=revision
        ),
        NameForm(request.POST),
    )


@login_required
@require_POST
def stage_move(request: MemberRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_for_edit(request, pk)
    index = _index(request) or 0
    return _act(
        request,
        stage.journey,
        lambda: stages.stage_move(stage=stage, actor=request.user, index=index),
        said=_("Stage moved."),
    )


@login_required
@require_POST
def stage_hide(request: MemberRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_for_edit(request, pk)
    return _act(
        request,
        stage.journey,
        lambda: stages.stage_set_hidden(stage=stage, actor=request.user, hidden=True),
        said=_("Stage hidden: it stays on the map and can be shown again."),
    )


@login_required
@require_POST
def stage_show(request: MemberRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_for_edit(request, pk)
    return _act(
        request,
        stage.journey,
        lambda: stages.stage_set_hidden(stage=stage, actor=request.user, hidden=False),
        said=_("Stage shown."),
    )


@login_required
@require_POST
def stage_duplicate(request: MemberRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_for_edit(request, pk)
    name = _("%(name)s (copy)") % {"name": stage.name[:100]}
    return _act(
        request,
        stage.journey,
        lambda: stages.stage_duplicate(stage=stage, actor=request.user, name=name),
        said=_("Stage duplicated."),
    )


@login_required
@require_POST
def stage_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_for_edit(request, pk)
    return _act(
        request,
        stage.journey,
        lambda: stages.stage_delete(stage=stage, actor=request.user),
        said=_("Stage deleted. Its touchpoints and their KPIs stay in the library."),
    )


@login_required
@require_POST
def step_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_for_edit(request, pk)
    name = _name(request, _("New step"))
    return _act(
        request,
        stage.journey,
        lambda: stages.step_add(stage=stage, actor=request.user, name=name, index=_index(request)),
        said=_("Step added."),
    )


@login_required
@require_safe
def step_menu(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    all_stages = stages.live_stages(step.journey)
    own = [other.pk for other in stages.live_steps(step.stage)]
    context = {
        "step": step,
        "journey": step.journey,
        "stages": all_stages,
        "place": own.index(step.pk),
        "after": own.index(step.pk) + 1,
        "section": "journeys",
    }
    return render_page_or_partial(request, "journeys/step_menu.html", context)


@login_required
@require_POST
def step_rename(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    return _rename(
        request,
        step,
        lambda name, revision: stages.step_rename(step=step, actor=request.user, name=name, expected_revision=revision),
        NameForm(request.POST),
    )


@login_required
@require_POST
def step_move(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Move by one place (`by` −1 or 1), or to a stage and an index among its steps."""
    step = access.step_for_edit(request, pk)
    by = request.POST.get("by", "")
    if by in {"-1", "1"}:
        return _act(
            request,
            step.journey,
            lambda: stages.step_shift(step=step, actor=request.user, by=int(by)),
            said=_("Step moved."),
        )
    try:
        stage_id = UUID(request.POST.get("stage", ""))
    except ValueError:
        return answer_error(request, step.journey, CxmapError(_("Say to which stage the step should go.")))
    index = _index(request)
    return _act(
        request,
        step.journey,
        lambda: stages.step_move(
            step=step, actor=request.user, stage_id=stage_id, index=10_000 if index is None else index
        ),
        said=_("Step moved."),
    )


@login_required
@require_POST
def step_hide(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    return _act(
        request,
        step.journey,
        lambda: stages.step_set_hidden(step=step, actor=request.user, hidden=True),
        said=_("Step hidden: it stays on the map and can be shown again."),
    )


@login_required
@require_POST
def step_show(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    return _act(
        request,
        step.journey,
        lambda: stages.step_set_hidden(step=step, actor=request.user, hidden=False),
        said=_("Step shown."),
    )


@login_required
@require_POST
def step_truth(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    return _act(
        request,
        step.journey,
        lambda: stages.step_set_moment_of_truth(step=step, actor=request.user, decisive=not step.moment_of_truth),
        said=_("Saved."),
    )


@login_required
@require_POST
def step_duplicate(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    name = _("%(name)s (copy)") % {"name": step.name[:140]}
    return _act(
        request,
        step.journey,
        lambda: stages.step_duplicate(step=step, actor=request.user, name=name),
        said=_("Step duplicated."),
    )


@login_required
@require_POST
def step_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    return _act(
        request,
        step.journey,
        lambda: stages.step_delete(step=step, actor=request.user),
        said=_("Step deleted. Its touchpoints and their KPIs stay in the library."),
    )


def _kinds(journey: Journey) -> list[tuple[str, Any]]:
    present = {lane.kind for lane in lanes.live_lanes(journey)}
    return [(kind.key, kind.label) for kind in registry.kinds() if not (kind.single and kind.key in present)]


@login_required
def lane_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    form = LaneAddForm(request.POST or None, kinds=_kinds(journey), initial={"index": request.GET.get("index")})
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "journey": journey, "section": "journeys"}
        return render_page_or_partial(request, "journeys/lane_form.html", context, status=422 if form.is_bound else 200)
    data = form.cleaned_data
    return _act(
        request, journey, lambda: lanes.lane_add(journey=journey, actor=request.user, **data), said=_("Lane added.")
    )


@login_required
@require_safe
def lane_menu(request: MemberRequest, pk: UUID) -> HttpResponse:
    lane = access.lane_for_edit(request, pk)
    siblings = [other.pk for other in lanes.live_lanes(lane.journey)]
    context = {
        "lane": lane,
        "label": lane.name or registry.kind_of(lane.kind).label,
        "single": registry.kind_of(lane.kind).single,
        "journey": lane.journey,
        "place": siblings.index(lane.pk),
        "after": siblings.index(lane.pk) + 1,
        "count": len(siblings),
        "section": "journeys",
    }
    return render_page_or_partial(request, "journeys/lane_menu.html", context)


@login_required
@require_POST
def lane_rename(request: MemberRequest, pk: UUID) -> HttpResponse:
    lane = access.lane_for_edit(request, pk)
    return _rename(
        request,
        lane,
        lambda name, revision: lanes.lane_rename(lane=lane, actor=request.user, name=name, expected_revision=revision),
        LaneNameForm(request.POST),
    )


@login_required
@require_POST
def lane_move(request: MemberRequest, pk: UUID) -> HttpResponse:
    lane = access.lane_for_edit(request, pk)
    index = _index(request) or 0
    return _act(
        request,
        lane.journey,
        lambda: lanes.lane_move(lane=lane, actor=request.user, index=index),
        said=_("Lane moved."),
    )


@login_required
@require_POST
def lane_hide(request: MemberRequest, pk: UUID) -> HttpResponse:
    lane = access.lane_for_edit(request, pk)
    return _act(
        request,
        lane.journey,
        lambda: lanes.lane_set_hidden(lane=lane, actor=request.user, hidden=True),
        said=_("Lane hidden: it stays on the map and can be shown again."),
    )


@login_required
@require_POST
def lane_show(request: MemberRequest, pk: UUID) -> HttpResponse:
    lane = access.lane_for_edit(request, pk)
    return _act(
        request,
        lane.journey,
        lambda: lanes.lane_set_hidden(lane=lane, actor=request.user, hidden=False),
        said=_("Lane shown."),
    )


@login_required
@require_POST
def lane_duplicate(request: MemberRequest, pk: UUID) -> HttpResponse:
    lane = access.lane_for_edit(request, pk)
    label = lane.name or str(registry.kind_of(lane.kind).label)
    name = (_("%(name)s (copy)") % {"name": label})[:80]
    return _act(
        request,
        lane.journey,
        lambda: lanes.lane_duplicate(lane=lane, actor=request.user, name=name),
        said=_("Lane duplicated."),
    )


@login_required
@require_POST
def lane_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    lane = access.lane_for_edit(request, pk)
    return _act(
        request, lane.journey, lambda: lanes.lane_delete(lane=lane, actor=request.user), said=_("Lane deleted.")
    )
