"""Prepared queries give what their querysets give, whatever is bound, from every thread."""

import uuid
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.test import TransactionTestCase

from cxmap.lib.prepared import Prepared
from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.services import workspace_create
from journeys.models import Journey, Stage
from journeys.services.journeys import journey_create
from tests.base import CastTestCase


class PreparedTests(CastTestCase):
    def setUp(self) -> None:
        self.maps = [self.map("Première"), self.map("Seconde")]

    def map(self, name: str) -> Journey:
        return journey_create(workspace=self.workspace, actor=self.olga, name=name, no_persona_yet=True)

    def test_every_run_binds_its_own_value(self) -> None:
        stages_of = Prepared(lambda journey: Stage.objects.filter(journey=journey, deleted_at=None).order_by("rank"))
        for journey in [*self.maps, *self.maps]:
            expected = list(Stage.objects.filter(journey=journey, deleted_at=None).order_by("rank"))
            found = stages_of(journey=journey.pk)
            self.assertEqual(found, expected)
            self.assertEqual([stage.name for stage in found], [stage.name for stage in expected])

    def test_a_run_is_one_query_and_joined_rows_need_no_other(self) -> None:
        stages_of = Prepared(lambda journey: Stage.objects.filter(journey=journey).select_related("journey"))
        with self.assertNumQueries(1):
            stages_of(journey=self.maps[0].pk)
        with self.assertNumQueries(1):
            names = {stage.journey.name for stage in stages_of(journey=self.maps[1].pk)}
        self.assertEqual(names, {"Seconde"})

    def test_ids_may_be_many_one_or_none(self) -> None:
        journeys = Prepared(lambda ids: Journey.objects.filter(pk__in=ids).order_by("name"))
        others = Prepared(lambda ids, workspace: Journey.objects.filter(workspace=workspace).exclude(pk__in=ids))
        ids = [journey.pk for journey in self.maps]
        self.assertEqual(journeys(ids=ids), self.maps)
        self.assertEqual(journeys(ids={ids[1]}), self.maps[1:])
        self.assertEqual(journeys(ids=[]), [])
        self.assertCountEqual(others(ids=[], workspace=self.workspace.pk), self.maps)
        self.assertEqual(others(ids=ids, workspace=self.workspace.pk), [])
        spaces = Prepared(lambda ids: Workspace.objects.filter(pk__in=ids))
        for numbers, found in (([], []), ([self.workspace.pk], [self.workspace]), ([], [])):
            self.assertEqual(spaces(ids=numbers), found)

    def test_texts_numbers_and_windows(self) -> None:
        named = Prepared(lambda workspace, name: Journey.objects.filter(workspace=workspace, name=name))
        self.assertEqual(named(workspace=self.workspace.pk, name="Seconde"), self.maps[1:])
        self.assertEqual(named(workspace=self.workspace.pk, name="'; DROP TABLE journeys_journey; --"), [])
        first = Prepared(
            lambda ids, places: (
                Stage.objects.filter(journey__in=ids)
                .annotate(place=Window(RowNumber(), partition_by=F("journey"), order_by=F("rank").asc()))
                .filter(place__lte=places)
                .order_by("journey", "rank")
            )
        )
        found = first(ids=[journey.pk for journey in self.maps], places=2)
        self.assertEqual([stage.place for stage in found], [1, 2, 1, 2])
        self.assertEqual(len(first(ids=[self.maps[0].pk], places=1)), 1)

    def test_deferred_columns_stay_deferred(self) -> None:
        light = Prepared(lambda journey: Journey.objects.filter(pk=journey).defer("scenario"))
        [journey] = light(journey=self.maps[0].pk)
        self.assertEqual(journey.get_deferred_fields(), {"scenario"})
        self.assertEqual(journey.scenario, self.maps[0].scenario)

    def test_what_cannot_be_bound_is_refused(self) -> None:
        journeys = Prepared(lambda pk: Journey.objects.filter(pk=pk))
        with self.assertRaises(TypeError):
            journeys(pk=None)
        self.assertEqual(journeys(pk=self.maps[0].pk), self.maps[:1])
        for value in (None, True, 1.5, ["a text"]):
            with self.subTest(value=value), self.assertRaises(TypeError):
                journeys(pk=value)
        with self.assertRaisesMessage(TypeError, "Needed are pk; given were name, pk."):
            journeys(pk=self.maps[0].pk, name="x")
        with self.assertRaisesMessage(ValueError, "name did not reach the query as given."):
            Prepared(lambda pk, name: Journey.objects.filter(pk=pk))(pk=uuid.uuid4(), name="x")


class ThreadTests(TransactionTestCase):
    def test_threads_share_the_text_but_not_the_connection(self) -> None:
        owner = User.objects.create_user("threads@example.org", name="Threads")
        spaces = [workspace_create(name=f"Espace {n}", owner=owner, slug=f"espace-{n}") for n in range(8)]
        found = Prepared(lambda pk: Workspace.objects.filter(pk=pk))
        found(pk=spaces[0].pk)

        def read(space: Workspace) -> tuple[list[Workspace], int]:
            try:
                return found(pk=space.pk), connection.connection.info.backend_pid
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(read, spaces * 4))
        self.assertEqual([rows for rows, _pid in answers], [[space] for space in spaces * 4])
        self.assertGreater(len({pid for _rows, pid in answers}), 1)
