"""Chainable reads of the library."""

from typing import Any, Self

from django.db import models
from django.db.models import Count, Q

from cxmap.lib.text import fold


class TouchpointQuerySet(models.QuerySet[Any]):
    def live(self) -> Self:
        """Those that are not in the trash."""
        return self.filter(deleted_at=None)

    def matching(self, text: str) -> Self:
        """Those whose name, code or owner contains every word, accents and capitals ignored."""
        found = self
        for word in fold(text).split():
            found = found.filter(Q(sort_key__contains=word) | Q(code__contains=word) | Q(owner__icontains=word))
        return found

    def with_uses(self) -> Self:
        """Annotate journey_count, the maps it stands on, and kpi_count, the KPIs bound to it.

        Both relations are added by the apps above; only their names are known here.
        """
        on_map = Q(
            cards__deleted_at=None,
            cards__journey__deleted_at=None,
            cards__step__deleted_at=None,
            cards__step__stage__deleted_at=None,
            cards__lane__deleted_at=None,
        )
        return self.annotate(
            journey_count=Count("cards__journey", filter=on_map, distinct=True),
            kpi_count=Count("bindings", filter=Q(bindings__deleted_at=None), distinct=True),
        )
