"""Beginning a map from a template: the chooser, what is sown, the workspace's own templates, the guide's cases."""

from decimal import Decimal
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cxmap.history.models import Change
from cxmap.history.services import NothingToUndo
from cxmap.lib.text import fold
from improvements.models import Pain, Solution
from improvements.services import pain_add, solution_add
from journeys.blueprints import ORDER, blueprint_of, blueprints
from journeys.chooser import blueprint_of_template
from journeys.models import Card, CurvePoint, Journey, JourneyTemplate, Lane
from journeys.services import cards
from journeys.services.journeys import history_step, journey_create
from journeys.services.templates import template_save
from kpis.models import Binding, Kpi, Observation, Target
from kpis.services.bindings import binding_create, binding_delete
from kpis.services.targets import target_set
from personas.services import persona_create
from tests.base import CastTestCase
from tests.journeys.base import MapTestCase
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create

PARTS = ["texts", "touchpoints", "kpis", "pains"]


class BeginTests(CastTestCase):
    """Creation through the address of each template."""

    def begin(self, key: str = "online-retail", *, language: str = "en", **data: Any) -> Journey:
        sent = {"name": f"{key} {language}", "kind": "customer", "no_persona_yet": "on", "parts": PARTS, **data}
        response = self.client.post(self.url(key), sent, headers={"Accept-Language": language})
        self.assertEqual(response.status_code, 302, response.content[:2000])
        journey = Journey.objects.order_by("-created_at").first()
        assert journey is not None
        self.assertEqual(response["Location"], journey.get_absolute_url())
        return journey

    def url(self, key: str) -> str:
        return f"/w/{self.workspace.slug}/journeys/new/{key}/"

    def setUp(self) -> None:
        self.client.force_login(self.ed)

    def test_every_template_in_both_languages(self) -> None:
        for language in ("fr", "en"):
            for plan in blueprints():
                with self.subTest(key=plan.key, language=language), translation.override(language):
                    page = self.client.get(self.url(plan.key), headers={"Accept-Language": language})
                    self.assertContains(page, f"<h1>{plan.name}</h1>", html=True)
                    for step in plan.steps:
                        self.assertContains(page, str(step.name))
                    offered = [part.key for part, _chosen in page.context["form"].offered_parts]
                    journey = self.begin(plan.key, language=language, kind=plan.kind, parts=offered)
                    self.assertEqual(journey.template, plan.key)
                    self.assertEqual(journey.kind, plan.kind)
                    names = [step.name for step in cards.shown_steps(journey)]
                    self.assertEqual(names, [str(step.name) for step in plan.steps])
                    texts = Card.objects.filter(journey=journey, touchpoint=None)
                    self.assertEqual(texts.count(), sum(len(t) for step in plan.steps for t in step.cards.values()))
                    placed = Card.objects.filter(journey=journey).exclude(touchpoint=None)
                    self.assertEqual(placed.count(), sum(len(step.touchpoints) for step in plan.steps))
                    moods = [step.mood for step in plan.steps if step.mood is not None]
                    self.assertEqual(CurvePoint.objects.filter(journey=journey).count(), len(moods))
                    pains = Pain.objects.filter(journey=journey)
                    self.assertEqual(pains.count(), sum(len(step.pains) for step in plan.steps))
                    bound = Binding.objects.filter(touchpoint__cards__journey=journey).distinct()
                    suggested = sum(len(touchpoint.kpis) for touchpoint in plan.touchpoints.values())
                    self.assertGreaterEqual(bound.count(), suggested)
                    self.assertEqual(self.client.get(journey.get_absolute_url()).status_code, 200)
        self.assertEqual(Journey.objects.count(), 2 * len(ORDER))

    def test_no_figure_comes_with_a_template(self) -> None:
        journey = self.begin()
        self.assertTrue(Binding.objects.filter(touchpoint__cards__journey=journey).exists())
        self.assertFalse(Target.objects.exists())
        self.assertFalse(Observation.objects.exists())
        self.assertFalse(Card.objects.exclude(source="").exists())
        self.assertFalse(Solution.objects.exclude(expected_value=None).exists())

    def test_everything_sown_says_that_it_is_a_hypothesis(self) -> None:
        journey = self.begin()
        words = "Example from the template “Online retail”: a hypothesis"
        for pain in Pain.objects.filter(journey=journey):
            self.assertIn(words, pain.note)
        for solution in Solution.objects.filter(journey=journey):
            self.assertIn(words, solution.note)
        for touchpoint in Touchpoint.objects.filter(cards__journey=journey):
            self.assertIn(words, touchpoint.description)

    def test_parts_can_be_left_out(self) -> None:
        journey = self.begin(parts=[])
        self.assertEqual(len(cards.shown_steps(journey)), 12)
        self.assertFalse(Card.objects.exists() or CurvePoint.objects.exists() or Pain.objects.exists())
        self.assertFalse(Touchpoint.objects.exists() or Binding.objects.exists() or journey.scenario)
        journey = self.begin(parts=["touchpoints"])
        self.assertTrue(Touchpoint.objects.exists())
        self.assertFalse(Binding.objects.exists())

    def test_kpis_need_the_touchpoints(self) -> None:
        data = {"name": "New", "kind": "customer", "no_persona_yet": "on", "parts": ["kpis"]}
        response = self.client.post(self.url("shop"), data)
        self.assertContains(response, "tick it too, or leave both out", status_code=422)
        self.assertFalse(Journey.objects.exists())

    def test_a_second_map_doubles_nothing_in_the_library(self) -> None:
        self.begin()
        touchpoints, bindings = Touchpoint.objects.count(), Binding.objects.count()
        self.assertEqual((touchpoints, bindings), (17, 12))
        self.begin()
        self.assertEqual((Touchpoint.objects.count(), Binding.objects.count()), (touchpoints, bindings))
        page = self.client.get(self.url("online-retail"))
        self.assertContains(page, "already in your library")

    def touchpoint(self, name: str, category: str, channel: str) -> Touchpoint:
        return touchpoint_create(
            workspace=self.workspace,
            actor=self.ed,
            name=name,
            category=Category.objects.get(workspace=self.workspace, code=category),
            channel=Channel.objects.get(workspace=self.workspace, code=channel),
        )

    def test_the_same_touchpoint_is_used_whatever_its_accents_and_capitals(self) -> None:
        mine = self.touchpoint("PAGE DE PAIÉMENT", "sales", "website")
        journey = self.begin(language="fr")
        self.assertTrue(Card.objects.filter(journey=journey, touchpoint=mine).exists())
        self.assertEqual([t.name for t in Touchpoint.objects.all() if fold(t.name) == "page de paiement"], [mine.name])
        mine.refresh_from_db()
        self.assertEqual(mine.description, "")
        self.assertTrue(Binding.objects.filter(touchpoint=mine, kpi__code="purchase-rate").exists())

    def test_the_same_name_in_another_channel_is_another_touchpoint(self) -> None:
        mine = self.touchpoint("Basket", "service", "chat")
        journey = self.begin()
        self.assertFalse(Card.objects.filter(journey=journey, touchpoint=mine).exists())
        self.assertTrue(Touchpoint.objects.filter(name="Basket (website)", category__code="sales").exists())
        count = Touchpoint.objects.count()
        self.begin()
        self.assertEqual(Touchpoint.objects.count(), count)

    def test_a_deleted_touchpoint_is_not_revived(self) -> None:
        gone = self.touchpoint("Basket", "sales", "website")
        Touchpoint.objects.filter(pk=gone.pk).update(deleted_at=gone.created_at)
        journey = self.begin()
        self.assertFalse(Card.objects.filter(journey=journey, touchpoint=gone).exists())
        self.assertTrue(Card.objects.filter(journey=journey, touchpoint__name="Basket").exists())

    def test_a_kpi_that_the_team_took_off_stays_off(self) -> None:
        mine = self.touchpoint("Payment page", "sales", "website")
        kpi = Kpi.objects.get(workspace=self.workspace, code="purchase-rate")
        binding_delete(binding=binding_create(touchpoint=mine, kpi=kpi, actor=self.ed), actor=self.ed)
        self.begin()
        self.assertFalse(Binding.objects.filter(touchpoint=mine, kpi=kpi, deleted_at=None).exists())

    def test_the_direction_is_chosen_where_the_kpi_has_none(self) -> None:
        self.begin()
        binding = Binding.objects.get(touchpoint__name="Buying guide", kpi__code="time-on-page")
        self.assertEqual(binding.direction, "higher")

    def test_undo_does_not_take_the_template_apart(self) -> None:
        journey = self.begin()
        with self.assertRaises(NothingToUndo):
            history_step(journey=journey, actor=self.ed)
        page = self.client.get(f"/journeys/{journey.pk}/history/")
        self.assertContains(page, "put typical pain points and ideas on the map, as hypotheses: 11")
        self.assertContains(page, "put typical touchpoints on the map: 17")

    def test_a_channel_that_the_guides_lack_comes_with_the_first_map_that_needs_it(self) -> None:
        self.client.get(self.url("hospital-visit"))
        self.assertFalse(Channel.objects.filter(code="in-person").exists())
        self.begin("hospital-visit")
        channel = Channel.objects.get(workspace=self.workspace, code="in-person")
        self.assertEqual((channel.name_fr, channel.online), ("sur place, en personne", False))
        self.assertEqual({category.code for category in channel.categories.all()}, {"sales", "service"})
        self.assertTrue(Touchpoint.objects.filter(channel=channel, presence="offline").exists())
        self.begin("restaurant")
        self.assertEqual(Channel.objects.filter(code="in-person").count(), 1)

    def test_an_unknown_template_is_not_found(self) -> None:
        self.assertEqual(self.client.get(self.url("moon-landing")).status_code, 404)

    def test_a_persona_or_none_yet(self) -> None:
        self.assertEqual(self.client.post(self.url("shop"), {"name": "N", "kind": "customer"}).status_code, 422)
        persona = persona_create(workspace=self.workspace, actor=self.ed, name="Claire")
        journey = self.begin("shop", no_persona_yet="", personas=[persona.pk])
        self.assertEqual([p.name for p in journey.personas.all()], ["Claire"])

    def test_query_count_of_the_preview_does_not_grow(self) -> None:
        few = self.query_count(self.url("six-stages"))
        self.assertLessEqual(self.query_count(self.url("online-retail")), few + 1)  # natures and moods need none
        self.begin()
        self.assertLessEqual(self.query_count(self.url("online-retail")), few + 1)


