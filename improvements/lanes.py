"""What the improvements show on a journey map: pain points with open flags, opportunities, solutions."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cxmap.history.services import Recording
from cxmap.lib.prepared import Prepared
from improvements.models import Pain, Solution
from improvements.selectors import with_expected
from journeys.comments import Found, TargetKind, register_target
from journeys.lanes import LaneKind, MapContext, PrintLine, register, register_merged
from journeys.models import Step
from journeys.tabs import TabKind, register_tab
from kpis.models import Binding, Flag
from kpis.registry import Answer, Happening, register_answers, register_happenings

_pains = Prepared(
    lambda journey: (
        Pain.objects.filter(journey=journey, deleted_at=None)
        .annotate(owner_id=Coalesce("department", "touchpoint__department"))
        .order_by("rank", "created_at", "id")
    )
)
_flags = Prepared(
    lambda touchpoints: (
        Flag.objects.filter(binding__touchpoint__in=touchpoints, binding__deleted_at=None)
        .exclude(status__in=[Flag.Status.CLOSED, Flag.Status.REFUSED])
        .select_related("binding__kpi", "binding__touchpoint")
        .order_by("opened_at", "id")
    )
)
_solutions = Prepared(
    lambda journey: (
        Solution.objects.filter(journey=journey, deleted_at=None)
        .exclude(status=Solution.Status.DROPPED)
        .select_related("binding__kpi")
        .order_by("rank", "created_at", "id")
    )
)


def load_pains(context: MapContext) -> Mapping[Any, Any]:
    """Return per step the pains that people noted, and the open flags that nobody has turned into one."""
    cells: dict[UUID | None, dict[str, list[Any]]] = defaultdict(lambda: {"pains": [], "flags": []})
    shown = set(context.step_ids)
    taken = set()
    for pain in _pains_shown(context):
        if pain.step_id not in shown:
            continue
        cells[pain.step_id]["pains"].append(pain)
        if pain.flag_id:
            taken.add(pain.flag_id)
    touchpoints = {pk for own in context.touchpoints_of_step.values() for pk in own}
    flags: dict[UUID, list[Flag]] = defaultdict(list)
    for flag in _flags(touchpoints=touchpoints):
        if flag.pk not in taken:
            flags[flag.binding.touchpoint_id].append(flag)
    for step_id, own in context.touchpoints_of_step.items():
        for touchpoint_id in dict.fromkeys(own):
            if flags.get(touchpoint_id):
                cells[step_id]["flags"] += flags[touchpoint_id]
    return cells


def _pains_shown(context: MapContext) -> Sequence[Pain]:
    """Return the pain points of the draft, or those of the version that is drawn: its words, with today's signals and owners."""
    rows = _pains(journey=context.journey.pk)
    if context.kept is None:
        return rows
    today = {row.pk: row for row in rows}
    found = [
        Pain(
            pk=pk,
            workspace_id=context.journey.workspace_id,
            kind=part.kind,
            title=part.title,
            note=part.note,
            nature=part.nature,
            step_id=context.kept.steps.get(part.step),
            flag_id=today[pk].flag_id if pk in today else None,
        )
        for part, pk in context.kept.of("pains")
    ]
    for pain in found:
        pain.owner_id = today[pain.pk].owner_id if pain.pk in today else None  # type: ignore[attr-defined]
    return found


def _solutions_shown(context: MapContext) -> Sequence[Solution]:
    """Return the solutions of the draft, or those of the version that is drawn, as far as they are today.

    What was deleted or dropped since is left out: nobody works on it any more.
    """
    rows = _solutions(journey=context.journey.pk)
    if context.kept is None:
        return rows
    parts = {pk: part for part, pk in context.kept.of("solutions")}
    found = [row for row in rows if row.pk in parts]
    for row in found:
        part = parts[row.pk]
        row.title, row.note, row.step_id = part.title, part.note, context.kept.steps.get(part.step)
    return found


def load_solutions(context: MapContext) -> Mapping[Any, Any]:
    """Return per step the solutions that are not dropped, with their expected effect in words."""
    cells: dict[UUID | None, list[Solution]] = defaultdict(list)
    shown = set(context.step_ids)
    solutions = [solution for solution in _solutions_shown(context) if solution.step_id in shown]
    for solution in with_expected(solutions):
        cells[solution.step_id].append(solution)
    return cells


