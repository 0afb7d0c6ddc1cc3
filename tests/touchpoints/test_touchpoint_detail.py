from django.urls import reverse

from cxmap.history.models import Change
from journeys.models import Card, Lane, Step
from journeys.services.journeys import journey_create
from tests.touchpoints.base import LibraryTestCase
from touchpoints import services


class TouchpointDetailTests(LibraryTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = self.page.get_absolute_url()

    def test_it_works(self) -> None:
        response = self.client.get(self.url)
        for words in ("Page produit", "website", "E-commerce", "page-produit", "On no map yet."):
            self.assertContains(response, words)
        self.assertNotContains(response, "Edit the touchpoint")

    def test_the_drawer_of_the_map(self) -> None:
        response = self.client.get(self.url, headers={"X-Requested-With": "fetch"})
        self.assertNotContains(response, "<html")
        self.assertContains(response, "<h2>Page produit</h2>", html=True)
        self.assertContains(response, "data-close")
        self.assertIn("X-Requested-With", response["Vary"])

    def test_where_it_stands(self) -> None:
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buying", no_persona_yet=True)
        step = Step.objects.filter(journey=journey).first()
        lane = Lane.objects.filter(journey=journey).first()
        Card.objects.create(workspace=self.workspace, journey=journey, lane=lane, step=step, touchpoint=self.page)
        response = self.client.get(self.url)
        self.assertContains(response, journey.get_absolute_url())
        self.assertContains(response, f"{step.stage.name} › {step.name}")

    def test_delete_and_take_back(self) -> None:
        self.client.force_login(self.ed)
        response = self.client.post(reverse("touchpoints:delete", args=[self.page.pk]), follow=True)
        self.assertContains(response, "“Page produit” is in the trash")
        self.assertContains(response, "Trash (1 touchpoint)")
        # Cards of maps still lead here.
        self.assertContains(self.client.get(self.url), "In the trash since")
        self.assertEqual(self.client.get(reverse("touchpoints:edit", args=[self.page.pk])).status_code, 404)
        response = self.client.post(reverse("touchpoints:restore", args=[self.page.pk]), follow=True)
        self.assertContains(response, "is back in the library")
        actions = Change.objects.filter(target_id=str(self.page.pk)).values_list("action", flat=True)
        self.assertEqual(list(actions), ["touchpoint.restored", "touchpoint.deleted", "touchpoint.added"])

    def test_a_name_taken_meanwhile(self) -> None:
        services.touchpoint_delete(touchpoint=self.page, actor=self.ed)
        self.make("Page produit", "sales", "website")
        self.client.force_login(self.ed)
        response = self.client.post(reverse("touchpoints:restore", args=[self.page.pk]), follow=True)
        self.assertContains(response, "Another touchpoint has this name by now")

    def test_someone_from_elsewhere_learns_nothing(self) -> None:
        self.client.force_login(self.otto)
        self.assertEqual(self.client.get(self.url).status_code, 404)
