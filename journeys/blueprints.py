"""Templates that a map may begin with. Named blueprints in code, because `templates/` holds pages."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class StageBlueprint:
    key: str
    name: Any
    steps: tuple[Any, ...]
    note: Any = ""


@dataclass(frozen=True, slots=True)
class Blueprint:
    key: str
    name: Any
    description: Any
    stages: tuple[StageBlueprint, ...]
    lanes: tuple[str, ...] = ("goals", "actions", "thoughts", "touchpoints", "emotion", "metrics", "pains", "ideas")


# The guide's six stages (B8). Its fifth repeats the text of the fourth; requirements § 4 (1) settles the name.
SIX_STAGES = Blueprint(
    key="six-stages",
    name=_("Six stages"),
    description=_("From the need to loyalty: the six stages of the Voxco guide, with one step each to begin with."),
    stages=(
        StageBlueprint("need", _("Need"), (_("Feels the need"),)),
        StageBlueprint("awareness", _("Awareness and engagement"), (_("Hears of us"),)),
        StageBlueprint("evaluation", _("Evaluation"), (_("Compares the offers"),)),
        StageBlueprint("purchase", _("Purchase"), (_("Buys"),)),
        StageBlueprint(
            "use", _("After-sale and use"), (_("Uses the product"),), _("The guide's text repeats “Purchase” here.")
        ),
        StageBlueprint("loyalty", _("Loyalty"), (_("Recommends us"),)),
    ),
)

BLANK = Blueprint(
    key="blank",
    name=_("Blank map"),
    description=_("One stage, one step, four lanes."),
    stages=(StageBlueprint("", _("First stage"), (_("First step"),)),),
    lanes=("actions", "thoughts", "touchpoints", "emotion"),
)

BLUEPRINTS = {blueprint.key: blueprint for blueprint in (SIX_STAGES, BLANK)}
