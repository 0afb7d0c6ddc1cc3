"""The table of tests/access against every named address of the project and every method of the API."""

import re
from collections import Counter
from typing import Any, ClassVar

from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, reverse

from cxmap.workspaces.models import Role, User
from cxmap.workspaces.places import workspace_at
from tests.access import ApiRow, Open, Row, World, all_rows, named_patterns
from tests.api import ApiTestCase

METHODS = ("get", "post", "put", "patch", "delete")
PEOPLE = ("anonymous", "otto", "vi", "ana", "ed", "olga")
ROLE_OF = {"vi": Role.VIEWER, "ana": Role.ANALYST, "ed": Role.EDITOR, "olga": Role.OWNER}


def api_methods(pattern: URLPattern) -> set[str]:
    """Return the methods that an API view answers."""
    view: Any = pattern.callback
    actions = getattr(view, "actions", None)
    if actions:
        return set(actions) & set(METHODS)
    return {method for method in METHODS if hasattr(getattr(view, "cls", None), method)}


class AccessTests(ApiTestCase):
    """Rows are called by everybody; each call is rolled back."""

    rows: ClassVar[list[Row | ApiRow]]
    targets: ClassVar[list[str]]
    data: ClassVar[list[Any]]
    bound: ClassVar[list[bool]]
    tokens: ClassVar[dict[str, str]]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        world = World(cls)
        names = {name for name, _pattern in named_patterns()}
        # A row whose address is gone fails a test of its own and lets the others speak.
        cls.rows = [row for row in all_rows() if row.name in names]
        cls.targets, cls.data, cls.bound = [], [], []
        for row in cls.rows:
            kwargs = row.kwargs(world)
            query = row.query(world) if callable(row.query) else row.query
            cls.targets.append(reverse(row.name, kwargs=kwargs) + query)
            cls.data.append(row.data(world) if callable(row.data) else row.data)
            # Rows that name something of the cast's workspace; the others mean whatever the caller has.
            cls.bound.append(bool(kwargs) or callable(row.query))
        cls.tokens = {name: cls.token(cls(), getattr(cls, name)) for name in PEOPLE[1:]}

    def test_requests_for_access_find_the_workspace_of_every_page(self) -> None:
        """Whoever is sent the address of an item, and may not open it, can ask the owners of its workspace."""
        pages = [
            target
            for row, target, bound in zip(self.rows, self.targets, self.bound, strict=True)
            if isinstance(row, Row)
            and isinstance(row.needs, Role)
            and row.method == "get"
            and bound
            and re.match(r"/[\w-]+/[0-9a-f]{8}-[0-9a-f-]{27}/", target)
        ]
        self.assertGreater(len(pages), 60)
        self.assertTrue(any(page.startswith("/comments/") for page in pages))
        lost = [page for page in pages if workspace_at(page) != self.workspace]
        self.assertEqual(lost, [], "\n".join(lost))

    def answer(self, row: Row | ApiRow, target: str, data: Any, person: str) -> HttpResponse:
        """Return what a person gets; what the call wrote is taken back."""
        user: User | None = getattr(self, person) if person != "anonymous" else None
        call = getattr(self.client, row.method)
        with transaction.atomic():
            if isinstance(row, ApiRow):
                self.client.logout()
                headers = {"Authorization": f"Token {self.tokens[person]}"} if user else {}
                response = call(target, data, content_type="application/json", headers=headers)
            else:
                if user:
                    self.client.force_login(user)
                else:
                    self.client.logout()
                response = call(target, data)
            if getattr(response, "streaming", False):
                b"".join(response)  # type: ignore[arg-type]
            transaction.set_rollback(True)
        return response

    def outcome(self, row: Row | ApiRow, response: HttpResponse) -> str:
        """Return what happened in one word."""
        to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
        if (to_sign_in and row.needs is not Open.ANYONE) or response.status_code == 401:
            return "sign in"
        if isinstance(row, Row) and row.ok is not None:
            if response.status_code == row.ok:
                return "through"
        elif response.status_code < 500 and response.status_code not in {403, 404, 405}:
            return "through"
        return str(response.status_code)

    def expected(self, row: Row | ApiRow, person: str, *, bound: bool) -> str:
        if row.needs is Open.ANYONE:
            return "through"
        if person == "anonymous":
            return "sign in"
        if row.needs is Open.SIGNED_IN:
            return "through"
        if person == "otto":
            return "404" if bound else "through"
        return "through" if ROLE_OF[person].level >= row.needs.level else "403"

    def test_it_works(self) -> None:
        wrong = []
        for row, target, data, bound in zip(self.rows, self.targets, self.data, self.bound, strict=True):
            for person in PEOPLE:
                response = self.answer(row, target, data, person)
                expected = self.expected(row, person, bound=bound)
                found = self.outcome(row, response)
                if found != expected:
                    wrong.append(f"{row.method.upper()} {row.name} as {person}: {found}, expected {expected}")
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_every_address_has_a_row(self) -> None:
        have = Counter(row.name for row in self.rows)
        missing = [name for name, _pattern in named_patterns() if not have[name]]
        self.assertEqual(missing, [], "add rows in tests/access/ for these")

    def test_every_method_of_the_api_has_a_row(self) -> None:
        have = {(row.name, row.method) for row in self.rows if isinstance(row, ApiRow)}
        missing = [
            (name, method)
            for name, pattern in named_patterns()
            if name.startswith("api:") and name != "api:docs"
            for method in sorted(api_methods(pattern))
            if (name, method) not in have
        ]
        self.assertEqual(missing, [], "add rows in tests/access/ for these")

    def test_every_row_has_an_address(self) -> None:
        names = {name for name, _pattern in named_patterns()}
        self.assertEqual([row.name for row in all_rows() if row.name not in names], [])

    def test_a_post_only_address_answers_nothing_to_a_link(self) -> None:
        """GET never changes anything: actions refuse it, for everybody."""
        self.client.force_login(self.olga)
        both = {row.name for row in self.rows if row.method == "get"}
        checked = 0
        for row, target in zip(self.rows, self.targets, strict=True):
            if isinstance(row, Row) and row.method == "post" and row.name not in both:
                checked += 1
                with self.subTest(name=row.name):
                    self.assertEqual(self.client.get(target).status_code, 405)
        self.assertGreater(checked, 20)

    def test_the_description_of_the_api_is_complete(self) -> None:
        """OpenAPI 3.1 without a warning."""
        call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
