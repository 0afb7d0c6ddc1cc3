"""The demonstration as a visitor meets it: one click, both languages, the map, its drawer, its links and documents."""

import re

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from journeys.models import Journey
from personas.models import Persona
from tests.browser.board import Opener


@pytest.fixture
def buying(demo_user: User) -> Journey:
    """The journey of the French demonstration in which a coffee machine is bought."""
    journey = Journey.objects.filter(workspace__slug="demo").order_by("created_at").first()
    assert journey is not None
    return journey


@pytest.mark.parametrize(
    ("locale", "button", "slug", "heading", "company"),
    [
        ("fr-FR", "Explorer la démonstration", "demo", "Tableau de bord", "fictive"),
        ("en-GB", "Explore the demonstration", "demo-en", "Dashboard", "fictional"),
    ],
)
def test_enter_with_one_click(enter: Opener, locale: str, button: str, slug: str, heading: str, company: str) -> None:
    page = enter("/", locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    page.get_by_role("button", name=button).click()
    expect(page).to_have_url(re.compile(f"/w/{slug}/$"))
    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator(".notice")).to_contain_text(company)


def test_switch_the_language(enter: Opener) -> None:
    page = enter("/", locale="fr-FR")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Explore the demonstration")).to_be_visible()
    page.goto("/accounts/login/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page).to_have_url(re.compile("/accounts/login/$"))


def test_headers_stay_while_the_map_scrolls(enter: Opener, demo_user: User, buying: Journey) -> None:
    page = enter(buying.get_absolute_url(), user=demo_user, viewport={"width": 1000, "height": 500})
    box = page.locator("[data-map-scroll]")
    label = page.locator("th[data-kind=lane]").first
    stage = page.locator("th[data-kind=stage]").first
    before = label.bounding_box()
    moved = box.evaluate("element => { element.scrollLeft = 300; return element.scrollLeft }")
    assert moved == 300
    after = label.bounding_box()
    assert abs(after["x"] - before["x"]) < 1
    page.locator("tr.map__lane--ideas th").scroll_into_view_if_needed()
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    box.evaluate("element => { element.scrollTop = element.scrollHeight }")
    band = stage.bounding_box()
    assert band["y"] >= 0
    assert band["y"] + band["height"] <= 500


def test_a_kpi_cell_says_everything(enter: Opener, demo_user: User, buying: Journey) -> None:
    page = enter(buying.get_absolute_url(), user=demo_user)
    kpi = page.locator(".kpi").filter(has=page.locator(".spark__target")).first
    spaced = re.compile(r"\d+(,\d+)?[  \s]?%")
    expect(kpi.locator(".kpi__value")).to_have_text(spaced)
    expect(kpi.locator(".kpi__meta").first).to_have_text(re.compile(r"\d.*–.*\d.* · \d"))
    expect(kpi).to_contain_text("objectif")
    expect(kpi.locator(".kpi__state")).not_to_be_empty()
    expect(kpi.locator(".spark__line")).to_have_count(1)
    expect(kpi.locator(".mark")).to_have_text(re.compile("[▼■◆●▲○]"))
    marks = set(page.locator(".map__badge").all_inner_texts())
    assert len(marks) >= 3
    for badge in page.locator(".map__badge").all():
        assert badge.get_attribute("aria-label")


def test_both_curves_are_drawn(enter: Opener, demo_user: User, buying: Journey) -> None:
    page = enter(buying.get_absolute_url(), user=demo_user)
    row = page.locator("tr.map__lane--emotion")
    assert row.locator("[data-believed]").count() >= 5
    assert row.locator(".curve__believed").first.evaluate("path => path.getTotalLength()") > 100
    assert row.locator(".curve__dot").count() >= 1
    assert row.locator(".curve__whisker").count() >= 1
    expect(row).to_contain_text("mesurée")


def chart_is_drawn(page: Page) -> None:
    chart = page.locator("[data-drawer-panel] [data-chart]").first
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=20_000)
    expect(chart.locator(".scatterlayer .trace").first).to_be_attached()
    assert chart.locator(".xtick, .ytick").count() >= 2


def test_the_drawer_of_a_touchpoint(enter: Opener, demo_user: User, buying: Journey) -> None:
    page = enter(buying.get_absolute_url(), user=demo_user)
    column = page.locator("td:has(.kpi__state.tone-worse)").first.get_attribute("data-col")
    link = page.locator(f'tr.map__lane--metrics td[data-col="{column}"] .kpi:has(.tone-worse) a[data-drawer]').first
    link.click()
    drawer = page.locator("[data-drawer-panel]")
    expect(drawer).to_be_visible()
    expect(drawer).to_be_focused()
    expect(drawer.locator(".evidence__sentence").first).to_contain_text(re.compile(r"[A-ZÉ].*\d.*\."))
    chart_is_drawn(page)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator(f'tr.map__lane--metrics td[data-col="{column}"]')).to_be_focused()


def test_a_shared_map_opens_without_an_account(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(f"{journey.get_absolute_url()}share/", user=ed)
    page.get_by_role("button", name="Créer un lien").click()
    address = page.locator("input[id^=link-]").first.input_value()
    stranger = enter(None)
    stranger.goto(address)
    expect(stranger.locator("h1")).to_have_text(journey.name)
    expect(stranger.locator("th[data-kind=stage]")).to_have_count(6)
    expect(stranger.locator("[data-menu-link], [data-editable], .cell__ask")).to_have_count(0)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Révoquer le lien").click()
    expect(page.locator("input[id^=link-]")).to_have_count(0)
    answer = stranger.request.get(address)
    assert answer.status == 404


def test_documents_are_pdf(enter: Opener, demo_user: User, buying: Journey) -> None:
    page = enter(buying.get_absolute_url(), user=demo_user)
    persona = Persona.objects.filter(workspace__slug="demo").first()
    assert persona is not None
    for path in (f"{buying.get_absolute_url()}map.pdf", f"{persona.get_absolute_url()}sheet.pdf"):
        answer = page.request.get(path)
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF-")
