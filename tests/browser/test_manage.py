"""Dashboard, matrix and improvements in the English demonstration, where tests may change the signals."""

import re

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from improvements.models import Pain, Solution
from kpis.models import Flag
from tests.browser.board import Opener, saving


@pytest.fixture
def dashboard(enter: Opener, demo_user: User) -> Page:
    return enter("/w/demo-en/", user=demo_user, locale="en-GB")


def open_signal(page: Page, flag: Flag) -> None:
    page.goto("/w/demo-en/")
    link = page.locator(f"a[href$='/flags/{flag.pk}/'][data-drawer]")
    link.click()
    expect(page.locator("[data-drawer-panel] .evidence__sentence").first).not_to_be_empty()


def open_flags() -> list[Flag]:
    return list(Flag.objects.filter(binding__workspace__slug="demo-en", status="open").order_by("pk"))


def listed(page: Page) -> list[Flag]:
    """Return the open signals that the dashboard lists."""
    known = {str(flag.pk): flag for flag in open_flags()}
    hrefs = page.locator(".hurts a[data-drawer]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [known[href.split("/")[-2]] for href in hrefs if href.split("/")[-2] in known]


def test_filters(dashboard: Page) -> None:
    rows = dashboard.locator("section[aria-labelledby=all] tbody tr")
    every = rows.count()
    assert every > 10
    with dashboard.expect_navigation():
        dashboard.locator("#f-category").select_option(index=1)
    expect(dashboard).to_have_url(re.compile("category="))
    assert 0 < rows.count() < every
    with dashboard.expect_navigation():
        dashboard.locator(".chip--removable").click()
    assert rows.count() == every
    with dashboard.expect_navigation():
        dashboard.locator("#f-journey").select_option(index=2)
    assert 0 < rows.count() < every


def test_is_it_real(dashboard: Page) -> None:
    link = dashboard.locator(".hurts a[data-drawer]").first
    link.click()
    drawer = dashboard.locator("[data-drawer-panel]")
    expect(drawer.locator(".crumbs")).to_have_text("Is it real?")
    expect(drawer.locator(".evidence__sentence").first).to_contain_text(re.compile(r"\d"))
    expect(drawer.locator("[data-chart] .main-svg").first).to_be_visible(timeout=20_000)
    expect(drawer).to_contain_text("What changed at that time")
    dashboard.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(link).to_be_focused()


def test_take_charge(dashboard: Page) -> None:
    flag = listed(dashboard)[0]
    open_signal(dashboard, flag)
    with dashboard.expect_navigation():
        dashboard.get_by_role("button", name="Take charge").click()
    flag.refresh_from_db()
    assert flag.status == "acknowledged"


def test_snooze(dashboard: Page) -> None:
    flag = listed(dashboard)[0]
    open_signal(dashboard, flag)
    dashboard.locator("[data-drawer-panel] summary").filter(has_text="Snooze").click()
    until = dashboard.locator(f"#until-{flag.pk}")
    until.fill("2099-01-31")
    with dashboard.expect_navigation():
        dashboard.get_by_role("button", name="Snooze the signal").click()
    flag.refresh_from_db()
    assert flag.status == "snoozed"
    assert flag.snoozed_until.isoformat() == "2099-01-31"


def test_dismiss_with_a_reason(dashboard: Page) -> None:
    flag = listed(dashboard)[-1]
    open_signal(dashboard, flag)
    dashboard.locator("[data-drawer-panel] summary").filter(has_text="Not a problem").click()
    reason = dashboard.locator(f"#reason-{flag.pk}")
    dashboard.get_by_role("button", name="Dismiss the signal").click()
    assert reason.evaluate("input => input.validity.valueMissing")
    reason.fill("The shop was closed for works")
    with dashboard.expect_navigation():
        dashboard.get_by_role("button", name="Dismiss the signal").click()
    flag.refresh_from_db()
    assert flag.status == "refused"
    assert flag.reason == "The shop was closed for works"
    expect(dashboard.locator(f".hurts a[href$='/flags/{flag.pk}/']")).to_have_count(0)


def test_a_signal_becomes_a_pain_point_and_gets_a_solution(dashboard: Page) -> None:
    flag = listed(dashboard)[0]
    open_signal(dashboard, flag)
    dashboard.locator("[data-drawer-panel]").get_by_role("link", name="Note as pain point").click()
    dashboard.locator("[name=title]").fill("Nobody answers at noon")
    dashboard.get_by_role("button", name="Add", exact=True).click()
    expect(dashboard.locator("form.form")).to_have_count(0)
    pain = Pain.objects.get(title="Nobody answers at noon")
    assert pain.flag == flag
    dashboard.goto("/w/demo-en/improvements/")
    row = dashboard.locator("section[aria-labelledby=pains] tr").filter(has_text="Nobody answers at noon")
    row.get_by_role("link", name="Add a solution").click()
    dashboard.locator("[name=title]").fill("A second line at noon")
    dashboard.locator("[name=impact]").fill("4")
    dashboard.locator("[name=effort]").fill("2")
    dashboard.get_by_role("button", name="Add", exact=True).click()
    expect(dashboard.locator("form.form")).to_have_count(0)
    solution = Solution.objects.get(title="A second line at noon")
    assert (solution.pain, solution.impact, solution.effort) == (pain, 4, 2)


def test_the_matrix(enter: Opener, demo_user: User) -> None:
    page = enter("/w/demo-en/matrix/", user=demo_user, locale="en-GB")
    heads = page.locator("table.matrix thead th")
    expect(heads).to_have_count(6)
    with page.expect_navigation():
        page.locator("#m-journey").select_option(index=1)
    expect(heads).to_have_count(9)
    with page.expect_navigation():
        page.get_by_role("link", name="States").click()
    assert page.locator(".matrix__state").count() > 3
    page.locator("summary").filter(has_text="Export").click()
    with page.expect_download() as download:
        page.locator(".menu__list a").filter(has_text="CSV for machines").first.click()
    assert download.value.suggested_filename.endswith(".csv")
    assert len(download.value.path().read_text().splitlines()) > 5


def test_the_impact_board(enter: Opener, demo_user: User) -> None:
    page = enter("/w/demo-en/improvements/board/", user=demo_user, locale="en-GB")
    bubble = page.locator("[data-impact-board] .bubble").first
    address = bubble.get_attribute("data-score") or ""
    pk = address.split("/")[-3]
    target = page.locator('[data-impact="5"][data-effort="4"]')
    with saving(page, "/score/"):
        bubble.drag_to(target)
    expect(target.locator(f'[data-score="{address}"]')).to_be_visible()
    page.wait_for_load_state()
    page.locator(f"#i-{pk}").fill("2")
    page.locator(f"#e-{pk}").fill("1")
    with page.expect_navigation():
        page.locator(f"form[action='{address}'] button").click()
    expect(page.locator(f'[data-impact="2"][data-effort="1"] [data-score="{address}"]')).to_be_visible()
    solution = Solution.objects.get(pk=pk)
    assert (solution.impact, solution.effort) == (2, 1)
