"""What a merge of touchpoints does to KPIs and facts: series get a successor, facts keep their series."""

from collections.abc import Sequence

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from cxmap.history.services import Recording
from kpis.models import Binding, Rollup, Series, Target
from kpis.services.nudges import evaluate_soon, states_mark
from touchpoints import merging
from touchpoints.models import Touchpoint


class Kpis:
    """KPIs go over; where both have the same one, that of the touchpoint that stays is kept, and measures add up."""

    def consequences(self, touchpoint: Touchpoint, into: Touchpoint) -> Sequence[str]:
        bindings = Binding.objects.filter(touchpoint=touchpoint, deleted_at=None).select_related("kpi")
        there = set(Binding.objects.filter(touchpoint=into, deleted_at=None).values_list("kpi_id", flat=True))
        texts = []
        for binding in bindings:
            names = {"kpi": binding.kpi.name, "into": into.name}
            if binding.kpi_id in there:
                texts.append(
                    gettext("%(kpi)s: the measures of both are added up; target and settings are those of “%(into)s”.")
                    % names
                )
            else:
                texts.append(gettext("%(kpi)s goes over with its target, its states and its signals.") % names)
        series = Series.objects.filter(workspace=touchpoint.workspace_id, touchpoint=touchpoint).values("pk")
        days = (
            Rollup.objects.filter(workspace_id=touchpoint.workspace_id, series_id__in=series)
            .values("day")
            .distinct()
            .count()
        )
        if days:
            text = ngettext("Measures of %(number)s day go over.", "Measures of %(number)s days go over.", days)
            texts.append(text % {"number": days})
        return texts

    def follow(self, touchpoint: Touchpoint, into: Touchpoint, record: Recording) -> None:
        self._bindings(touchpoint, into, record)
        moved = self._series(touchpoint, into)
        oldest = Rollup.objects.filter(workspace_id=into.workspace_id, series_id__in=moved).aggregate(day=Min("day"))[
            "day"
        ]
        states_mark({into.workspace_id: oldest})
        evaluate_soon(into.workspace_id)

    def _bindings(self, touchpoint: Touchpoint, into: Touchpoint, record: Recording) -> None:
        there = {one.kpi_id: one for one in Binding.objects.filter(touchpoint=into, deleted_at=None)}
        for binding in Binding.objects.select_for_update().filter(touchpoint=touchpoint).order_by("pk"):
            record.watch(binding)
            kept = there.get(binding.kpi_id)
            if binding.deleted_at is None and kept is not None:
                if not Target.objects.filter(binding=kept, ended_at=None).exists():
                    for target in Target.objects.filter(binding=binding, ended_at=None):
                        record.watch(target)
                        target.binding = kept
                        target.save(update_fields=["binding"])
                binding.deleted_at = timezone.now()
            else:
                binding.touchpoint = into
            binding.revision += 1
            binding.save(update_fields=["touchpoint", "deleted_at", "revision"])

    def _series(self, touchpoint: Touchpoint, into: Touchpoint) -> list[int]:
        """Give every series to the touchpoint that stays; return their ids."""
        heirs = {
            (one.kpi_id, one.segment_key, one.dimensions_key): one
            for one in Series.objects.filter(touchpoint=into, successor=None)
        }
        moved = []
        # Those without a successor first: what pointed to them points to their heir.
        for one in Series.objects.select_for_update().filter(touchpoint=touchpoint).order_by("pk"):
            root = heirs.get((one.kpi_id, one.segment_key, one.dimensions_key))
            one.touchpoint = into
            if root is not None:
                one.successor = root
            one.save(update_fields=["touchpoint", "successor"])
            moved.append(one.pk)
        return moved


merging.register(Kpis())
