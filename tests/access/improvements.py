"""Pain points, solutions and reviews."""

import datetime as dt
from typing import Any

from cxmap.workspaces.models import Role
from improvements import reviewing, services
from improvements.models import Review
from journeys.models import Journey
from tests.access import ApiRow, Row, World, in_workspace, nothing
from tests.access.journeys import at_step
from tests.access.journeys import one as one_journey
from touchpoints.departments import department_add, department_delete
from touchpoints.models import Department


def pain(world: World) -> dict[str, Any]:
    cast = world.cast
    return {
        "pk": world.once(
            "pain", lambda: services.pain_add(workspace=cast.workspace, actor=cast.ed, title="Long queue")
        ).pk
    }


def solution(world: World) -> dict[str, Any]:
    cast = world.cast
    return {
        "pk": world.once(
            "solution", lambda: services.solution_add(workspace=cast.workspace, actor=cast.ed, title="Second till")
        ).pk
    }


def department(world: World) -> dict[str, Any]:
    cast = world.cast
    return {
        "pk": world.once(
            "department", lambda: department_add(workspace=cast.workspace, actor=cast.ed, name="Customer service")
        ).pk
    }


def department_in_trash(world: World) -> dict[str, Any]:
    cast = world.cast

    def make() -> Department:
        row = department_add(workspace=cast.workspace, actor=cast.ed, name="Closed department")
        department_delete(department=row, actor=cast.ed)
        return row

    return {"pk": world.once("department-in-trash", make).pk}


def typed(world: World) -> dict[str, Any]:
    """A title typed into a cell of a map."""
    return at_step(world)


def review(world: World) -> dict[str, Any]:
    cast = world.cast

    def make() -> Review:
        return reviewing.review_start(
            journey=one_journey_of(world),
            checklist="principles",
            actor=cast.ed,
            held_on=dt.date(2026, 11, 2),
        )

    return {"pk": world.once("review", make).pk}


def removed_review(world: World) -> dict[str, Any]:
    def make() -> Review:
        made = reviewing.review_start(
            journey=one_journey_of(world),
            checklist="principles",
            actor=world.cast.ed,
            held_on=dt.date(2026, 10, 2),
        )
        return reviewing.review_delete(review=made, actor=world.cast.ed)

    return {"pk": world.once("removed-review", make).pk}


def one_journey_of(world: World) -> Journey:
    return Journey.objects.get(pk=one_journey(world)["pk"])


def of_checklist(world: World) -> dict[str, Any]:
    return {**one_journey(world), "checklist": "principles"}


ROWS = [
    Row("improvements:list", in_workspace, Role.VIEWER),
    Row("improvements:board", in_workspace, Role.VIEWER),
    Row("improvements:pain-add", in_workspace, Role.EDITOR),
    Row("improvements:pain-add", in_workspace, Role.EDITOR, method="post"),
    Row(
        "improvements:pain-quick",
        nothing,
        Role.EDITOR,
        method="post",
        data=typed,
        query=lambda world: f"?step={typed(world)['step']}",
    ),
    Row(
        "improvements:solution-quick",
        nothing,
        Role.EDITOR,
        method="post",
        data=typed,
        query=lambda world: f"?step={typed(world)['step']}",
    ),
    Row("improvements:pain-edit", pain, Role.EDITOR),
    Row("improvements:pain-edit", pain, Role.EDITOR, method="post"),
    Row("improvements:pain-delete", pain, Role.EDITOR, method="post"),
    Row("improvements:solution-add", in_workspace, Role.EDITOR),
    Row("improvements:solution-add", in_workspace, Role.EDITOR, method="post"),
    Row("improvements:solution-edit", solution, Role.EDITOR),
    Row("improvements:solution-edit", solution, Role.EDITOR, method="post"),
    Row("improvements:solution-score", solution, Role.EDITOR, method="post", data={"impact": "4", "effort": "2"}),
    Row("improvements:solution-delete", solution, Role.EDITOR, method="post"),
    Row("improvements:departments", in_workspace, Role.VIEWER, ok=200),
    Row("improvements:departments", in_workspace, Role.EDITOR, method="post"),
    Row("improvements:departments-owners", in_workspace, Role.EDITOR, method="post"),
    Row("improvements:department-edit", department, Role.EDITOR),
    Row("improvements:department-edit", department, Role.EDITOR, method="post"),
    Row("improvements:department-delete", department, Role.EDITOR, method="post"),
    Row("improvements:department-restore", department_in_trash, Role.EDITOR, method="post"),
    Row("improvements:reviews", one_journey, Role.VIEWER, ok=200),
    Row("improvements:review-add", of_checklist, Role.EDITOR, method="post"),
    Row("improvements:review-blank", of_checklist, Role.VIEWER, ok=200),
    Row("improvements:review", review, Role.VIEWER, ok=200),
    Row("improvements:review-answer", review, Role.EDITOR, method="post", data={"place": "think-big"}),
    Row("improvements:review-gaps", review, Role.EDITOR, method="post"),
    Row("improvements:review-edit", review, Role.EDITOR),
    Row("improvements:review-edit", review, Role.EDITOR, method="post"),
    Row("improvements:review-delete", review, Role.EDITOR, method="post"),
    Row("improvements:review-restore", removed_review, Role.EDITOR, method="post"),
    Row("improvements:review-paper", review, Role.VIEWER, ok=200),
    ApiRow("api:pain-list", nothing, Role.VIEWER),
    ApiRow("api:pain-list", nothing, Role.EDITOR, method="post", data={"title": "Queue"}),
    ApiRow("api:pain-detail", pain, Role.VIEWER),
    ApiRow("api:pain-detail", pain, Role.EDITOR, method="patch", data={"title": "Long queue"}),
    ApiRow("api:pain-detail", pain, Role.EDITOR, method="delete"),
    ApiRow("api:solution-list", nothing, Role.VIEWER),
    ApiRow("api:solution-list", nothing, Role.EDITOR, method="post", data={"title": "Till"}),
    ApiRow("api:solution-detail", solution, Role.VIEWER),
    ApiRow("api:solution-detail", solution, Role.EDITOR, method="patch", data={"title": "Till"}),
    ApiRow("api:solution-detail", solution, Role.EDITOR, method="delete"),
]
