"""Stages and steps as a team writes them down: one line a stage, its steps after a colon, parted by commas."""

import re
from dataclasses import replace

from journeys.blueprints.plan import NAME_MAX, Blueprint, BlueprintInvalid, StagePlan, StepPlan, Text

STAGE_MAX = 120  # characters, as in the column
STAGES_MAX = 40
STEPS_MAX = 200  # of the whole map


def _text(name: str) -> Text:
    return Text(name, name)


def outlined(blueprint: Blueprint, outline: str, *, step_name: str) -> Blueprint:
    """Return the blueprint with these stages and steps in place of its own. Raises BlueprintInvalid.

    A comma or a semicolon parts steps; a stage without steps gets one, called `step_name`.
    """
    stages = []
    for line in filter(None, (" ".join(line.split()) for line in outline.splitlines())):
        name, _colon, rest = line.partition(":")
        steps = [step.strip() for step in re.split("[;,]", rest) if step.strip()] or [step_name]
        name = name.strip()
        if not name or len(name) > STAGE_MAX or any(len(step) > NAME_MAX for step in steps):
            raise BlueprintInvalid(line[:80])
        stages.append(StagePlan(key="", name=_text(name), steps=tuple(StepPlan(name=_text(step)) for step in steps)))
    if not stages or len(stages) > STAGES_MAX or sum(len(stage.steps) for stage in stages) > STEPS_MAX:
        raise BlueprintInvalid(outline[:80])
    return replace(blueprint, stages=tuple(stages))
