"""What pages say where little is known, or where the journey is not a customer's; what an own template carries."""

from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from journeys.models import Card, CurvePoint, Interaction, Journey, JourneyKind, Lane, Step
from journeys.services import cards, lanes, stages
from journeys.services.attachments import attachment_create
from journeys.services.journeys import journey_create, journey_update
from journeys.services.templates import template_save
from kpis.models import Kpi
from kpis.services.bindings import binding_create
from kpis.services.targets import target_set
from personas.services import persona_create
from tests.journeys.base import MapTestCase
from touchpoints.models import Channel


class FactTests(MapTestCase):
    def test_nothing_bound_is_said(self) -> None:
        self.client.force_login(self.vi)
        url = self.journey.get_absolute_url()
        page = self.client.get(url)
        self.assertContains(page, "no KPI bound yet")
        self.assertNotContains(page, "0 of 0")
        cards.card_add(lane=self.lane("touchpoints"), step=self.steps()[0], actor=self.ed, touchpoint=self.touchpoint)
        binding = binding_create(
            touchpoint=self.touchpoint, kpi=Kpi.objects.get(workspace=self.workspace, code="csat"), actor=self.ed
        )
        page = self.client.get(url)
        self.assertContains(page, "no target set yet")
        self.assertNotContains(page, "0 of 0")
        target_set(binding=binding, actor=self.ed, value=0.8)
        self.assertContains(self.client.get(url), "0 of 1")


class EmployeeTests(MapTestCase):
    def test_an_employee_journey_asks_about_the_employee(self) -> None:
        self.client.force_login(self.ed)
        journey_update(journey=self.journey, actor=self.ed, kind=JourneyKind.EMPLOYEE, expectation="A desk")
        page = self.client.get(self.journey.get_absolute_url())
        for text in ("What does the employee do here?", "Employee goals", "What the employee expects"):
            self.assertContains(page, text)
        self.assertNotContains(page, "the customer")
        self.assertNotContains(page, "among customers")
        form = self.client.get(f"/journeys/{self.journey.pk}/settings/")
        self.assertContains(form, "What the employee expects")

    def test_the_answer_to_an_edit_asks_the_same(self) -> None:
        self.client.force_login(self.ed)
        journey_update(journey=self.journey, actor=self.ed, kind=JourneyKind.EMPLOYEE)
        lane, step = self.lane("actions"), self.steps()[0]
        answer = self.client.post(
            f"/lanes/{lane.pk}/cards/add/",
            {"step": str(step.pk), "text": "Signs in"},
            headers={"X-Requested-With": "fetch"},
        )
        self.assertIn("What does the employee do here?", answer.json()["cells"][0]["html"])

    def test_a_customer_journey_still_asks_about_the_customer(self) -> None:
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(self.journey.get_absolute_url()), "What does the customer do here?")


class OwnerTests(MapTestCase):
    def test_the_one_in_charge_is_no_proprietor(self) -> None:
        self.client.force_login(self.ed)
        with translation.override("en"):  # what the request makes of it does not last
            page = self.client.get(f"/journeys/{self.journey.pk}/settings/", headers={"Accept-Language": "fr"})
        self.assertContains(page, "Responsable")
        self.assertNotContains(page, "ropriétaire")


