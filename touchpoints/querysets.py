"""Chainable reads of the library."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Count, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from cxmap.lib.text import fold
from cxmap.search.texts import SaidText

# What stands on a map. The relation is added by the app above; only its name is known here.
ON_MAP = Q(
    cards__isnull=False,
    cards__deleted_at=None,
    cards__journey__deleted_at=None,
    cards__step__deleted_at=None,
    cards__step__stage__deleted_at=None,
    cards__lane__deleted_at=None,
)
SPANS = {"month": 12, "quarter": 4, "year": 1}


def per_year(field: str) -> models.Case:
    """Return an amount of a touchpoint for twelve months, whatever it is counted over; NULL where it is unknown."""
    cases = [models.When(**{f"{field}_span": span}, then=F(field) * number) for span, number in SPANS.items()]
    return models.Case(*cases, default=None)


class TouchpointQuerySet(models.QuerySet[Any]):
    def live(self) -> Self:
        """Those that are not in the trash."""
        return self.filter(deleted_at=None)

    def in_trash(self) -> Self:
        """Those that can be restored: one that became part of another cannot."""
        return self.exclude(deleted_at=None).filter(merged_into=None)

    def matching(self, text: str) -> Self:
        """Those in whose texts every word is somewhere, accents and capitals ignored, as the global search looks into them."""
        words = [Q(said__contains=word) for word in fold(text).split()]
        return self.alias(said=SaidText()).filter(*words) if words else self

    def _of_all(self, condition: Q) -> models.QuerySet[Any]:
        return self.model._default_manager.filter(condition, pk=OuterRef("pk"))

    def used(self, used: bool = True) -> Self:
        """Those that stand on a map, or those that stand on none."""
        exists = models.Exists(self._of_all(ON_MAP))
        return self.filter(exists if used else ~exists)

    def measured(self, measured: bool = True) -> Self:
        """Those that have a KPI, or those that have none."""
        exists = models.Exists(self._of_all(Q(bindings__isnull=False, bindings__deleted_at=None)))
        return self.filter(exists if measured else ~exists)

    def with_old_content(self, today: dt.date) -> Self:
        """Those with content that was not updated for longer than they allow."""
        end = Func(
            F("contents__updated_on"),
            F("content_months"),
            template="(%(expressions)s)::date",
            arg_joiner=" + interval '1 month' * ",
            output_field=models.DateField(),
        )
        old = self._of_all(Q(contents__deleted_at=None, contents__updated_on__isnull=False)).annotate(content_end=end)
        return self.filter(models.Exists(old.filter(content_end__lt=today)))

    def with_content_facts(self) -> Self:
        """Annotate content_count, and content_oldest: the day of the oldest dated piece, or None."""
        own = self._of_all(Q(contents__isnull=False, contents__deleted_at=None)).order_by().values("pk")
        count, oldest = own.annotate(n=Count("contents")), own.annotate(day=models.Min("contents__updated_on"))
        return self.annotate(
            content_count=Coalesce(Subquery(count.values("n")), 0), content_oldest=Subquery(oldest.values("day"))
        )

    def with_journey_count(self) -> Self:
        """Annotate journey_count, the maps it stands on."""
        counted = self._of_all(ON_MAP).order_by().values("pk").annotate(n=Count("cards__journey", distinct=True))
        return self.annotate(journey_count=Coalesce(Subquery(counted.values("n")), 0))

    def with_kpi_count(self) -> Self:
        """Annotate kpi_count, the KPIs bound to it."""
        bound = Q(bindings__isnull=False, bindings__deleted_at=None)
        counted = self._of_all(bound).order_by().values("pk").annotate(n=Count("bindings"))
        return self.annotate(kpi_count=Coalesce(Subquery(counted.values("n")), 0))

    def counted_for_sorting(self, name: str) -> Self:
        """Annotate journey_count or kpi_count of all rows at once: a list sorted by it needs them all, by one join."""
        if name == "journey_count":
            return self.annotate(journey_count=Count("cards__journey", filter=ON_MAP, distinct=True))
        return self.annotate(kpi_count=Count("bindings", filter=Q(bindings__deleted_at=None)))

    def with_uses(self) -> Self:
        """Annotate journey_count and kpi_count."""
        return self.with_journey_count().with_kpi_count()
