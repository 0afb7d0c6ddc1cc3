"""A workspace's own templates: made from its maps, renamed, deleted."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.utils import timezone

from cxmap.history.services import recording
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User
from journeys.blueprints import blueprint_from
from journeys.blueprints.plan import FILE
from journeys.lanes import kind_of
from journeys.models import Card, CurvePoint, Journey, JourneyTemplate, Lane, Stage, Step
from journeys.sowing import Harvest, parts


def template_save(
    *,
    journey: Journey,
    actor: User,
    name: str,
    description: str = "",
    sector: str = "",
    with_texts: bool = True,
) -> JourneyTemplate:
    """Make a template of what a map shows: its structure, touchpoints, KPIs and pain points; texts and curve if wanted.

    Left out: hidden stages, steps and lanes, real quotations, personas with their interactions and curves, targets,
    measures, notes and scores.
    """
    template = JourneyTemplate(
        workspace_id=journey.workspace_id,
        name=name,
        description=description,
        kind=journey.kind,
        sector=sector,
        content=content_of(journey, with_texts=with_texts),
        created_by=actor,
    )
    blueprint_from({**template.content, "key": "", "name": name})  # what cannot be read is not saved
    with recording(actor=actor, action="journey_template.saved", target=template, name=name) as record:
        template.save()
        record.created(template)
    return template


def template_update(
    *, template: JourneyTemplate, actor: User, expected_revision: int | None = None, **fields: Any
) -> JourneyTemplate:
    """Change name, description or sector. Raises StaleRevision."""
    with recording(actor=actor, action="journey_template.updated", target=template, name=template.name) as record:
        template = JourneyTemplate.objects.select_for_update().get(pk=template.pk)
        if template.deleted_at is not None or (
            expected_revision is not None and template.revision != expected_revision
        ):
            raise StaleRevision(current=template)
        record.watch(template)
        for name, value in fields.items():
            setattr(template, name, value)
        template.revision += 1
        template.save(update_fields=[*fields, "revision", "updated_at"])
    return template


def template_delete(*, template: JourneyTemplate, actor: User) -> None:
    """Take a template out of the chooser. Maps that began with it are not touched; restore brings it back."""
    with recording(actor=actor, action="journey_template.deleted", target=template, name=template.name) as record:
        template = JourneyTemplate.objects.select_for_update().get(pk=template.pk)
        record.watch(template)
        template.deleted_at = template.deleted_at or timezone.now()
        template.revision += 1
        template.save(update_fields=["deleted_at", "revision", "updated_at"])


def template_restore(*, template: JourneyTemplate, actor: User) -> JourneyTemplate:
    with recording(actor=actor, action="journey_template.restored", target=template, name=template.name) as record:
        template = JourneyTemplate.objects.select_for_update().get(pk=template.pk)
        record.watch(template)
        template.deleted_at = None
        template.revision += 1
        template.save(update_fields=["deleted_at", "revision", "updated_at"])
    return template


def _lanes(journey: Journey) -> dict[UUID, dict[str, Any]]:
    """Return the shown lanes by id, each with a key of its own: two lanes of free text are text and text-2."""
    seen: dict[str, int] = defaultdict(int)
    found = {}
    for lane in Lane.objects.filter(journey=journey, deleted_at=None, hidden=False).order_by("rank", "id"):
        seen[lane.kind] += 1
        key = lane.kind if seen[lane.kind] == 1 else f"{lane.kind}-{seen[lane.kind]}"
        look = {"pinned": lane.pinned, "height": lane.height}
        found[lane.pk] = {
            "key": key,
            "kind": lane.kind,
            "name": lane.name,
            **{name: value for name, value in look.items() if value},
        }
    return found


def content_of(journey: Journey, *, with_texts: bool) -> dict[str, Any]:
    """Return what a map shows in the format of journeys/blueprints/plan.py; a constant number of queries."""
    stages: dict[UUID, dict[str, Any]] = {
        stage.pk: {"key": stage.template_key, "name": stage.name, "note": stage.note, "steps": []}
        for stage in Stage.objects.filter(journey=journey, deleted_at=None, hidden=False).order_by("rank", "id")
    }
    steps: dict[UUID, dict[str, Any]] = {}
    for step in Step.objects.filter(stage__in=stages, deleted_at=None, hidden=False).order_by("rank", "id"):
        said = {
            "truth": step.moment_of_truth,
            "optional": step.optional,
            "repeatable": step.repeatable,
            "branch": step.branch,
            "path": step.path,
            "width": step.width,
            "linked": str(step.linked_journey_id or ""),
        }
        steps[step.pk] = {"name": step.name, **{name: value for name, value in said.items() if value}}
        stages[step.stage_id]["steps"].append(steps[step.pk])
    lanes = _lanes(journey)
    touchpoints: dict[UUID, dict[str, Any]] = {}
    cards = (
        Card.objects.filter(journey=journey, deleted_at=None, step__in=steps, lane__in=lanes)
        .select_related("touchpoint__category", "touchpoint__channel", "channel", "attachment")
        .order_by("rank", "id")
    )
    for card in cards:
        entry, lane = steps[card.step_id], lanes[card.lane_id]
        touchpoint = card.touchpoint
        if touchpoint is not None:
            if touchpoint.deleted_at is None:
                touchpoints[touchpoint.pk] = {
                    "key": touchpoint.code,
                    "name": touchpoint.name,
                    "category": touchpoint.category.code,
                    "channel": touchpoint.channel.code,
                    "phase": touchpoint.phase,
                }
                entry.setdefault("touchpoints", []).append(touchpoint.code)
        elif with_texts and card.channel is not None:
            entry.setdefault("channels", []).append(card.channel.code)
        elif with_texts and card.content == "media":
            media = {"lane": lane["key"], "text": card.text, "url": card.url}
            if card.attachment is not None:
                media["file"] = {name: getattr(card.attachment, name) for name in FILE}
            entry.setdefault("media", []).append(media)
        elif with_texts and card.text.strip() and not card.source and kind_of(lane["kind"]).typed:
            # A card with a source is a real quotation: what one customer said is not said on another map.
            entry.setdefault(lane["key"], []).append(card.text)
    if with_texts:
        for point in CurvePoint.objects.filter(journey=journey, deleted_at=None, step__in=steps, persona=None):
            name = "mood" if point.layer == CurvePoint.Layer.BELIEVED else "aim"
            steps[point.step_id][name] = float(point.level)
    harvest = Harvest(journey=journey, steps=steps, touchpoints=touchpoints)
    for part in parts():
        if part.gather is not None:
            part.gather(harvest)
    content: dict[str, Any] = {
        "lanes": list(lanes.values()),
        "touchpoints": {entry.pop("key"): entry for entry in touchpoints.values()},
        "stages": [stage for stage in stages.values() if stage["steps"]],
    }
    if with_texts:
        for name in ("scenario", "expectation", "success_measure"):
            content[name] = getattr(journey, name)
    return content
