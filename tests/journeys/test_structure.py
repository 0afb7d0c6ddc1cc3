"""Stages, steps and lanes: every change can be undone, and none loses a KPI."""

from decimal import Decimal

from cxmap.history.models import Change
from cxmap.history.services import ChangedSince, NothingToUndo
from cxmap.lib.errors import StaleRevision
from journeys.errors import ElsewhereOnMap, LaneAlreadyThere, LastOne
from journeys.models import Card, CurvePoint, Journey, Stage, Step
from journeys.services import cards, lanes, stages
from journeys.services.journeys import history_step, journey_create, journey_duplicate
from kpis.models import Binding, Kpi
from kpis.services import binding_create
from tests.journeys.base import MapTestCase


class StepTests(MapTestCase):
    def test_it_works(self) -> None:
        step = stages.step_add(stage=self.stages()[2], actor=self.ed, name="Asks", index=0)
        self.assertEqual(self.names()[2], "Asks")
        stages.step_rename(step=step, actor=self.ed, name="Asks a friend")
        self.assertEqual(self.names()[2], "Asks a friend")

    def test_a_step_moves_over_the_edge_of_its_stage(self) -> None:
        step = self.steps()[1]
        stages.step_shift(step=step, actor=self.ed, by=1)
        step.refresh_from_db()
        self.assertEqual(step.stage_id, self.stages()[2].pk)
        self.assertEqual(self.names().index(step.name), 1)
        stages.step_shift(step=Step.objects.get(pk=step.pk), actor=self.ed, by=1)
        self.assertEqual(self.names().index(step.name), 2)

    def test_many_insertions_at_one_place_keep_their_order(self) -> None:
        stage = self.stages()[0]
        for number in range(60):
            stages.step_add(stage=stage, actor=self.ed, name=f"n{number}", index=1)
        self.assertEqual(self.names()[1:61], [f"n{number}" for number in reversed(range(60))])

    def test_moving_to_another_map_is_refused(self) -> None:
        other = journey_create(workspace=self.workspace, actor=self.ed, name="Other", no_persona_yet=True)
        with self.assertRaises(ElsewhereOnMap):
            stages.step_move(step=self.steps()[0], actor=self.ed, stage_id=stages.live_stages(other)[0].pk, index=0)

    def test_a_kpi_survives_moving_and_deleting_its_step(self) -> None:
        step = self.steps()[3]
        cards.card_add(lane=self.lane("touchpoints"), step=step, actor=self.ed, touchpoint=self.touchpoint)
        kpi = Kpi.objects.get(workspace=self.workspace, code="purchase-rate")
        binding = binding_create(touchpoint=self.touchpoint, kpi=kpi, actor=self.ed)
        stages.step_move(step=step, actor=self.ed, stage_id=self.stages()[0].pk, index=0)
        stages.step_add(stage=self.stages()[0], actor=self.ed, name="Before it", index=0)
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(self.journey.get_absolute_url()), kpi.name)
        stages.step_delete(step=Step.objects.get(pk=step.pk), actor=self.ed)
        self.assertTrue(Binding.objects.filter(pk=binding.pk, deleted_at=None).exists())
        self.assertNotContains(self.client.get(self.journey.get_absolute_url()), kpi.name)
        history_step(journey=self.journey, actor=self.ed)
        self.assertContains(self.client.get(self.journey.get_absolute_url()), kpi.name)

    def test_the_last_step_stays(self) -> None:
        for step in self.steps()[1:]:
            stages.step_delete(step=step, actor=self.ed)
        with self.assertRaises(LastOne):
            stages.step_delete(step=self.steps()[0], actor=self.ed)

    def test_a_copy_has_the_cards_and_the_curve(self) -> None:
        self.fill(6, 2)
        step = self.steps()[2]
        copy = stages.step_duplicate(step=step, actor=self.ed, name="Copy")
        self.assertEqual(self.names()[3], "Copy")
        self.assertEqual(Card.objects.filter(step=copy, deleted_at=None).count(), 3)
        self.assertEqual(CurvePoint.objects.get(step=copy).level, CurvePoint.objects.get(step=step).level)

    def test_a_name_that_somebody_changed_meanwhile_is_refused_with_the_current_one(self) -> None:
        step = self.steps()[0]
        stages.step_rename(step=step, actor=self.olga, name="Olga's", expected_revision=1)
        with self.assertRaises(StaleRevision) as caught:
            stages.step_rename(step=step, actor=self.ed, name="Ed's", expected_revision=1)
        self.assertEqual(caught.exception.current.name, "Olga's")


class StageTests(MapTestCase):
    def test_it_moves_with_its_steps_and_comes_back(self) -> None:
        before = self.names()
        stages.stage_move(stage=self.stages()[0], actor=self.ed, index=5)
        self.assertEqual(self.names()[-1], before[0])
        history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(self.names(), before)

    def test_deleting_takes_the_steps_and_undo_brings_back_all(self) -> None:
        self.fill(8, 1)
        before = self.names()
        stages.stage_delete(stage=self.stages()[0], actor=self.ed)
        self.assertEqual(len(self.names()), 5)
        history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(self.names(), before)
        self.assertEqual(Card.objects.filter(journey=self.journey, deleted_at=None).count(), 16)

    def test_a_stage_that_lost_its_only_step_says_so(self) -> None:
        stages.step_move(step=self.steps()[1], actor=self.ed, stage_id=self.stages()[0].pk, index=0)
        self.client.force_login(self.ed)
        page = self.client.get(self.journey.get_absolute_url())
        self.assertContains(page, "The stage Awareness and engagement has no step: add one")

    def test_hidden_ones_keep_everything(self) -> None:
        stages.stage_set_hidden(stage=self.stages()[1], actor=self.ed, hidden=True)
        self.assertEqual(len(self.names()), 5)
        stages.stage_set_hidden(stage=self.stages()[1], actor=self.ed, hidden=False)
        self.assertEqual(len(self.names()), 6)

    def test_a_copy_is_complete(self) -> None:
        self.fill(7, 2)
        copy = stages.stage_duplicate(stage=self.stages()[0], actor=self.ed, name="Copy")
        self.assertEqual([stage.name for stage in self.stages()][1], "Copy")
        self.assertEqual(len(stages.live_steps(copy)), 2)