class OwnTemplateTests(MapTestCase):
    def filled(self) -> Journey:
        """Put every kind of content on the map, and every property on its first step."""
        step = self.steps()[0]
        made = {
            kind: lanes.lane_add(journey=self.journey, actor=self.ed, kind=kind)
            for kind in ("channels", "storyboard", "documents", "interactions", "support")
        }
        detail = journey_create(workspace=self.workspace, actor=self.ed, name="Detail", no_persona_yet=True)
        stages.step_describe(
            step=step,
            actor=self.ed,
            optional=True,
            repeatable=True,
            branch="Asks",
            path="by phone",
            width=300,
            linked_journey=detail,
            moment_of_truth=True,
        )
        lanes.lane_look(lane=made["support"], actor=self.ed, pinned=True, height=120)
        for code in ("website", "email"):
            channel = Channel.objects.get(workspace=self.workspace, code=code)
            cards.card_add(lane=made["channels"], step=step, actor=self.ed, channel=channel)
        file = attachment_create(journey=self.journey, file=SimpleUploadedFile("plan.txt", b"A plan."))
        cards.card_add(lane=made["documents"], step=step, actor=self.ed, attachment=file, text="Plan")
        cards.card_add(lane=made["documents"], step=step, actor=self.ed, url="https://example.org/", text="Page")
        people = [persona_create(workspace=self.workspace, actor=self.ed, name=name) for name in ("Cleo", "Max")]
        cards.card_add(
            lane=made["interactions"],
            step=step,
            actor=self.ed,
            persona=people[0],
            other_persona=people[1],
            arrow=str(Interaction("both", 3, "dashed")),
        )
        cards.curve_set(step=step, actor=self.ed, level=Decimal("-1"))
        cards.curve_set(step=step, actor=self.ed, level=Decimal("2"), layer="to_be")
        cards.curve_set(step=step, actor=self.ed, level=Decimal("0.5"), persona=people[0])
        return detail

    def begun(self) -> Journey:
        template = template_save(journey=self.journey, actor=self.ed, name="Ours")
        url = f"/journey-templates/{template.pk}/"
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(url), "Page")
        data = {"name": "Begun", "kind": "customer", "no_persona_yet": "on", "parts": ["texts"]}
        self.assertEqual(self.client.post(url, data).status_code, 302)
        return Journey.objects.get(name="Begun")

    def test_it_carries_every_lane_and_every_property_of_steps(self) -> None:
        detail = self.filled()
        begun = self.begun()
        self.assertEqual(
            list(Lane.objects.filter(journey=begun).values_list("kind", "pinned", "height").order_by("rank")),
            list(Lane.objects.filter(journey=self.journey).values_list("kind", "pinned", "height").order_by("rank")),
        )
        step = cards.shown_steps(begun)[0]
        self.assertEqual(
            (step.optional, step.repeatable, step.branch, step.path, step.width, step.moment_of_truth),
            (True, True, "Asks", "by phone", 300, True),
        )
        self.assertEqual(step.linked_journey_id, detail.pk)
        own = Card.objects.filter(journey=begun, step=step)
        self.assertEqual(
            sorted(own.filter(lane__kind="channels").values_list("channel__code", flat=True)), ["email", "website"]
        )
        media = own.filter(lane__kind="documents").order_by("rank")
        self.assertEqual([(card.text, card.url) for card in media], [("Plan", ""), ("Page", "https://example.org/")])
        attachment = media[0].attachment
        assert attachment is not None
        self.assertEqual((attachment.journey_id, attachment.name), (begun.pk, "plan.txt"))
        self.assertFalse(own.filter(lane__kind="interactions").exists())
        points = CurvePoint.objects.filter(journey=begun, step=step)
        self.assertEqual(
            sorted((point.layer, point.persona_id, point.level) for point in points),
            [("believed", None, Decimal("-1")), ("to_be", None, Decimal("2"))],
        )

    def test_a_link_to_a_map_that_is_gone_is_let_go(self) -> None:
        self.filled().delete()
        self.assertIsNone(cards.shown_steps(self.begun())[0].linked_journey_id)

    def test_every_property_of_a_step_is_known_to_templates(self) -> None:
        """A property that is added to steps one day must not be lost in templates unnoticed."""
        known = {"name", "moment_of_truth", "optional", "repeatable", "branch", "path", "linked_journey", "width"}
        structure = {
            "id",
            "workspace",
            "journey",
            "stage",
            "serial",
            "rank",
            "hidden",
            "revision",
            "created_at",
            "updated_at",
            "deleted_at",
        }
        self.assertEqual({field.name for field in Step._meta.concrete_fields}, known | structure)
