"""Journeys that are parts of journeys: settings, breadcrumb, tree, and what may not be."""

from decimal import Decimal

from django.utils import timezone

from journeys.access import share_token
from journeys.errors import PartOfItself
from journeys.family import family_of, is_within
from journeys.models import Card, Horizon, Journey
from journeys.services import cards, stages
from journeys.services.journeys import (
    history_step,
    journey_create,
    journey_delete,
    journey_duplicate,
    journey_update,
    share_link_create,
)
from kpis.models import Kpi, KpiState, State
from kpis.services.bindings import binding_create
from kpis.services.targets import target_set
from tests.journeys.base import MapTestCase


class FamilyTestCase(MapTestCase):
    def make(self, name: str, **settings: object) -> Journey:
        return journey_create(workspace=self.workspace, actor=self.ed, name=name, no_persona_yet=True, **settings)

    def put_under(self, journey: Journey, parent: Journey | None) -> Journey:
        return journey_update(journey=journey, actor=self.ed, parent=parent)

    def settings(self, journey: Journey, **data: object) -> dict[str, object]:
        return {
            "name": journey.name,
            "no_persona_yet": "on",
            "kind": "customer",
            "horizon": journey.horizon,
            "status": "draft",
            "revision": Journey.objects.get(pk=journey.pk).revision,
            **data,
        }


class HierarchyTests(FamilyTestCase):
    def test_it_works(self) -> None:
        delivery, pickup = self.make("Delivery"), self.make("Pick-up in store")
        self.client.force_login(self.ed)
        for child, parent in ((delivery, self.journey), (pickup, delivery)):
            response = self.client.post(f"/journeys/{child.pk}/settings/", self.settings(child, parent=str(parent.pk)))
            self.assertRedirects(response, child.get_absolute_url())
        page = self.client.get(pickup.get_absolute_url()).content.decode()
        crumbs = page[page.index('<nav class="crumbs"') :]
        crumbs = crumbs[: crumbs.index("</nav>")]
        self.assertLess(crumbs.index("Buying"), crumbs.index("Delivery"))
        self.assertContains(self.client.get(self.journey.get_absolute_url()), f'href="/journeys/{delivery.pk}/"')
        listed = self.client.get(f"/w/{self.workspace.slug}/journeys/").content.decode()
        places = [listed.index(f'href="/journeys/{journey.pk}/"') for journey in (self.journey, delivery, pickup)]
        self.assertEqual(places, sorted(places))
        self.assertIn('class="tree tree--2"', listed)

    def test_saving_a_header_keeps_a_parent_and_an_as_is_journey_that_are_in_the_trash(self) -> None:
        whole, today = self.make("Whole"), self.make("Today")
        part = self.make("Part", horizon=Horizon.TO_BE, as_is=today, parent=whole)
        Journey.objects.filter(pk__in=[whole.pk, today.pk]).update(deleted_at=timezone.now())
        self.client.force_login(self.ed)
        sent = self.settings(part, owner="Someone", parent=str(whole.pk), as_is=str(today.pk))
        page = self.client.get(f"/journeys/{part.pk}/settings/")
        for offered in (whole, today):
            self.assertContains(page, f'<option value="{offered.pk}" selected>')
        self.assertRedirects(self.client.post(f"/journeys/{part.pk}/settings/", sent), part.get_absolute_url())
        part.refresh_from_db()
        self.assertEqual((part.owner, part.parent, part.as_is), ("Someone", whole, today))

    def test_a_circle_is_refused_where_it_is_chosen(self) -> None:
        delivery = self.put_under(self.make("Delivery"), self.journey)
        pickup = self.put_under(self.make("Pick-up"), delivery)
        self.client.force_login(self.ed)
        response = self.client.post(
            f"/journeys/{self.journey.pk}/settings/", self.settings(self.journey, parent=str(pickup.pk))
        )
        self.assertContains(response, "“Pick-up” is itself a part of this journey", status_code=422)
        self.journey.refresh_from_db()
        self.assertIsNone(self.journey.parent_id)
        with self.assertRaises(PartOfItself):
            self.put_under(pickup, pickup)

    def test_a_journey_of_another_workspace_is_no_choice(self) -> None:
        theirs = journey_create(workspace=self.elsewhere, actor=self.otto, name="Theirs", no_persona_yet=True)
        self.client.force_login(self.ed)
        for field in ("parent", "as_is"):
            data = self.settings(self.journey, horizon="to_be", **{field: str(theirs.pk)})
            response = self.client.post(f"/journeys/{self.journey.pk}/settings/", data)
            self.assertContains(response, "valid choice", status_code=422)

    def test_redo_does_not_close_a_circle(self) -> None:
        delivery = self.put_under(self.make("Delivery"), self.journey)
        history_step(journey=delivery, actor=self.ed)
        self.assertIsNone(Journey.objects.get(pk=delivery.pk).parent_id)
        journey_update(journey=self.journey, actor=self.olga, parent=delivery)
        self.client.force_login(self.ed)
        response = self.client.post(f"/journeys/{delivery.pk}/redo/", headers={"X-Requested-With": "fetch"})
        self.assertEqual(response.status_code, 409)
        self.assertFalse(is_within(delivery.pk, Journey.objects.get(pk=delivery.pk).parent_id))

    def test_a_parent_in_the_trash_is_passed_over(self) -> None:
        delivery = self.put_under(self.make("Delivery"), self.journey)
        pickup = self.put_under(self.make("Pick-up"), delivery)
        journey_delete(journey=delivery, actor=self.ed)
        self.assertEqual([above.name for above in family_of(pickup).above], ["Buying"])
        self.assertEqual(list(family_of(self.journey).parts), [])
        self.client.force_login(self.vi)
        self.assertContains(self.client.get(f"/w/{self.workspace.slug}/journeys/"), f'href="/journeys/{pickup.pk}/"')

    def test_the_shared_map_names_no_other_journey(self) -> None:
        delivery = self.put_under(self.make("Delivery"), self.journey)
        link = share_link_create(journey=delivery, actor=self.ed, days=7)
        self.assertNotContains(self.client.get(f"/shared/{share_token(link)}/"), "Buying")

    def test_around_is_one_query(self) -> None:
        below = self.journey
        for number in range(4):
            below = self.put_under(self.make(f"J{number}"), below)
        with self.assertNumQueries(1):
            self.assertEqual(len(family_of(below).above), 4)


