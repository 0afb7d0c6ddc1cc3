"""A client of the API with the token of one member."""

import json
from typing import Any

from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.services import token_create
from tests.kpis.base import KpiTestCase


class ApiTestCase(KpiTestCase):
    """self.api(...) speaks for Ana, an analyst, unless told otherwise."""

    def token(self, user: User, role: str, workspace: Workspace | None = None) -> str:
        return token_create(workspace=workspace or self.workspace, user=user, actor=None, role=role)[1]

    def api(
        self,
        method: str,
        path: str,
        data: Any = None,
        *,
        user: User | None = None,
        role: str = "analyst",
        workspace: Workspace | None = None,
        **headers: str,
    ) -> Any:
        headers["authorization"] = f"Token {self.token(user or self.ana, role, workspace)}"
        body = data if isinstance(data, bytes | str) else json.dumps(data)
        extra = {} if method == "get" else {"data": body, "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1/{path}", headers=headers, **extra)
