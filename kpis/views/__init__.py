"""Pages of the KPIs, by what they are about."""

from kpis.views import (
    bindings,
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
