"""A small map for the tests of journeys."""

from decimal import Decimal
from typing import ClassVar

from journeys.models import Journey, Lane, Stage, Step
from journeys.services import cards, stages
from journeys.services.journeys import journey_create
from tests.base import CastTestCase
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create


class MapTestCase(CastTestCase):
    """A six-stage map by Ed, one touchpoint in the library."""

    journey: ClassVar[Journey]
    touchpoint: ClassVar[Touchpoint]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.journey = journey_create(workspace=cls.workspace, actor=cls.ed, name="Buying", no_persona_yet=True)
        cls.touchpoint = touchpoint_create(
            workspace=cls.workspace,
            actor=cls.ed,
            name="Payment page",
            category=Category.objects.get(workspace=cls.workspace, code="sales"),
            channel=Channel.objects.get(workspace=cls.workspace, code="website"),
        )

    def lane(self, kind: str) -> Lane:
        return Lane.objects.get(journey=self.journey, kind=kind, deleted_at=None)

    def steps(self) -> list[Step]:
        return cards.shown_steps(self.journey)

    def stages(self) -> list[Stage]:
        return stages.live_stages(self.journey)

    def names(self) -> list[str]:
        return [step.name for step in self.steps()]

    def fill(self, columns: int, rows: int) -> None:
        """Widen the map to so many steps and give the typed lane so many cards in each."""
        stage = self.stages()[0]
        while len(self.steps()) < columns:
            stages.step_add(stage=stage, actor=self.ed, name=f"Step {len(self.steps())}")
        for step in self.steps():
            for number in range(rows):
                cards.card_add(lane=self.lane("actions"), step=step, actor=self.ed, text=f"Does {number}")
            cards.curve_set(step=step, actor=self.ed, level=Decimal("0.5"))
            cards.card_add(lane=self.lane("touchpoints"), step=step, actor=self.ed, touchpoint=self.touchpoint)
