from django.urls import reverse

from cxmap.history.models import Change
from journeys.services.journeys import journey_create
from personas import services
from personas.models import Persona
from tests.personas.base import PersonaTestCase


class PersonaDeleteTests(PersonaTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.list_url = reverse("personas:list", args=["acme"])

    def delete(self):
        return self.client.post(reverse("personas:delete", args=[self.persona.pk]), follow=True)

    def restore(self):
        return self.client.post(reverse("personas:restore", args=[self.persona.pk]), follow=True)

    def test_it_works(self) -> None:
        response = self.delete()
        self.assertContains(response, "“Claire” is in the trash")
        self.assertContains(response, "Undo the deletion")
        self.assertContains(response, "Trash (1 persona)")
        self.assertEqual(response.context["page"].cards, [])
        self.assertTrue(Change.objects.filter(action="persona.deleted", actor=self.ed).exists())

    def test_restore(self) -> None:
        self.delete()
        self.assertContains(self.restore(), "“Claire” is back.")
        self.persona.refresh_from_db()
        self.assertIsNone(self.persona.deleted_at)
        self.assertEqual(self.trait("age").evidence.count(), 1)

    def test_a_name_taken_meanwhile(self) -> None:
        self.delete()
        services.persona_create(workspace=self.workspace, actor=self.ed, name="Claire")
        self.assertContains(self.restore(), "Another persona has this name by now")
        self.assertEqual(Persona.objects.filter(name="Claire", deleted_at=None).count(), 1)

    def test_the_map_stays(self) -> None:
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Map", personas=[self.persona])
        self.delete()
        response = self.client.get(journey.get_absolute_url())
        self.assertEqual(response.status_code, 200)
        self.assertNotContains(response, "Claire")
        self.restore()
        self.assertContains(self.client.get(journey.get_absolute_url()), "Claire")

    def test_a_viewer_cannot(self) -> None:
        self.client.force_login(self.vi)
        self.assertEqual(self.delete().status_code, 403)
