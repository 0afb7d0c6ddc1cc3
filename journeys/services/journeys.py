"""Journeys as a whole: begun, described, copied, put into the trash, shared."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.history.models import Change
from cxmap.history.services import ChangedSince, history_record, recording, undo
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User, Workspace
from journeys.blueprints import SIX_STAGES, Blueprint
from journeys.errors import ElsewhereOnMap, LastOne, LockedInFrame, NoAsIs, PartOfItself, PersonaNeeded
from journeys.family import is_within
from journeys.lanes import kind_of
from journeys.models import Card, CurvePoint, Horizon, Journey, JourneyPersona, Lane, ShareLink, Stage, Step
from journeys.services.board import move_on
from journeys.services.copies import board_copy
from journeys.sowing import Ground, parts_of
from personas.models import Persona
from personas.services import personas_named

SETTINGS = (
    "name",
    "kind",
    "horizon",
    "status",
    "scenario",
    "expectation",
    "success_measure",
    "aims",
    "methods",
    "owner",
    "review_on",
    "parent",
    "as_is",
    "column_width",
    "label_width",
    "level_names",
)


@transaction.atomic
def journey_create(
    *,
    workspace: Workspace,
    actor: User | None,
    name: str,
    personas: Sequence[Persona] = (),
    new_personas: Sequence[str] = (),
    no_persona_yet: bool = False,
    blueprint: Blueprint = SIX_STAGES,
    parts: Collection[str] = (),
    **settings: Any,
) -> Journey:
    """Begin a map from a blueprint: its stages, steps and lanes, and those of its parts (sowing.py) that are named.

    Names and texts are those of the active language. `new_personas` are names: of a persona of the workspace, or of one
    that is made now and described later. Raises PersonaNeeded without a persona or an explicit
    "none yet" (A6), and what journey_update raises of parent and as_is.
    """
    if not personas and not new_personas and not no_persona_yet:
        raise PersonaNeeded
    named = personas_named(workspace=workspace, actor=actor, names=new_personas)
    personas = list(dict.fromkeys([*personas, *named]))
    _check_relatives(Journey(workspace=workspace), settings)
    journey = Journey.objects.create(
        workspace=workspace, name=name, no_persona_yet=not personas, template=blueprint.key, **settings
    )
    JourneyPersona.objects.bulk_create(
        JourneyPersona(workspace=workspace, journey=journey, persona=persona, rank=number)
        for number, persona in enumerate(personas)
    )
    common: dict[str, Any] = {"workspace": workspace, "journey": journey}
    stages, steps = [], []
    linked = _linked(workspace, blueprint)
    for number, plan in enumerate(blueprint.stages, 1):
        stage = Stage(**common, name=str(plan.name), note=str(plan.note), template_key=plan.key, rank=number * 1024)
        stages.append(stage)
        steps += [
            Step(
                **common,
                stage=stage,
                name=str(step.name),
                rank=place * 1024,
                moment_of_truth=step.truth,
                optional=step.optional,
                repeatable=step.repeatable,
                branch=str(step.branch),
                path=str(step.path),
                width=step.width,
                linked_journey_id=linked.get(step.linked),
            )
            for place, step in enumerate(plan.steps, 1)
        ]
    Stage.objects.bulk_create(stages)
    Step.objects.bulk_create(steps)
    lanes = [
        Lane(
            **common,
            kind=lane.kind,
            name=str(lane.name),
            rank=number * 1024,
            pinned=lane.pinned,
            height=lane.height,
        )
        for number, lane in enumerate(blueprint.lanes, 1)
    ]
    Lane.objects.bulk_create(lanes)
    history_record(actor=actor, action="journey.created", target=journey, scope=journey, name=name)
    ground = Ground(
        journey=journey,
        actor=actor,
        blueprint=blueprint,
        lanes={plan.key: lane for plan, lane in zip(blueprint.lanes, lanes, strict=True)},
        steps=list(zip(blueprint.steps, steps, strict=True)),
    )
    for part in parts_of(blueprint):
        if part.key in parts:
            part.sow(ground)
    return journey


def _linked(workspace: Workspace, blueprint: Blueprint) -> dict[str, Any]:
    """Return the journeys that steps of a workspace's own template link to and that are still there, by their ids."""
    wanted = {step.linked for step in blueprint.steps if step.linked}
    if not wanted:
        return {}
    there = Journey.objects.filter(workspace=workspace, pk__in=wanted, deleted_at=None).values_list("pk", flat=True)
    return {str(pk): pk for pk in there}


