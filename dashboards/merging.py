"""What a merge of touchpoints does to tiles."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from cxmap.history.services import Recording
from dashboards.models import Tile
from kpis.models import Binding
from touchpoints import merging
from touchpoints.models import Touchpoint


class Tiles:
    """A tile about a KPI that both touchpoints have is about that of the touchpoint that stays; the others need nothing."""

    def consequences(self, touchpoint: Touchpoint, into: Touchpoint) -> Sequence[str]:
        tiles = Tile.objects.filter(workspace=touchpoint.workspace_id, deleted_at=None, dashboard__deleted_at=None)
        count = tiles.filter(settings__subject__in=list(_subjects(touchpoint, into))).count()
        text = ngettext(
            "%(number)s tile of a dashboard shows “%(into)s” from then on.",
            "%(number)s tiles of dashboards show “%(into)s” from then on.",
            count,
        )
        return [text % {"number": count, "into": into.name}] if count else []

    def begin(self, touchpoint: Touchpoint, into: Touchpoint) -> None:
        """Nothing to wait for."""

    def follow(self, touchpoint: Touchpoint, into: Touchpoint, record: Recording) -> None:
        subjects = _subjects(touchpoint, into)
        tiles = Tile.objects.select_for_update().filter(
            workspace=touchpoint.workspace_id, settings__subject__in=list(subjects)
        )
        found = list(tiles.order_by("pk"))  # removed ones too: undo may bring them back
        record.watch(*found)
        for tile in found:
            tile.settings = tile.settings | {"subject": subjects[tile.settings["subject"]]}
            tile.revision += 1
        Tile.objects.bulk_update(found, ["settings", "revision"], batch_size=500)


def _subjects(touchpoint: Touchpoint, into: Touchpoint) -> dict[str, str]:
    """Return the subjects of tiles that a merge ends, each with the one that takes its place.

    The same before and after the bindings have followed: one that is taken away stays on its touchpoint.
    """
    kept = dict(Binding.objects.filter(touchpoint=into, deleted_at=None).values_list("kpi", "pk"))
    ended = Binding.objects.filter(touchpoint=touchpoint, kpi__in=kept).values_list("pk", "kpi")
    return {f"binding:{pk}": f"binding:{kept[kpi]}" for pk, kpi in ended}


merging.register(Tiles())
