"""Chainable reads of maps."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, Max, OuterRef, Q


class LiveQuerySet(models.QuerySet[Any]):
    """Rows that are on the screen."""

    def live(self) -> Self:
        return self.filter(deleted_at=None)


class NumberedQuerySet(LiveQuerySet):
    """Rows with a serial per map: new ones are numbered as they are written, on top of the highest ever given."""

    def number(self, rows: Sequence[Any]) -> None:
        """Give new rows their serials. Rows leave the screen but not the table, so no serial is given twice."""
        by_journey: dict[Any, list[Any]] = {}
        for row in rows:
            if row.serial is None:
                by_journey.setdefault(row.journey_id, []).append(row)
        for journey_id, new in by_journey.items():
            last = self.model._default_manager.filter(journey_id=journey_id).aggregate(last=Max("serial"))["last"] or 0
            taken = [row.serial for row in rows if row.journey_id == journey_id and row.serial]
            for serial, row in enumerate(new, max(last, *taken, 0) + 1):
                row.serial = serial

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        self.number(rows)
        return super().bulk_create(rows, *args, **kwargs)


class JourneyQuerySet(LiveQuerySet):
    def with_counts(self) -> Self:
        """Annotate stage_count, step_count: what is live and not hidden."""
        shown = Q(deleted_at=None, hidden=False)
        stages = Q(**{f"stages__{name}": value for name, value in shown.children})  # type: ignore[misc]
        steps = Q(**{f"steps__{name}": value for name, value in shown.children})  # type: ignore[misc]
        return self.annotate(
            stage_count=Count("stages", filter=stages, distinct=True),
            step_count=Count("steps", filter=steps, distinct=True),
        )


class CommentQuerySet(LiveQuerySet):
    def shown_threads(self) -> Self:
        """Roots whose thread is on the screen: a deleted one stays, without its text, while somebody answers it."""
        answers = self.model._default_manager.filter(root=OuterRef("pk"), deleted_at=None)
        return self.filter(root=None).filter(Q(deleted_at=None) | Exists(answers))

    def unresolved(self) -> Self:
        return self.filter(resolved_at=None)
