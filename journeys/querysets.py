"""Chainable reads of maps."""

from typing import Any, Self

from django.db import models
from django.db.models import Count, Q


class LiveQuerySet(models.QuerySet[Any]):
    """Rows that are on the screen."""

    def live(self) -> Self:
        return self.filter(deleted_at=None)


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