def print_pains(cell: Any) -> list[PrintLine]:
    if not cell:
        return []
    lines = [PrintLine(f"⚠ {pain.title}", "pain") for pain in cell["pains"]]
    lines += [
        PrintLine(f"⚠ {flag.binding.kpi} › {flag.binding.touchpoint} · {flag.get_kind_display()}", "pain")
        for flag in cell["flags"]
    ]
    return lines


def print_solutions(cell: Any) -> list[PrintLine]:
    return [
        PrintLine(" · ".join(filter(None, [f"✦ {solution.title}", solution.expected])), "idea")
        for solution in cell or ()
    ]


register(
    LaneKind(
        key="pains",
        label=_("Pain points"),
        hint=_("signals and notes"),
        question=_("What hurts here?"),
        template="board/_pains.jinja",
        icon="problem",
        single=True,
        load=load_pains,
        lines=print_pains,
        quick_url="improvements:pain-quick",
        with_curve=True,
        rank=70,
    )
)
register(
    LaneKind(
        key="ideas",
        label=_("Ideas and actions"),
        hint=_("expected effect, then measured"),
        question=_("What can be done?"),
        template="board/_ideas.jinja",
        icon="idea",
        single=True,
        load=load_solutions,
        lines=print_solutions,
        quick_url="improvements:solution-quick",
        rank=80,
    )
)


def load_answers(flags: Sequence[Flag]) -> Mapping[Any, Answer]:
    """Return the newest solution of each flag's pain points, or the pain point itself while there is none."""
    answers: dict[UUID | None, Answer] = {}
    pains = Pain.objects.filter(flag__in=[flag.pk for flag in flags], deleted_at=None).order_by("created_at")
    by_pain: dict[UUID | None, UUID | None] = {}
    for pain in pains:
        by_pain[pain.pk] = pain.flag_id
        answers[pain.flag_id] = Answer(
            gettext("noted, no solution yet"), reverse("improvements:pain-edit", args=[pain.pk])
        )
    solutions = Solution.objects.filter(pain__in=list(by_pain), deleted_at=None).order_by("created_at")
    for solution in solutions:
        text = f"{solution.title} ({solution.get_status_display()})"
        answers[by_pain[solution.pain_id]] = Answer(text, reverse("improvements:solution-edit", args=[solution.pk]))
    return answers


def load_happenings(binding: Binding, first: dt.date, last: dt.date) -> Sequence[Happening]:
    """Return the solutions for this KPI that were finished around those days."""
    done = Solution.objects.filter(
        binding=binding, deleted_at=None, status=Solution.Status.DONE, done_on__range=(first, last)
    )
    return [
        Happening(
            solution.done_on,
            gettext("Solution finished: %(name)s") % {"name": solution.title},
            reverse("improvements:solution-edit", args=[solution.pk]),
        )
        for solution in done
        if solution.done_on
    ]


def follow_merged(record: Recording, step: Step, into: Step) -> None:
    """Pains and solutions of a step that is merged into another stand there from now on."""
    rows: list[Pain | Solution] = [
        *Pain.objects.select_for_update().filter(step=step, deleted_at=None),
        *Solution.objects.select_for_update().filter(step=step, deleted_at=None),
    ]
    record.watch(*rows)
    for row in rows:
        row.step = into
        row.revision += 1
        row.save(update_fields=["step", "revision", "updated_at"])


def _pains_of(journey: UUID, ids: Collection[UUID]) -> Mapping[UUID, Found]:
    rows = Pain.objects.filter(journey=journey, pk__in=ids).select_related("step__stage")
    return {row.pk: Found(row.title, _stands(row), _anchor(row)) for row in rows}


def _solutions_of(journey: UUID, ids: Collection[UUID]) -> Mapping[UUID, Found]:
    rows = Solution.objects.filter(journey=journey, pk__in=ids).select_related("step__stage")
    return {row.pk: Found(row.title, _stands(row), _anchor(row)) for row in rows}


def _stands(row: Pain | Solution) -> bool:
    """True when it is there, and so is the step that it stands at."""
    step = row.step
    return row.deleted_at is None and (step is None or (step.deleted_at is None and step.stage.deleted_at is None))


def _anchor(row: Pain | Solution) -> str:
    return f"row-{row.step_id}" if row.step_id else ""


register_target(TargetKind("pain", _("pain point or opportunity"), _pains_of))
register_target(TargetKind("solution", _("solution"), _solutions_of))
register_tab(
    TabKind(
        "reviews",
        pgettext_lazy("view", "Reviews"),
        lambda journey: reverse("improvements:reviews", args=[journey.pk]),
        80,
    )
)
register_merged(follow_merged)
register_answers(load_answers)
register_happenings(load_happenings)
