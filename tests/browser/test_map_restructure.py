"""Restructuring in the middle of a full map, all through the pages: nothing that was written or bound goes away."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from improvements.models import Pain
from improvements.services import pain_add
from journeys.models import Card, CurvePoint, Evidence, Journey, Lane, Stage, Step
from journeys.services import cards, stages
from journeys.services.evidence import evidence_add
from journeys.services.journeys import journey_create
from kpis.models import Binding, Kpi
from kpis.services import binding_create
from personas.models import Persona
from personas.services import persona_create
from tests.browser.board import Opener, head, names, saving
from touchpoints.models import Category, Channel
from touchpoints.services import touchpoint_create


@pytest.fixture
def full(olga: User, journey: Journey) -> Iterator[Journey]:
    """A map with two steps in each stage; every step has texts of two personas, a touchpoint, a KPI, a pain point."""
    workspace = journey.workspace
    people = [
        persona_create(workspace=workspace, actor=olga, name=f"{name} {journey.pk}") for name in ("Julie", "Marc")
    ]
    full = journey_create(workspace=workspace, actor=olga, name=f"Full {journey.pk}", personas=people)
    kpi = Kpi.objects.get(workspace=workspace, code="bounce-rate")
    lanes = {lane.kind: lane for lane in Lane.objects.filter(journey=full)}
    for number, stage in enumerate(stages.live_stages(full)):
        stages.step_add(stage=stage, actor=olga, name=f"Second {number}")
    for number, step in enumerate(cards.shown_steps(full)):
        interview = evidence_add(journey=full, actor=olga, title=f"Interview {number}", kind="interview")
        for persona in people:
            text = f"Does {number} as {persona.name[:5].strip()}"
            card = cards.card_add(lane=lanes["actions"], step=step, actor=olga, text=text, persona=persona)
            cards.card_edit(card=card, actor=olga, text=text, evidence=interview)
            cards.curve_set(step=step, actor=olga, level=Decimal(number % 5 - 2), persona=persona)
        cards.card_add(lane=lanes["thoughts"], step=step, actor=olga, text=f"Thinks {number}", source="Interview")
        cards.curve_set(step=step, actor=olga, level=Decimal(number % 3 - 1))
        touchpoint = touchpoint_create(
            workspace=workspace,
            actor=olga,
            name=f"Touchpoint {number} {full.pk}",
            category=Category.objects.get(workspace=workspace, code="sales"),
            channel=Channel.objects.get(workspace=workspace, code="website"),
        )
        cards.card_add(lane=lanes["touchpoints"], step=step, actor=olga, touchpoint=touchpoint, persona=people[1])
        binding_create(touchpoint=touchpoint, kpi=kpi, actor=olga)
        pain_add(workspace=workspace, actor=olga, title=f"Hurts {number}", step=step)
    yield full
    for persona in people:
        Persona.objects.filter(pk=persona.pk).update(name=f"Gone {persona.pk}")


def kept(journey: Journey) -> dict[str, list[object]]:
    """Return all that people wrote and bound, as it stands on the map now."""
    live = Card.objects.filter(journey=journey, deleted_at=None, step__deleted_at=None, step__stage__deleted_at=None)
    return {
        "texts": sorted(live.exclude(text="").values_list("text", "source", "persona", "evidence")),
        "touchpoints": sorted(live.exclude(touchpoint=None).values_list("touchpoint__name", "persona")),
        "kpis": sorted(
            Binding.objects.filter(deleted_at=None, touchpoint__in=live.values("touchpoint")).values_list(
                "touchpoint__name", "kpi__code"
            )
        ),
        "pains": sorted(
            Pain.objects.filter(journey=journey, deleted_at=None, step__deleted_at=None).values_list("title", flat=True)
        ),
        "evidence": sorted(Evidence.objects.filter(journey=journey, deleted_at=None).values_list("title", flat=True)),
    }


def curve(journey: Journey) -> int:
    return CurvePoint.objects.filter(step__journey=journey, deleted_at=None, step__deleted_at=None).count()


def menu(page: Page, kind: str, name: str, action: str) -> None:
    place = head(page, kind, name)
    place.hover()
    place.locator("[data-menu-link]").click()
    page.locator(".popover").get_by_role("button", name=action, exact=True).click()


def shown(page: Page, journey: Journey) -> None:
    """Everything can be read on the page."""
    words = page.locator("[data-board]").inner_text()
    for number in range(12):
        for text in (f"Does {number} as Julie", f"Does {number} as Marc", f"Thinks {number}", f"Hurts {number}"):
            assert text in words, text
        assert f"Touchpoint {number} {journey.pk}" in words
    assert words.count("Taux de rebond") == 12


def test_split_merge_and_a_deleted_persona_lose_nothing(enter: Opener, olga: User, full: Journey) -> None:
    before, points = kept(full), curve(full)
    assert [len(entries) for entries in before.values()] == [36, 12, 12, 12, 12]
    page = enter(full.get_absolute_url(), user=olga)
    columns, stage_names = names(page, "step"), names(page, "stage")
    shown(page, full)

    with saving(page, "/begin-stage/"):
        menu(page, "step", "Second 2", "Commencer une étape ici")
    expect(page.locator("th[data-kind=stage]")).to_have_count(7)
    assert names(page, "step") == columns
    assert (
        Step.objects.get(journey=full, name="Second 2").stage_id
        != Stage.objects.get(journey=full, name=stage_names[2], deleted_at=None).pk
    )
    shown(page, full)
    assert kept(full) == before
    assert curve(full) == points

    with saving(page, "/merge/"):
        menu(page, "step", "Second 3", "Fusionner avec le moment à gauche")
    expect(page.locator("th[data-kind=step]")).to_have_count(11)
    shown(page, full)
    assert kept(full) == before

    marc = Persona.objects.get(journeys=full, name__startswith="Marc")
    page.get_by_role("link", name=marc.name).first.click()
    page.locator("summary").filter(has_text="⋯").last.click()
    page.get_by_role("button", name="Supprimer le persona").click()
    undo = page.get_by_role("button", name="Annuler la suppression")
    expect(undo).to_be_visible()
    page.goto(full.get_absolute_url())
    shown(page, full)
    assert kept(full) == before
    without = page.locator(".note", has_text="as Marc")
    expect(without).to_have_count(12)
    for number in range(12):
        expect(without.nth(number)).to_contain_text("sans persona")
    expect(page.locator(".tp").first).to_contain_text("sans persona")
    expect(page.locator(".note", has_text="as Julie").first).not_to_contain_text("sans persona")

    page.go_back()
    undo.click()
    page.goto(full.get_absolute_url())
    expect(page.locator(".maphead")).to_contain_text(marc.name)
    expect(page.get_by_text("sans persona")).to_have_count(0)

    for count in (12, 12):
        with saving(page, "/undo/"):
            page.locator("button[data-undo]").click()
        expect(page.locator("th[data-kind=step]")).to_have_count(count)
    assert names(page, "step") == columns
    assert names(page, "stage") == stage_names
    shown(page, full)
    assert kept(full) == before
    assert curve(full) == points
