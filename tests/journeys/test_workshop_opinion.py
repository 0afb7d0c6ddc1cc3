"""The opinion of a workshop marks a card, and proves nothing."""

from journeys.documents.model import evidence_share
from journeys.models import EvidenceKind
from journeys.selectors import board
from journeys.services import cards
from journeys.services.evidence import evidence_add
from tests.journeys.base import MapTestCase


class WorkshopOpinionTest(MapTestCase):
    def test_it_does_not_count_as_evidence(self) -> None:
        opinion = evidence_add(journey=self.journey, actor=self.ed, title="Kick-off", kind=EvidenceKind.WORKSHOP)
        told = evidence_add(journey=self.journey, actor=self.ed, title="Four customers", kind=EvidenceKind.INTERVIEW)
        lane, steps = self.lane("actions"), self.steps()
        for step, record in ((steps[0], opinion), (steps[1], told)):
            cards.card_add(lane=lane, step=step, actor=self.ed, text="Compares", evidence=record)
        self.assertEqual(evidence_share(board(journey=self.journey, actor=self.ed, can_edit=True)), (1, 2))
        self.client.force_login(self.ed)
        page = self.client.get(self.journey.get_absolute_url())
        self.assertContains(page, "workshop opinion: Kick-off")
        self.assertContains(page, "evidence: Four customers")
        self.assertContains(page, "50%")
