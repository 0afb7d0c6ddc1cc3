"""Undoing imports that lie over each other, case by case; the property tests generate the rest."""

from datetime import timedelta

from kpis.models import Bucket, Observation, ReplacedObservation
from kpis.services.observations import Row, WriteReport, observations_write
from kpis.services.withdrawals import import_withdraw
from tests.kpis.base import DAY, KpiTestCase, observations, row

TUESDAY = DAY + timedelta(days=1)


class ImportWithdrawTest(KpiTestCase):
    def write(self, import_id: int | None, *rows: Row, mapping_key: int = 0) -> WriteReport:
        return observations_write(
            workspace=self.workspace, source=self.source, rows=rows, import_id=import_id, mapping_key=mapping_key
        )

    def withdraw(self, import_id: int) -> None:
        import_withdraw(workspace=self.workspace, source=self.source, import_id=import_id)

    def values(self) -> list[tuple[float, int | None]]:
        return sorted(Observation.objects.values_list("numerator", "import_id"))

    def test_it_works(self) -> None:
        self.write(1, row(numerator=1), row(2, day=TUESDAY, numerator=2))
        former = observations()
        self.write(2, row(numerator=5))
        Bucket.objects.all().delete()
        report = import_withdraw(workspace=self.workspace, source=self.source, import_id=2)
        self.assertEqual((report.removed, report.restored, report.kept), (1, 1, 0))
        self.assertEqual(observations(), former)
        self.assertEqual(ReplacedObservation.objects.count(), 0)
        self.assertEqual(list(Bucket.objects.values_list("day", flat=True)), [DAY])

    def test_twice_changes_nothing_more(self) -> None:
        self.write(1, row())
        self.withdraw(1)
        report = import_withdraw(workspace=self.workspace, source=self.source, import_id=1)
        self.assertEqual((report.removed, report.restored), (0, 0))

    def test_an_update_is_cut_out_of_the_chain(self) -> None:
        for import_id in (1, 2, 3):
            self.write(import_id, row(external_id="a", numerator=import_id))
        self.withdraw(2)
        self.assertEqual(self.values(), [(3, 3)])
        self.withdraw(3)
        self.assertEqual(self.values(), [(1, 1)])

    def test_days_emptied_by_an_import_belong_to_the_next_one(self) -> None:
        """Import 2 has Shop on Tuesday nowhere, but covers it; import 3 says it again."""
        self.write(1, row(day=TUESDAY, numerator=1))
        self.write(2, row(1, numerator=2), row(2, touchpoint="desk", day=TUESDAY, numerator=3))
        self.assertEqual(self.values(), [(2, 2), (3, 2)])
        self.write(3, row(day=TUESDAY, numerator=4))
        self.withdraw(2)
        self.assertEqual(self.values(), [(4, 3)])
        self.withdraw(3)
        self.assertEqual(self.values(), [(1, 1)])

    def test_what_a_later_import_found_unchanged_beside_its_own_rows_stays(self) -> None:
        self.write(1, row(numerator=1))
        self.write(2, row(numerator=2))
        self.write(3, row(1, numerator=2), row(2, numerator=3))
        self.withdraw(2)
        self.assertEqual(self.values(), [(2, 3), (3, 3)])
        self.withdraw(3)
        self.assertEqual(self.values(), [(1, 1)])

    def test_an_import_that_found_everything_unchanged_holds_nothing(self) -> None:
        self.write(1, row(numerator=1))
        report = self.write(2, row(numerator=1))
        self.assertEqual((report.unchanged, report.changed), (1, False))
        self.assertEqual(self.values(), [(1, 1)])
        self.withdraw(1)
        self.assertEqual(self.values(), [])

    def test_the_api_over_an_import(self) -> None:
        self.write(1, row(numerator=1))
        self.write(2, row(numerator=2))
        self.write(None, row(numerator=3))
        self.withdraw(2)
        self.assertEqual(self.values(), [(3, None)])
        self.withdraw(1)
        self.assertEqual(self.values(), [(3, None)])

    def test_another_mapping_of_the_source_is_not_replaced(self) -> None:
        self.write(1, row(numerator=1), mapping_key=7)
        self.write(2, row(numerator=2), mapping_key=8)
        self.assertEqual(self.values(), [(1, 1), (2, 2)])
        self.withdraw(2)
        self.assertEqual(self.values(), [(1, 1)])