class AsIsTests(FamilyTestCase):
    def test_a_to_be_journey_is_made_of_a_map(self) -> None:
        self.fill(6, 1)
        self.client.force_login(self.ed)
        response = self.client.post(f"/journeys/{self.journey.pk}/to-be/")
        to_be = Journey.objects.get(as_is=self.journey)
        self.assertRedirects(response, to_be.get_absolute_url())
        self.assertEqual((to_be.horizon, to_be.name), (Horizon.TO_BE, "Buying (to-be)"))
        self.assertEqual(Card.objects.filter(journey=to_be).count(), Card.objects.filter(journey=self.journey).count())
        for page in (self.journey, to_be):
            self.assertContains(self.client.get(page.get_absolute_url()), f"/journeys/{to_be.pk}/compare/")

    def test_only_a_to_be_journey_has_an_as_is_one(self) -> None:
        today, dream = self.make("Today"), self.make("Dream", horizon=Horizon.TO_BE)
        self.client.force_login(self.ed)
        response = self.client.post(
            f"/journeys/{self.journey.pk}/settings/", self.settings(self.journey, as_is=str(today.pk))
        )
        self.assertContains(response, "Only a to-be journey belongs to an as-is one", status_code=422)
        response = self.client.post(f"/journeys/{dream.pk}/settings/", self.settings(dream, as_is=str(today.pk)))
        self.assertRedirects(response, dream.get_absolute_url())
        journey_update(journey=dream, actor=self.ed, horizon=Horizon.AS_IS)
        self.assertIsNone(Journey.objects.get(pk=dream.pk).as_is_id)


