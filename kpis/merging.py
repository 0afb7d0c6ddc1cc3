"""What a merge of touchpoints does to KPIs and facts: series change hands, and no fact is rewritten."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, F, Min, Value, When
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from cxmap.history.services import Recording, history_record
from kpis.errors import WritesUnderWay
from kpis.models import Binding, Flag, Rollup, Series, Target
from kpis.services.locks import Lock, try_lock
from kpis.services.nudges import evaluate_soon, states_mark
from touchpoints import merging
from touchpoints.models import Touchpoint


class Kpis:
    """KPIs go over; where both have the same one, that of the touchpoint that stays is kept, and measures add up."""

    def consequences(self, touchpoint: Touchpoint, into: Touchpoint) -> Sequence[str]:
        kept = self._kept(into)
        with_target = set(
            Target.objects.filter(binding__in=kept.values(), ended_at=None).values_list("binding_id", flat=True)
        )
        texts = []
        for binding in Binding.objects.filter(touchpoint=touchpoint, deleted_at=None).select_related("kpi"):
            names = {"kpi": binding.kpi.name, "into": into.name, "name": touchpoint.name}
            twin = kept.get(binding.kpi_id)
            if twin is None:
                text = gettext("%(kpi)s goes over with its target, its states and its signals.")
            elif twin.pk not in with_target and twin.direction == binding.direction:
                text = gettext(
                    "%(kpi)s: the measures of both are added up; settings are those of “%(into)s”, the target is that of “%(name)s”."
                )
            else:
                text = gettext(
                    "%(kpi)s: the measures of both are added up; target and settings are those of “%(into)s”. Signals of “%(name)s” are closed."
                )
            texts.append(text % names)
        series = Series.objects.filter(workspace=touchpoint.workspace_id, touchpoint=touchpoint).values("pk")
        rows = Rollup.objects.filter(workspace_id=touchpoint.workspace_id, series_id__in=series)
        days = rows.values("day").distinct().count()
        if days:
            text = ngettext("Measures of %(number)s day go over.", "Measures of %(number)s days go over.", days)
            texts.append(text % {"number": days})
        return texts

    def begin(self, touchpoint: Touchpoint, into: Touchpoint) -> None:
        """Refuse while rows are being written: they may be of this touchpoint, and know nothing of the merge."""
        if not try_lock(Lock.NAMES, touchpoint.workspace_id):
            raise WritesUnderWay

    def follow(self, touchpoint: Touchpoint, into: Touchpoint, record: Recording) -> None:
        self._bindings(touchpoint, into, record)
        moved = Series.objects.filter(workspace=into.workspace_id, touchpoint=touchpoint)
        days = Rollup.objects.filter(workspace_id=into.workspace_id, series_id__in=moved.values("pk"))
        oldest = days.aggregate(day=Min("day"))["day"]
        # One of an earlier merge keeps the name under which its rows come.
        own = Case(When(origin_key="", then=Value(str(touchpoint.pk))), default=F("origin_key"))
        moved.update(origin_key=own, touchpoint=into)
        states_mark({into.workspace_id: oldest})
        evaluate_soon(into.workspace_id)

    def _kept(self, into: Touchpoint) -> dict[object, Binding]:
        return {one.kpi_id: one for one in Binding.objects.filter(touchpoint=into, deleted_at=None)}

    def _bindings(self, touchpoint: Touchpoint, into: Touchpoint, record: Recording) -> None:
        kept = self._kept(into)
        rows = Binding.objects.select_for_update(of=("self",)).select_related("kpi").filter(touchpoint=touchpoint)
        for binding in rows.order_by("pk"):
            record.watch(binding)
            twin = kept.get(binding.kpi_id)
            if binding.deleted_at is None and twin is not None:
                self._take_target(binding, twin, record)
                self._close_flags(binding, touchpoint, into)
                binding.deleted_at = timezone.now()
            else:
                binding.touchpoint = into
            binding.revision += 1
            binding.save(update_fields=["touchpoint", "deleted_at", "revision"])

    def _take_target(self, binding: Binding, twin: Binding, record: Recording) -> None:
        """Give the target to the binding that stays, if it has none and looks the same way: "at least" stays "at least"."""
        if twin.direction != binding.direction or Target.objects.filter(binding=twin, ended_at=None).exists():
            return
        for target in Target.objects.filter(binding=binding, ended_at=None):
            record.watch(target)
            target.binding = twin
            target.save(update_fields=["binding"])

    def _close_flags(self, binding: Binding, touchpoint: Touchpoint, into: Touchpoint) -> None:
        """Close the signals of a binding that is no longer judged; those of the one that stays follow from all measures."""
        for flag in Flag.objects.select_for_update().filter(binding=binding).exclude(status=Flag.Status.CLOSED):
            flag.status, flag.closed_at = Flag.Status.CLOSED, timezone.now()
            flag.closed_period = flag.opened_period
            flag.snoozed_until = None
            flag.revision += 1
            flag.save(update_fields=["status", "closed_at", "closed_period", "snoozed_until", "revision"])
            about: dict[str, Any] = {"touchpoint": touchpoint.name, "kpi": binding.kpi.code, "into": into.name}
            history_record(actor=None, action="flag.merged", target=flag, **about)


merging.register(Kpis())
