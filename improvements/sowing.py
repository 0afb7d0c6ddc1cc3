"""What the improvements give to the templates of maps: typical pain points and first ideas, as hypotheses."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cxmap.history.services import history_record
from cxmap.workspaces.models import Workspace
from improvements.models import Nature, Pain, Solution
from journeys.blueprints import Blueprint, PainPlan
from journeys.sowing import Cells, Ground, Harvest, Line, Part, register

RANK = 1024.0


def sow(ground: Ground) -> None:
    """Put pain points, opportunities and ideas on the map, each noted as a hypothesis of the template.

    They come with the map and are no gesture of their own: undo does not take them away one by one.
    """
    journey, note = ground.journey, ground.note
    pains, ideas = [], []
    for plan, step in ground.steps:
        place = {"workspace_id": journey.workspace_id, "journey": journey, "step": step, "note": note}
        pains += [
            Pain(
                **place,
                title=str(pain.title),
                kind=pain.kind,
                nature=pain.nature,
                touchpoint=ground.touchpoints.get(pain.at),
                rank=number * RANK,
            )
            for number, pain in enumerate(plan.pains, 1)
        ]
        ideas += [
            Solution(**place, title=str(idea), status=Solution.Status.IDEA, rank=number * RANK)
            for number, idea in enumerate(plan.ideas, 1)
        ]
    Pain.objects.bulk_create(pains)
    Solution.objects.bulk_create(ideas)
    history_record(
        actor=ground.actor,
        action="pains.sown",
        target=journey,
        scope=journey,
        count=len(pains) + len(ideas),
    )


def _line(pain: PainPlan) -> Line:
    nature = str(Nature(pain.nature).label) if pain.nature in Nature.values else ""
    kind = str(Pain.Kind.OPPORTUNITY.label) if pain.kind == Pain.Kind.OPPORTUNITY else ""
    return Line(str(pain.title), pain.kind, " · ".join(filter(None, [kind, nature])))


def preview(workspace: Workspace, blueprint: Blueprint) -> Mapping[str, Cells]:
    return {
        "pains": [[_line(pain) for pain in step.pains] for step in blueprint.steps],
        "ideas": [[Line(str(idea), "idea") for idea in step.ideas] for step in blueprint.steps],
    }


def gather(harvest: Harvest) -> None:
    """Write the titles of the map's pain points and solutions; not their notes, scores, effects and signals."""
    steps = list(harvest.steps)
    for pain in Pain.objects.filter(step__in=steps, deleted_at=None).order_by("rank", "created_at", "id"):
        entry = {"title": pain.title, "nature": pain.nature, "kind": pain.kind}
        if pain.touchpoint_id is not None and pain.touchpoint_id in harvest.touchpoints:
            entry["at"] = harvest.touchpoints[pain.touchpoint_id]["key"]
        harvest.steps[pain.step_id].setdefault("pains", []).append(entry)  # type: ignore[index]
    solutions = Solution.objects.filter(step__in=steps, deleted_at=None).exclude(status=Solution.Status.DROPPED)
    for solution in solutions.order_by("rank", "created_at", "id"):
        harvest.steps[solution.step_id].setdefault("ideas", []).append(solution.title)  # type: ignore[index]


def words(blueprint: Blueprint) -> list[str]:
    pains = sum(len(step.pains) for step in blueprint.steps)
    ideas = sum(len(step.ideas) for step in blueprint.steps)
    found = [
        (pains, ngettext("%(number)s pain point", "%(number)s pain points", pains)),
        (ideas, ngettext("%(number)s idea", "%(number)s ideas", ideas)),
    ]
    return [text % {"number": number} for number, text in found if number]


register(
    Part(
        key="pains",
        label=_("with typical pain points and first ideas, as hypotheses"),
        help_text=_("Each says that it comes from the template and has to be checked with your customers."),
        sow=sow,
        preview=preview,
        counts=words,
        has=lambda blueprint: any(step.pains or step.ideas for step in blueprint.steps),
        gather=gather,
        rank=40,
    )
)
