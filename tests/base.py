"""The cast of the tests: Olga owns, Ed edits, Ana analyses, Vi views, Otto is from elsewhere."""

from typing import ClassVar

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from cxmap.workspaces.models import Membership, Role, User, Workspace
from cxmap.workspaces.services import workspace_create

# For tests that empty the cache: emptied in the server it would be gone for all who test beside them.
LOCAL_CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


class CastMixin:
    """Two workspaces and five people; force_login(self.ed) and so on."""

    olga: ClassVar[User]
    ed: ClassVar[User]
    ana: ClassVar[User]
    vi: ClassVar[User]
    otto: ClassVar[User]
    workspace: ClassVar[Workspace]
    elsewhere: ClassVar[Workspace]

    @classmethod
    def make_cast(cls) -> None:
        people = {
            name: User.objects.create_user(f"{name}@example.org", name=name.capitalize())
            for name in ("olga", "ed", "ana", "vi", "otto")
        }
        for name, user in people.items():
            setattr(cls, name, user)
        cls.workspace = workspace_create(name="Acme", owner=cls.olga, slug="acme")
        cls.elsewhere = workspace_create(name="Elsewhere", owner=cls.otto, slug="elsewhere")
        for user, role in ((cls.ed, Role.EDITOR), (cls.ana, Role.ANALYST), (cls.vi, Role.VIEWER)):
            Membership.objects.create(workspace=cls.workspace, user=user, role=role)


class CastTestCase(CastMixin, TestCase):
    """A test case with the cast, each test in its own transaction."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.make_cast()

    def query_count(self, url: str) -> int:
        """Return how many queries one GET of the page runs; the page must answer 200."""
        with CaptureQueriesContext(connection) as queries:
            response = self.client.get(url)
        self.assertEqual(response.status_code, 200, response.content[:400])
        return len(queries)
