"""Sources and imports."""

from cxmap.workspaces.models import Role
from tests.access import Row, in_workspace

ROWS = [
    Row("sources:list", in_workspace, Role.VIEWER),
]
