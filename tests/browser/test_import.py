"""A file from the upload to the withdrawal, as an analyst does it, with axe on every screen of the way."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User, Workspace
from kpis.models import Observation
from kpis.services import rollups_refresh
from sources import services
from sources.models import Import
from tests.browser.board import Opener
from tests.browser.test_axe import violations
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create

GOOD = "touchpoint,kpi,day,numerator,denominator\nTill,ctr,2026-11-02,10,100\nTill,ctr,2026-11-03,12,110\n"
BAD = GOOD + "nowhere,ctr,2026-11-03,12,110\nTill,ctr,2026-11-04,112,110\n"
GA4 = (
    "# ----\n# Pages and screens: Page title and screen class\n# Account: A\n# ----\n# \n# All Users\n"
    "# Start date: 20260101\n# End date: 20260131\n"
    "Page title and screen class,Views,Active users,Average engagement time per active user,Key events\n"
    "Till | Shop,100,40,12.5,3\nBlog,10,4,1.25,0\nLegal,5,5,1,0\n"
)


@pytest.fixture
def till(server: str) -> Touchpoint:
    """A touchpoint of the analyst's workspace."""
    workspace = Workspace.objects.get(slug="acme")
    found = Touchpoint.objects.filter(workspace=workspace, name="Till").first()
    return found or touchpoint_create(
        workspace=workspace,
        actor=User.objects.get(email="ed@example.org"),
        name="Till",
        category=Category.objects.get(workspace=workspace, code="sales"),
        channel=Channel.objects.get(workspace=workspace, code="shop"),
    )


@pytest.fixture
def ana(server: str) -> User:
    return User.objects.get(email="ana@example.org")


def looked_at(page: Page) -> None:
    """The screen is right for axe and fits into a telephone."""
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("() => document.documentElement.scrollWidth <= 390")
    assert violations(page) == []
    page.set_viewport_size({"width": 1366, "height": 768})


def working(page: Page, work: object) -> Import:
    """Wait for the screen of a working import, do what a worker does, and return the import."""
    expect(page.locator("#import[hx-get]")).to_be_visible()
    import_ = Import.objects.get(public_id=page.url.split("/")[-2])
    assert callable(work)
    work(import_.pk)
    expect(page.locator("#import[hx-get]")).to_have_count(0)
    import_.refresh_from_db()
    return import_


def bring(page: Page, path: Path) -> None:
    page.get_by_role("link", name="Bring a file").first.click()
    page.locator("input[type=file]").set_input_files(path)
    expect(page.locator("[data-drop-name]")).to_have_text(path.name)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#mapping")).to_be_visible()


def test_from_upload_to_withdrawal(enter: Opener, ana: User, till: Touchpoint, tmp_path: Path) -> None:
    path = tmp_path / "week.csv"
    path.write_text(BAD)
    page = enter("/w/acme/sources/", user=ana, locale="en-GB")
    bring(page, path)
    looked_at(page)
    page.get_by_role("button", name="Make the preview").click()

    import_ = working(page, services.import_check)
    assert import_.status == "ready"
    expect(page.locator("#preview")).to_be_visible()
    rejected = page.locator("table").filter(has_text="nowhere")
    expect(rejected).to_contain_text("There is no touchpoint “nowhere” in this workspace.")
    expect(rejected).to_contain_text("The numerator 112 is larger than the denominator 110.")
    with page.expect_download() as download:
        page.locator("a[href$='/rejections.csv']").click()
    assert len(download.value.path().read_text().splitlines()) == 3
    looked_at(page)
    observations = Observation.objects.filter(workspace_id=till.workspace_id, import_id=import_.pk)
    assert not observations.exists()

    page.get_by_role("button", name="Import the good lines").click()
    import_ = working(page, services.import_run)
    while rollups_refresh().buckets:
        pass
    assert (import_.status, observations.count()) == ("done", 2)
    expect(page.locator("#result")).to_have_text("Done")
    expect(page.get_by_role("link", name="Till").first).to_be_visible()
    looked_at(page)

    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Withdraw this import").click()
    expect(page.locator("#result")).to_have_text("Done")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Withdraw this import").click()
    import_ = working(page, services.import_withdraw)
    assert (import_.status, observations.count()) == ("withdrawn", 0)
    expect(page.locator("#result")).to_have_text("This import was withdrawn")
    looked_at(page)
    page.goto("/w/acme/sources/")
    expect(page.locator("main")).to_contain_text("week.csv")
    looked_at(page)


def test_pages_are_given_their_touchpoints(enter: Opener, ana: User, till: Touchpoint, tmp_path: Path) -> None:
    path = tmp_path / "pages.csv"
    path.write_text(GA4)
    page = enter("/w/acme/sources/", user=ana, locale="en-GB")
    bring(page, path)
    lines = page.locator("[data-item]")
    expect(lines).to_have_count(3)
    expect(lines.first.locator(".item__touchpoint")).to_have_value("Till")  # proposed by its name
    expect(page.locator("[data-items-count]")).to_have_text(re.compile("^1 of 3"))
    page.locator("[data-items-search]").fill("blog")
    expect(lines.locator("visible=true").filter(has=page.locator(".item__touchpoint"))).to_have_count(1)
    page.locator("[data-items-all]").fill("Till")
    page.locator("[data-items-apply]").click()
    expect(page.locator("[data-items-count]")).to_have_text(re.compile("^2 of 3"))
    page.locator("[data-items-search]").fill("")
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    looked_at(page)
    page.get_by_role("button", name="Make the preview").click()
    import_ = working(page, services.import_check)
    assert import_.status == "ready"
    expect(page.locator("#preview")).to_be_visible()
    expect(page.locator("section[aria-labelledby=preview]")).to_contain_text("3 lines read")
    looked_at(page)
    page.get_by_role("button", name="Import", exact=True).click()
    import_ = working(page, services.import_run)
    assert import_.status == "done"
    assert {draft.n for draft in Observation.objects.filter(import_id=import_.pk)} == {40, 4}
    looked_at(page)


def test_a_file_that_is_none(enter: Opener, ana: User, tmp_path: Path, complaints: list[str]) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page = enter("/w/acme/sources/upload/", user=ana, locale="en-GB")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("This is a PNG file, not a table.")
    assert violations(page) == []
    assert len(complaints) == 1  # the browser's own word about the status 422
    assert "422" in complaints.pop()
