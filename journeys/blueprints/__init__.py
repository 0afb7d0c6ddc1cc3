"""Templates that a map may begin with, one file each in data/. Called blueprints in code: `templates/` holds pages."""

import tomllib
from functools import cache
from pathlib import Path

from journeys.blueprints.plan import (
    CHANNELS,
    DEFAULT_LANES,
    Blueprint,
    BlueprintInvalid,
    LanePlan,
    PainPlan,
    StagePlan,
    StepPlan,
    Text,
    TouchpointPlan,
    blueprint_from,
)

DATA = Path(__file__).parent / "data"
# The order of the chooser: the guide's six stages and the empty map frame the sectors.
ORDER = (
    "six-stages",
    "online-retail",
    "shop",
    "saas-onboarding",
    "bank-account",
    "insurance-claim",
    "hospital-visit",
    "public-service",
    "telecom-support",
    "restaurant",
    "b2b-purchase",
    "employee-onboarding",
    "product-use",
    "blank",
)
DEFAULT = "six-stages"


@cache
def blueprint_of(key: str) -> Blueprint:
    """Return one template of data/. Raises KeyError when there is none, BlueprintInvalid when its file is broken."""
    if key not in ORDER:
        raise KeyError(key)
    try:
        data = tomllib.loads((DATA / f"{key}.toml").read_text(encoding="utf-8"))
        return blueprint_from(data, key=key)
    except (tomllib.TOMLDecodeError, BlueprintInvalid) as error:
        raise BlueprintInvalid(f"{key}.toml: {error}") from error


def blueprints() -> list[Blueprint]:
    """Return all templates of data/ in the order of the chooser."""
    return [blueprint_of(key) for key in ORDER]


SIX_STAGES = blueprint_of(DEFAULT)

__all__ = [
    "CHANNELS",
    "DATA",
    "DEFAULT",
    "DEFAULT_LANES",
    "ORDER",
    "SIX_STAGES",
    "Blueprint",
    "BlueprintInvalid",
    "LanePlan",
    "PainPlan",
    "StagePlan",
    "StepPlan",
    "Text",
    "TouchpointPlan",
    "blueprint_from",
    "blueprint_of",
    "blueprints",
]
