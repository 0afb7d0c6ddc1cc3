"""Choosing a template with the keyboard, and without JavaScript."""

import re

from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from improvements.models import Pain
from journeys.models import Journey, JourneyTemplate
from tests.browser.board import Opener
from tests.browser.test_axe import violations


def tab_to(page: Page, name: str, *, most: int = 80) -> None:
    """Press Tab until the link, box or button of this name has the focus."""
    for _press in range(most):
        page.keyboard.press("Tab")
        label = page.evaluate(
            "() => { const e = document.activeElement; return (e.labels?.[0] ?? e).innerText?.trim() ?? '' }"
        )
        if label == name:
            return
    raise AssertionError(f"{name} is not reached with {most} tabs")


def test_pick_filter_and_begin_with_the_keyboard_only(enter: Opener, ed: User) -> None:
    JourneyTemplate.objects.all().delete()  # those that other tests of this server saved stand among the cards
    page = enter("/w/acme/journeys/new/", user=ed)
    tab_to(page, "Santé")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("sector=health"))
    expect(page.locator(".template-card")).to_have_count(5)
    tab_to(page, "Venue à l’hôpital")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Venue à l’hôpital")
    tab_to(page, "Nom du parcours")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("Venir aux urgences")
    tab_to(page, "Pas encore de persona")
    page.keyboard.press("Space")
    tab_to(page, "Créer le parcours")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Venir aux urgences")
    expect(page.locator("th[data-kind=step]")).to_have_count(10)
    journey = Journey.objects.get(name="Venir aux urgences")
    assert Pain.objects.filter(journey=journey, touchpoint__isnull=False).exists()


def test_the_preview_scrolls_with_the_keyboard(enter: Opener, ed: User) -> None:
    page = enter("/w/acme/journeys/new/online-retail/", user=ed)
    region = page.locator(".preview")
    region.focus()
    for _press in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.preview').scrollLeft > 50")


def test_without_javascript(enter: Opener, ed: User) -> None:
    page = enter("/w/acme/journeys/new/", user=ed, java_script_enabled=False)
    page.get_by_role("link", name="parcours collaborateur (EX)").click()
    page.get_by_role("link", name="Arrivée d’un collaborateur (EX)").click()
    page.get_by_label("Nom du parcours").fill("Sans script")
    page.get_by_label("Pas encore de persona").check()
    page.get_by_role("button", name="Créer le parcours").click()
    expect(page.locator("h1")).to_have_text("Sans script")


def test_a_refusal_keeps_what_was_ticked_and_is_clean(enter: Opener, ed: User, complaints: list[str]) -> None:
    page = enter("/w/acme/journeys/new/shop/", user=ed)
    page.get_by_label("avec les points de contact typiques").uncheck()
    page.get_by_role("button", name="Créer le parcours").click()
    expect(page.locator(".errorlist")).to_have_count(2)  # no persona; KPIs without touchpoints
    expect(page.get_by_label("avec les points de contact typiques")).not_to_be_checked()
    expect(page.get_by_label("avec les KPI suggérés")).to_be_checked()
    assert violations(page) == []
    complaints.clear()  # the browser logs the 422


def test_own_template(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(f"{journey.get_absolute_url()}settings/", user=ed)
    page.get_by_role("link", name="Enregistrer comme modèle").click()
    page.get_by_label("Nom", exact=True).fill("Notre façon d’acheter")
    page.get_by_role("button", name="Enregistrer le modèle").click()
    card = page.locator(".template-card").filter(has_text="Notre façon d’acheter")
    expect(page.locator(".template-card").first).to_contain_text("Notre façon d’acheter")
    assert violations(page) == []
    card.get_by_role("link", name="Renommer").click()
    page.get_by_label("Nom", exact=True).fill("Acheter chez nous")
    page.get_by_role("button", name="Enregistrer le modèle").click()
    page.locator(".template-card").first.get_by_role("button", name="Supprimer").click()
    expect(page.locator(".undo")).to_contain_text("Acheter chez nous")
    page.get_by_role("button", name="Annuler la suppression").click()
    expect(page.locator(".template-card").first).to_contain_text("Acheter chez nous")
