"""Making the demonstration through the services of the product, so that it shows what real data would show."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation

from cxmap.demo import content
from cxmap.demo.comments import comments_seed, is_discussed
from cxmap.demo.content import Pair
from cxmap.demo.figures import days
from cxmap.demo.imports import tidy_import
from cxmap.demo.library import is_described, library_describe
from cxmap.demo.personas import sheets_fill
from cxmap.demo.reviews import is_reviewed, reviews_seed
from cxmap.demo.sharing import is_shared, sharing_seed
from cxmap.demo.workshops import is_held, workshop_seed
from cxmap.workspaces.models import Membership, Role, Sector, User, Workspace
from cxmap.workspaces.services import workspace_create, workspace_furnish
from dashboards.models import Dashboard
from dashboards.services.boards import dashboard_create, tile_add
from dashboards.services.outcomes import outcome_add
from improvements.models import Solution
from improvements.services import pain_add, solution_add
from journeys.models import Journey, Lane, Stage, Step
from journeys.services import cards, stages
from journeys.services.journeys import journey_create, journey_update
from kpis.models import Binding, Flag, Kpi, KpiState, Observation, Source
from kpis.services import rollups_refresh, states_evaluate
from kpis.services.bindings import binding_create
from kpis.services.flags import flag_acknowledge
from kpis.services.targets import target_set
from personas.models import Persona
from personas.services import evidence_add, persona_create
from touchpoints.departments import department_named
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create

# language: slug
WORKSPACES = {"fr": settings.DEMO_SLUG, "en": f"{settings.DEMO_SLUG}-en"}
COLUMNS = ("touchpoint", "kpi", "day", "numerator", "denominator", "score", "n", "sum_squares", "dim:device", "dim:age")
SOURCES: dict[str, Pair] = {
    "web": ("Mesure d'audience du site", "Website analytics"),
    "ads": ("Régie publicitaire", "Advertising platform"),
    "mail": ("Outil d'e-mailing", "E-mailing tool"),
    "survey": ("Enquêtes de satisfaction", "Satisfaction surveys"),
    "calls": ("Téléphonie du service client", "Customer service telephony"),
    "desk": ("Relevés en magasin", "Notes from the shops"),
}


def slug_for(language: str) -> str:
    """Return the demonstration in the reader's language."""
    return WORKSPACES["fr" if language.startswith("fr") else "en"]


def demo_user() -> User:
    """Return the member of the demonstration; only locally does it have a password."""
    user, made = User.objects.get_or_create(email=settings.DEMO_EMAIL, defaults={"name": "Camille Démo"})
    if made:
        if settings.DEMO_SIGN_IN:
            user.set_password("demo")
        else:
            user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def demo_seed() -> Iterator[str]:
    """Make or prolong both demonstrations; yield what was done, a line each. Safe to run again."""
    user = demo_user()
    for place, (language, slug) in enumerate(WORKSPACES.items()):
        with translation.override(language):
            workspace = Workspace.objects.filter(slug=slug).first()
            if workspace is None:
                with transaction.atomic():
                    workspace = _workspace(user, slug, place)
                    _library(workspace, user, place)
                    _journeys(workspace, user, place)
            else:
                workspace_furnish(workspace)
                if not Membership.objects.filter(workspace=workspace, user=user).exists():
                    Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
            with transaction.atomic():
                sheets_fill(workspace, user, place)
            added = _measure(workspace, user, place)
            if not is_described(workspace):
                with transaction.atomic():
                    library_describe(workspace, user, place)
            if not Solution.objects.filter(workspace=workspace).exists():
                with transaction.atomic():
                    _improve(workspace, user, place)
            if not is_reviewed(workspace):
                with transaction.atomic():
                    reviews_seed(workspace, user, place)
            if not is_held(workspace):
                with transaction.atomic():
                    workshop_seed(workspace, user, place)
            if not is_shared(workspace):
                with transaction.atomic():
                    sharing_seed(workspace, user, place)
            if not is_discussed(workspace):
                with transaction.atomic():
                    comments_seed(workspace, user, place)
            if not Dashboard.objects.filter(workspace=workspace).exists():
                with transaction.atomic():
                    _boards(workspace, user, place)
            yield f"Workspace {slug}: {added} new days of figures."


def _workspace(user: User, slug: str, place: int) -> Workspace:
    return workspace_create(
        name=content.COMPANY[place],
        owner=user,
        slug=slug,
        sector=Sector.RETAIL,
        fictional=True,
        time_zone="Europe/Paris" if place == 0 else "Europe/London",
        currency="EUR" if place == 0 else "GBP",
    )


