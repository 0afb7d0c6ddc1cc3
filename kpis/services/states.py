"""States and flags: what the statistics say of every binding, period after period, kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cxmap.history.services import history_record
from cxmap.workspaces.models import Workspace
from kpis.figures import kind_of, shows_quantile
from kpis.formula_figures import Plan, plans_of
from kpis.freshness import Freshness, freshness
from kpis.models import Binding, Bucket, Evaluation, Flag, Kpi, KpiState, Target
from kpis.parts import WHOLE, Part
from kpis.registry import Judgement, tell
from kpis.services.formula_states import Formulas, Planes
from kpis.services.judged import KEPT_FIELDS, Judged, Kept, evidence, known
from kpis.services.locks import Lock, try_lock
from kpis.services.observations import day_of, today_of
from kpis.services.state_days import Days
from kpis.services.targets import targets_decide
from kpis.services.transitions import Followed, transitions_of
from kpis.statistics import (
    Batch,
    Calendar,
    FrozenBaselines,
    Histograms,
    Kind,
    Rhythm,
    State,
    Values,
    baseline_figures,
    evaluate,
)
from kpis.statistics import Evaluation as Tests
from kpis.statistics.periods import Period, last_closed_period

HISTORY = 12  # closed periods that a binding has states for from the first day on
LATEST = 2  # closed periods decided anew in every run
QUIET_TO_CLOSE = 2  # closed periods without the problem
ONE_DAY = timedelta(days=1)
PATIENCE = timedelta(minutes=10)  # how long a stream of dirty buckets may hold an evaluation back
HURTING = frozenset({State.WORSE.label, State.OFF_TARGET.label})
PROVEN = HURTING | {State.BETTER.label}


@dataclass(slots=True)
class Evaluated:
    """What an evaluation changed."""

    states: int = 0
    opened: int = 0
    changed: int = 0
    closed: int = 0
    woken: int = 0


@dataclass(slots=True)
class _Rhythm:
    """The evaluation of all bindings of one rhythm, one closed period after the other.

    Period by period and not in one batch: a flag that opens in one period freezes the baseline of the next.
    """

    workspace: Workspace
    rhythm: Rhythm
    bindings: list[Binding]
    targets: Mapping[UUID, float | None]
    fresh: Mapping[tuple[UUID, UUID], Freshness]
    today: date
    report: Evaluated
    followed: Followed
    stored: dict[tuple[UUID, date], Kept] = field(default_factory=dict)
    flags: dict[UUID, list[Flag]] = field(default_factory=dict)
    written: dict[tuple[UUID, date], Judged] = field(default_factory=dict)
    quiet: dict[UUID, int] = field(default_factory=dict)
    touched_flags: dict[UUID, Flag] = field(default_factory=dict)
    formulas: Formulas | None = None
    latest_from: date = date.min  # first day of the oldest period that today's targets judge
    former_targets: Mapping[UUID, list[tuple[date, date | None, float | None]]] | None = None  # None: not needed

    def run(self, dirty_from: date | None) -> None:
        last = last_closed_period(self.rhythm, self.today)
        periods = Calendar.through(self.rhythm, last, periods=HISTORY + 1).periods
        keys = [binding.pk for binding in self.bindings]
        oldest = periods[1].first_day
        # Locked: what a person decides meanwhile comes after what the evaluation writes, and is not overwritten.
        standing = Flag.objects.select_for_update(of=("self",)).select_related("binding__touchpoint", "binding__kpi")
        recent = Q(closed_period=None) | Q(closed_period__gte=oldest)
        for flag in standing.filter(recent, binding__in=keys).order_by("opened_period", "opened_at", "id"):
            self.flags.setdefault(flag.binding_id, []).append(flag)
            if flag.status != Flag.Status.CLOSED:
                self.followed.stood.append(flag)
        plans = plans_of(self.workspace.pk, [binding.kpi for binding in self.bindings])
        self.fresh = with_formulas(self.fresh, self.bindings, plans)
        restated = np.array([self._fresh(binding, "restatement_days", 0) for binding in self.bindings], dtype=np.int64)
        changed = self._changed(periods, dirty_from)
        start = self._first_missing(periods[:changed], restated, keys) or changed
        self.latest_from = periods[len(periods) - LATEST].first_day
        if start < len(periods) - LATEST:
            self.former_targets = targets_through_time(self.workspace, keys)
        standing_flags = [pk for pk, flags in self.flags.items() if flags[-1].status != Flag.Status.CLOSED]
        kept = KpiState.objects.filter(period_start__gte=periods[0].first_day)
        # All of them before the first period that is decided; before that, only those that say how long a flag has been quiet.
        for states in (
            kept.filter(binding__in=keys, period_start__gte=periods[start - 1].first_day),
            kept.filter(binding__in=standing_flags, period_start__lt=periods[start - 1].first_day),
        ):
            found = states.values_list("binding_id", "period_start", "state", "periods", "definition_version")
            self.stored |= {(key, day): Kept(state, run, version) for key, day, state, run, version in found}
        for of_binding in self.flags.values():
            if of_binding[-1].status != Flag.Status.CLOSED:
                self.quiet[of_binding[-1].binding_id] = self._quiet_before(of_binding[-1], periods[1:start])
        first = Calendar(self.rhythm, (periods[start - 1], periods[start])).first_day
        frozen = [flag.baseline_end + ONE_DAY for flags in self.flags.values() for flag in flags if flag.baseline_end]
        for before in frozen:
            first = min(first, Calendar(self.rhythm, (periods[start - 1], periods[start])).baseline_first_day(before))
        days = Days.read(self.workspace, self.bindings, first, last.last_day, WHOLE)
        if plans:
            self.formulas = Formulas.read(self.workspace.pk, self.bindings, first, last.last_day)
        for number in range(start, len(periods)):
            is_dirty = dirty_from is not None and periods[number].last_day >= dirty_from
            self._period(
                days, periods[number - 1], periods[number], restated, rewrite=number >= changed, is_dirty=is_dirty
            )
        self._save(kept.filter(binding__in=keys, period_start__gte=periods[changed].first_day))

    def judge(self, part: Part) -> list[Judged]:
        """Return the states of the last closed period for a part of the customers; nothing is kept, no flag is followed.

        The part's own tests are one family, its baseline is that of the part.
        """
        last = last_closed_period(self.rhythm, self.today)
        previous, period = Calendar.through(self.rhythm, last, periods=2).periods
        calendar = Calendar(self.rhythm, (previous, period))
        days = Days.read(self.workspace, self.bindings, calendar.first_day, last.last_day, part)
        if plans_of(self.workspace.pk, [binding.kpi for binding in self.bindings]):
            self.formulas = Formulas.read(self.workspace.pk, self.bindings, calendar.first_day, last.last_day, part)
        restated = np.array([self._fresh(binding, "restatement_days", 0) for binding in self.bindings], dtype=np.int64)
        batch = self._batch(days, calendar, period, restated)
        rows = self._rows(batch, evaluate(batch), period)
        for row in rows:
            row.periods = 2 if row.state in PROVEN else 1
        closed = batch.is_closed()[:, 1]
        return [row for row, is_closed in zip(rows, closed, strict=True) if is_closed]

    def _targets_on(self, period: Period) -> list[float | None]:
        """Return what each binding should reach: today's target in the latest periods, in older ones the one of that time.

        A new target says nothing of months that are over; the first one also judges what was before it, so that a history has
        states from the first day on.
        """
        if self.former_targets is None or period.first_day >= self.latest_from:
            return [self.targets.get(binding.pk) for binding in self.bindings]
        found: list[float | None] = []
        for binding in self.bindings:
            known = self.former_targets.get(binding.pk, [])
            value = known[0][2] if known else None
            for first, end, own in known:
                if first <= period.last_day:
                    value = None if end is not None and end <= period.last_day else own
            found.append(value)
        return found

    def _fresh(self, binding: Binding, name: str, default: Any) -> Any:
        found = self.fresh.get((binding.touchpoint_id, binding.kpi_id))
        return default if found is None else getattr(found, name)

    def _changed(self, periods: Sequence[Period], dirty_from: date | None) -> int:
        """Return the position of the first period whose kept states may be rewritten."""
        changed = len(periods) - LATEST
        if dirty_from is not None:
            for number, period in enumerate(periods):
                if number and period.last_day >= dirty_from:
                    return min(changed, number)
        return changed

    def _first_missing(self, periods: Sequence[Period], restated: Any, keys: Sequence[UUID]) -> int | None:
        """Return the position of the first of these periods (but the very first) in which a binding lacks its state.

        Counted first: in an ordinary run nothing is missing, and a year of states need not be read to know it.
        """
        if len(periods) < 2:
            return None
        kept = KpiState.objects.filter(
            binding__in=keys, period_start__range=(periods[1].first_day, periods[-1].first_day)
        )
        counts = dict(kept.values("period_start").annotate(Count("pk")).values_list("period_start", "pk__count"))
        today = np.datetime64(self.today, "D")
        for number, period in enumerate(periods[1:], 1):
            closed = np.datetime64(period.last_day, "D") + restated < today
            if counts.get(period.first_day, 0) >= len(keys):
                continue
            have = set(kept.filter(period_start=period.first_day).values_list("binding_id", flat=True))
            if any(is_closed and key not in have for key, is_closed in zip(keys, closed, strict=True)):
                return number
        return None

    def _state(self, binding_id: UUID, day: date) -> Judged | Kept | None:
        return self.written.get((binding_id, day)) or self.stored.get((binding_id, day))

    def _quiet_before(self, flag: Flag, periods: Sequence[Period]) -> int:
        """Return how many periods in a row, at the end of these, are known to be without the flag's problem."""
        run = 0
        for period in periods:
            state = self._state(flag.binding_id, period.first_day)
            if state is None or period.first_day < flag.opened_period:
                continue
            run = run + 1 if state.state not in HURTING and state.state != State.NO_DATA.label else 0
        return run

    def _frozen(self, days: Days, calendar: Calendar, period: Period, planes: Planes) -> FrozenBaselines | None:
        """Return the baselines of the flags that stood in this period."""
        held = []
        for number, binding in enumerate(self.bindings):
            for flag in self.flags.get(binding.pk, ()):
                stood = flag.opened_period <= period.first_day and (
                    flag.closed_period is None or period.first_day <= flag.closed_period
                )
                if stood and flag.baseline_end is not None:
                    held.append((number, flag.baseline_end + ONE_DAY))
                    break
        if not held:
            return None
        place = np.full(len(self.bindings), -1, dtype=np.int64)
        place[[number for number, _ in held]] = np.arange(len(held))
        where = np.flatnonzero(place[days.row] >= 0)
        column = np.empty(len(where), dtype=np.int64)
        held_by = place[days.row[where]]
        for position, (_, before) in enumerate(held):
            mine = held_by == position
            column[mine] = FrozenBaselines.columns(calendar, before, days.day[where[mine]])
        values = days.values((len(held), calendar.baseline_points), held_by, column, where)
        return FrozenBaselines(
            binding=np.array([number for number, _ in held], dtype=np.int64),
            before=np.array([before for _, before in held], dtype="datetime64[D]"),
            values=self.formulas.frozen(values, held, calendar, planes) if self.formulas else values,
            histograms=self._frozen_histograms(days, calendar, held),
        )

    def _frozen_histograms(self, days: Days, calendar: Calendar, held: Sequence[tuple[int, date]]) -> Histograms:
        found = Histograms.of()
        for position, (number, before) in enumerate(held):
            if not shows_quantile(self.bindings[number].kpi):
                continue
            columns_of = partial(FrozenBaselines.columns, calendar, before)
            own = days.histograms_on(columns_of, calendar.baseline_points)
            own = own.only(own.row == number)
            found = found.joined(Histograms(np.full_like(own.row, position), own.column, own.bin, own.count))
        return found

    def _kinds(self, values: Values, histograms: Histograms) -> Any:
        """Return how each binding is judged: a quantile only where the histograms hold every duration of these days."""
        kinds = np.array([kind_of(binding.kpi) for binding in self.bindings], dtype=np.int8)
        complete = histograms.totals(len(kinds)) == values.n.sum(axis=1)
        return np.where((kinds == Kind.QUANTILE) & ~complete, Kind.MEAN, kinds).astype(np.int8)

    def _batch(self, days: Days, calendar: Calendar, period: Period, restated: Any) -> Batch:
        targets = self._targets_on(period)
        values = days.values((len(self.bindings), calendar.size), days.row, calendar.columns(days.day))
        histograms = days.histograms_on(calendar.columns, calendar.size)
        kinds = self._kinds(values, histograms)
        figures, planes = None, Planes({})
        if self.formulas is not None:
            values, figures, planes = self.formulas.fill(values, calendar)
        quantiles = [binding.kpi.quantile or np.nan for binding in self.bindings]
        return Batch(
            calendar=calendar,
            kind=kinds,
            higher_is_better=np.array([binding.direction == "higher" for binding in self.bindings], dtype=bool),
            target=np.array([np.nan if target is None else target for target in targets], dtype=np.float64),
            tolerance=np.array([binding.tolerance for binding in self.bindings], dtype=np.float64),
            values=values,
            quantile=np.where(kinds == Kind.QUANTILE, quantiles, np.nan),
            histograms=histograms,
            closed=calendar.closed(self.today, restated),
            frozen=self._frozen(days, calendar, period, planes),
            formulas=figures,
        )

    def _period(
        self, days: Days, previous: Period, period: Period, restated: Any, *, rewrite: bool, is_dirty: bool
    ) -> None:
        calendar = Calendar(self.rhythm, (previous, period))
        batch = self._batch(days, calendar, period, restated)
        tests = evaluate(batch)
        closed = batch.is_closed()[:, 1]
        rows = self._rows(batch, tests, period)
        for number, binding in enumerate(self.bindings):
            if not closed[number]:
                continue
            key = (binding.pk, period.first_day)
            if key not in self.stored or (rewrite and (is_dirty or self._is_of_this_version(binding, key))):
                row = rows[number]
                before = self._state(binding.pk, previous.first_day)
                row.periods = 2 if row.state in PROVEN else 1
                if before is not None and before.state == row.state:
                    row.periods = before.periods + 1
                self.written[key] = row
            state = (self.written.get(key) or self.stored[key]).state
            self._follow(binding, state, rows[number], tests, number)

    def _is_of_this_version(self, binding: Binding, key: tuple[UUID, date]) -> bool:
        """Return whether a kept state was decided by today's definition; one by a former one stays unless its numbers changed."""
        return self.stored[key].definition_version == binding.kpi.definition_version

    def _rows(self, batch: Batch, tests: Tests, period: Period) -> list[Judged]:
        """Return the state of every binding in the newer of the two periods."""
        calendar = batch.calendar
        points = calendar.period_columns(1)
        values = batch.values
        band = baseline_figures(batch)
        is_formula = batch.kind == Kind.FORMULA
        sign = np.where(batch.higher_is_better, 1.0, -1.0)
        better = sign * tests.change[:, 1] > 0
        before = tests.baseline_before[:, 1]
        has_baseline = ~np.isnat(before)
        baselines = {day: calendar.baseline_first_day(day) for day in {one.item() for one in before[has_baseline]}}
        raw, adjusted = tests.baseline_p[:, 1], tests.baseline_p_adjusted[:, 1]
        columns = {
            "numerator": np.where(is_formula, np.nan, values.numerator[:, points].sum(axis=1)),
            "denominator": np.where(is_formula, np.nan, values.denominator[:, points].sum(axis=1)),
            "value": tests.value[:, 1],
            "low": tests.low[:, 1],
            "high": tests.high[:, 1],
            "quantile": batch.quantiles(),
            "target": batch.target,
            "baseline": tests.baseline_value[:, 1],
            "baseline_low": np.where(has_baseline, band.low, np.nan),
            "baseline_high": np.where(has_baseline, band.high, np.nan),
            "p_target": tests.target_p[:, 1],
            "p_target_adjusted": tests.target_p_adjusted[:, 1],
            "p_baseline": raw,
            "p_baseline_adjusted": adjusted,
            "p_better": np.where(better, raw, np.nan),
            "p_better_adjusted": np.where(better, adjusted, np.nan),
        }
        figures = zip(*(known(column) for column in columns.values()), strict=True)
        counts = zip(*(part.tolist() for part in (tests.n[:, 1], tests.excluded[:, 1], tests.minimum_n)), strict=True)
        labels = {state.value: state.label for state in State}
        found = []
        for binding, state, day, own, (n, excluded, minimum_n) in zip(
            self.bindings, tests.state[:, 1].tolist(), before.tolist(), figures, counts, strict=True
        ):
            found.append(
                Judged(
                    binding_id=binding.pk,
                    period_start=period.first_day,
                    period_end=period.last_day,
                    state=labels[state],
                    n=int(n),
                    excluded=int(excluded),
                    minimum_n=int(minimum_n),
                    baseline_start=baselines[day] if day else None,
                    baseline_end=day - ONE_DAY if day else None,
                    definition_version=binding.kpi.definition_version,
                    newest_day=self._fresh(binding, "newest_day", None),
                    **dict(zip(columns, own, strict=True)),
                )
            )
        return found

    def _follow(self, binding: Binding, state: str, row: Judged, tests: Tests, number: int) -> None:
        """Open, follow or close the binding's flag after one more closed period (statistics § 5)."""
        flags = self.flags.setdefault(binding.pk, [])
        flag = flags[-1] if flags else None
        day = row.period_start
        hurts = state in HURTING
        if flag is None or flag.status == Flag.Status.CLOSED:
            since = flag.closed_period if flag else None
            if hurts and (since is None or day >= since):
                self._open(binding, row, tests, number)
            return
        if day < flag.opened_period:
            return
        if hurts:
            self.quiet[binding.pk] = 0
            if flag.kind != state:
                self._note(flag, "flag.changed", **{"from": flag.kind, "to": state})
                flag.kind = state
                self.report.changed += 1
        elif state == State.NO_DATA.label:
            self.quiet[binding.pk] = 0
        else:
            self.quiet[binding.pk] = self.quiet.get(binding.pk, 0) + 1
        if self.quiet.get(binding.pk, 0) >= QUIET_TO_CLOSE:
            flag.status = Flag.Status.CLOSED
            flag.closed_period = day
            flag.closed_at = timezone.now()
            self._note(flag, "flag.closed", period=day)
            self.report.closed += 1
        if flag.quiet_periods != self.quiet.get(binding.pk, 0):
            flag.quiet_periods = self.quiet.get(binding.pk, 0)
            self.touched_flags[flag.pk] = flag
        if flag.status == Flag.Status.CLOSED:
            self._save_flag(flag)  # at once: the next period may open another

    def _open(self, binding: Binding, state: Judged, tests: Tests, number: int) -> None:
        flag = Flag.objects.create(
            workspace_id=self.workspace.pk,
            binding=binding,
            kind=state.state,
            opened_period=state.period_start,
            baseline_end=state.baseline_end,
            evidence=evidence(binding, state, tests, number),
        )
        self.flags[binding.pk].append(flag)
        self.followed.opened.append(flag)
        self.quiet[binding.pk] = 0
        self._note(flag, "flag.opened", period=state.period_start)
        self.touched_flags.pop(flag.pk, None)
        self.report.opened += 1

    def _note(self, flag: Flag, action: str, **summary: Any) -> None:
        self.touched_flags[flag.pk] = flag
        about: dict[str, Any] = {
            "touchpoint": flag.binding.touchpoint.name,
            "kpi": flag.binding.kpi.code,
            "kind": flag.kind,
        }
        history_record(actor=None, action=action, target=flag, **about, **summary)

    def _save(self, rewritable: QuerySet[KpiState]) -> None:
        """Write what is new or different; rewritable: the kept states that may be."""
        kept = {
            (binding_id, day): values
            for binding_id, day, *values in rewritable.values_list("binding_id", "period_start", *KEPT_FIELDS)
        }
        changed = [
            KpiState(workspace_id=self.workspace.pk, **asdict(row))
            for key, row in self.written.items()
            if key not in kept or kept[key] != row.kept()
        ]
        KpiState.objects.bulk_create(
            changed,
            batch_size=2000,
            update_conflicts=True,
            unique_fields=["binding", "period_start"],
            update_fields=[*KEPT_FIELDS, "evaluated_at"],
        )
        self.report.states += len(changed)
        for flag in list(self.touched_flags.values()):
            self._save_flag(flag)

    def _save_flag(self, flag: Flag) -> None:
        self.touched_flags.pop(flag.pk, None)
        flag.revision += 1
        flag.save(update_fields=["kind", "status", "closed_period", "closed_at", "quiet_periods", "revision"])


