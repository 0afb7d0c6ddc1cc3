"""One read per page of the improvements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q
from django.utils.translation import gettext

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from improvements.models import ExpectedUnit, Pain, ReviewAnswer, Solution
from improvements.ownership import of_department
from kpis.models import KpiState
from touchpoints.departments import department_asked, departments_of
from touchpoints.forms import NOBODY
from touchpoints.models import Department


def expected_text(solution: Solution, current: float | None = None) -> str:
    """Return the expected effect in words, of what: "+10 %, soit de 1,3 % à 1,4 %"; empty without one.

    `current` is the KPI's value of today in the unit of storage; None leaves the two ends out.
    """
    if solution.expected_value is None or solution.binding is None:
        return ""
    amount = solution.expected_value
    digits = 0 if amount == round(amount) else 1
    unit = solution.binding.kpi.unit
    if solution.expected_unit == ExpectedUnit.RELATIVE:
        text = f"{formats.decimal(amount, digits, signed=True)}{formats.NBSP if formats.locale() == 'fr_FR' else ''}%"
        after = None if current is None else current * (1 + amount / 100)
    else:
        word = gettext("point") if abs(amount) < 2 else gettext("points")
        text = f"{formats.decimal(amount, digits, signed=True)} {word}"
        after = None if current is None else current + formats.stored(amount, unit)
    if current is None or after is None:
        return text
    ends = {"before": formats.kpi_value(current, unit), "after": formats.kpi_value(after, unit)}
    return f"{text}, " + gettext("i.e. from %(before)s to %(after)s") % ends


def current_values(solutions: Iterable[Solution]) -> dict[UUID, float | None]:
    """Return today's value of the KPIs of solutions by binding, of their last closed period; one query."""
    bindings = {solution.binding_id for solution in solutions if solution.binding_id}
    latest = (
        KpiState.objects.filter(binding__in=bindings).order_by("binding_id", "-period_start").distinct("binding_id")
    )
    return dict(latest.values_list("binding_id", "value"))


def with_expected(solutions: Sequence[Solution]) -> Sequence[Solution]:
    """Give every solution `expected`: its effect in words, with both ends where today's value is known."""
    values = current_values(solutions)
    for solution in solutions:
        current = values.get(solution.binding_id) if solution.binding_id else None
        solution.expected = expected_text(solution, current)  # type: ignore[attr-defined]
    return solutions


@dataclass(frozen=True, slots=True)
class ImprovementList:
    pains: Sequence[Pain]
    solutions: Sequence[Solution]
    filters: dict[str, str]
    owners: Sequence[str]
    departments: Sequence[Department]


SORTS = {
    "due": ("due_on", "created_at"),
    "impact": ("-impact", "effort", "created_at"),
    "status": ("status", "created_at"),
    "newest": ("-created_at",),
}


def improvement_list(
    workspace: Workspace, *, status: str = "", owner: str = "", department: str = "", sort: str = "impact"
) -> ImprovementList:
    """Return pains with their solutions counted, and solutions filtered and sorted; a constant number of queries.

    `department` is an id, or NOBODY: pains of that department, and solutions that answer them.
    """
    shown = Solution.objects.filter(workspace=workspace, deleted_at=None).select_related(
        "pain", "journey", "step", "binding__kpi", "binding__touchpoint"
    )
    owners = sorted({name for name in shown.order_by().values_list("owner", flat=True).distinct() if name})
    if status:
        shown = shown.filter(status=status)
    if owner:
        shown = shown.filter(owner=owner)
    noted = Pain.objects.filter(workspace=workspace, deleted_at=None)
    found = department_asked(workspace, department)
    if found is not None or department == NOBODY:
        theirs = of_department(workspace, found)
        noted = noted.filter(pk__in=theirs)
        shown = shown.filter(pain__in=theirs)
    order = [
        F(name.lstrip("-")).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_last=True)
        for name in SORTS.get(sort, SORTS["impact"])
    ]
    solutions = list(shown.order_by(*order, "id"))
    with_expected(solutions)
    pains = list(
        noted.select_related("journey", "step", "touchpoint__department", "department", "flag")
        .prefetch_related(
            Prefetch("review_answers", ReviewAnswer.objects.filter(review__deleted_at=None).select_related("review"))
        )
        .annotate(solution_count=Count("solutions", filter=Q(solutions__deleted_at=None)))
        .order_by("-created_at", "id")
    )
    filters = {"status": status, "owner": owner, "department": department, "sort": sort}
    departments = departments_of(workspace.pk)
    return ImprovementList(pains=pains, solutions=solutions, filters=filters, owners=owners, departments=departments)


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One square of the board: an effort and an impact, with the solutions that have both."""

    impact: int
    effort: int
    quadrant: str
    solutions: Sequence[Solution]


@dataclass(frozen=True, slots=True)
class ImpactBoard:
    rows: Sequence[tuple[int, Sequence[BoardCell]]]  # impact 5 first
    unscored: Sequence[Solution]
    feasibility: bool  # the same axis read the other way: 6 − effort

    @property
    def efforts(self) -> list[int]:
        return list(range(1, 6))


def quadrant(impact: int, effort: int) -> str:
    """Return quick_win, big_bet, fill_in or money_pit; the middle of a scale counts as high effort, low impact."""
    if impact >= 4 or (impact == 3 and effort <= 2):
        return "quick_win" if effort <= 2 else "big_bet"
    return "fill_in" if effort <= 3 else "money_pit"


def impact_board(workspace: Workspace, *, feasibility: bool = False) -> ImpactBoard:
    """Return the solutions that are not done or dropped, on a grid of impact and effort (A38)."""
    solutions = list(
        Solution.objects.filter(workspace=workspace, deleted_at=None)
        .exclude(status__in=[Solution.Status.DONE, Solution.Status.DROPPED])
        .select_related("binding__touchpoint__category", "binding__kpi", "pain")
        .order_by("created_at", "id")
    )
    rows = []
    for impact in range(5, 0, -1):
        cells = [
            BoardCell(
                impact=impact,
                effort=effort,
                quadrant=quadrant(impact, effort),
                solutions=[s for s in solutions if s.impact == impact and s.effort == effort],
            )
            for effort in range(1, 6)
        ]
        rows.append((impact, list(reversed(cells)) if feasibility else cells))
    unscored = [solution for solution in solutions if solution.impact is None or solution.effort is None]
    return ImpactBoard(rows=rows, unscored=unscored, feasibility=feasibility)
