"""KPIs, bindings, targets, observations, values and flags in the API."""

from kpis.api.catalogue import BindingViewSet, KpiViewSet, TargetViewSet
from kpis.api.flags import FlagViewSet
from kpis.api.observations import ObservationsView
from kpis.api.values import ValuesView

__all__ = ["BindingViewSet", "FlagViewSet", "KpiViewSet", "ObservationsView", "TargetViewSet", "ValuesView"]