def _flags_wake(workspace: Workspace, today: date, report: Evaluated) -> None:
    """Wake the snoozed flags whose day has come."""
    due = Flag.objects.select_for_update(of=("self",)).select_related("binding__touchpoint", "binding__kpi")
    for flag in due.filter(workspace=workspace, status=Flag.Status.SNOOZED, snoozed_until__lte=today):
        flag.status = Flag.Status.ACKNOWLEDGED if flag.owner else Flag.Status.OPEN
        flag.snoozed_until = None
        flag.revision += 1
        flag.save(update_fields=["status", "snoozed_until", "revision"])
        about: dict[str, Any] = {
            "touchpoint": flag.binding.touchpoint.name,
            "kpi": flag.binding.kpi.code,
            "kind": flag.kind,
        }
        history_record(actor=None, action="flag.woken", target=flag, **about)
        report.woken += 1


def with_formulas(
    fresh: Mapping[tuple[UUID, UUID], Freshness], bindings: Sequence[Binding], plans: Mapping[UUID, Plan]
) -> Mapping[tuple[UUID, UUID], Freshness]:
    """Return how fresh everything is, formulas too: as old as the oldest of their parts, restated as long as the longest."""
    found = dict(fresh)
    for binding in bindings:
        plan = plans.get(binding.kpi_id)
        if plan is None:
            continue
        parts = [fresh.get((binding.touchpoint_id, part.pk)) for part in plan.parts.values()]
        known = [part for part in parts if part is not None]
        if known and len(known) == len(parts):
            oldest = min(known, key=lambda part: part.newest_day)
            restated = max(part.restatement_days for part in known)
            found[binding.touchpoint_id, binding.kpi_id] = replace(oldest, restatement_days=restated)
    return found


