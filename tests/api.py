"""Calls of the API as some member of the cast."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxmap.workspaces.models import User
from cxmap.workspaces.services import token_create
from tests.base import CastTestCase


class ApiTestCase(CastTestCase):
    def token(self, user: User) -> str:
        """Return a new token with all rights that the member has."""
        workspace = self.elsewhere if user == self.otto else self.workspace
        role = user.memberships.get(workspace=workspace).role
        return token_create(workspace=workspace, user=user, actor=user, role=role)[1]

    def call(self, method: str, path: str, data: Any = None, *, user: User | None = None, **headers: str) -> Any:
        """Send JSON to a path below /api/v1/; Ed calls unless somebody else is named."""
        return getattr(self.client, method)(
            f"/api/v1/{path}",
            data,
            content_type="application/json",
            headers={"Authorization": f"Token {self.token(user or self.ed)}", **headers},
        )

    def call_queries(self, path: str) -> int:
        """Return how many queries one GET runs, making its token included."""
        with CaptureQueriesContext(connection) as queries:
            response = self.call("get", path, user=self.vi)
        self.assertEqual(response.status_code, 200)
        return len(queries)
