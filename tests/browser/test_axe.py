"""Every page before axe, and in the width of a telephone and of a small laptop."""

import datetime as dt
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, TimeoutError

from cxmap.workspaces.models import User, Workspace
from improvements.models import Review
from improvements.reviewing import review_start
from journeys.access import share_token
from journeys.models import Journey
from journeys.services import cards, stages
from journeys.services.journeys import journey_create, journey_duplicate, share_link_create
from personas.models import Persona
from personas.services import persona_create
from tests.browser.board import Opener
from touchpoints.models import Touchpoint
from workshops.agendas import AGENDAS
from workshops.models import Workshop
from workshops.services.workshops import workshop_create

MINIMUM = 390  # pixels: a telephone held upright


def to_be_of(journey: Journey) -> Journey:
    """A to-be journey with something new, something gone, a branch and a loop."""
    actor = User.objects.get(email=settings.DEMO_EMAIL)
    made = journey_duplicate(journey=journey, actor=actor, name="Parcours cible", to_be=True)
    steps = cards.shown_steps(made)
    stages.step_rename(step=steps[0], actor=actor, name="Trouve en un clic")
    stages.step_delete(step=steps[-1], actor=actor)
    for step, path in ((steps[1], "par chat"), (steps[2], "par téléphone")):
        stages.step_describe(step=step, actor=actor, branch="Demande de l’aide", path=path, repeatable=True)
    cards.curve_set(step=steps[1], actor=actor, level=Decimal("2"), layer="to_be")
    return made


def many_personas() -> Journey:
    """A map with the curves of more personas than lines can be told apart, with a branch and a loop."""
    found = Journey.objects.filter(name="Sept personas").first()
    if found is not None:
        return found
    workspace, actor = Workspace.objects.get(slug="demo"), User.objects.get(email=settings.DEMO_EMAIL)
    people = [persona_create(workspace=workspace, actor=actor, name=f"Persona {number}") for number in range(7)]
    made = journey_create(workspace=workspace, actor=actor, name="Sept personas", personas=people)
    steps = cards.shown_steps(made)
    added = stages.step_add(stage=steps[0].stage, actor=actor, name="Appelle")
    for step, path in ((steps[0], "par chat"), (added, "par téléphone")):
        stages.step_describe(step=step, actor=actor, branch="Demande de l’aide", path=path, repeatable=True)
    for number, person in enumerate(people):
        for place, step in enumerate(steps):
            cards.curve_set(step=step, actor=actor, level=Decimal((number + place) % 5 - 2), persona=person)
    return made


def review_of(journey: Journey, checklist: str) -> Review:
    """The newest review of the demonstration, or a new one with nothing answered."""
    actor = User.objects.get(email=settings.DEMO_EMAIL)
    found = Review.objects.filter(journey=journey, checklist=checklist, deleted_at=None).first()
    return found or review_start(journey=journey, checklist=checklist, actor=actor, held_on=dt.date(2026, 11, 2))


