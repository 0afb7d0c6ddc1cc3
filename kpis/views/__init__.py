"""Pages of the KPIs, by what they are about."""

from kpis.views import bindings, catalogue, dashboard, flags, journeys, matrix, ranking, targets

__all__ = ["bindings", "catalogue", "dashboard", "flags", "journeys", "matrix", "ranking", "targets"]
