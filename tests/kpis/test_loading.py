"""Files that go straight into the observations: what makes that possible, and what it leaves to the workers."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from kpis.models import Bucket, Observation, Rollup
from kpis.services.loading import Loader, NotFresh
from kpis.services.observations import Row, WriteReport, observations_write
from kpis.services.rollups import rollups_rebuild, rollups_refresh
from kpis.services.withdrawals import import_withdraw
from tests.kpis.base import DAY, KpiTestCase, by_hand, drain, frame, rollups, row


class LoadingTest(KpiTestCase):
    def load(self, rows: list[Row], *, import_id: int = 7, mapping_key: int = 0) -> WriteReport:
        with transaction.atomic():
            loader = Loader(workspace=self.workspace, source=self.source, import_id=import_id, mapping_key=mapping_key)
            loader.add(frame(rows))
            self.unknown = loader.unknown
            return loader.finish()

    def write(self, rows: list[Row], **fields: Any) -> None:
        observations_write(workspace=self.workspace, source=self.source, rows=rows, **fields)

    def test_rows_and_their_roll_ups_are_there_at_once(self) -> None:
        report = self.load(
            [
                row(2, bin=4, numerator=1),
                row(3, bin=4, numerator=2),
                row(4, bin=5, numerator=3, sum_squares=None),
                row(5, touchpoint="desk", day=DAY + timedelta(days=1)),
                row(6, last_day=DAY + timedelta(days=6)),
            ]
        )
        self.assertEqual((report.created, report.rejected), (5, 0))
        self.assertEqual((report.first_day, report.last_day), (DAY, DAY + timedelta(days=1)))
        self.assertFalse(Bucket.objects.exists())
        self.assertEqual(Rollup.objects.count(), 2)
        self.assertEqual(rollups(), by_hand())
        self.assertEqual(rollups_rebuild(workspace=self.workspace), 0)
        self.assertEqual(Observation.objects.get(line=2).import_id, 7)

    def test_unknown_names_are_left_out_and_said(self) -> None:
        report = self.load([row(2), row(3, touchpoint="moon"), row(4, kpi="luck"), row(5, segment="nobody")])
        self.assertEqual((report.created, report.rejected), (1, 3))
        self.assertEqual(
            [(one.line, one.code, one.value) for one in self.unknown],
            [
                (3, "unknown_touchpoint", "moon"),
                (4, "unknown_kpi", "luck"),
                (5, "unknown_segment", "nobody"),
            ],
        )

    def test_the_next_days_of_a_series_go_the_same_way(self) -> None:
        self.load([row(2), row(3, touchpoint="desk")])
        self.load([row(2, day=DAY + timedelta(days=1)), row(3, touchpoint="desk", day=DAY + timedelta(days=1))])
        self.assertEqual(Rollup.objects.count(), 4)
        self.assertEqual(rollups(), by_hand())

    def test_days_that_were_said_before_must_be_compared(self) -> None:
        self.load([row(2, day=DAY + timedelta(days=1))])
        with self.assertRaises(NotFresh):
            self.load([row(2, day=DAY + timedelta(days=1))])
        # The file covers the day between its own, on which the former rows of its series go.
        with self.assertRaises(NotFresh):
            self.load([row(2), row(3, day=DAY + timedelta(days=2))])
        self.assertEqual(Observation.objects.count(), 1)

    def test_a_source_that_gave_ids_must_be_compared(self) -> None:
        self.load([row(2, external_id="a")])
        with self.assertRaises(NotFresh):
            self.load([row(2, external_id="b", day=DAY + timedelta(days=1))])

    def test_an_id_twice_in_a_file_is_refused_by_the_database(self) -> None:
        with self.assertRaises(IntegrityError):
            self.load([row(2, external_id="a"), row(3, external_id="a")])
        self.assertFalse(Observation.objects.exists())

    def test_a_day_that_others_also_tell_of_is_left_to_the_workers(self) -> None:
        """Rows with ids stand beside those of the same day, whoever brought them."""
        self.write([row(2)], import_id=1)
        drain(rollups_refresh)
        self.write([row(3, touchpoint="desk")], import_id=2)
        self.load(
            [
                row(2, external_id="a"),
                row(3, touchpoint="desk", external_id="b"),
                row(4, touchpoint="chat", external_id="c"),
            ]
        )
        marked = set(Bucket.objects.values_list("series_id", flat=True))
        self.assertEqual(len(marked), 2)
        self.assertNotIn(Observation.objects.get(external_id="c").series_id, marked)
        drain(rollups_refresh)
        self.assertEqual(rollups(), by_hand())

    def test_it_is_withdrawn_like_any_other(self) -> None:
        self.load([row(2), row(3, day=DAY + timedelta(days=1))])
        import_withdraw(workspace=self.workspace, source=self.source, import_id=7)
        drain(rollups_refresh)
        self.assertEqual((Observation.objects.count(), Rollup.objects.count()), (0, 0))
