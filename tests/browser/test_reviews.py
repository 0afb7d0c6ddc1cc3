"""Reviews and suggested KPIs by the keyboard alone, in French and English, and on a telephone."""

import datetime as dt

from django.conf import settings
from playwright.sync_api import expect

from cxmap.workspaces.models import User
from improvements.models import Pain, Review, ReviewAnswer
from improvements.reviewing import review_start
from journeys.models import Journey
from kpis.models import Binding
from tests.browser.board import Opener
from tests.browser.test_axe import MINIMUM, too_wide, violations
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create


def a_review() -> Review:
    journey = Journey.objects.filter(workspace__slug="demo", deleted_at=None).order_by("created_at").first()
    assert journey is not None
    actor = User.objects.get(email=settings.DEMO_EMAIL)
    return review_start(journey=journey, checklist="principles", actor=actor, held_on=dt.date(2026, 11, 27))


def test_a_place_is_answered_and_its_gap_noted_by_the_keyboard(enter: Opener, demo_user: User) -> None:
    review = a_review()
    page = enter(f"{review.get_absolute_url()}?place=think-big", user=demo_user, locale="en-GB")
    page.locator("#point-to-be [type=radio][value='']").focus()
    for _key in range(2):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#point-to-be [value='no']")).to_be_checked()
    assert violations(page) == []
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#place-name ~ p").last).to_contain_text("0 of 1 answered point")
    assert ReviewAnswer.objects.get(review=review).answer == "no"
    page.get_by_role("button", name="Make an opportunity of it").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#point-to-be")).to_contain_text("opportunity:")
    assert Pain.objects.filter(review_answers__review=review).count() == 1
    page.set_viewport_size({"width": MINIMUM, "height": 844})
    assert too_wide(page) == []


def test_suggested_kpis_are_bound_and_taken_back_by_the_keyboard(enter: Opener, demo_user: User) -> None:
    workspace = Journey.objects.filter(workspace__slug="demo").first().workspace  # type: ignore[union-attr]
    place: Touchpoint = touchpoint_create(
        workspace=workspace,
        actor=demo_user,
        name="Forum des propriétaires",
        category=Category.objects.get(workspace=workspace, code="service"),
        channel=Channel.objects.get(workspace=workspace, code="forum"),
    )
    page = enter(place.get_absolute_url(), user=demo_user, locale="en-GB")
    page.get_by_role("button", name="Bind what is ticked").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 KPIs are bound.")).to_be_visible()
    assert violations(page) == []
    assert Binding.objects.filter(touchpoint=place, deleted_at=None).count() == 3
    page.get_by_role("button", name="Undo the binding").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 KPIs are taken off again.")).to_be_visible()
    assert not Binding.objects.filter(touchpoint=place, deleted_at=None).exists()