def targets_through_time(
    workspace: Workspace, bindings: Sequence[UUID]
) -> dict[UUID, list[tuple[date, date | None, float | None]]]:
    """Return the targets of bindings, oldest first: first day, the day on which it ended, value."""
    found: dict[UUID, list[tuple[date, date | None, float | None]]] = {}
    rows = Target.objects.filter(binding__in=bindings).order_by("created_at", "id")
    for binding_id, created_at, ended_at, value in rows.values_list("binding_id", "created_at", "ended_at", "value"):
        end = day_of(ended_at, workspace) if ended_at else None
        found.setdefault(binding_id, []).append((day_of(created_at, workspace), end, value))
    return found


def _must_wait(workspace: Workspace, evaluation: Evaluation, today: date, now: datetime) -> bool:
    """Return whether roll-ups of past days are still being recomputed: half a week would look like a bad one."""
    if evaluation.dirty_since is not None and now - evaluation.dirty_since > PATIENCE:
        return False
    return Bucket.objects.filter(workspace_id=workspace.pk, day__lt=today).exists()


@transaction.atomic
def states_evaluate(*, workspace: Workspace, now: datetime | None = None, patient: bool = False) -> Evaluated | None:
    """Decide the states of all bindings for the closed periods, and open, follow and close their flags.

    A binding that has no states yet gets those of the last 12 closed periods; later runs decide the last two and whatever
    changed data or new bindings call for. Running it twice changes nothing. None: another worker is at it, or (patient) roll-ups
    of past days are not recomputed yet; the workspace stays marked, so that the sweep comes back.
    """
    if not try_lock(Lock.STATES, workspace.pk):
        return None
    now = now or datetime.now(UTC)
    today = today_of(workspace, now)
    evaluation, _ = Evaluation.objects.get_or_create(workspace=workspace)
    if patient and _must_wait(workspace, evaluation, today, now):
        return None
    report, followed = Evaluated(), Followed()
    bindings = list(
        Binding.objects.filter(workspace=workspace, deleted_at=None, touchpoint__deleted_at=None).order_by("id")
    )
    # A few dozen definitions for thousands of bindings; a touchpoint's name is read only where a flag opens.
    kpis = Kpi.objects.in_bulk({binding.kpi_id for binding in bindings})
    for binding in bindings:
        binding.kpi = kpis[binding.kpi_id]
    targets = dict(Target.objects.filter(workspace=workspace, ended_at=None).values_list("binding_id", "value"))
    fresh = freshness(workspace.pk)
    for rhythm in Rhythm:
        of_rhythm = [binding for binding in bindings if binding.rhythm == rhythm.value]
        if of_rhythm:
            _Rhythm(workspace, rhythm, of_rhythm, targets, fresh, today, report, followed).run(evaluation.dirty_from)
    targets_decide(workspace.pk, today)
    tell(Judgement(workspace, now, today, evaluation.evaluated_on, transitions_of(followed)))
    _flags_wake(workspace, today, report)
    Evaluation.objects.filter(pk=evaluation.pk).update(evaluated_at=now, evaluated_on=today)
    # Whatever was marked since the start stays marked; a steady stream of late data is waited for anew from here.
    marked_meanwhile = Evaluation.objects.filter(pk=evaluation.pk).exclude(dirty_at=evaluation.dirty_at)
    marked_meanwhile.update(dirty_since=now)
    Evaluation.objects.filter(pk=evaluation.pk, dirty_at=evaluation.dirty_at).update(
        dirty_at=None, dirty_since=None, dirty_from=None
    )
    return report


