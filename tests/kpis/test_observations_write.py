"""Writing observations: identity, replacement, counters, marks."""

from datetime import UTC, date, datetime, timedelta

from kpis.models import Bucket, Observation, Series
from kpis.services.observations import Row, WriteReport, observation_stage, observations_write, rows_text
from kpis.services.series import SeriesKey, canonical_dimensions, series_resolve
from kpis.services.withdrawals import import_withdraw
from personas.models import Segment
from tests.kpis.base import DAY, KpiTestCase, days, make_touchpoint, observations, row, scalar

NEXT = DAY + timedelta(days=1)


def counts(report: WriteReport) -> tuple[int, ...]:
    return report.created, report.updated, report.unchanged, report.superseded, report.rejected, report.removed


class ObservationsWriteTest(KpiTestCase):
    def write(self, *rows: Row, import_id: int | None = 1, with_statuses: bool = False) -> WriteReport:
        return observations_write(
            workspace=self.workspace,
            source=self.source,
            rows=rows,
            import_id=import_id,
            with_statuses=with_statuses,
        )

    def marked(self) -> list[tuple[str, date]]:
        names = dict(Series.objects.values_list("id", "touchpoint__code"))
        found = [(names[one.series_id], one.day) for one in Bucket.objects.all()]
        Bucket.objects.all().delete()
        return sorted(found)

    def test_it_works(self) -> None:
        at = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
        report = self.write(row(7, external_id='é, "x"', numerator=3, at=at, bin=4))
        self.assertEqual(counts(report), (1, 0, 0, 0, 0, 0))
        self.assertEqual((report.first_day, report.last_day), (DAY, DAY))
        one = Observation.objects.get()
        self.assertEqual((one.workspace_id, one.source_id, one.import_id), (self.workspace.pk, self.source.pk, 1))
        self.assertEqual((one.external_id, one.column, one.line, one.at, one.bin), ('é, "x"', "clicks", 7, at, 4))
        self.assertEqual((one.n, one.numerator, one.denominator, one.sum_squares, one.excluded), (10, 3, 10, 3, 0))
        self.assertEqual(self.marked(), [("shop", DAY)])

    def test_the_same_again_changes_nothing(self) -> None:
        rows = [row(1, external_id="a"), row(2), row(3), row(4, touchpoint="desk", sum_squares=None)]
        self.assertEqual(counts(self.write(*rows)), (4, 0, 0, 0, 0, 0))
        before = observations()
        self.marked()
        self.assertEqual(counts(self.write(*reversed(rows), import_id=2)), (0, 0, 4, 0, 0, 0))
        self.assertEqual(observations(), before)
        self.assertEqual(self.marked(), [])

    def test_an_id_is_an_update_whatever_the_day(self) -> None:
        self.write(row(external_id="a"), row(2, external_id="b"))
        self.marked()
        report = self.write(row(external_id="a", day=NEXT, touchpoint="desk"), import_id=2)
        self.assertEqual(counts(report), (0, 1, 0, 0, 0, 0))
        self.assertEqual(Observation.objects.filter(first_day=DAY).count(), 1)
        self.assertEqual(self.marked(), [("desk", NEXT), ("shop", DAY)])

    def test_one_id_in_two_columns_is_two_observations(self) -> None:
        report = self.write(row(external_id="a"), row(external_id="a", column="opens"))
        self.assertEqual(report.created, 2)

    def test_the_last_row_of_an_id_wins(self) -> None:
        report = self.write(row(1, external_id="a", numerator=1), row(2, external_id="a", numerator=2))
        self.assertEqual(counts(report), (1, 0, 0, 1, 0, 0))
        self.assertEqual(Observation.objects.get().numerator, 2)

    def test_another_source_is_another_identity(self) -> None:
        self.write(row(external_id="a"), row())
        other = self.source.__class__.objects.create(workspace=self.workspace, key="crm", kind="file", name="CRM")
        report = observations_write(
            workspace=self.workspace, source=other, rows=[row(external_id="a"), row()], import_id=2
        )
        self.assertEqual(report.created, 2)
        self.assertEqual(Observation.objects.count(), 4)

    def test_rows_without_ids_replace_the_days_of_the_file(self) -> None:
        first, second, third = days(3)
        self.write(
            *(row(number, day=day) for number, day in enumerate((first, second, third))), row(9, external_id="x")
        )
        self.write(row(day=third, touchpoint="desk"), import_id=2)
        self.marked()
        report = self.write(
            row(1, day=first, numerator=2), row(2, day=first, numerator=3), row(3, day=second), import_id=3
        )
        self.assertEqual(counts(report), (1, 1, 1, 0, 0, 0))
        self.assertEqual(Observation.objects.count(), 6)
        self.assertEqual(self.marked(), [("shop", first)])

    def test_a_day_that_the_file_no_longer_has_for_a_series(self) -> None:
        self.write(row(1), row(2, day=NEXT))
        self.marked()
        report = self.write(row(1), row(2, touchpoint="desk", day=NEXT), import_id=2)
        self.assertEqual(counts(report), (1, 0, 1, 0, 0, 1))
        self.assertEqual(self.marked(), [("desk", NEXT), ("shop", NEXT)])

    def test_the_api_replaces_series_and_day_only(self) -> None:
        self.write(row(1), row(2), row(3, day=NEXT), row(4, touchpoint="desk", day=NEXT), import_id=None)
        report = self.write(row(1, numerator=4), row(2, touchpoint="desk", day=NEXT), import_id=None)
        self.assertEqual(counts(report), (0, 1, 1, 0, 0, 1))
        self.assertEqual(Observation.objects.count(), 3)

    def test_a_span_enters_no_bucket(self) -> None:
        report = self.write(row(last_day=DAY + timedelta(days=6)), row(2))
        self.assertEqual(report.created, 2)
        self.assertEqual(self.marked(), [("shop", DAY)])
        # A day does not replace the span around it, nor the other way round.
        self.write(row(2, numerator=5), import_id=2)
        self.assertEqual(Observation.objects.count(), 2)

    def test_unknown_references_are_left_out(self) -> None:
        make_touchpoint(self.elsewhere, self.otto, "Hidden")
        rows = [
            row(1),
            row(2, touchpoint="hidden"),
            row(3, kpi="nothing"),
            row(4, segment="unknown"),
        ]
        with observation_stage(workspace=self.workspace, source=self.source) as stage:
            stage.copy(rows)
            unknown = stage.unknown()
            report = stage.finish(import_id=1)
        self.assertEqual(counts(report), (1, 0, 0, 0, 3, 0))
        self.assertEqual(
            [(one.line, one.code, one.value) for one in unknown],
            [(2, "unknown_touchpoint", "hidden"), (3, "unknown_kpi", "nothing"), (4, "unknown_segment", "unknown")],
        )

    def test_segments_and_dimensions_are_series_of_their_own(self) -> None:
        segment = Segment.objects.create(workspace=self.workspace, code="new", name="New customers")
        device = canonical_dimensions({"device": "mobile"})
        self.write(row(1), row(2, segment="new"), row(3, dimensions=device), row(4, dimensions=device))
        self.assertEqual(Series.objects.count(), 3)
        keys = [
            SeriesKey(self.shop.pk, self.ctr.pk),
            SeriesKey(self.shop.pk, self.ctr.pk, segment.pk),
            SeriesKey(self.shop.pk, self.ctr.pk, 0, device),
        ]
        self.assertEqual(len(set(series_resolve(workspace=self.workspace, keys=keys).values())), 3)
        self.assertEqual(Series.objects.count(), 3)

    def test_pieces_of_text(self) -> None:
        with observation_stage(workspace=self.workspace, source=self.source) as stage:
            for number in range(3):
                stage.copy(rows_text([row(number, day=DAY + timedelta(days=number))]))
            self.assertEqual(stage.rows, 3)
            report = stage.finish(import_id=1)
        self.assertEqual(report.created, 3)

    def test_statuses_by_line(self) -> None:
        self.write(row(1, external_id="a"), row(2, external_id="b"))
        report = self.write(
            row(1, external_id="a"),
            row(2, external_id="b", numerator=5),
            row(3, external_id="c"),
            row(4, kpi="nothing"),
            import_id=None,
            with_statuses=True,
        )
        self.assertEqual(report.statuses, {1: "unchanged", 2: "updated", 3: "created"})
        self.assertEqual(report.rejected, 1)

    def test_many_rows_take_the_same_queries(self) -> None:
        with self.assertNumQueries(19):
            self.write(row(1))
        with self.assertNumQueries(19):
            self.write(*(row(number, day=day) for number, day in enumerate(days(100, date(2025, 1, 1)))), import_id=2)


