from typing import Any

from django.urls import reverse

from cxmap.history.models import Change
from cxmap.workspaces.models import Membership, Role, Workspace
from cxmap.workspaces.services import workspace_furnish
from tests.base import CastTestCase
from touchpoints.models import Category, Channel

DATA = {
    "name": "Boutique d'Élodie",
    "sector": "retail",
    "company_type": "small",
    "audience": "consumers",
    "time_zone": "Europe/Paris",
    "currency": "EUR",
}


class WorkspaceAddTests(CastTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = reverse("workspaces:add")

    def test_it_works(self) -> None:
        response = self.client.post(self.url, DATA)
        workspace = Workspace.objects.get(name=DATA["name"])
        self.assertRedirects(response, reverse("journeys:list", args=["boutique-d-elodie"]))
        self.assertEqual(Membership.objects.get(workspace=workspace).role, Role.OWNER)
        self.assertEqual(Category.objects.filter(workspace=workspace).count(), 4)
        self.assertTrue(Change.objects.filter(workspace=workspace, action="workspace.created").exists())

    def test_two_of_one_name_get_two_addresses(self) -> None:
        self.client.post(self.url, DATA)
        self.client.post(self.url, DATA)
        self.assertEqual(Workspace.objects.filter(name=DATA["name"]).values("slug").distinct().count(), 2)

    def test_a_wrong_time_zone_is_refused(self) -> None:
        response = self.client.post(self.url, DATA | {"time_zone": "Mars/Olympus"})
        self.assertContains(response, "Europe/Paris", status_code=422)

    def test_furnishing_again_changes_nothing(self) -> None:
        before = Channel.objects.filter(workspace=self.workspace).count()
        Category.objects.filter(workspace=self.workspace, code="sales").update(name_fr="Ventes")
        workspace_furnish(self.workspace)
        self.assertEqual(Channel.objects.filter(workspace=self.workspace).count(), before)
        self.assertEqual(Category.objects.get(workspace=self.workspace, code="sales").name_fr, "Ventes")


class SettingsTests(CastTestCase):
    def setUp(self) -> None:
        self.url = reverse("workspaces:settings", args=["acme"])
        self.client.force_login(self.olga)

    def test_it_works(self) -> None:
        form = self.client.get(self.url).context["form"]
        headline = form.fields["headline_kpi"].choices
        data = DATA | {"name": "Acme & fils", "headline_kpi": headline[0][0] if headline else ""}
        response = self.client.post(self.url, data)
        if headline:
            self.assertRedirects(response, self.url)
            self.workspace.refresh_from_db()
            self.assertEqual((self.workspace.name, self.workspace.slug), ("Acme & fils", "acme"))
            change = Change.objects.get(action="workspace.updated")
            self.assertEqual(change.summary["before"]["name"], "Acme")

    def test_only_owners(self) -> None:
        for user, status in ((self.ed, 403), (self.ana, 403), (self.vi, 403), (self.otto, 404)):
            with self.subTest(user=user):
                self.client.force_login(user)
                self.assertEqual(self.client.get(self.url).status_code, status)


class ChangeLogTests(CastTestCase):
    def test_it_works(self) -> None:
        self.client.force_login(self.vi)
        response = self.client.get(reverse("workspaces:history", args=["acme"]))
        self.assertContains(response, "created the workspace")
        self.assertNotContains(response, "Elsewhere")

    def shown(self, response: Any) -> int:
        """How many changes a page of the feed holds, folded ones too."""
        return sum(len(entry.lines) for day in response.context["page"].days for entry in day.entries)

    def test_older_changes_come_in_pages(self) -> None:
        Change.objects.bulk_create(
            Change(workspace=self.workspace, action="lane.added", target_type="x", target_id="1") for _ in range(150)
        )
        self.client.force_login(self.vi)
        first = self.client.get(reverse("workspaces:history", args=["acme"]))
        self.assertEqual(self.shown(first), 100)
        second = self.client.get(reverse("workspaces:history", args=["acme"]), {"before": first.context["page"].next})
        self.assertEqual(self.shown(second), 51)
        self.assertIsNone(second.context["page"].next)

    def test_query_count_does_not_grow(self) -> None:
        self.client.force_login(self.vi)
        url = reverse("workspaces:history", args=["acme"])
        few = self.query_count(url)
        Change.objects.bulk_create(
            Change(workspace=self.workspace, actor=user, action="lane.added", target_type="x", target_id="1")
            for user in (self.ed, self.olga, self.vi)
            for _ in range(10)
        )
        self.assertEqual(self.query_count(url), few)