def part_states(*, bindings: Sequence[Binding], part: Part, today: date) -> dict[UUID, KpiState]:
    """Return the states of bindings (kpi selected, of one workspace) for a part of the customers, by binding, unsaved.

    Decided on reading, by the same tests as those that are kept: the last closed period against its own target and weeks.
    """
    if not bindings:
        return {}
    workspace = bindings[0].workspace
    targets = dict(Target.objects.filter(binding__in=bindings, ended_at=None).values_list("binding_id", "value"))
    fresh = freshness(workspace.pk)
    found = {}
    for rhythm in Rhythm:
        of_rhythm = [binding for binding in bindings if binding.rhythm == rhythm.value]
        if of_rhythm:
            judge = _Rhythm(workspace, rhythm, of_rhythm, targets, fresh, today, Evaluated(), Followed())
            for row in judge.judge(part):
                row.periods = 1  # how long a part has been so is not kept, so it is not said
                found[row.binding_id] = KpiState(workspace_id=workspace.pk, **asdict(row))
    return found


DUE = """
SELECT workspace.id FROM workspaces_workspace AS workspace
  LEFT JOIN kpis_evaluation AS evaluation ON evaluation.workspace_id = workspace.id
 WHERE evaluation.dirty_at IS NOT NULL OR %(days)s AND
       (evaluation.evaluated_on IS NULL OR evaluation.evaluated_on <> (%(now)s AT TIME ZONE workspace.time_zone)::date)
 ORDER BY workspace.id
"""


def workspaces_due(*, now: datetime | None = None, new_days: bool = True) -> list[int]:
    """Return the workspaces whose numbers, targets or bindings changed or (new_days) whose local day is a new one."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"days": new_days, "now": now or datetime.now(UTC)})
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


def states_evaluate_if_due(workspace_id: int, *, now: datetime | None = None) -> Evaluated | None:
    """Evaluate a workspace unless nothing has happened since the last time; many nudges make one evaluation."""
    now = now or datetime.now(UTC)
    workspace = Workspace.objects.filter(pk=workspace_id).first()
    if workspace is None:
        return None
    done = Evaluation.objects.filter(workspace=workspace, dirty_at=None, evaluated_on=today_of(workspace, now))
    if done.exists():
        return None
    return states_evaluate(workspace=workspace, now=now, patient=True)
