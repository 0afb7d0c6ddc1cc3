"""The KPIs that fit a type of touchpoint (artefact 4): suggested with their reason, never bound by themselves."""

from kpis.suggestions.base import Family, Fit, TouchpointType
from kpis.suggestions.reasons import REASONS
from kpis.suggestions.recognise import type_of
from kpis.suggestions.types import TYPES

BY_CODE = {kind.code: kind for kind in TYPES}

__all__ = ["BY_CODE", "REASONS", "TYPES", "Family", "Fit", "TouchpointType", "type_of"]
