"""Every page before axe, and in the width of a telephone and of a small laptop."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, TimeoutError

from cxmap.workspaces.models import User
from journeys.models import Journey
from personas.models import Persona
from tests.browser.board import Opener
from touchpoints.models import Touchpoint

MINIMUM = 390  # pixels: a telephone held upright


def addresses() -> dict[str, str]:
    journey = Journey.objects.filter(workspace__slug="demo").order_by("created_at").first()
    persona = Persona.objects.filter(workspace__slug="demo").order_by("created_at").first()
    touchpoint = Touchpoint.objects.filter(workspace__slug="demo", code="payment").first()
    touchpoint = touchpoint or Touchpoint.objects.filter(workspace__slug="demo", bindings__isnull=False).first()
    assert journey is not None
    assert persona is not None
    assert touchpoint is not None
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
        "files": f"{journey.get_absolute_url()}files/",
        "versions": f"{journey.get_absolute_url()}versions/",
        "compare": f"{journey.get_absolute_url()}compare/",
        "compare_files": "/w/demo/journeys/compare/",
        "import": "/w/demo/journeys/import/",
        "matrix": "/w/demo/matrix/",
        "kpis": "/w/demo/kpis/",
        "improvements": "/w/demo/improvements/",
        "impact_board": "/w/demo/improvements/board/",
        "personas": "/w/demo/personas/",
        "persona": persona.get_absolute_url(),
        "touchpoints": "/w/demo/touchpoints/",
        "touchpoint": touchpoint.get_absolute_url(),
        "sources": "/w/demo/sources/",
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
    "files",
    "versions",
    "compare",
    "compare_files",
    "import",
    "matrix",
    "kpis",
    "improvements",
    "impact_board",
    "personas",
    "persona",
    "touchpoints",
    "touchpoint",
    "sources",
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
    user = None if name in ("start", "login") else demo_user
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
