"""The central property: roll-ups after any history equal a rebuild, and withdrawing leads back exactly."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as ExampleTestCase

from cxmap.workspaces.services import workspace_update
from kpis.models import Bucket, Observation, ReplacedObservation, Rollup
from kpis.services.loading import Loader, NotFresh
from kpis.services.observations import Row, observations_write
from kpis.services.rollups import rollups_rebuild, rollups_refresh
from kpis.services.time_zones import observations_rezone
from kpis.services.withdrawals import import_withdraw
from tests.kpis.base import DAY, KpiTestCase, by_hand, drain, frame, observations, replaced, rollups, row
from touchpoints.merging import touchpoint_merge

TOUCHPOINTS = ("shop", "desk")

small = st.tuples(
    st.sampled_from(TOUCHPOINTS),
    st.integers(0, 2),  # day
    st.integers(0, 3),  # numerator
    st.sampled_from([None, 4, 5]),  # bin
)
with_id = st.tuples(st.sampled_from(["a", "b", "c"]), small)
a_write = st.one_of(
    st.tuples(st.just("days"), st.integers(0, 1), st.lists(small, max_size=4)),
    st.tuples(st.just("ids"), st.just(0), st.lists(with_id, max_size=4)),
    st.tuples(st.just("span"), st.just(0), st.lists(small, max_size=2)),
    st.tuples(st.just("api"), st.just(0), st.lists(small, max_size=3)),
    st.tuples(st.just("load days"), st.integers(0, 1), st.lists(small, max_size=4)),
    st.tuples(st.just("load ids"), st.just(0), st.lists(with_id, max_size=4)),
    st.tuples(st.just("load span"), st.just(0), st.lists(small, max_size=2)),
)
a_step = st.one_of(
    a_write,
    a_write,
    st.tuples(st.just("withdraw"), st.integers(0, 5), st.none()),
    st.tuples(st.just("refresh"), st.integers(1, 3), st.none()),
)
a_long_step = st.one_of(
    a_step,
    a_step,
    st.tuples(st.just("merge"), st.just(0), st.none()),
    st.tuples(st.just("zone"), st.sampled_from(["America/New_York", "Asia/Tokyo", "Europe/Paris"]), st.none()),
)

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class RollupsPropertyTest(KpiTestCase, ExampleTestCase):
    evening = False  # whether rows know their instant
    resolve: dict[str, str | None]

    def setUp(self) -> None:
        self.evening, self.resolve = False, {}

    def write(
        self, kind: str, mapping: int, items: list[Any], *, import_id: int | None, unique: Callable[[], int] | None
    ) -> None:
        loaded, kind = kind.startswith("load "), kind.removeprefix("load ")
        rows = []
        for line, item in enumerate(items, 1):
            external_id, (touchpoint, day, numerator, bin_) = item if kind == "ids" else (None, item)
            first = DAY + timedelta(days=day)
            at = None
            if self.evening:
                at = datetime(2026, 3, 28, 22, 30, tzinfo=UTC) + timedelta(days=day)
                first = at.astimezone(self.workspace.zone).date()
            rows.append(
                row(
                    line,
                    touchpoint=self.resolve.get(touchpoint) or touchpoint,
                    day=first,
                    at=at if kind != "span" else None,
                    last_day=first + timedelta(days=6) if kind == "span" else first,
                    external_id=external_id,
                    numerator=unique() if unique else numerator,
                    denominator=10_000 if unique else 10,
                    bin=bin_,
                    sum_squares=None if numerator == 3 else float(numerator),
                )
            )
        if loaded and import_id is not None and self.load(rows, import_id=import_id, mapping=mapping):
            return
        observations_write(
            workspace=self.workspace,
            source=self.source,
            rows=rows,
            import_id=None if kind == "api" else import_id,
            mapping_key=mapping,
        )

    def load(self, rows: list[Row], *, import_id: int, mapping: int) -> bool:
        """Write rows straight to their place, a frame a row; False where they have to be compared."""
        try:
            with transaction.atomic():
                loader = Loader(workspace=self.workspace, source=self.source, import_id=import_id, mapping_key=mapping)
                for one in rows:
                    loader.add(frame([one]))
                self.assertEqual(loader.finish().created, len(rows))
        except (NotFresh, IntegrityError):
            return False
        return True

    @quick
    @given(steps=st.lists(a_step, max_size=9))
    def test_any_history_equals_a_rebuild(self, steps: list[Any]) -> None:
        with self.undone():
            for number, (kind, argument, items) in enumerate(steps, 1):
                if kind == "withdraw":
                    import_withdraw(workspace=self.workspace, source=self.source, import_id=argument + 1)
                elif kind == "refresh":
                    rollups_refresh(limit=argument)
                else:
                    self.write(kind, argument, items, import_id=number, unique=None)
            drain(rollups_refresh)
            refreshed = rollups()
            self.assertEqual(refreshed, by_hand())
            self.assertEqual(rollups_rebuild(workspace=self.workspace), 0)
            Rollup.objects.all().delete()
            self.assertEqual(rollups_rebuild(), len(refreshed))
            self.assertEqual(rollups(), refreshed)

    @quick
    @given(steps=st.lists(a_long_step, min_size=2, max_size=9))
    def test_merges_and_moves_to_other_time_zones_too(self, steps: list[Any]) -> None:
        """Rows know their instant, late in the evening; the last days are those of a change of the clock."""
        with self.undone():
            self.resolve = dict.fromkeys(TOUCHPOINTS)
            self.evening = True
            self.workspace.refresh_from_db()
            for number, (kind, argument, items) in enumerate(steps, 1):
                if kind == "withdraw":
                    import_withdraw(workspace=self.workspace, source=self.source, import_id=argument + 1)
                elif kind == "refresh":
                    rollups_refresh(limit=argument)
                elif kind == "merge":
                    if self.resolve["desk"] is None:
                        self.desk.refresh_from_db()
                        touchpoint_merge(touchpoint=self.desk, into=self.shop, actor=self.ed)
                        self.resolve["desk"] = "desk"
                elif kind == "zone":
                    workspace_update(workspace=self.workspace, actor=self.olga, time_zone=argument)
                    self.workspace.refresh_from_db()
                    observations_rezone(workspace=self.workspace)
                else:
                    self.write(kind, argument, items, import_id=number, unique=None)
            drain(rollups_refresh)
            refreshed = rollups()
            self.assertEqual(refreshed, by_hand())
            self.assertEqual(rollups_rebuild(workspace=self.workspace), 0)
            for one in Observation.objects.exclude(at=None):
                assert one.at is not None
                if one.first_day == one.last_day:
                    self.assertEqual(one.first_day, one.at.astimezone(self.workspace.zone).date())

    @quick
    @given(before=st.lists(a_write, max_size=5), last=a_write)
    def test_withdrawing_the_last_import_restores_the_former_rows(self, before: list[Any], last: Any) -> None:
        with self.undone():
            for number, (kind, argument, items) in enumerate(before, 1):
                self.write(kind, argument, items, import_id=number, unique=None)
            drain(rollups_refresh)
            former = observations(), replaced(), rollups()
            kind, argument, items = last
            self.write("days" if kind == "api" else kind, argument, items, import_id=99, unique=None)
            drain(rollups_refresh)
            import_withdraw(workspace=self.workspace, source=self.source, import_id=99)
            drain(rollups_refresh)
            self.assertEqual((observations(), rollups()), (former[0], former[2]))
            self.assertEqual(replaced(), former[1])

    @quick
    @given(writes=st.lists(a_write, min_size=1, max_size=6), data=st.data())
    def test_withdrawing_any_import_is_as_if_it_had_not_been(self, writes: list[Any], data: st.DataObject) -> None:
        """With values that never coincide, so that no import finds anything unchanged."""
        names = ("series_id", "first_day", "last_day", "external_id", "numerator", "mapping_key", "import_id")

        def apply(skip: set[int]) -> list[Any]:
            count = iter(range(10_000))
            for number, (kind, argument, items) in enumerate(writes, 1):
                numbers = [next(count) for _ in items]
                if number not in skip:
                    self.write(kind, argument, items, import_id=number, unique=iter(numbers).__next__)
            return observations(*names)

        imports = [number for number, (kind, _, _) in enumerate(writes, 1) if kind != "api"]
        order = data.draw(st.permutations(imports))
        withdrawn = order[: data.draw(st.integers(0, len(order)))]
        with self.undone():
            wanted = apply(set(withdrawn))
            Observation.objects.all().delete()
            ReplacedObservation.objects.all().delete()
            Bucket.objects.all().delete()
            apply(set())
            for import_id in withdrawn:
                import_withdraw(workspace=self.workspace, source=self.source, import_id=import_id)
            self.assertEqual(observations(*names), wanted)
            drain(rollups_refresh)
            self.assertEqual(rollups(), by_hand())

    @quick
    @given(writes=st.lists(a_write, min_size=1, max_size=6), data=st.data())
    def test_withdrawing_everything_leaves_nothing(self, writes: list[Any], data: st.DataObject) -> None:
        with self.undone():
            imports = []
            for number, (kind, argument, items) in enumerate(writes, 1):
                self.write("days" if kind == "api" else kind, argument, items, import_id=number, unique=None)
                imports.append(number)
            for import_id in data.draw(st.permutations(imports)):
                import_withdraw(workspace=self.workspace, source=self.source, import_id=import_id)
            self.assertEqual((observations(), replaced()), ([], []))
            drain(rollups_refresh)
            self.assertEqual(rollups(), [])
