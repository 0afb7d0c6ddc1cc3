"""Restructuring in the middle of a map loses nothing: split, merge, spans, copies to another map, channels, curves."""

from decimal import Decimal

from django.urls import reverse

from improvements.models import Pain
from improvements.services import pain_add
from journeys import selectors
from journeys.errors import FirstOfStage, LaneNotTyped, LinksToItself
from journeys.models import Card, CurvePoint, Interaction, Journey, Lane, Step
from journeys.picture import personas_of
from journeys.services import cards, copies, lanes, stages
from journeys.services.journeys import history_step, journey_create, journey_update
from personas.models import Persona
from personas.services import persona_create, persona_delete, persona_restore
from tests.journeys.base import MapTestCase
from touchpoints.models import Channel


class RestructureTests(MapTestCase):
    """Every test works on the six-stage map of Ed."""

    def board(self, **more: object) -> selectors.Board:
        return selectors.board(journey=self.journey, actor=self.ed, can_edit=True, **more)

    def add(self, step: Step, text: str, kind: str = "actions") -> Card:
        return cards.card_add(lane=self.lane(kind), step=step, actor=self.ed, text=text)

    def test_merged_steps_keep_cards_kpis_pains_and_the_curve(self) -> None:
        first, second = self.steps()[:2]
        self.add(first, "One")
        self.add(second, "Two")
        cards.card_add(lane=self.lane("touchpoints"), step=second, actor=self.ed, touchpoint=self.touchpoint)
        cards.curve_set(step=second, actor=self.ed, level=Decimal(1))
        pain = pain_add(workspace=self.workspace, actor=self.ed, title="Slow", step=second)
        stages.step_merge(step=second, into=first, actor=self.ed)
        texts = [
            card.text
            for card in Card.objects.filter(step=first, deleted_at=None, lane=self.lane("actions")).order_by("rank")
        ]
        self.assertEqual(texts, ["One", "Two"])
        self.assertTrue(Card.objects.filter(step=first, touchpoint=self.touchpoint, deleted_at=None).exists())
        self.assertEqual(CurvePoint.objects.get(step=first, deleted_at=None).level, Decimal(1))
        self.assertEqual(Pain.objects.get(pk=pain.pk).step_id, first.pk)
        self.assertEqual(len(self.steps()), 5)
        history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(len(self.steps()), 6)
        self.assertEqual(Pain.objects.get(pk=pain.pk).step_id, second.pk)
        self.assertEqual(Card.objects.get(text="Two").step_id, second.pk)

    def test_a_merged_step_does_not_double_a_touchpoint(self) -> None:
        first, second = self.steps()[:2]
        for step in (first, second):
            cards.card_add(lane=self.lane("touchpoints"), step=step, actor=self.ed, touchpoint=self.touchpoint)
        stages.step_merge(step=second, into=first, actor=self.ed)
        self.assertEqual(Card.objects.filter(step=first, touchpoint=self.touchpoint, deleted_at=None).count(), 1)

    def test_a_split_step_keeps_its_first_cards_and_its_touchpoints(self) -> None:
        step = self.steps()[0]
        self.add(step, "One")
        self.add(step, "Two")
        cards.card_add(lane=self.lane("touchpoints"), step=step, actor=self.ed, touchpoint=self.touchpoint)
        second = stages.step_split(step=step, actor=self.ed, name="Second half")
        self.assertEqual(Card.objects.get(text="One").step_id, step.pk)
        self.assertEqual(Card.objects.get(text="Two").step_id, second.pk)
        self.assertEqual(Card.objects.get(touchpoint=self.touchpoint).step_id, step.pk)

    def test_a_stage_is_split_and_merged_back(self) -> None:
        stage = self.stages()[1]
        later = stages.step_add(stage=stage, actor=self.ed, name="Later")
        with self.assertRaises(FirstOfStage):
            stages.stage_split(step=stages.live_steps(stage)[0], actor=self.ed, name="New")
        made = stages.stage_split(step=later, actor=self.ed, name="New")
        self.assertEqual([step.pk for step in stages.live_steps(made)], [later.pk])
        stages.stage_merge(stage=made, actor=self.ed)
        self.assertEqual(stages.live_steps(stage)[-1].pk, later.pk)

    def test_a_span_survives_steps_put_in_and_taken_away(self) -> None:
        steps = self.steps()
        card = self.add(steps[0], "Wide")
        cards.card_span(card=card, actor=self.ed, columns=2)
        stages.step_add(stage=steps[1].stage, actor=self.ed, name="Put in", index=0)
        slot = next(row for row in self.board().lanes if row.kind.key == "actions").slots[0]
        self.assertEqual((slot.width, slot.placed[0].width), (4, 4))
        stages.step_delete(step=steps[2], actor=self.ed)
        slot = next(row for row in self.board().lanes if row.kind.key == "actions").slots[0]
        self.assertEqual(slot.width, 3)
        stages.step_delete(step=steps[0], actor=self.ed)
        card.refresh_from_db()
        self.assertIsNone(card.deleted_at)
        slot = next(row for row in self.board().lanes if row.kind.key == "actions").slots[0]
        self.assertEqual(slot.width, 2)

    def test_a_card_reaches_over_lanes_that_hold_the_same_content_only(self) -> None:
        card = self.add(self.steps()[0], "Tall", kind="goals")
        cards.card_span(card=card, actor=self.ed, lanes=10)
        rows = {row.kind.key: row for row in self.board().lanes}
        self.assertEqual(rows["goals"].slots[0].height, 3)  # goals, actions, thoughts; touchpoints hold no texts
        self.assertEqual(len(rows["actions"].slots), 5)
        self.assertEqual(len(rows["touchpoints"].slots), 6)

    def test_copies_to_another_map_lose_no_card(self) -> None:
        other = journey_create(workspace=self.workspace, actor=self.ed, name="Short", no_persona_yet=True)
        for stage in stages.live_stages(other)[2:]:
            stages.stage_delete(stage=stage, actor=self.ed)
        for number, step in enumerate(self.steps()):
            self.add(step, f"Does {number}")
        copies.lane_copy(lane=self.lane("actions"), target=other, actor=self.ed)
        self.assertEqual(Card.objects.filter(journey=other, deleted_at=None, text__startswith="Does").count(), 6)
        copies.stage_copy(stage=self.stages()[3], target=other, actor=self.ed)
        self.assertEqual(cards.shown_steps(other)[-1].name, self.stages()[3].steps.get().name)
        with self.assertRaises(LaneNotTyped):
            copies.lane_copy(lane=self.lane("metrics"), target=other, actor=self.ed)

    def test_channels_of_touchpoints_and_ticked_ones_stand_in_the_matrix(self) -> None:
        lane = lanes.lane_add(journey=self.journey, actor=self.ed, kind="channels")
        first, second = self.steps()[:2]
        cards.card_add(lane=self.lane("touchpoints"), step=first, actor=self.ed, touchpoint=self.touchpoint)
        shop = Channel.objects.get(workspace=self.workspace, code="shop")
        cards.channels_set(lane=lane, step=second, actor=self.ed, channels=[shop])
        row = next(row for row in self.board().lanes if row.kind.key == "channels")
        used = {step.pk: [use.channel.code for use in row.cells[step.pk] if use.used] for step in (first, second)}
        self.assertEqual(used, {first.pk: ["website"], second.pk: ["shop"]})
        cards.channels_set(lane=lane, step=second, actor=self.ed, channels=[])
        self.assertFalse(Card.objects.filter(channel=shop, deleted_at=None).exists())

    def test_a_step_does_not_link_to_its_own_map(self) -> None:
        with self.assertRaises(LinksToItself):
            stages.step_describe(step=self.steps()[0], actor=self.ed, linked_journey=self.journey)

    def test_the_same_card_sent_twice_stands_once(self) -> None:
        step, lane = self.steps()[0], self.lane("actions")
        self.client.force_login(self.ed)
        data = {"step": str(step.pk), "text": "Once", "id": "6f9b4c58-7c2e-4b0e-9d53-1f2a3b4c5d6f"}
        for _time in range(2):
            answer = self.client.post(f"/lanes/{lane.pk}/cards/add/", data, headers={"x-requested-with": "fetch"})
            self.assertEqual(answer.status_code, 200, answer.content)
        self.assertEqual(Card.objects.filter(text="Once", deleted_at=None).count(), 1)

    def test_a_persona_reads_its_own_cards_and_its_curve(self) -> None:
        people = [Persona.objects.create(workspace=self.workspace, name=name) for name in ("Ava", "Ben")]
        journey: Journey = journey_create(workspace=self.workspace, actor=self.ed, name="Two", personas=people)
        lane = Lane.objects.get(journey=journey, kind="actions")
        step = cards.shown_steps(journey)[0]
        for who in (None, *people):
            cards.card_add(lane=lane, step=step, actor=self.ed, text=f"By {who}", persona=who)
        cards.curve_set(step=step, actor=self.ed, level=Decimal(-1), persona=people[0])
        cards.curve_set(step=step, actor=self.ed, level=Decimal(2), layer=CurvePoint.Layer.TO_BE)
        board = selectors.board(journey=journey, actor=self.ed, can_edit=True, persona_id=people[0].pk)
        row = next(row for row in board.lanes if row.kind.key == "actions")
        self.assertEqual([card.text for card in row.cells[step.pk]], ["By None", "By Ava"])
        assert board.curve is not None
        self.assertEqual(
            [(ring.layer, ring.level) for ring in board.curve.points[0].rings], [("to_be", 2.0), ("believed", -1.0)]
        )
        other = selectors.board(journey=journey, actor=self.ed, can_edit=True, persona_id=people[1].pk)
        assert other.curve is not None
        self.assertEqual([ring.layer for ring in other.curve.points[0].rings], ["to_be"])

    def test_a_restored_persona_is_back_though_the_header_was_saved_meanwhile(self) -> None:
        julie, marc = (persona_create(workspace=self.workspace, actor=self.ed, name=name) for name in ("Julie", "Marc"))
        journey_update(journey=self.journey, actor=self.ed, personas=[julie, marc])
        card = self.add(self.steps()[0], "Waits")
        cards.card_edit(card=card, actor=self.ed, text="Waits", persona=marc)
        self.client.force_login(self.ed)
        self.assertNotContains(self.client.get(self.journey.get_absolute_url()), "without persona")
        persona_delete(persona=marc, actor=self.ed)
        self.assertContains(self.client.get(self.journey.get_absolute_url()), "without persona")
        journey_update(journey=self.journey, actor=self.ed, personas=[julie])
        persona_restore(persona=marc, actor=self.ed)
        self.assertEqual(personas_of(self.journey), [julie, marc])
        journey_update(journey=self.journey, actor=self.ed, personas=[julie])
        self.assertEqual(personas_of(self.journey), [julie])

    def test_a_card_of_a_deleted_persona_stays_its_own_when_its_form_is_saved(self) -> None:
        marc = persona_create(workspace=self.workspace, actor=self.ed, name="Marc")
        other = persona_create(workspace=self.workspace, actor=self.ed, name="Not on the map")
        journey_update(journey=self.journey, actor=self.ed, personas=[marc])
        card = self.add(self.steps()[0], "Waits")
        cards.card_edit(card=card, actor=self.ed, text="Waits", persona=marc)
        persona_delete(persona=marc, actor=self.ed)
        self.client.force_login(self.ed)
        address = reverse("journeys:card-detail", args=[card.pk])
        self.assertContains(self.client.get(address), "without persona (Marc is in the trash)")
        self.assertNotContains(self.client.get(address), other.name)
        answer = self.client.post(
            reverse("journeys:card-edit", args=[card.pk]), {"text": "Waits long", "persona": str(marc.pk)}
        )
        self.assertLess(answer.status_code, 400)
        card.refresh_from_db()
        self.assertEqual((card.text, card.persona), ("Waits long", marc))

    def test_every_kind_of_lane_is_drawn(self) -> None:
        people = [Persona.objects.create(workspace=self.workspace, name=name) for name in ("Cleo", "Dan")]
        made = {
            kind: lanes.lane_add(journey=self.journey, actor=self.ed, kind=kind)
            for kind in (
                "storyboard",
                "documents",
                "interactions",
                "frontstage",
                "backstage",
                "support",
                "systems",
                "channels",
            )
        }
        step = self.steps()[0]
        cards.card_add(lane=made["documents"], step=step, actor=self.ed, url="https://vimeo.com/1", text="Film")
        cards.card_add(
            lane=made["interactions"], step=step, actor=self.ed, persona=people[0], other_persona=people[1],
            arrow=str(Interaction("both", 3, "dashed")),
        )  # fmt: skip
        stages.step_describe(step=step, actor=self.ed, optional=True, repeatable=True, branch="Asks", path="by phone")
        lanes.lane_look(lane=made["systems"], actor=self.ed, pinned=True, height=120)
        self.client.force_login(self.vi)
        page = self.client.get(self.journey.get_absolute_url()).content.decode()
        for text in (
            "line of interaction",
            "line of visibility",
            "line of internal interaction",
            "Cleo",
            "Film",
            "by phone",
        ):
            self.assertIn(text, page)
        self.assertIn("map__lane--pinned", page)
        self.client.force_login(self.ed)
        self.assertEqual(self.client.get(f"{self.journey.get_absolute_url()}?view=table").status_code, 200)