def addresses() -> dict[str, str]:
    journey = Journey.objects.filter(workspace__slug="demo").order_by("created_at").first()
    persona = Persona.objects.filter(workspace__slug="demo").order_by("created_at").first()
    touchpoint = Touchpoint.objects.filter(workspace__slug="demo", code="payment").first()
    touchpoint = touchpoint or Touchpoint.objects.filter(workspace__slug="demo", bindings__isnull=False).first()
    assert journey is not None
    assert persona is not None
    assert touchpoint is not None
    actor = User.objects.get(email=settings.DEMO_EMAIL)
    omnichannel, principles = (review_of(journey, checklist) for checklist in ("omnichannel", "principles"))
    to_be = Journey.objects.filter(as_is=journey).first() or to_be_of(journey)
    held = Workshop.objects.get(workspace=journey.workspace, status="ended")
    planned = Workshop.objects.filter(workspace=journey.workspace, status="planned").first()
    planned = planned or workshop_create(journey=journey, actor=actor, title="Atelier", agenda=AGENDAS["pains"])
    return {
        "start": "/",
        "login": "/accounts/login/",
        "dashboard": "/w/demo/",
        "journeys": "/w/demo/journeys/",
        "new_journey": "/w/demo/journeys/new/",
        "template": "/w/demo/journeys/new/hospital-visit/",
        "template_save": f"{journey.get_absolute_url()}template/",
        "case": "/w/demo/journeys/cases/apple/",
        "map": journey.get_absolute_url(),
        "table": f"{journey.get_absolute_url()}?view=table",
        "curve": f"{journey.get_absolute_url()}?view=curve",
        "evidence": f"{journey.get_absolute_url()}?view=evidence",
        "journey_matrix": f"{journey.get_absolute_url()}?view=matrix",
        "shared_present": f"/shared/{share_token(share_link_create(journey=journey, actor=actor, days=1))}/?view=present",
        "comments": f"{journey.get_absolute_url()}comments/",
        "thread_on_map": f"{journey.get_absolute_url()}?view=map&comments=all",
        "activity": "/w/demo/history/",
        "map_activity": f"{journey.get_absolute_url()}history/",
        "records": f"{journey.get_absolute_url()}evidence/",
        "funnel": f"{journey.get_absolute_url()}funnel/",
        "present": f"{journey.get_absolute_url()}present/",
        "present_stage": f"{journey.get_absolute_url()}present/#stage-4",
        "files": f"{journey.get_absolute_url()}files/",
        "versions": f"{journey.get_absolute_url()}versions/",
        "compare": f"{journey.get_absolute_url()}compare/",
        "to_be": f"{to_be.get_absolute_url()}compare/",
        "settings": f"{to_be.get_absolute_url()}settings/",
        "channels": "/w/demo/channels/",
        "channel": f"/channels/{touchpoint.channel_id}/edit/",
        "many_personas": many_personas().get_absolute_url(),
        "compare_files": "/w/demo/journeys/compare/",
        "import": "/w/demo/journeys/import/",
        "matrix": "/w/demo/matrix/",
        "matrix_stages": "/w/demo/matrix/?columns=stages&mode=states&closed=sales",
        "matrix_coverage": "/w/demo/matrix/?columns=stages&mode=coverage",
        "matrix_example": "/w/demo/matrix/example/",
        "matrix_cell": "/w/demo/matrix/cell/?row=sales",
        "matrix_add": "/w/demo/matrix/add/?row=sales&channel=website&column=after",
        "kpis": "/w/demo/kpis/",
        "by_type": "/w/demo/kpis/by-type/",
        "by_type_list": "/w/demo/kpis/by-type/?view=list",
        "type": "/w/demo/kpis/by-type/product-page/",
        "improvements": "/w/demo/improvements/",
        "reviews": f"{journey.get_absolute_url()}reviews/",
        "review": omnichannel.get_absolute_url(),
        "review_principles": principles.get_absolute_url(),
        "impact_board": "/w/demo/improvements/board/",
        "workshops": "/w/demo/workshops/",
        "workshop_new": "/w/demo/workshops/add/",
        "workshop": planned.get_absolute_url(),
        "workshop_projector": f"{planned.get_absolute_url()}projector/",
        "workshop_summary": f"{held.get_absolute_url()}summary/",
        "workshop_results": f"{held.get_absolute_url()}results/",
        "join": "/join/",
        "personas": "/w/demo/personas/",
        "persona": persona.get_absolute_url(),
        "persona_tree": "/w/demo/personas/?view=tree",
        "persona_form": f"{persona.get_absolute_url()}edit/",
        "persona_portrait": f"{persona.get_absolute_url()}portrait/",
        "persona_choose": "/w/demo/personas/which/",
        "persona_compare": "/w/demo/personas/compare/?"
        + "&".join(f"persona={row.pk}" for row in Persona.objects.filter(workspace__slug="demo", deleted_at=None)[:3]),
        "touchpoints": "/w/demo/touchpoints/",
        "touchpoint": touchpoint.get_absolute_url(),
        "sources": "/w/demo/sources/",
        "alerts": "/w/demo/alerts/",
        "my_alerts": "/w/demo/alerts/settings/",
        "webhooks": "/w/demo/webhooks/",
    }


PAGES = (
    "start",
    "login",
    "dashboard",
    "journeys",
    "new_journey",
    "template",
    "template_save",
    "case",
    "map",
    "table",
    "curve",
    "evidence",
    "journey_matrix",
    "shared_present",
    "comments",
    "thread_on_map",
    "activity",
    "map_activity",
    "records",
    "funnel",
    "present",
    "present_stage",
    "files",
    "versions",
    "compare",
    "to_be",
    "settings",
    "channels",
    "channel",
    "many_personas",
    "compare_files",
    "import",
    "matrix",
    "matrix_stages",
    "matrix_coverage",
    "matrix_example",
    "matrix_cell",
    "matrix_add",
    "kpis",
    "by_type",
    "by_type_list",
    "type",
    "improvements",
    "reviews",
    "review",
    "review_principles",
    "impact_board",
    "workshops",
    "workshop_new",
    "workshop",
    "workshop_projector",
    "workshop_summary",
    "workshop_results",
    "join",
    "personas",
    "persona",
    "persona_tree",
    "persona_form",
    "persona_portrait",
    "persona_choose",
    "persona_compare",
    "touchpoints",
    "touchpoint",
    "sources",
    "alerts",
    "my_alerts",
    "webhooks",
)


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} — {node['failureSummary'][:240]}"
        for rule in found
        for node in rule["nodes"][:4]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_page(enter: Opener, demo_user: User, name: str) -> None:
    user = None if name in ("start", "login", "shared_present", "join") else demo_user
    page = enter(addresses()[name], user=user)
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").count() == 1
    assert violations(page) == []
    for width, height in ((1366, 768), (MINIMUM, 844)):
        page.set_viewport_size({"width": width, "height": height})
        try:  # charts follow the window a moment later
            page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width, timeout=2000)
        except TimeoutError:
            pytest.fail(f"{name} does not fit into {width} pixels: {too_wide(page)}")


def too_wide(page: Page) -> list[str]:
    """Name the outermost elements that stick out of the window and out of no box that scrolls."""
    return page.evaluate(
        """() => [...document.body.querySelectorAll("*")]
          .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
          .filter(element => {
            for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
              if (getComputedStyle(box).overflowX !== "visible") return false;
            return true;
          })
          .slice(0, 6).map(element => `${element.tagName}.${element.getAttribute("class")} ${element.id}`)"""
    )
