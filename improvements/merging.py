"""What a merge of touchpoints does to pain points and opportunities."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from cxmap.history.services import Recording
from improvements.models import Pain
from touchpoints import merging
from touchpoints.models import Touchpoint


class Pains:
    """They are about the touchpoint that stays."""

    def consequences(self, touchpoint: Touchpoint, into: Touchpoint) -> Sequence[str]:
        count = Pain.objects.filter(touchpoint=touchpoint, deleted_at=None).count()
        text = ngettext("%(number)s pain point goes over.", "%(number)s pain points go over.", count)
        return [text % {"number": count}] if count else []

    def begin(self, touchpoint: Touchpoint, into: Touchpoint) -> None:
        """Nothing to wait for."""

    def follow(self, touchpoint: Touchpoint, into: Touchpoint, record: Recording) -> None:
        pains = list(Pain.objects.select_for_update().filter(touchpoint=touchpoint).order_by("pk"))
        record.watch(*pains)
        for pain in pains:
            pain.touchpoint = into
            pain.revision += 1
        Pain.objects.bulk_update(pains, ["touchpoint", "revision"], batch_size=500)


merging.register(Pains())