class ChooserTests(MapTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("journeys:add", args=[self.workspace.slug])

    def keys(self, **query: str) -> list[str]:
        chooser = self.client.get(self.url, query).context["chooser"]
        return [card.blueprint.key for card in chooser.cards]

    def test_it_works_in_both_languages(self) -> None:
        for language, words in (
            ("fr", ["Achat en ligne", "Prise en main d’un logiciel (SaaS)", "Arrivée d’un collaborateur (EX)"]),
            ("en", ["Online retail", "SaaS onboarding", "12 KPIs"]),
        ):
            page = self.client.get(self.url, headers={"Accept-Language": language})
            for word in words:
                self.assertContains(page, word)
            self.assertContains(page, '<svg class="minimap"', len(ORDER))
            for case in ("Apple", "Amazon", "Netflix", "Uber"):
                self.assertContains(page, case)

    def test_filters_are_links(self) -> None:
        self.assertEqual(self.keys(), list(ORDER))
        self.assertEqual(self.keys(kind="employee"), ["six-stages", "employee-onboarding", "blank"])
        self.assertEqual(self.keys(kind="product"), ["six-stages", "product-use", "blank"])
        banking = self.keys(sector="banking")
        self.assertEqual(
            banking,
            ["six-stages", "bank-account", "insurance-claim", "employee-onboarding", "product-use", "blank"],
        )
        self.assertEqual(
            self.keys(sector="banking", kind="customer"), ["six-stages", "bank-account", "insurance-claim", "blank"]
        )
        self.assertEqual(self.keys(sector="moon", kind="x"), list(ORDER))
        page = self.client.get(self.url, {"kind": "employee"})
        self.assertContains(page, 'href="?kind=employee&amp;sector=banking"')

    def test_the_workspaces_sector_comes_first(self) -> None:
        self.workspace.sector = "health"
        self.workspace.save(update_fields=["sector"])
        self.assertEqual(self.keys()[0], "hospital-visit")

    def test_the_former_address_of_a_template_still_leads_to_it(self) -> None:
        response = self.client.get(self.url, {"blueprint": "blank"})
        self.assertRedirects(response, f"{self.url}blank/")

    def test_query_count_does_not_grow(self) -> None:
        template_save(journey=self.journey, actor=self.ed, name="One")
        few = self.query_count(self.url)
        for number in range(8):
            template_save(journey=self.journey, actor=self.ed, name=f"T{number}")
        self.assertEqual(self.query_count(self.url), few)
        self.assertLessEqual(few, 12)


class OwnTemplateTests(MapTestCase):
    """A map as a template of the workspace."""

    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.fill(6, 1)
        step = self.steps()[0]
        thoughts = self.lane("thoughts")
        cards.card_add(lane=thoughts, step=step, actor=self.ed, text="Where is the price?")
        cards.card_add(lane=thoughts, step=step, actor=self.ed, text="Never again", source="Interview 3")
        kpi = Kpi.objects.get(workspace=self.workspace, code="purchase-rate")
        binding = binding_create(touchpoint=self.touchpoint, kpi=kpi, actor=self.ed)
        target_set(binding=binding, actor=self.ed, value=0.02)
        pain_add(
            workspace=self.workspace,
            actor=self.ed,
            title="Slow page",
            nature="waiting",
            step=step,
            touchpoint=self.touchpoint,
            note="41 complaints in May",
        )
        solution_add(workspace=self.workspace, actor=self.ed, title="A faster page", step=step, impact=4, effort=2)

    def save(self, **data: Any) -> JourneyTemplate:
        sent = {"name": "Our way to buy", "description": "For shops", "sector": "retail", "with_texts": "on", **data}
        response = self.client.post(f"/journeys/{self.journey.pk}/template/", sent)
        self.assertRedirects(response, f"/w/{self.workspace.slug}/journeys/new/")
        return JourneyTemplate.objects.get(name=sent["name"])

    def begin(self, template: JourneyTemplate, **data: Any) -> Journey:
        sent = {"name": "Copy", "kind": "customer", "no_persona_yet": "on", "parts": PARTS, **data}
        response = self.client.post(template.get_absolute_url(), sent)
        journey = Journey.objects.order_by("-created_at").first()
        assert journey is not None
        self.assertRedirects(response, journey.get_absolute_url())
        return journey

    def test_it_works(self) -> None:
        self.assertContains(self.client.get(f"/journeys/{self.journey.pk}/settings/"), "Save as template")
        self.assertContains(self.client.get(f"/journeys/{self.journey.pk}/template/"), "Buying")
        template = self.save()
        page = self.client.get(f"/w/{self.workspace.slug}/journeys/new/")
        self.assertLess(page.content.index(b"Our way to buy"), page.content.index(b"Online retail"))
        self.assertContains(self.client.get(template.get_absolute_url()), "Slow page")
        journey = self.begin(template)
        self.assertEqual(journey.template, f"own:{template.pk}")
        self.assertEqual([step.name for step in cards.shown_steps(journey)], self.names())
        step = cards.shown_steps(journey)[0]
        texts = set(Card.objects.filter(step=step, touchpoint=None).values_list("text", flat=True))
        self.assertEqual(texts, {"Does 0", "Where is the price?"})
        self.assertEqual(CurvePoint.objects.get(step=step).level, Decimal("0.5"))
        self.assertEqual(Card.objects.exclude(touchpoint=None).get(step=step).touchpoint, self.touchpoint)
        self.assertEqual(Touchpoint.objects.count(), 1)
        pain = Pain.objects.get(journey=journey)
        self.assertEqual((pain.title, pain.nature, pain.touchpoint), ("Slow page", "waiting", self.touchpoint))
        self.assertIn("your template “Our way to buy”", pain.note)
        solution = Solution.objects.get(journey=journey)
        self.assertEqual((solution.title, solution.status, solution.impact), ("A faster page", "idea", None))

    def test_what_was_measured_or_said_by_a_customer_stays_behind(self) -> None:
        persona = persona_create(workspace=self.workspace, actor=self.ed, name="Claire Unique")
        self.journey.personas.add(persona, through_defaults={"workspace": self.workspace})
        Card.objects.filter(text="Does 0").update(persona=persona)
        content = str(self.save().content)
        for words in ("Never again", "Interview 3", "complaints", "Claire Unique", "0.02", str(persona.pk)):
            self.assertNotIn(words, content)
        self.assertIn("purchase-rate", content)

    def test_without_the_texts(self) -> None:
        template = self.save(with_texts="")
        content = str(template.content)
        self.assertNotIn("Does 0", content)
        self.assertNotIn("mood", content)
        self.assertIn("Slow page", content)
        self.assertIn("Payment page", content)
        page = self.client.get(template.get_absolute_url())
        offered = [part.key for part, _chosen in page.context["form"].offered_parts]
        self.assertEqual(offered, ["touchpoints", "kpis", "pains"])

    def test_what_is_hidden_stays_behind(self) -> None:
        Lane.objects.filter(journey=self.journey, kind="thoughts").update(hidden=True)
        step = self.steps()[1]
        step.hidden = True
        step.save(update_fields=["hidden"])
        template = self.save()
        self.assertNotIn("Where is the price?", str(template.content))
        self.assertEqual(len(blueprint_of_template(template).steps), 5)

    def test_two_lanes_of_a_kind_stay_two(self) -> None:
        workspace, rank = self.workspace, 90000
        for name in ("Backstage", "Systems"):
            rank += 1024
            lane = Lane.objects.create(workspace=workspace, journey=self.journey, kind="text", name=name, rank=rank)
            cards.card_add(lane=lane, step=self.steps()[0], actor=self.ed, text=f"In {name}")
        journey = self.begin(self.save())
        for name in ("Backstage", "Systems"):
            card = Card.objects.get(journey=journey, lane__name=name)
            self.assertEqual(card.text, f"In {name}")

    def test_what_begins_with_cxmap_s_templates_can_be_saved_as_well(self) -> None:
        """A round trip: template, map, template."""
        plan = blueprint_of("hospital-visit")
        journey = journey_create(
            workspace=self.workspace, actor=self.ed, name="H", no_persona_yet=True, blueprint=plan, parts=PARTS
        )
        again = blueprint_of_template(template_save(journey=journey, actor=self.ed, name="Ours"))
        self.assertEqual([str(step.name) for step in again.steps], [step.name.en for step in plan.steps])
        self.assertEqual([step.mood for step in again.steps], [step.mood for step in plan.steps])
        self.assertEqual([step.truth for step in again.steps], [step.truth for step in plan.steps])
        self.assertEqual(
            [[text.en for text in texts] for step in again.steps for texts in step.cards.values()],
            [[text.en for text in texts] for step in plan.steps for texts in step.cards.values()],
        )
        kpis = {t.name.en: sorted(t.kpis) for t in plan.touchpoints.values()}
        self.assertEqual({str(t.name): sorted(t.kpis) for t in again.touchpoints.values()}, kpis)
        self.assertEqual(
            [[(p.title.en, p.nature, p.kind) for p in step.pains] for step in again.steps],
            [[(p.title.en, p.nature, p.kind) for p in step.pains] for step in plan.steps],
        )

    def test_rename(self) -> None:
        template = self.save()
        url = f"/journey-templates/{template.pk}/edit/"
        self.assertContains(self.client.get(url), "Our way to buy")
        data = {"name": "New name", "description": "", "sector": "", "revision": template.revision}
        self.assertRedirects(self.client.post(url, data), f"/w/{self.workspace.slug}/journeys/new/")
        template.refresh_from_db()
        self.assertEqual((template.name, template.sort_key[:8], template.sector), ("New name", "new name", ""))
        self.assertEqual(self.client.post(url, data).status_code, 409)
        self.assertEqual(self.client.post(url, {**data, "name": ""}).status_code, 422)

    def test_delete_and_restore_leave_history_rows(self) -> None:
        template = self.save()
        response = self.client.post(f"/journey-templates/{template.pk}/delete/", follow=True)
        self.assertContains(response, "Undo the deletion")
        self.assertEqual(self.client.get(template.get_absolute_url()).status_code, 404)
        self.assertNotContains(self.client.get(f"/w/{self.workspace.slug}/journeys/new/"), "Our way to buy")
        self.client.post(f"/journey-templates/{template.pk}/restore/")
        self.assertEqual(self.client.get(template.get_absolute_url()).status_code, 200)
        actions = Change.objects.filter(target_id=str(template.pk)).values_list("action", flat=True)
        self.assertEqual(
            list(actions), ["journey_template.restored", "journey_template.deleted", "journey_template.saved"]
        )

    def test_another_workspace_sees_and_reaches_nothing(self) -> None:
        template = self.save()
        self.client.force_login(self.otto)
        self.assertNotContains(self.client.get("/w/elsewhere/journeys/new/"), "Our way to buy")
        self.assertNotContains(self.client.get(f"/w/elsewhere/journeys/new/?deleted={template.pk}"), "Our way to buy")
        for path in ("", "edit/", "delete/", "restore/"):
            with self.subTest(path=path):
                response = self.client.post(f"{template.get_absolute_url()}{path}", {"name": "Mine"})
                self.assertEqual(response.status_code, 404)
        template.refresh_from_db()
        self.assertEqual((template.name, template.deleted_at), ("Our way to buy", None))

    def test_query_count_of_saving_does_not_grow(self) -> None:
        url = f"/journeys/{self.journey.pk}/template/"
        data = {"name": "One", "with_texts": "on"}
        few = self.post_count(url, data)
        self.fill(12, 3)
        self.assertEqual(self.post_count(url, data), few)

    def post_count(self, url: str, data: dict[str, str]) -> int:
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(self.client.post(url, data).status_code, 302)
        return len(queries)


class CaseTests(CastTestCase):
    def test_each_says_that_it_is_illustrative_and_where_it_comes_from(self) -> None:
        self.client.force_login(self.vi)
        page = self.client.get("/w/acme/journeys/cases/uber/")
        self.assertContains(page, "illustrative case of the guide, not measured")
        self.assertContains(page, "Voxco guide to customer experience, lines 5, 7")
        self.assertContains(page, "Voxco guide to customer experience, line 196")
        page = self.client.get("/w/acme/journeys/cases/amazon/", headers={"Accept-Language": "fr"})
        self.assertContains(page, "Se concentrer réellement sur le client")
        self.assertEqual(self.client.get("/w/acme/journeys/cases/enron/").status_code, 404)
