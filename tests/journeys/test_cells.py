"""Cards, pasted blocks and the believed curve, through the addresses that the map's scripts call."""

from decimal import Decimal

from journeys.models import Card, CurvePoint, Journey
from journeys.services import cards
from journeys.services.journeys import history_step
from tests.journeys.base import MapTestCase
from touchpoints.models import Category, Channel, Touchpoint

FETCH = {"HTTP_X_REQUESTED_WITH": "fetch"}


class CardTests(MapTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)

    def add(self, text: str, kind: str = "actions", column: int = 0) -> Card:
        response = self.client.post(
            f"/lanes/{self.lane(kind).pk}/cards/add/", {"step": self.steps()[column].pk, "text": text}, **FETCH
        )
        self.assertEqual(response.status_code, 200, response.content)
        return Card.objects.get(pk=response.json()["focus"]["card"])

    def test_it_works(self) -> None:
        card = self.add("Opens <three> tabs")
        answer = self.client.post(
            f"/cards/{card.pk}/edit/", {"text": "Opens four tabs", "revision": card.revision}, **FETCH
        ).json()
        self.assertIn("Opens four tabs", answer["cells"][0]["html"])
        self.assertIn("Saved", answer["saved"])

    def test_text_is_escaped(self) -> None:
        self.add("<script>alert(1)</script>")
        page = self.client.get(self.journey.get_absolute_url())
        self.assertContains(page, "&lt;script&gt;alert(1)&lt;/script&gt;")
        self.assertNotContains(page, "<script>alert(1)")

    def test_without_scripts_the_page_comes_back(self) -> None:
        response = self.client.post(
            f"/lanes/{self.lane('actions').pk}/cards/add/", {"step": self.steps()[0].pk, "text": "Plain"}
        )
        self.assertRedirects(response, self.journey.get_absolute_url(), status_code=303)

    def test_two_people_at_one_card_see_both_texts(self) -> None:
        card = self.add("First")
        cards.card_edit(card=card, actor=self.olga, text="Olga's", expected_revision=1)
        response = self.client.post(f"/cards/{card.pk}/edit/", {"text": "Ed's", "revision": 1}, **FETCH)
        self.assertEqual(response.status_code, 409)
        self.assertEqual(response.json()["current"], {"text": "Olga's", "revision": 2, "gone": False})
        card.refresh_from_db()
        self.assertEqual(card.text, "Olga's")

    def test_an_emptied_card_leaves_and_undo_brings_it_back(self) -> None:
        card = self.add("Gone soon")
        self.client.post(f"/cards/{card.pk}/edit/", {"text": "  ", "revision": 1}, **FETCH)
        self.assertFalse(Card.objects.filter(pk=card.pk, deleted_at=None).exists())
        history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(Card.objects.get(pk=card.pk, deleted_at=None).text, "Gone soon")

    def test_it_moves_to_another_cell_and_place(self) -> None:
        first, second = self.add("A"), self.add("B")
        step = self.steps()[0]
        self.client.post(f"/cards/{second.pk}/move/", {"lane": second.lane_id, "step": step.pk, "index": 0}, **FETCH)
        self.assertEqual([c.text for c in cards.live_cards(second.lane, step)], ["B", "A"])
        goals = self.lane("goals")
        answer = self.client.post(
            f"/cards/{first.pk}/move/", {"lane": goals.pk, "step": self.steps()[2].pk}, **FETCH
        ).json()
        self.assertEqual(len(answer["cells"]), 2)
        first.refresh_from_db()
        self.assertEqual((first.lane_id, first.step_id), (goals.pk, self.steps()[2].pk))

    def test_a_text_cannot_stand_among_the_kpis(self) -> None:
        card = self.add("Text")
        response = self.client.post(
            f"/cards/{card.pk}/move/", {"lane": self.lane("metrics").pk, "step": self.steps()[0].pk}, **FETCH
        )
        self.assertEqual(response.status_code, 400)
        self.assertEqual(response.json()["error"]["code"], "lane_not_typed")

    def test_a_viewer_changes_nothing(self) -> None:
        card = self.add("Mine")
        self.client.force_login(self.vi)
        self.assertEqual(self.client.post(f"/cards/{card.pk}/edit/", {"text": "x"}, **FETCH).status_code, 403)
        self.assertNotContains(self.client.get(self.journey.get_absolute_url()), "data-editable")


