"""What the loaders of tiles know of the page: days, filters, and what one of them has read for the others."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from cxmap.workspaces.models import Workspace
from dashboards.selectors.periods import last_week
from journeys.lanes import Period
from journeys.models import Journey
from kpis.models import Binding, Kpi
from kpis.selectors.bindings import BindingView, binding_views
from kpis.selectors.dashboard import Filters, bound
from personas.models import Persona
from touchpoints.models import Category


@dataclass
class Context:
    """One page of tiles. Everything that several tiles need is read once, and only when one needs it."""

    workspace: Workspace
    today: dt.date
    period: Period | None = None  # None: the last closed period of each KPI
    journey: Journey | None = None
    persona: Persona | None = None
    category: Category | None = None
    group: str = ""  # promoter, passive or detractor
    public: bool = False  # read by somebody without an account: nothing to follow further

    @property
    def days(self) -> Period:
        """Return the chosen days, else the last closed week: for what has no rhythm of its own."""
        return self.period or last_week(self.today)

    @cached_property
    def kpis(self) -> dict[UUID, Kpi]:
        return {kpi.pk: kpi for kpi in Kpi.objects.filter(workspace=self.workspace)}

    @cached_property
    def _bound(self) -> tuple[list[Binding], dict[UUID, tuple[str, int]]]:
        return bound(self.workspace, Filters(journey=self.journey, persona=self.persona, category=self.category))

    @property
    def bindings(self) -> list[Binding]:
        """The bindings that the filters leave."""
        return self._bound[0]

    @property
    def stages(self) -> dict[UUID, tuple[str, int]]:
        return self._bound[1]

    @cached_property
    def views(self) -> list[BindingView]:
        """Every binding that the filters leave, with value and state."""
        return binding_views(self.bindings, today=self.today, period=self.period)

    @cached_property
    def _all(self) -> dict[UUID, Binding]:
        if self.journey is None and self.persona is None and self.category is None:
            return {binding.pk: binding for binding in self.bindings}
        return {binding.pk: binding for binding in bound(self.workspace, Filters())[0]}

    def views_of(self, ids: Sequence[UUID]) -> dict[UUID, BindingView]:
        """Return the views of some bindings by id, whatever the filters; what is gone is missing."""
        wanted = [self._all[pk] for pk in dict.fromkeys(ids) if pk in self._all]
        return {view.binding.pk: view for view in binding_views(wanted, today=self.today, period=self.period)}

    def touchpoints_with(self, kpi: UUID) -> list[UUID]:
        """Return the touchpoints that carry a KPI, as far as the filters leave them."""
        return [binding.touchpoint_id for binding in self.bindings if binding.kpi_id == kpi]