class RollUpTests(FamilyTestCase):
    def test_a_linked_map_shows_its_worst_tested_state_with_its_count(self) -> None:
        detail = self.make("Paying")
        step = cards.shown_steps(detail)[0]
        lane = detail.lanes.get(kind="touchpoints")
        cards.card_add(lane=lane, step=step, actor=self.ed, touchpoint=self.touchpoint)
        stages.step_describe(step=self.steps()[0], actor=self.ed, linked_journey=detail)
        self.client.force_login(self.vi)
        url = self.journey.get_absolute_url()
        self.assertContains(self.client.get(url), "no KPI is bound in this sub-journey")
        bindings = [
            binding_create(
                touchpoint=self.touchpoint,
                kpi=Kpi.objects.get(workspace=self.workspace, code=code),
                actor=self.ed,
            )
            for code in ("csat", "nps", "bounce-rate")
        ]
        self.assertContains(self.client.get(url), "(3 of 3 KPIs)")
        for binding, state in zip(bindings, (State.ON_TARGET, State.WORSE), strict=False):
            KpiState.objects.create(
                workspace=self.workspace,
                binding=binding,
                period_start="2026-01-05",
                period_end="2026-01-11",
                state=state,
            )
        page = self.client.get(url)
        self.assertContains(page, "▼ 1/3")
        self.assertContains(page, "(1 of 3 KPIs)")


class CompareTests(FamilyTestCase):
    def to_be(self) -> Journey:
        self.fill(6, 1)
        return journey_duplicate(journey=self.journey, actor=self.ed, name="Dream", to_be=True)

    def page(self, to_be: Journey, **query: str) -> str:
        self.client.force_login(self.vi)
        response = self.client.get(f"/journeys/{to_be.pk}/compare/", {"before": "as-is", "after": "now", **query})
        self.assertEqual(response.status_code, 200)
        return response.content.decode()

    def test_both_stand_side_by_side(self) -> None:
        to_be = self.to_be()
        first, second, third, *_rest = cards.shown_steps(to_be)
        stages.step_rename(step=first, actor=self.ed, name="Is understood")
        stages.step_move(step=second, actor=self.ed, stage_id=third.stage_id, index=0)
        stages.step_delete(step=cards.shown_steps(to_be)[-1], actor=self.ed)
        stages.step_add(stage=third.stage, actor=self.ed, name="Pays without a card")
        cards.card_add(lane=to_be.lanes.get(kind="actions"), step=third, actor=self.ed, text="Signs once")
        cards.curve_set(step=third, actor=self.ed, level=Decimal("2"), layer="to_be")
        page = self.page(to_be)
        for expected in (
            "Is understood",
            "new step",
            "step removed",
            "step moved",
            "Pays without a card",
            "Signs once",
            "+2, very positive",
            "1 step higher",
            "aimed-at curve set to +2",
        ):
            self.assertIn(expected, page)
        self.assertEqual(page.count('class="compare__step compare__step--added"'), 1)
        self.assertEqual(page.count('class="compare__step compare__step--removed"'), 1)

    def test_differences_only(self) -> None:
        to_be = self.to_be()
        first = cards.shown_steps(to_be)[0]
        stages.step_rename(step=first, actor=self.ed, name="Is understood")
        self.assertEqual(self.page(to_be).count('<li class="compare__step'), 6)
        page = self.page(to_be, only="1")
        self.assertEqual(page.count('<li class="compare__step'), 1)
        self.assertIn("step renamed", page)
        self.assertNotIn("Does 0", page)

    def test_targets_stand_at_the_steps(self) -> None:
        binding = binding_create(
            touchpoint=self.touchpoint, kpi=Kpi.objects.get(workspace=self.workspace, code="csat"), actor=self.ed
        )
        target_set(binding=binding, actor=self.ed, value=0.8)
        page = self.page(self.to_be())
        self.assertEqual(page.count("≥ 80%"), 12)

    def test_query_count_does_not_grow(self) -> None:
        to_be = self.to_be()
        self.client.force_login(self.vi)
        few = self.query_count(f"/journeys/{to_be.pk}/compare/")
        self.fill(20, 3)
        self.assertLessEqual(self.query_count(f"/journeys/{to_be.pk}/compare/"), few)
