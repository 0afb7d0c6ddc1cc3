"""Pages of the KPIs, by what they are about."""

from kpis.views import (
    bindings,
    by_type,
    catalogue,
    dashboard,
    flags,
    journeys,
    matrix,
    matrix_example,
    matrix_gaps,
    persona_data,
    ranking,
    targets,
)

__all__ = [
    "bindings",
    "by_type",
    "catalogue",
    "dashboard",
    "flags",
    "journeys",
    "matrix",
    "matrix_example",
    "matrix_gaps",
    "persona_data",
    "ranking",
    "targets",
]