class LaneTests(MapTestCase):
    def test_a_kind_that_stands_once_is_refused_twice(self) -> None:
        with self.assertRaises(LaneAlreadyThere):
            lanes.lane_add(journey=self.journey, actor=self.ed, kind="emotion")

    def test_added_moved_renamed_duplicated_deleted(self) -> None:
        lane = lanes.lane_add(journey=self.journey, actor=self.ed, kind="text", name="Systems", index=0)
        lanes.lane_move(lane=lane, actor=self.ed, index=2)
        copy = lanes.lane_duplicate(lane=lane, actor=self.ed, name="Systems 2")
        order = [row.pk for row in lanes.live_lanes(self.journey)]
        self.assertEqual(order.index(copy.pk), order.index(lane.pk) + 1)
        lanes.lane_delete(lane=lane, actor=self.ed)
        self.assertNotIn(lane.pk, [row.pk for row in lanes.live_lanes(self.journey)])


class UndoTests(MapTestCase):
    def test_a_hundred_steps_back_and_forth(self) -> None:
        for number in range(100):
            stages.step_rename(step=self.steps()[0], actor=self.ed, name=f"n{number}")
        for _ in range(100):
            history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(self.names()[0], "Feels the need")
        for _ in range(100):
            history_step(journey=self.journey, actor=self.ed, redo=True)
        self.assertEqual(self.names()[0], "n99")

    def test_it_never_reverts_somebody_else(self) -> None:
        stages.step_rename(step=self.steps()[0], actor=self.ed, name="Ed's")
        stages.step_rename(step=self.steps()[0], actor=self.olga, name="Olga's")
        with self.assertRaises(ChangedSince):
            history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(self.names()[0], "Olga's")

    def test_a_step_in_which_somebody_wrote_meanwhile_is_not_taken_back(self) -> None:
        step = stages.step_add(stage=self.stages()[0], actor=self.ed, name="Ed's")
        card = cards.card_add(lane=self.lane("actions"), step=step, actor=self.olga, text="Olga's")
        with self.assertRaises(ChangedSince):
            history_step(journey=self.journey, actor=self.ed)
        self.assertIn("Ed's", self.names())
        cards.card_delete(card=card, actor=self.olga)
        history_step(journey=self.journey, actor=self.ed)
        self.assertNotIn("Ed's", self.names())

    def test_a_point_that_somebody_set_anew_stays(self) -> None:
        step = self.steps()[0]
        cards.curve_set(step=step, actor=self.olga, level=Decimal(1))
        cards.curve_set(step=step, actor=self.ed, level=None)
        cards.curve_set(step=step, actor=self.olga, level=Decimal(-2))
        with self.assertRaises(ChangedSince):
            history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(CurvePoint.objects.get(step=step, deleted_at=None).level, -2)

    def test_a_lane_that_stands_once_does_not_come_back_twice(self) -> None:
        lanes.lane_delete(lane=self.lane("emotion"), actor=self.ed)
        lanes.lane_add(journey=self.journey, actor=self.olga, kind="emotion")
        with self.assertRaises(ChangedSince):
            history_step(journey=self.journey, actor=self.ed)

    def test_there_may_be_nothing_to_undo(self) -> None:
        with self.assertRaises(NothingToUndo):
            history_step(journey=self.journey, actor=self.ana)

    def test_a_new_change_ends_redo(self) -> None:
        stages.step_rename(step=self.steps()[0], actor=self.ed, name="One")
        history_step(journey=self.journey, actor=self.ed)
        stages.step_rename(step=self.steps()[1], actor=self.ed, name="Two")
        with self.assertRaises(NothingToUndo):
            history_step(journey=self.journey, actor=self.ed, redo=True)

    def test_every_write_is_in_the_log(self) -> None:
        before = Change.objects.count()
        stages.step_rename(step=self.steps()[0], actor=self.ed, name="One")
        change = Change.objects.latest("id")
        self.assertEqual(Change.objects.count(), before + 1)
        self.assertEqual((change.actor, change.action, change.workspace), (self.ed, "step.renamed", self.workspace))
        self.assertEqual(change.rows[0]["before"]["name"], "Feels the need")
        self.assertEqual(change.rows[0]["after"]["name"], "One")


class CopyTests(MapTestCase):
    def test_a_copied_map_stands_alone(self) -> None:
        self.fill(7, 2)
        copy = journey_duplicate(journey=self.journey, actor=self.ed, name="Copy")
        self.assertEqual(Step.objects.filter(journey=copy).count(), 7)
        self.assertEqual(Card.objects.filter(journey=copy).count(), Card.objects.filter(journey=self.journey).count())
        stages.stage_rename(stage=Stage.objects.filter(journey=copy).first(), actor=self.ed, name="Changed")
        self.assertFalse(Stage.objects.filter(journey=self.journey, name="Changed").exists())
        self.assertEqual(Journey.objects.filter(workspace=self.workspace).count(), 2)