class PasteTests(MapTestCase):
    def paste(self, text: str, kind: str = "actions", column: int = 0):
        self.client.force_login(self.ed)
        return self.client.post(
            f"/lanes/{self.lane(kind).pk}/paste/", {"step": self.steps()[column].pk, "text": text}, **FETCH
        )

    def test_rows_become_lanes_and_columns_steps(self) -> None:
        response = self.paste('Wants\tLooks\t"Two\nlines"\nThinks\t\tWonders')
        self.assertEqual(response.status_code, 200, response.content)
        texts = {(c.lane.kind, self.names().index(c.step.name)): c.text for c in Card.objects.all()}
        self.assertEqual(
            texts,
            {
                ("actions", 0): "Wants",
                ("actions", 1): "Looks",
                ("actions", 2): "Two\nlines",
                ("thoughts", 0): "Thinks",
                ("thoughts", 2): "Wonders",
            },
        )

    def test_missing_steps_are_added_and_one_undo_takes_all_back(self) -> None:
        self.paste("a\tb\tc\td", column=4)
        self.assertEqual(len(self.steps()), 8)
        history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(len(self.steps()), 6)
        self.assertFalse(Card.objects.filter(deleted_at=None).exists())

    def test_too_much_changes_nothing(self) -> None:
        response = self.paste("\t".join("x" for _ in range(61)))
        self.assertEqual(response.json()["error"]["code"], "paste_too_large")
        self.assertFalse(Card.objects.exists())


class CurveTests(MapTestCase):
    def test_a_level_is_set_moved_and_taken_away(self) -> None:
        self.client.force_login(self.ed)
        step = self.steps()[0]
        for level, stored in (("1", Decimal(1)), ("-1.5", Decimal("-1.5"))):
            self.assertEqual(self.client.post(f"/steps/{step.pk}/curve/", {"level": level}, **FETCH).status_code, 200)
            self.assertEqual(CurvePoint.objects.get(step=step, deleted_at=None).level, stored)
        self.client.post(f"/steps/{step.pk}/curve/", {"level": ""}, **FETCH)
        self.assertFalse(CurvePoint.objects.filter(step=step, deleted_at=None).exists())

    def test_a_level_outside_the_scale_is_refused(self) -> None:
        self.client.force_login(self.ed)
        response = self.client.post(f"/steps/{self.steps()[0].pk}/curve/", {"level": "3"}, **FETCH)
        self.assertEqual(response.status_code, 400)
        self.assertFalse(CurvePoint.objects.exists())


class TouchpointCardTests(MapTestCase):
    def place(self) -> dict[str, object]:
        return {"lane": self.lane("touchpoints").pk, "step": self.steps()[0].pk}

    def test_one_of_the_library(self) -> None:
        self.client.force_login(self.ed)
        self.client.post("/cards/touchpoint/add/", {**self.place(), "touchpoint": self.touchpoint.pk}, **FETCH)
        self.assertEqual(Card.objects.get().touchpoint, self.touchpoint)

    def test_a_new_one_joins_the_library(self) -> None:
        self.client.force_login(self.ed)
        new = {
            "name": "Chat",
            "category": Category.objects.get(workspace=self.workspace, code="service").pk,
            "channel": Channel.objects.get(workspace=self.workspace, code="chat").pk,
            "phase": "after",
        }
        self.client.post("/cards/touchpoint/add/", {**self.place(), **new}, **FETCH)
        self.assertEqual(Card.objects.get().touchpoint.name, "Chat")
        self.assertEqual(Touchpoint.objects.get(name="Chat").presence, "online")

    def test_one_of_another_workspace_is_no_choice(self) -> None:
        stranger = Touchpoint.objects.create(
            workspace=self.elsewhere,
            name="Theirs",
            code="theirs",
            category=Category.objects.filter(workspace=self.elsewhere).first(),
            channel=Channel.objects.filter(workspace=self.elsewhere).first(),
        )
        self.client.force_login(self.ed)
        response = self.client.post("/cards/touchpoint/add/", {**self.place(), "touchpoint": stranger.pk}, **FETCH)
        self.assertEqual(response.status_code, 422)
        self.assertFalse(Card.objects.exists())
        self.assertEqual(Journey.objects.filter(workspace=self.workspace).count(), 1)
