"""The search."""

from cxmap.workspaces.models import Role
from tests.access import Row, in_workspace

ROWS = [Row("search:search", in_workspace, Role.VIEWER)]
