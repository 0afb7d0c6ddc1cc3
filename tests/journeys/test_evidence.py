"""Records of evidence: noted on their page, named by cards, counted in the header, undone on the map."""

from journeys.models import Card, Evidence
from journeys.services import cards
from journeys.services.journeys import history_step
from tests.journeys.base import MapTestCase


class EvidenceTests(MapTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = f"/journeys/{self.journey.pk}/evidence/"

    def note(self) -> Evidence:
        data = {"kind": "interview", "title": "Till talks", "asked": "4 customers", "happened_on": "2026-11-02"}
        self.assertRedirects(self.client.post(self.url, data), self.url)
        return Evidence.objects.get(journey=self.journey)

    def test_a_record_is_noted_named_by_a_card_and_counted(self) -> None:
        row = self.note()
        made = [
            cards.card_add(lane=self.lane("actions"), step=step, actor=self.ed, text="Waits")
            for step in self.steps()[:2]
        ]
        data = {"text": "Waits", "revision": "1", "evidence": str(row.pk)}
        self.client.post(f"/cards/{made[0].pk}/edit/", data, headers={"x-requested-with": "fetch"})
        self.assertEqual(Card.objects.get(pk=made[0].pk).evidence_id, row.pk)
        page = self.client.get(self.journey.get_absolute_url())
        facts = [(fact.value, fact.label) for fact in page.context["board"].facts]
        self.assertIn(("50%", "of the cells rest on evidence"), facts)
        self.assertContains(self.client.get(self.url), "Till talks")

    def test_a_deleted_record_leaves_its_cards_and_comes_back_by_undo(self) -> None:
        row = self.note()
        card = cards.card_add(
            lane=self.lane("actions"), step=self.steps()[0], actor=self.ed, text="Waits", evidence=row
        )
        self.client.post(f"/evidence/{row.pk}/delete/")
        self.assertNotContains(self.client.get(self.url), "Till talks")
        self.assertIsNone(Card.objects.get(pk=card.pk).deleted_at)
        history_step(journey=self.journey, actor=self.ed)
        self.assertContains(self.client.get(self.url), "Till talks")

    def test_a_record_needs_a_title_and_a_real_date(self) -> None:
        answer = self.client.post(self.url, {"kind": "interview", "title": "", "happened_on": "31.02."})
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(Evidence.objects.exists())

    def test_query_count_does_not_grow(self) -> None:
        self.note()
        few = self.query_count(self.url)
        for number in range(12):
            Evidence.objects.create(workspace=self.workspace, journey=self.journey, title=f"Talk {number}")
        self.assertEqual(self.query_count(self.url), few)
