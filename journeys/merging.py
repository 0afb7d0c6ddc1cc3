"""What a merge of touchpoints does on maps."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import ngettext

from cxmap.history.services import Recording
from journeys.models import Card
from touchpoints import merging
from touchpoints.models import Touchpoint


class Cards:
    """Cards show the touchpoint that stays. One that would stand twice in its cell and says nothing of its own goes."""

    def consequences(self, touchpoint: Touchpoint, into: Touchpoint) -> Sequence[str]:
        count = Card.objects.filter(touchpoint=touchpoint, deleted_at=None).count()
        text = ngettext(
            "%(number)s card on a map shows “%(into)s” instead.",
            "%(number)s cards on maps show “%(into)s” instead.",
            count,
        )
        return [text % {"number": count, "into": into.name}] if count else []

    def begin(self, touchpoint: Touchpoint, into: Touchpoint) -> None:
        """Nothing to wait for."""

    def follow(self, touchpoint: Touchpoint, into: Touchpoint, record: Recording) -> None:
        cards = list(Card.objects.select_for_update().filter(touchpoint=touchpoint).order_by("pk"))
        record.watch(*cards)
        taken = set(
            Card.objects.filter(touchpoint=into, deleted_at=None).values_list("step_id", "lane_id", "persona_id")
        )
        for card in cards:
            place = (card.step_id, card.lane_id, card.persona_id)
            says_more = card.text or card.url or card.channel_id or card.attachment_id
            if card.deleted_at is None and place in taken and not says_more:
                card.deleted_at = timezone.now()
            card.touchpoint = into
            card.revision += 1
        Card.objects.bulk_update(cards, ["touchpoint", "deleted_at", "revision"], batch_size=500)


merging.register(Cards())
