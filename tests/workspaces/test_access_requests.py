"""Requests for access: asked where an address shows nothing, answered by owners; nothing leaks by asking."""

from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.core.cache import cache
from django.test import override_settings
from django.urls import reverse

from cxmap.history.models import Change
from cxmap.outbox.models import Message
from cxmap.workspaces import asking
from cxmap.workspaces.models import AccessRequest, Membership, Role, User
from journeys.services.journeys import journey_create
from tests.base import LOCAL_CACHE, CastTestCase


@override_settings(CACHES=LOCAL_CACHE)
class AccessRequestTests(CastTestCase):
    def setUp(self) -> None:
        cache.clear()
        self.journey = journey_create(workspace=self.workspace, actor=self.ed, name="Secret", no_persona_yet=True)
        self.path = self.journey.get_absolute_url()
        self.members = reverse("workspaces:members", args=[self.workspace.slug])

    def ask(self, person: User, path: str, **more: Any) -> Any:
        self.client.force_login(person)
        return self.client.post(reverse("workspaces:access-ask"), {"path": path, **more}, follow=True)

    def test_it_works(self) -> None:
        self.client.force_login(self.otto)
        page = self.client.get(self.path)
        self.assertEqual(page.status_code, 404)
        self.assertContains(page, "Ask for access", status_code=404)
        self.ask(self.otto, self.path, note="I work on returns")
        asked = AccessRequest.objects.get()
        self.assertEqual((asked.workspace, asked.user, asked.status), (self.workspace, self.otto, "open"))
        self.client.force_login(self.olga)
        listed = self.client.get(self.members)
        self.assertContains(listed, "I work on returns")
        granted = self.client.post(reverse("workspaces:access-grant", args=[asked.pk]), {"role": "analyst"})
        self.assertRedirects(granted, self.members)
        self.assertEqual(Membership.objects.get(workspace=self.workspace, user=self.otto).role, Role.ANALYST)
        topics = list(Message.objects.order_by("id").values_list("payload__kind", "subject"))
        owner = Membership.objects.get(workspace=self.workspace, user=self.olga)
        new = Membership.objects.get(workspace=self.workspace, user=self.otto)
        self.assertEqual(topics, [("access.asked", f"member:{owner.pk}"), ("access.granted", f"member:{new.pk}")])
        self.client.force_login(self.otto)
        self.assertEqual(self.client.get(self.path).status_code, 200)
        actions = Change.objects.filter(action__startswith="access.").order_by("id").values_list("action", flat=True)
        self.assertEqual(list(actions), ["access.asked", "access.granted"])

    def test_asking_tells_nothing(self) -> None:
        """What is there and what is not answer with the same pages, letter by letter."""
        there, gone = self.path, f"/journeys/{uuid4()}/"
        self.client.force_login(self.otto)
        pages = [self.client.get(path).content.decode().replace(path, "PATH") for path in (there, gone)]
        self.assertEqual(*[self.bare(page) for page in pages])
        answers = [self.ask(self.otto, path) for path in (there, gone)]
        self.assertEqual([answer.redirect_chain for answer in answers], [[("/access/asked/", 303)]] * 2)
        self.assertEqual(*[self.bare(answer.content.decode()) for answer in answers])
        again = self.ask(self.otto, there)
        self.assertEqual(self.bare(again.content.decode()), self.bare(answers[0].content.decode()))

    def bare(self, page: str) -> str:
        """Return a page without what is new in every answer."""
        parts = page.split("csrfmiddlewaretoken")
        return (
            "".join(part.partition(">")[2] if number else part for number, part in enumerate(parts)).split(
                "hx-headers"
            )[0]
            + page.partition("<main")[2].count("form").__str__()
        )

    def test_addresses_that_name_nothing(self) -> None:
        for path in ("/", "/w/", "/w/nobody/", "/journeys/x/", f"/nothing/{uuid4()}/", "/shared/abc/", "no path", "//"):
            with self.subTest(path=path):
                self.assertEqual(self.ask(self.otto, path).status_code, 200)
        self.assertFalse(AccessRequest.objects.exists())

    def test_no_duplicates_and_quiet_after_a_refusal(self) -> None:
        for path in (self.path, f"/w/{self.workspace.slug}/journeys/", self.path):
            self.ask(self.otto, path)
        asked = AccessRequest.objects.get()
        self.client.force_login(self.olga)
        self.client.post(reverse("workspaces:access-decline", args=[asked.pk]))
        self.ask(self.otto, self.path)
        self.assertEqual(AccessRequest.objects.get().status, "declined")
        self.assertFalse(Membership.objects.filter(workspace=self.workspace, user=self.otto).exists())
        with self.assertRaises(asking.AlreadyAnswered):
            asking.access_grant(request=asked, actor=self.olga, role="viewer")

    def test_a_member_asks_for_a_higher_role(self) -> None:
        self.client.force_login(self.vi)
        page = self.client.get(reverse("journeys:edit", args=[self.journey.pk]))
        self.assertContains(page, "Ask for a higher role", status_code=403)
        self.ask(self.vi, self.path)
        self.assertFalse(AccessRequest.objects.exists(), "a member has access: there is nothing to ask for")
        self.ask(self.vi, self.path, role="on")
        asked = AccessRequest.objects.get(user=self.vi)
        asking.access_grant(request=asked, actor=self.olga, role="editor")
        self.assertEqual(Membership.objects.get(workspace=self.workspace, user=self.vi).role, Role.EDITOR)

    def test_granting_never_lowers_a_role(self) -> None:
        self.ask(self.ana, self.path, role="on")
        asking.access_grant(request=AccessRequest.objects.get(), actor=self.olga, role="viewer")
        self.assertEqual(Membership.objects.get(workspace=self.workspace, user=self.ana).role, Role.ANALYST)

    def test_only_so_often(self) -> None:
        with patch.object(asking, "TRIES", 3):
            for _try in range(3):
                self.assertEqual(self.ask(self.otto, "/w/nobody/").status_code, 200)
            spent = self.ask(self.otto, self.path)
        self.assertContains(spent, "Try again tomorrow", status_code=429)
        self.assertFalse(AccessRequest.objects.exists())

    def test_only_owners_see_requests(self) -> None:
        self.ask(self.otto, self.path, note="I work on returns")
        for person in (self.vi, self.ana, self.ed):
            self.client.force_login(person)
            self.assertNotContains(self.client.get(self.members), "I work on returns")

    def test_query_count_does_not_grow(self) -> None:
        def wish(number: int) -> None:
            person = User.objects.create_user(f"p{number}@example.org")
            AccessRequest.objects.create(workspace=self.workspace, user=person, path="/w/acme/")

        wish(0)
        self.client.force_login(self.olga)
        few = self.query_count(self.members)
        for number in range(1, 12):
            wish(number)
        self.assertEqual(self.query_count(self.members), few)
