"""Documents, versions and files of maps."""

from typing import Any

from cxmap.workspaces.models import Role
from journeys import interchange
from tests.access import ApiRow, Row, World
from tests.access.journeys import journey, one


def document(world: World) -> dict[str, Any]:
    return world.once(
        "journey-document", lambda: interchange.to_dict(interchange.document_of(journey(world), files=False))
    )


ROWS: list[Row | ApiRow] = [
    ApiRow("api:journey-document", one, Role.VIEWER),
    ApiRow("api:journey-document", one, Role.EDITOR, method="put", data=document),
]
