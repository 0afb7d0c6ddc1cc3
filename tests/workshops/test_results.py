"""From the wall to the map, and what is left on paper."""

import io
import re
from decimal import Decimal

import pypdf
import qrcode
from django.test import TestCase
from django.urls import reverse
from openpyxl import load_workbook

from improvements.models import Pain, Solution
from improvements.services import pain_delete
from journeys.blueprints import blueprint_of
from journeys.models import Card, CurvePoint, Evidence, Journey, Lane
from journeys.services.journeys import journey_create
from tests.workshops.base import WorkshopTestCase
from workshops.agendas import CURVE, FIRST_MAP
from workshops.feelings import feelings_of
from workshops.models import Activity, Rating, Result, Workshop
from workshops.qr import QUIET, code_of
from workshops.services import agenda, guests
from workshops.services.decisions import decision_add
from workshops.services.workshops import workshop_create, workshop_end, workshop_start


class BringTests(WorkshopTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.start("writing")
        self.lea, self.marc = self.join("Léa", "Sales"), self.join("Marc", "Shops")
        self.queue = self.write(self.lea, "Long queue", 1)
        self.wait = self.write(self.marc, "Waiting for ever", 1)
        self.price = self.write(self.marc, "Price is hidden", 2)
        self.lone = self.write(self.lea, "Nobody says hello", None)
        self.group = self.put_together(self.queue, self.wait, title="Waiting times")
        agenda.activity_go(workshop=self.workshop, to=self.activity("voting"))
        guests.votes_set(participant=self.lea, activity=self.activity("voting"), dots=3, group=self.group)
        guests.votes_set(participant=self.marc, activity=self.activity("voting"), dots=1, note=self.price)
        agenda.activity_reveal(workshop=self.workshop)
        self.client.force_login(self.ed)
        self.address = reverse("workshops:results", args=[self.workshop.pk])

    def bring(self, **lines: tuple[str, int | None]):
        """Bring things by the name of the attribute: what they become, and at which step."""
        data: dict[str, object] = {"take": []}
        for name, (target, step) in lines.items():
            row = getattr(self, name)
            kind = "group" if name == "group" else "note"
            data["take"].append(f"{kind}:{row.pk}")
            data[f"target-{kind}-{row.pk}"] = target
            data[f"step-{kind}-{row.pk}"] = "" if step is None else str(self.steps()[step].pk)
        return self.client.post(self.address, data)

    def test_it_works(self) -> None:
        self.assertEqual(self.bring(group=("pains", 1), price=("opportunities", 2)).status_code, 303)
        pain = Pain.objects.get(kind="pain")
        self.assertEqual((pain.title, pain.step, pain.journey), ("Waiting times", self.steps()[1], self.journey))
        for said in (
            "Workshop opinion",
            "Where it hurts",
            "2 people: Sales, Shops",
            "3 dots",
            "– Long queue",
            "– Waiting for ever",
        ):
            self.assertIn(said, pain.note)
        self.assertEqual(Pain.objects.get(kind="opportunity").title, "Price is hidden")
        self.assertIn("workshop", Journey.objects.get(pk=self.journey.pk).methods)
        self.assertNotIn("Léa", pain.note)

    def test_cards_rest_on_the_workshop(self) -> None:
        self.bring(queue=("actions", 0), group=("actions", 1), price=("thoughts", 2))
        record = Evidence.objects.get(journey=self.journey)
        self.assertEqual((record.kind, record.title, record.count), ("workshop", "Where it hurts", 2))
        self.assertEqual(record.asked, "2 people: Sales, Shops")
        cards = Card.objects.filter(journey=self.journey, evidence=record)
        self.assertEqual(
            set(cards.values_list("text", "lane__kind")),
            {("Waiting times", "actions"), ("Price is hidden", "thoughts")},
        )
        page = self.client.get(f"{self.journey.get_absolute_url()}?view=evidence")
        self.assertContains(page, "workshop opinion")

    def test_a_solution_and_a_touchpoint(self) -> None:
        self.bring(price=("ideas", 2), group=("touchpoints", 1))
        self.assertEqual(Solution.objects.get().title, "Price is hidden")
        card = Card.objects.exclude(touchpoint=None).get()
        self.assertEqual(card.touchpoint.name, "Waiting times")
        self.assertEqual(card.evidence.kind, "workshop")

    def test_bringing_twice_makes_no_copies(self) -> None:
        self.bring(group=("pains", 1))
        self.bring(group=("pains", 1), price=("pains", 2))
        self.assertEqual(Pain.objects.filter(deleted_at=None).count(), 2)
        self.assertContains(self.client.get(self.address), "on the map", 3)  # two lines, and the lead of the page

    def test_what_was_deleted_on_the_map_may_be_brought_again(self) -> None:
        self.bring(group=("pains", 1))
        pain_delete(pain=Pain.objects.get(), actor=self.ed)
        self.bring(group=("pains", 1))
        self.assertEqual(Pain.objects.filter(deleted_at=None).count(), 1)
        self.assertEqual(Result.objects.count(), 1)

    def test_a_line_without_a_step_stops_all_and_says_which(self) -> None:
        answer = self.bring(group=("pains", 1), lone=("pains", None))
        self.assertEqual(answer.status_code, 422)
        self.assertContains(answer, "Choose a step.", status_code=422)
        self.assertContains(answer, "Nothing was brought", status_code=422)
        self.assertEqual(Pain.objects.count(), 0)

    def test_nothing_ticked_and_a_step_from_elsewhere(self) -> None:
        self.assertEqual(self.client.post(self.address, {}).status_code, 302)
        other = journey_create(workspace=self.workspace, actor=self.ed, name="Other", no_persona_yet=True)
        step = other.steps.all()[0]
        self.client.post(
            self.address,
            {
                "take": [f"note:{self.price.pk}"],
                f"target-note-{self.price.pk}": "pains",
                f"step-note-{self.price.pk}": str(step.pk),
            },
        )
        self.assertEqual(Pain.objects.count(), 0)

    def test_the_most_voted_are_proposed_at_their_step(self) -> None:
        page = self.client.get(self.address)
        rows = {row.item.title: row for _one, rows in page.context["rounds"] for row in rows}
        self.assertEqual({title for title, row in rows.items() if row.ticked}, {"Waiting times", "Price is hidden"})
        self.assertEqual(rows["Waiting times"].step, str(self.steps()[1].pk))

    def test_the_lane_is_put_on_a_map_that_has_none(self) -> None:
        Lane.objects.filter(journey=self.journey, kind="pains").update(deleted_at=self.workshop.created_at)
        self.bring(group=("pains", 1))
        self.assertTrue(Lane.objects.filter(journey=self.journey, kind="pains", deleted_at=None).exists())


class FirstMapTests(WorkshopTestCase):
    """From an empty page: steps are written as notes, put in order, and become the columns."""

    AGENDA = FIRST_MAP

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.blank = journey_create(
            workspace=cls.workspace, actor=cls.ed, name="Returns", no_persona_yet=True, blueprint=blueprint_of("blank")
        )
        cls.workshop = workshop_create(journey=cls.blank, actor=cls.ed, title="First map", agenda=FIRST_MAP)

    def test_it_works(self) -> None:
        writing = self.start("writing")
        who = self.join()
        notes = {
            text: self.write(who, text, None) for text in ("Sends it back", "Has a doubt", "Prints the label", "Doubts")
        }
        agenda.activity_step(workshop=self.workshop, by=1)
        self.client.force_login(self.ed)
        group = self.put_together(notes["Has a doubt"], notes["Doubts"], title="Has a doubt")
        order = reverse("workshops:item-move", args=[writing.pk])
        for _turn in range(3):
            self.client.post(order, {"item": f"group:{group.pk}", "to": "earlier"})
        self.client.post(order, {"item": f"note:{notes['Sends it back'].pk}", "to": "later"})
        address = reverse("workshops:results", args=[self.workshop.pk])
        rows = self.client.get(address).context["rounds"][0][1]
        self.assertEqual([row.item.title for row in rows], ["Has a doubt", "Prints the label", "Sends it back"])
        data = {"take": [row.item.key for row in rows], **{f"target-{row.field}": "steps" for row in rows}}
        self.client.post(address, data)
        self.client.post(address, data)
        names = list(self.blank.steps.filter(deleted_at=None).order_by("rank").values_list("name", flat=True))
        self.assertEqual(names, ["Has a doubt", "Prints the label", "Sends it back"])
        # What follows on the agenda is about the steps that were made.
        agenda.activity_go(workshop=self.workshop, to=self.workshop.activities.get(target="actions"))
        self.assertContains(self.guest("Zoé", "IT").look(), "2. Prints the label")


class CurveTests(WorkshopTestCase):
    AGENDA = CURVE

    def setUp(self) -> None:
        super().setUp()
        self.rating = self.start("rating")
        steps = self.steps()
        for number, levels in enumerate([(-2, -1, 2), (1, 2), (0,)]):
            for place, level in enumerate(levels):
                who = self.join(f"G{number}{place}")
                guests.rating_set(participant=who, activity=self.rating, step=steps[number], level=level)

    def test_mean_spread_and_people(self) -> None:
        first, second, third, fourth = feelings_of(self.steps(), Rating.objects.all())[:4]
        self.assertAlmostEqual(first.mean, -1 / 3)
        self.assertEqual((first.n, round(first.spread, 3), first.is_disputed), (3, 2.082, True))
        self.assertEqual((second.mean, second.level, second.is_disputed), (1.5, Decimal("1.5"), False))
        self.assertEqual((third.n, third.spread, third.level), (1, None, Decimal(0)))
        self.assertEqual((fourth.n, fourth.mean, fourth.level), (0, None, None))

    def test_exactly_between_two_halves_goes_to_the_neutral_side(self) -> None:
        step = self.steps()[0]
        for levels, expected in (((1, 1, 1, 2), "1"), ((-1, -1, -1, -2), "-1"), ((0, 0, 0, 1), "0"), ((-2, -2), "-2")):
            ratings = [Rating(step=step, level=level) for level in levels]
            with self.subTest(levels=levels):
                self.assertEqual(feelings_of([step], ratings)[0].level, Decimal(expected))

    def test_the_believed_curve_follows_at_the_ticked_steps(self) -> None:
        self.client.force_login(self.ed)
        address = reverse("workshops:curve", args=[self.rating.pk])
        steps = self.steps()
        self.assertEqual(self.client.post(address, {"step": [steps[1].pk]}).status_code, 404)
        agenda.activity_reveal(workshop=self.workshop)
        for _turn in range(2):
            self.client.post(address, {"step": [step.pk for step in steps[1:]]})
        points = CurvePoint.objects.filter(journey=self.journey, layer="believed", deleted_at=None)
        self.assertEqual(
            list(points.order_by("level").values_list("step", "level")),
            [(steps[2].pk, Decimal(0)), (steps[1].pk, Decimal("1.5"))],
        )
        self.assertEqual(Evidence.objects.filter(journey=self.journey, kind="workshop").count(), 1)


class SummaryTests(WorkshopTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.start("writing")
        lea, marc = self.join("Léa", "Sales"), self.join("Marc", "Shops")
        notes = [self.write(lea, "Long queue", 1), self.write(marc, "Waiting for ever", 1)]
        self.write(marc, "=1+1", 2)
        group = self.put_together(*notes, title="Waiting times")
        agenda.activity_go(workshop=self.workshop, to=self.activity("voting"))
        guests.votes_set(participant=lea, activity=self.activity("voting"), dots=4, group=group)
        decision_add(workshop=self.workshop, actor=self.ed, text="Two-hour slots", owner="Logistics")
        decision_add(workshop=self.workshop, actor=self.ed, kind="open", text="Who pays?")
        workshop_end(workshop=self.workshop, actor=self.ed)
        self.client.force_login(self.vi)

    def get(self, name: str, query: str = "", language: str = "en"):
        address = reverse(f"workshops:{name}", args=[self.workshop.pk]) + query
        return self.client.get(address, headers={"Accept-Language": language})

    def text(self, language: str = "en") -> str:
        answer = self.get("summary-pdf", language=language)
        self.assertEqual(answer["Content-Type"], "application/pdf")
        pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    def test_it_works(self) -> None:
        page = self.get("summary")
        for said in ("Two-hour slots", "Logistics", "Who pays?", "Waiting times", "Sales", "Shops"):
            self.assertContains(page, said)
        self.assertNotContains(page, "Léa")
        self.assertRedirects(
            self.client.get(self.workshop.get_absolute_url()), reverse("workshops:summary", args=[self.workshop.pk])
        )

    def test_names_only_when_the_facilitator_ticks_them(self) -> None:
        self.assertNotIn("Léa", self.text())
        self.facilitator().post(reverse("workshops:names", args=[self.workshop.pk]), {"names": "1"})
        self.assertContains(self.get("summary"), "Léa, Marc")
        self.assertIn("Léa, Marc", self.text())

    def test_the_paper_says_it_all(self) -> None:
        text = self.text()
        for said in (
            "Where it hurts",
            "Buying",
            "Two-hour slots",
            "Logistics",
            "no date",
            "Who pays?",
            "2 people",
            "Sales",
            "Waiting times",
            "4 dots",
            "– Long queue",
            "did not take place",
        ):
            self.assertIn(said, text)

    def test_the_paper_in_french(self) -> None:
        from django.utils import translation

        with translation.override("fr"):
            word = translation.gettext("Who took part")
        self.assertIn(word, self.text("fr"))

    def test_notes_as_a_table(self) -> None:
        book = load_workbook(io.BytesIO(self.get("notes", "?format=xlsx").content))
        rows = list(book.active.values)
        self.assertEqual(len(rows), 4)
        self.assertEqual(rows[1][3:8], ("Long queue", "Waiting times", "Sales", 4, "no"))
        csv = b"".join(self.get("notes", "?format=csv")).decode()
        self.assertIn("'=1+1", csv)
        self.assertNotIn("Léa", csv)
        self.assertEqual(self.get("notes", "?format=exe").status_code, 404)

    def test_what_was_never_revealed_before_the_end_is_there_after_it(self) -> None:
        self.assertTrue(Activity.objects.get(workshop=self.workshop, kind="voting").is_revealed)
        self.assertEqual(self.get("summary").context["summary"].dots, 4)


class EmptySummaryTests(WorkshopTestCase):
    def test_a_workshop_that_nobody_came_to(self) -> None:
        workshop_start(workshop=self.workshop, actor=self.ed)
        workshop_end(workshop=self.workshop, actor=self.ed)
        self.client.force_login(self.ed)
        for name in ("summary", "summary-pdf", "results", "notes"):
            with self.subTest(name=name):
                address = reverse(f"workshops:{name}", args=[self.workshop.pk])
                self.assertEqual(self.client.get(address).status_code, 200)
        self.assertEqual(Workshop.objects.get(pk=self.workshop.pk).status, "ended")


class CodeTests(TestCase):
    def test_a_qr_code_is_one_path_without_style(self) -> None:
        code = code_of("https://cx.example.org/workshop/abc/")
        self.assertGreater(code.size, 21 + 8 - 1)
        self.assertRegex(code.path, r"^(M\d+ \d+h\d+v1h-\d+z)+$")
        dark = {
            (int(x) + along, int(y))
            for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", code.path)
            for along in range(int(width))
        }
        drawn = qrcode.QRCode(border=QUIET, error_correction=qrcode.constants.ERROR_CORRECT_M)
        drawn.add_data("https://cx.example.org/workshop/abc/")
        matrix = drawn.get_matrix()
        self.assertEqual(code.size, len(matrix))
        self.assertEqual(dark, {(x, y) for y, row in enumerate(matrix) for x, cell in enumerate(row) if cell})
        # The three finder patterns begin with seven dark modules, behind the quiet zone of four.
        self.assertTrue(code.path.startswith("M4 4h7v1h-7z"))
