"""Pain points and solutions."""

from typing import Any

from cxmap.workspaces.models import Role
from improvements import services
from tests.access import ApiRow, Row, World, in_workspace, nothing
from tests.access.journeys import at_step


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


def typed(world: World) -> dict[str, Any]:
    """A title typed into a cell of a map."""
    return at_step(world)


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