class ColdTablesTest(KpiTestCase):
    """Tables that were never analysed must not lead to plans that compare every row with every other."""

    ROWS = 6000

    def write(self, import_id: int, *, change: int = 0, with_ids: bool) -> WriteReport:
        first = date(2025, 1, 1)
        rows = (
            row(
                number,
                day=first + timedelta(days=number % 300),
                numerator=number % 9 + (change if number % 2 else 0),
                external_id=f"id-{number}" if with_ids else None,
            )
            for number in range(self.ROWS)
        )
        return observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=import_id)

    def rows_looked_at(self) -> int:
        """How many rows of the tables of facts, temporary ones too, this transaction has read so far."""
        return int(
            scalar(
                "SELECT sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))"
                " FROM pg_class WHERE relname LIKE 'kpis\\_%'"
            )
        )

    def test_no_row_is_compared_with_every_other(self) -> None:
        for with_ids in (True, False):
            before = self.rows_looked_at()
            self.assertEqual(self.write(1, with_ids=with_ids).created, self.ROWS)
            self.assertEqual(self.write(2, with_ids=with_ids).unchanged, self.ROWS)
            self.assertEqual(self.write(3, change=10, with_ids=with_ids).updated, self.ROWS // 2)
            import_withdraw(workspace=self.workspace, source=self.source, import_id=3)
            import_withdraw(workspace=self.workspace, source=self.source, import_id=1)
            self.assertEqual(Observation.objects.count(), 0)
            # Some dozen times each row in five writes; thousands of times with a bad plan.
            self.assertLess(self.rows_looked_at() - before, 200 * self.ROWS)
