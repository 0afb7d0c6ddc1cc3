"""Stages, steps and lanes: menus and actions. Every action answers a script with the board, others with the map."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys import lanes as registry
from journeys.forms import LaneAddForm, LaneNameForm, LayoutForm, NameForm, StepOptionsForm
from journeys.models import Journey, MapRow
from journeys.services import copies, journeys, lanes, stages
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


def _others(journey: Journey) -> list[Journey]:
    """Return the other maps of the workspace, to copy to."""
    return list(Journey.objects.filter(workspace=journey.workspace_id, deleted_at=None).exclude(pk=journey.pk)[:100])


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
    context = {
        "stage": stage,
        "journey": stage.journey,
        "place": place,
        "count": len(siblings),
        "others": _others(stage.journey),
        "section": "journeys",
    }
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
        "first_column": stages.steps_in_order(step.journey)[0].pk == step.pk,
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


@login_required
def step_options(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What a step is: optional, repeatable, a way of a branch, told in detail on another map."""
    step = access.step_for_edit(request, pk)
    initial = {
        name: getattr(step, name) for name in ("moment_of_truth", "optional", "repeatable", "branch", "path", "width")
    }
    form = StepOptionsForm(
        request.POST if request.method == "POST" else None,
        journey=step.journey,
        initial={**initial, "linked_journey": step.linked_journey_id, "revision": step.revision},
    )
    if form.is_bound and form.is_valid():
        data = dict(form.cleaned_data)
        expected = data.pop("revision")
        return _act(
            request,
            step.journey,
            lambda: stages.step_describe(step=step, actor=request.user, expected_revision=expected, **data),
            said=_("Step saved."),
        )
    context = {"form": form, "step": step, "journey": step.journey, "section": "journeys"}
    return render_page_or_partial(request, "journeys/step_options.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def step_width(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Set the width of one column in pixels; empty: as all columns."""
    step = access.step_for_edit(request, pk)
    width = _pixels(request, "width", 140, 480)
    return _act(
        request,
        step.journey,
        lambda: stages.step_describe(step=step, actor=request.user, width=width),
        said=_("Width saved."),
    )


def _pixels(request: MemberRequest, name: str, least: int, most: int) -> int | None:
    text = request.POST.get(name, "")
    return max(least, min(most, int(text))) if text.isdigit() and len(text) < 6 else None


@login_required
@require_POST
def step_merge(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Merge a step into another one of the map (`into`), or into its left neighbour."""
    step = access.step_for_edit(request, pk)
    columns = stages.steps_in_order(step.journey)
    place = [column.pk for column in columns].index(step.pk)
    wanted = request.POST.get("into", "")
    into = next((column for column in columns if str(column.pk) == wanted), None)
    if into is None and not wanted and place:
        into = columns[place - 1]
    if into is None or into.pk == step.pk:
        return answer_error(request, step.journey, CxmapError(_("Say with which other step to merge this one.")))
    return _act(
        request,
        step.journey,
        lambda: stages.step_merge(step=step, into=into, actor=request.user),
        said=_("Steps merged: cards, KPIs, pain points and solutions came along."),
    )


@login_required
@require_POST
def step_split(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    name = _name(request, _("%(name)s (2)") % {"name": step.name[:150]})
    return _act(
        request,
        step.journey,
        lambda: stages.step_split(step=step, actor=request.user, name=name),
        said=_("Step split. Touchpoints and their KPIs stayed with the first half."),
    )


@login_required
@require_POST
def stage_split(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Let a new stage begin with this step."""
    step = access.step_for_edit(request, pk)
    name = _name(request, _("%(name)s (2)") % {"name": step.stage.name[:110]})[:120]
    return _act(
        request,
        step.journey,
        lambda: stages.stage_split(step=step, actor=request.user, name=name),
        said=_("Stage split."),
    )


@login_required
@require_POST
def stage_merge(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Merge a stage into the one before it."""
    stage = access.stage_for_edit(request, pk)
    return _act(
        request,
        stage.journey,
        lambda: stages.stage_merge(stage=stage, actor=request.user),
        said=_("Stages merged."),
    )


def _target(request: MemberRequest) -> Journey:
    """Return the map to copy to: one that the person may edit, of the same workspace."""
    try:
        pk = UUID(request.POST.get("journey", ""))
    except ValueError as error:
        raise Http404 from error
    return access.journey_for_edit(request, pk)


@login_required
@require_POST
def stage_copy(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Copy a stage with all that stands on it to the end of another map."""
    stage = access.stage_for_edit(request, pk)
    target = _target(request)
    return _act(
        request,
        stage.journey,
        lambda: copies.stage_copy(stage=stage, target=target, actor=request.user),
        said=_("Copied to “%(name)s”.") % {"name": target.name},
    )


@login_required
@require_POST
def lane_copy(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Copy a lane to another map: its cards stand at the steps of the same place."""
    lane = access.lane_for_edit(request, pk)
    target = _target(request)
    return _act(
        request,
        lane.journey,
        lambda: copies.lane_copy(lane=lane, target=target, actor=request.user),
        said=_("Copied to “%(name)s”.") % {"name": target.name},
    )


@login_required
@require_POST
def lane_look(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Pin a lane (`pinned` 1 or 0) or set its least height in pixels (`height`, empty: what the text needs)."""
    lane = access.lane_for_edit(request, pk)
    pinned = {"1": True, "0": False}.get(request.POST.get("pinned", ""))
    height = _pixels(request, "height", 72, 320) if "height" in request.POST else -1
    return _act(
        request,
        lane.journey,
        lambda: lanes.lane_look(lane=lane, actor=request.user, pinned=pinned, height=height),
        said=_("Saved."),
    )


@login_required
@require_POST
def journey_layout(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Set the width of all columns and of the labels in pixels; an empty one fits the screen again."""
    journey = access.journey_for_edit(request, pk)
    form = LayoutForm(request.POST)
    if not form.is_valid():
        return answer_error(request, journey, CxmapError(_("Columns take 140 to 480 pixels, labels 144 to 320.")))
    wanted = {name: value for name, value in form.cleaned_data.items() if name in request.POST}
    return _act(
        request,
        journey,
        lambda: journeys.journey_update(journey=journey, actor=request.user, **wanted),
        said=_("Widths saved."),
    )


def _kinds(journey: Journey) -> list[tuple[str, Any]]:
    present = {lane.kind for lane in lanes.live_lanes(journey)}
    return [
        (kind.key, kind.label) for kind in registry.kinds(journey.kind) if not (kind.single and kind.key in present)
    ]


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
        "label": lane.name or registry.kind_of(lane.kind, lane.journey.kind).label,
        "single": registry.kind_of(lane.kind).single,
        "journey": lane.journey,
        "place": siblings.index(lane.pk),
        "after": siblings.index(lane.pk) + 1,
        "count": len(siblings),
        "others": _others(lane.journey),
        "copyable": registry.kind_of(lane.kind).load is None,
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
    label = lane.name or str(registry.kind_of(lane.kind, lane.journey.kind).label)
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