@transaction.atomic
def journey_update(
    *,
    journey: Journey,
    actor: User,
    personas: Sequence[Persona] | None = None,
    no_persona_yet: bool = False,
    expected_revision: int | None = None,
    **settings: Any,
) -> Journey:
    """Change the header of a map. Raises StaleRevision, PersonaNeeded, PartOfItself, NoAsIs, ElsewhereOnMap."""
    if personas is not None and not personas and not no_persona_yet:
        raise PersonaNeeded
    with recording(actor=actor, action="journey.updated", target=journey, scope=journey, name=journey.name) as record:
        if settings.get("parent") is not None:
            # Two people who put two journeys under each other at the same time would close a circle.
            Workspace.objects.select_for_update(no_key=True).only("pk").get(pk=journey.workspace_id)
        journey = Journey.objects.select_for_update().get(pk=journey.pk)
        if expected_revision is not None and journey.revision != expected_revision:
            raise StaleRevision(current=journey)
        if settings.get("horizon") == Horizon.AS_IS:
            settings.setdefault("as_is", None)
        _check_relatives(journey, settings)
        record.watch(journey)
        for name, value in settings.items():
            setattr(journey, name, value)
        fields = list(settings)
        if personas is not None:
            journey.no_persona_yet = not personas
            fields.append("no_persona_yet")
            _set_personas(record, journey, personas)
        journey.revision += 1
        journey.save(update_fields=[*fields, "revision", "updated_at"])
        move_on(journey, actor=actor)
    return journey


def _check_relatives(journey: Journey, settings: dict[str, Any]) -> None:
    """Raise unless the journeys that this one is to belong to are of its workspace, and neither itself nor its parts."""
    parent, as_is = settings.get("parent"), settings.get("as_is")
    if any(other is not None and other.workspace_id != journey.workspace_id for other in (parent, as_is)):
        raise ElsewhereOnMap
    if parent is not None and is_within(journey.pk, parent.pk):
        raise PartOfItself(parent.name)
    if as_is is None:
        return
    if settings.get("horizon", journey.horizon) != Horizon.TO_BE:
        raise NoAsIs(_("Only a to-be journey belongs to an as-is one: choose the horizon first."))
    if as_is.pk == journey.as_is_id:
        return
    if as_is.pk == journey.pk or as_is.horizon != Horizon.AS_IS:
        raise NoAsIs(_("Choose another journey: one that shows how things are today."))


def _set_personas(record: Any, journey: Journey, personas: Sequence[Persona]) -> None:
    wanted = {persona.pk: number for number, persona in enumerate(personas)}
    # A persona in the trash is no longer offered, so nobody took it away: it is back on the map when it is restored.
    offered = JourneyPersona.objects.filter(Q(persona__deleted_at=None) | Q(persona__in=wanted), journey=journey)
    links = {link.persona_id: link for link in offered.select_for_update(of=("self",))}
    record.watch(*links.values())
    now = timezone.now()
    for persona_id, link in links.items():
        link.deleted_at = None if persona_id in wanted else link.deleted_at or now
        link.rank = wanted.get(persona_id, link.rank)
        link.save(update_fields=["deleted_at", "rank"])
    made = [
        JourneyPersona(workspace_id=journey.workspace_id, journey=journey, persona_id=persona_id, rank=number)
        for persona_id, number in wanted.items()
        if persona_id not in links
    ]
    JourneyPersona.objects.bulk_create(made)
    record.created(*made)


@transaction.atomic
def journey_delete(*, journey: Journey, actor: User) -> None:
    """Put a map into the trash; everything on it stays, and restore brings it back."""
    Journey.objects.filter(pk=journey.pk, deleted_at=None).update(deleted_at=timezone.now())
    history_record(actor=actor, action="journey.deleted", target=journey, scope=journey, name=journey.name)


@transaction.atomic
def journey_restore(*, journey: Journey, actor: User) -> None:
    Journey.objects.filter(pk=journey.pk).update(deleted_at=None)
    history_record(actor=actor, action="journey.restored", target=journey, scope=journey, name=journey.name)


@transaction.atomic
def journey_duplicate(*, journey: Journey, actor: User, name: str, to_be: bool = False) -> Journey:
    """Copy a map with everything that stands on it; the touchpoints of the library are shared, not copied.

    Public identifiers are kept, so that the copy compares with the original. A to-be copy remembers its as-is.
    """
    copy = Journey.objects.create(
        workspace_id=journey.workspace_id,
        no_persona_yet=journey.no_persona_yet,
        template=journey.template,
        **{field: getattr(journey, field) for field in SETTINGS if field not in {"name", "status", "horizon", "as_is"}},
        horizon=Horizon.TO_BE if to_be else journey.horizon,
        as_is=journey if to_be else journey.as_is,
        name=name,
    )
    JourneyPersona.objects.bulk_create(
        JourneyPersona(workspace_id=link.workspace_id, journey=copy, persona_id=link.persona_id, rank=link.rank)
        for link in journey.persona_links.filter(deleted_at=None)
    )
    board_copy(journey, copy)
    history_record(actor=actor, action="journey.duplicated", target=copy, scope=copy, name=name)
    return copy