def _library(workspace: Workspace, user: User, place: int) -> None:
    categories = {row.code: row for row in Category.objects.filter(workspace=workspace)}
    channels = {row.code: row for row in Channel.objects.filter(workspace=workspace)}
    for number, text in enumerate(content.PERSONAS):
        persona = persona_create(
            workspace=workspace,
            actor=user,
            name=text.name,
            tagline=text.tagline[place],
            quote=text.quote[place],
            summary=text.summary[place],
            share_percent=text.share,
            colour=number,
            traits={field: pair[place] for field, pair in text.traits.items()},
        )
        traits = {trait.field: trait for trait in persona.traits.all()}
        for field, kind, title, asked in text.evidence:
            evidence_add(
                trait=traits[field],
                actor=user,
                kind=kind,
                title=title[place],
                n=asked,
                gathered_on=timezone.localdate() - dt.timedelta(days=40),
            )
    touchpoints = {}
    for entry in content.TOUCHPOINTS:
        touchpoints[entry.code] = touchpoint_create(
            workspace=workspace,
            actor=user,
            name=entry.name[place],
            code=entry.code,
            category=categories[entry.category],
            channel=channels[entry.channel],
            phase=entry.phase,
            owner=entry.owner[place],
            department=department_named(workspace=workspace, actor=user, name=entry.owner[place]),
        )
    kpis = {kpi.code: kpi for kpi in Kpi.objects.filter(workspace=workspace)}
    for figures in content.FIGURES:
        binding = binding_create(
            touchpoint=touchpoints[figures.touchpoint],
            kpi=kpis[figures.kpi],
            actor=user,
            direction=figures.direction,
        )
        if figures.target is not None:
            target_set(
                binding=binding, actor=user, value=figures.target, due_on=timezone.localdate() + dt.timedelta(days=120)
            )
        elif figures.later:
            target_set(binding=binding, actor=user, value=None)


def _journeys(workspace: Workspace, user: User, place: int) -> None:
    personas = {persona.name: persona for persona in Persona.objects.filter(workspace=workspace)}
    names = {text.code: personas[text.name] for text in content.PERSONAS}
    touchpoints = {row.code: row for row in Touchpoint.objects.filter(workspace=workspace)}
    for text in content.JOURNEYS:
        journey = journey_create(
            workspace=workspace,
            actor=user,
            name=text.name[place],
            personas=[names[code] for code in text.personas],
            scenario=text.scenario[place],
            expectation=text.expectation[place],
            success_measure=text.success[place],
            owner=text.owner[place],
            methods=list(text.methods),
            aims=list(text.aims),
        )
        journey_update(
            journey=journey,
            actor=user,
            review_on=timezone.localdate() + dt.timedelta(days=text.review_in_days),
        )
        lanes = {lane.kind: lane for lane in Lane.objects.filter(journey=journey)}
        by_key = {stage.template_key: stage for stage in Stage.objects.filter(journey=journey)}
        for key, steps in text.stages:
            stage = by_key[key]
            (first,) = stages.live_steps(stage)
            for number, step_text in enumerate(steps):
                name = step_text.name[place]
                step = (
                    stages.step_rename(step=first, actor=user, name=name)
                    if number == 0
                    else stages.step_add(stage=stage, actor=user, name=name)
                )
                _fill(step, step_text, lanes, touchpoints, user, place)


def _fill(
    step: Step,
    text: content.StepText,
    lanes: dict[str, Lane],
    touchpoints: dict[str, Touchpoint],
    user: User,
    place: int,
) -> None:
    if text.goal[place]:
        cards.card_add(lane=lanes["goals"], step=step, actor=user, text=text.goal[place])
    cards.card_add(lane=lanes["actions"], step=step, actor=user, text=text.action[place])
    cards.card_add(lane=lanes["thoughts"], step=step, actor=user, text=text.thought[place], source=text.source[place])
    for code in text.touchpoints:
        cards.card_add(lane=lanes["touchpoints"], step=step, actor=user, touchpoint=touchpoints[code])
    if text.believed is not None:
        cards.curve_set(step=step, actor=user, level=Decimal(str(text.believed)))
    if text.decisive:
        stages.step_set_moment_of_truth(step=step, actor=user, decisive=True)


def _anchor(workspace: Workspace) -> dt.date:
    """Return the Sunday of the last week that was closed on the day when the demonstration was made."""
    made = workspace.created_at.astimezone(workspace.zone).date()
    return made - dt.timedelta(days=made.weekday() + 1)