@transaction.atomic
def share_link_create(
    *, journey: Journey, actor: User, days: int, password: str = "", embeddable: bool = False, **fields: Any
) -> ShareLink:
    """Make a link that works for some days. Of its password only a hash is kept. Raises LockedInFrame."""
    if password and embeddable:
        raise LockedInFrame
    link = ShareLink.objects.create(
        workspace_id=journey.workspace_id,
        journey=journey,
        created_by=actor,
        expires_at=timezone.now() + timedelta(days=days),
        password=make_password(password) if password else "",
        embeddable=embeddable,
        **fields,
    )
    history_record(actor=actor, action="share_link.created", target=link, scope=journey, days=days)
    return link


@transaction.atomic
def share_link_update(*, link: ShareLink, actor: User, password: str | None = None, **fields: Any) -> ShareLink:
    """Change a link. A password of None stays as it is, an empty one is taken away. Raises LockedInFrame."""
    link = ShareLink.objects.select_for_update(of=("self",)).select_related("journey").get(pk=link.pk)
    if password is not None:
        fields["password"] = make_password(password) if password else ""
    changed = {name: value for name, value in fields.items() if getattr(link, name) != value}
    for name, value in changed.items():
        setattr(link, name, value)
    if link.password and link.embeddable:
        raise LockedInFrame
    if changed:
        link.save(update_fields=list(changed))
        history_record(
            actor=actor, action="share_link.changed", target=link, scope=link.journey, fields=sorted(changed)
        )
    return link


@transaction.atomic
def share_link_revoke(*, link: ShareLink, actor: User) -> None:
    if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        history_record(actor=actor, action="share_link.revoked", target=link, scope=link.journey)


def share_link_opened(link: ShareLink) -> None:
    """Count an opening, so that the owner sees whether a link is still in use."""
    ShareLink.objects.filter(pk=link.pk).update(last_opened_at=timezone.now(), opened_count=F("opened_count") + 1)


def _check_undone(journey: Journey, changes: Sequence[Change]) -> None:
    """Raise ChangedSince when an undo would take somebody's later work off the screen, or break a rule of maps.

    A stage, step or lane that is taken back may hold what others added since; a lane that comes back may have been
    added anew; and a map keeps one stage with one step.
    """
    gone: dict[str, set[str]] = {"journeys.stage": set(), "journeys.step": set(), "journeys.lane": set()}
    touched = {(row["model"], row["pk"]) for change in changes for row in change.rows}
    for model, pk in touched:
        if model in gone:
            gone[model].add(pk)
    stages = Stage.objects.filter(pk__in=gone["journeys.stage"]).exclude(deleted_at=None)
    steps = Step.objects.filter(pk__in=gone["journeys.step"]).exclude(deleted_at=None)
    lanes = Lane.objects.filter(pk__in=gone["journeys.lane"]).exclude(deleted_at=None)
    left = [
        *Step.objects.filter(stage__in=stages, deleted_at=None),
        *Card.objects.filter(Q(step__in=steps) | Q(lane__in=lanes), deleted_at=None),
        *CurvePoint.objects.filter(step__in=steps, deleted_at=None),
    ]
    own_rows = {pk for _model, pk in touched}
    if any(str(row.pk) not in own_rows and not _made_by(journey, row, changes[0].actor) for row in left):
        raise ChangedSince
    kinds = [kind_of(lane.kind) for lane in Lane.objects.filter(journey=journey, deleted_at=None)]
    single = [kind.key for kind in kinds if kind.single]
    if len(single) != len(set(single)):
        raise ChangedSince
    if not Step.objects.filter(journey=journey, deleted_at=None, stage__deleted_at=None).exists():
        raise LastOne
    parent_id = Journey.objects.values_list("parent", flat=True).get(pk=journey.pk)
    if ("journeys.journey", str(journey.pk)) in touched and is_within(journey.pk, parent_id):
        raise ChangedSince


def _made_by(journey: Journey, row: Any, actor: User | None) -> bool:
    """True when the person added the row: its own gesture may take it away again."""
    return Change.objects.filter(
        workspace_id=journey.workspace_id,
        scope_type="journeys.journey",
        scope_id=str(journey.pk),
        actor=actor,
        rows__contains=[{"pk": str(row.pk), "before": None}],
    ).exists()


@transaction.atomic
def history_step(*, journey: Journey, actor: User, redo: bool = False) -> list[Change]:
    """Take back the person's last gesture on the map, or put it forward again.

    Raises NothingToUndo, and ChangedSince when somebody else changed the same since.
    """
    Journey.objects.select_for_update().only("pk").get(pk=journey.pk)
    try:
        with transaction.atomic():
            changes = undo(actor=actor, scope=journey, redo=redo)
            _check_undone(journey, changes)
    except IntegrityError as error:
        # Somebody put something in the place of what would come back: a new point on the curve.
        raise ChangedSince from error
    move_on(journey, actor=actor)
    return changes