def _measure(workspace: Workspace, user: User, place: int) -> int:
    """Bring the figures up to yesterday as tidy files, one a source; return how many days were added at most."""
    yesterday = timezone.localdate(timezone=workspace.zone) - dt.timedelta(days=1)
    added = 0
    for key, names in SOURCES.items():
        source = Source.objects.filter(workspace=workspace, key=f"demo-{key}").first()
        known = Observation.objects.filter(workspace_id=workspace.pk, source_id=source.pk if source else 0)
        newest = known.aggregate(day=Max("last_day"))["day"]
        if newest is not None and newest >= yesterday:
            continue
        rows = [
            row
            for figures in content.FIGURES
            if figures.source == key
            for row in days(figures, anchor=_anchor(workspace), last=yesterday)
            if newest is None or str(row["day"]) > newest.isoformat()
        ]
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        tidy_import(
            workspace=workspace,
            actor=user,
            key=f"demo-{key}",
            name=names[place],
            content=buffer.getvalue().encode(),
            filename=f"{key}-{yesterday.isoformat()}.csv",
        )
        added = max(added, (yesterday - newest).days if newest else 365)
    while rollups_refresh().buckets:
        pass
    states_evaluate(workspace=workspace, patient=True)
    return added


def _improve(workspace: Workspace, user: User, place: int) -> None:
    """Answer the signals that the figures raised, and note ideas that answer none."""
    bindings = {
        (binding.touchpoint.code, binding.kpi.code): binding
        for binding in Binding.objects.filter(workspace=workspace).select_related("touchpoint", "kpi")
    }
    steps: dict[str, Step] = {}
    journey = Journey.objects.filter(workspace=workspace, name=content.BUYING.name[place]).get()
    for card in journey.cards.filter(touchpoint__isnull=False).select_related("step__journey", "touchpoint"):
        if card.touchpoint is not None:
            steps.setdefault(card.touchpoint.code, card.step)
    today = timezone.localdate()
    for text in content.PAINS:
        binding = bindings[text.touchpoint, text.kpi]
        flag = Flag.objects.filter(binding=binding).exclude(status=Flag.Status.CLOSED).first()
        pain = pain_add(
            workspace=workspace,
            actor=user,
            title=text.title[place],
            nature=text.nature,
            step=steps.get(text.touchpoint),
            touchpoint=binding.touchpoint,
            flag=flag,
        )
        solution_add(
            workspace=workspace,
            actor=user,
            title=text.solution[place],
            pain=pain,
            impact=text.impact,
            effort=text.effort,
            binding=binding,
            expected_value=text.expected,
            expected_unit=text.unit,
            owner=text.owner[place],
            status=text.status,
            due_on=today + dt.timedelta(days=text.due_in_days),
        )
        if flag is not None and text.status == "doing":
            flag_acknowledge(flag=flag, actor=user, owner=text.owner[place])
    for title, code, impact, effort, kind in content.IDEAS:
        solution_add(
            workspace=workspace,
            actor=user,
            title=title[place],
            step=steps.get(code),
            impact=impact,
            effort=effort,
            kind=kind,
            status=Solution.Status.IDEA,
        )


def _boards(workspace: Workspace, user: User, place: int) -> None:
    """Share one dashboard of tiles, and choose what the company works for."""
    journeys = list(Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("created_at"))
    kpis = {kpi.code: kpi for kpi in Kpi.objects.filter(workspace=workspace)}
    dashboard = dashboard_create(
        workspace=workspace, actor=user, name=content.BOARD.name[place], shared=True, starter=True
    )
    tile_add(
        dashboard=dashboard,
        actor=user,
        kind="funnel",
        settings={"journey": str(journeys[0].pk)},
        width=6,
    )
    tile_add(
        dashboard=dashboard,
        actor=user,
        kind="text",
        settings={"title": content.BOARD.title[place], "text": content.BOARD.text[place]},
        width=6,
    )
    for kind, code in content.OUTCOMES:
        outcome_add(workspace=workspace, actor=user, kind=kind, kpi=kpis[code], journeys=journeys[:1])


def states_present(workspace: Workspace) -> set[str]:
    """Return the latest states of the demonstration's bindings: all six are meant to be seen."""
    latest: dict[object, str] = {}
    for binding, state in (
        KpiState.objects.filter(workspace=workspace).order_by("period_start").values_list("binding_id", "state")
    ):
        latest[binding] = state
    return set(latest.values())
