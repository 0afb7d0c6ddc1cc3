"""Replacing a journey by a document: matched by public ids, one gesture, nothing partial."""

import json
from typing import Any, ClassVar, get_args

from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from cxmap.history.models import Change
from cxmap.lib.errors import StaleRevision
from improvements.models import Pain, Solution
from journeys import interchange
from journeys.interchange import document as parts
from journeys.models import Card, CurvePoint, Evidence, Journey, Lane, Stage, Step
from journeys.services.cards import card_add, card_edit
from journeys.services.journeys import history_step, journey_duplicate
from kpis.models import Binding, Target
from personas.models import Persona
from tests.base import CastTestCase
from tests.journeys.interchange.base import document
from touchpoints.models import Channel, Touchpoint


class DocumentApplyTest(CastTestCase):
    journey: ClassVar[Journey]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.journey = interchange.journey_import(
            workspace=cls.workspace, document=interchange.document_from(document()), actor=cls.ed
        ).journey

    def dumped(self) -> dict[str, Any]:
        return interchange.to_dict(interchange.document_of(self.journey))

    def apply(self, data: dict[str, Any], **options: Any) -> interchange.Written:
        return interchange.document_apply(
            journey=self.journey, document=interchange.document_from(data), actor=self.ed, **options
        )

    def test_it_works(self) -> None:
        data = self.dumped()
        card = Card.objects.get(journey=self.journey, serial=1)
        data["cards"][0]["text"] = "Reads many reviews"
        data["steps"][0], data["steps"][1] = data["steps"][1], data["steps"][0]
        self.apply(data)
        card.refresh_from_db()
        self.assertEqual((card.text, card.revision), ("Reads many reviews", 2))
        self.assertEqual(self.dumped()["cards"][0]["text"], "Reads many reviews")

    def test_the_same_document_changes_nothing(self) -> None:
        changes = Change.objects.count()
        self.apply(self.dumped())
        self.assertEqual(Change.objects.count(), changes)
        self.assertEqual(set(Card.objects.filter(journey=self.journey).values_list("revision", flat=True)), {1})

    def test_a_key_point_per_row_stays_with_its_row(self) -> None:
        """Steps keep their rows, hence their pain points, when everything else moves around them."""
        step = Step.objects.get(journey=self.journey, serial=2)
        data = self.dumped()
        next(part for part in data["steps"] if part["id"] == "S-002")["stage"] = "ST-001"
        self.apply(data)
        step.refresh_from_db()
        self.assertEqual(step.stage.serial, 1)
        self.assertEqual(Pain.objects.get(journey=self.journey).step, step)

    def test_what_the_document_lacks_leaves_and_undo_brings_it_back(self) -> None:
        before = self.dumped()
        data = document(cards=[], curve=[], evidence=[], attachments=[], personas=[], content={})
        data["steps"] = data["steps"][:1]
        data["lanes"] = data["lanes"][:1]
        self.apply(data)
        self.assertFalse(Card.objects.filter(journey=self.journey, deleted_at=None).exists())
        self.assertFalse(CurvePoint.objects.filter(journey=self.journey, deleted_at=None).exists())
        self.assertFalse(Pain.objects.filter(journey=self.journey, deleted_at=None).exists())
        self.assertEqual(Card.objects.filter(journey=self.journey).count(), 4)
        self.assertTrue(Binding.objects.filter(workspace=self.workspace, deleted_at=None).exists())
        history_step(journey=self.journey, actor=self.ed)
        after = self.dumped()
        before.pop("origin"), after.pop("origin")
        self.assertEqual(after, before)
        history_step(journey=self.journey, actor=self.ed, redo=True)
        self.assertEqual(self.dumped()["steps"], data["steps"])

    def test_new_rows_and_a_deleted_one_that_comes_back(self) -> None:
        data = self.dumped()
        data["cards"] = [part for part in data["cards"] if part["id"] != "C-001"]
        self.apply(data)
        gone = Card.objects.get(journey=self.journey, serial=1)
        self.assertIsNotNone(gone.deleted_at)
        data["cards"].append({"id": "C-001", "lane": "L-001", "step": "S-002", "text": "Back"})
        data["cards"].append({"lane": "L-001", "step": "S-002", "text": "Without a number"})
        self.apply(data)
        gone.refresh_from_db()
        self.assertIsNone(gone.deleted_at)
        new = Card.objects.get(journey=self.journey, text="Without a number")
        self.assertEqual(new.serial, 5)

    def test_somebody_else_was_quicker(self) -> None:
        data = self.dumped()
        revision = data["origin"]["revision"]
        card_edit(card=Card.objects.get(journey=self.journey, serial=1), actor=self.olga, text="Olga's")
        data["cards"][0]["text"] = "Ed's"
        with self.assertRaises(StaleRevision):
            self.apply(data, expected_board_revision=revision)
        self.assertEqual(Card.objects.get(journey=self.journey, serial=1).text, "Olga's")

    def test_nothing_of_a_wrong_document_is_written(self) -> None:
        data = self.dumped()
        data["cards"][0]["text"] = "Changed"
        data["content"]["kpis"][0]["target"]["value"] = 7  # 700 %
        with self.assertRaises(interchange.DocumentInvalid) as caught:
            self.apply(data)
        self.assertIn("$.content.kpis[0]", caught.exception.fields)
        self.assertEqual(Card.objects.get(journey=self.journey, serial=1).text, "Reads reviews")

    def test_a_target_in_the_document_is_set(self) -> None:
        data = self.dumped()
        data["content"]["kpis"][0]["target"]["value"] = 0.02
        self.apply(data)
        self.assertEqual(Target.objects.get(workspace=self.workspace, ended_at=None).value, 0.02)

    def test_a_restored_map_leaves_the_library_and_the_work_alone(self) -> None:
        data = self.dumped()
        Solution.objects.filter(journey=self.journey).update(status="done", impact=5)
        Target.objects.filter(workspace=self.workspace).update(value=0.5)
        self.apply(data, library="keep")
        self.assertEqual(Target.objects.get(workspace=self.workspace, ended_at=None).value, 0.5)
        solution = Solution.objects.get(journey=self.journey)
        self.assertEqual((solution.status, solution.impact), ("done", 5))

    def test_personas_and_touchpoints_that_are_there_are_not_changed(self) -> None:
        data = self.dumped()
        data["personas"][0]["tagline"] = "somebody else"
        data["touchpoints"][0]["owner"] = "somebody else"
        self.apply(data)
        self.assertEqual(Persona.objects.get(workspace=self.workspace, name="Inès").tagline, "34, in a hurry")
        self.assertFalse(Touchpoint.objects.filter(workspace=self.workspace, owner="somebody else").exists())

    def test_query_count_does_not_grow(self) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as found:
                interchange.document_of(self.journey, files=False)
            return len(found)

        few = queries()
        lane = Lane.objects.get(journey=self.journey, serial=1)
        for step in Step.objects.filter(journey=self.journey):
            for number in range(5):
                card_add(lane=lane, step=step, actor=self.ed, text=f"More {number}")
        self.assertEqual(queries(), few)


class JourneyImportTest(CastTestCase):
    def made(self, data: dict[str, Any], *, elsewhere: bool = False) -> interchange.Written:
        workspace, actor = (self.elsewhere, self.otto) if elsewhere else (self.workspace, self.ed)
        return interchange.journey_import(workspace=workspace, document=interchange.document_from(data), actor=actor)

    def test_it_works(self) -> None:
        written = self.made(document())
        persona = Persona.objects.get(workspace=self.workspace, name="Inès")
        self.assertEqual((persona.tagline, persona.colour), ("34, in a hurry", 2))
        self.assertEqual(persona.traits.count(), 10)
        channel = Channel.objects.get(workspace=self.workspace, code="pigeon")
        self.assertFalse(channel.online)
        self.assertIn("Pigeon", " ".join(written.notes))
        self.assertEqual(Target.objects.get(workspace=self.workspace).value, 0.018)
        solution = Solution.objects.get(journey=written.journey)
        self.assertEqual(solution.pain, Pain.objects.get(journey=written.journey))
        self.assertEqual(solution.binding.kpi.code, "purchase-rate")

    def test_touchpoints_are_found_by_code_then_by_name(self) -> None:
        first = self.made(document()).journey
        data = document()
        data["touchpoints"][0] |= {"code": "other-code", "name": "payment PAGE"}
        data["cards"][2]["touchpoint"] = "other-code"
        data["content"] = {}
        second = self.made(data).journey
        pair = [Card.objects.get(journey=journey, serial=2).touchpoint for journey in (first, second)]
        self.assertEqual(pair[0], pair[1])
        self.assertEqual(Touchpoint.objects.filter(workspace=self.workspace).count(), 2)

    def test_an_import_never_changes_targets_that_are_there(self) -> None:
        self.made(document())
        data = document()
        data["content"]["kpis"][0]["target"]["value"] = 0.5
        written = self.made(data)
        self.assertEqual(Target.objects.get(workspace=self.workspace, ended_at=None).value, 0.018)
        self.assertIn("purchase-rate", " ".join(written.notes))

    def test_links_to_journeys_are_found_by_id_then_by_name(self) -> None:
        part = self.made(document(journey={"name": "Paying"})).journey
        data = document()
        data["steps"][1]["linked_journey"] = {"id": str(part.pk), "name": "was renamed"}
        data["journey"]["parent"] = {"name": "Paying"}
        data["journey"]["as_is"] = {"id": "7d1c6f0e-0000-4000-8000-000000000000", "name": "Not here"}
        written = self.made(data)
        self.assertEqual(Step.objects.get(journey=written.journey, serial=2).linked_journey, part)
        self.assertEqual(written.journey.parent, part)
        self.assertIsNone(written.journey.as_is)
        self.assertIn("Not here", " ".join(written.notes))

    def test_a_journey_of_another_workspace_is_not_found(self) -> None:
        hidden = self.made(document(), elsewhere=True).journey
        data = document()
        data["journey"]["parent"] = {"id": str(hidden.pk), "name": hidden.name}
        self.assertIsNone(self.made(data).journey.parent)

    def test_nothing_of_a_wrong_document_is_written(self) -> None:
        data = document()
        data["content"]["kpis"][0]["target"]["value"] = 7
        with self.assertRaises(interchange.DocumentInvalid):
            self.made(data)
        self.assertFalse(Journey.objects.filter(workspace=self.workspace).exists())
        self.assertFalse(Touchpoint.objects.filter(workspace=self.workspace).exists())

    def test_a_copy_takes_pains_and_solutions_along(self) -> None:
        journey = self.made(document()).journey
        copy = journey_duplicate(journey=journey, actor=self.ed, name="Copy")
        pain = Pain.objects.get(journey=copy)
        self.assertEqual((pain.title, pain.step.journey), ("Too many fields", copy))
        self.assertEqual(Solution.objects.get(journey=copy).pain, pain)
        original, copied = (interchange.to_dict(interchange.document_of(row)) for row in (journey, copy))
        for one in (original, copied):
            one.pop("origin")
            one["journey"].pop("name")
        self.assertEqual(copied, original)


class WrongDocumentTest(CastTestCase):
    """Each problem is named by its JSON path."""

    def problems(self, data: Any) -> dict[str, Any]:
        with self.assertRaises(interchange.DocumentInvalid) as caught:
            interchange.document_from(json.loads(json.dumps(data)))
        return caught.exception.fields

    def test_paths(self) -> None:
        cases: list[tuple[str, Any]] = [
            ("$.version", {"version": 2}),
            ("$.stages", {"stages": []}),
            ("$.steps[0].id", {"steps": [{"id": "S-1", "stage": "ST-001", "name": "x"}]}),
            ("$.steps[0].stage", {"steps": [{"id": "S-001", "stage": "ST-009", "name": "x"}]}),
            ("$.cards[0]", {"cards": [{"lane": "L-001", "step": "S-001", "level": 1}]}),
            ("$.cards[0].url", {"cards": [{"lane": "L-001", "step": "S-001", "url": "javascript:alert(1)"}]}),
            ("$.cards[0]", {"cards": [{"lane": "L-001", "step": "S-001"}]}),
            ("$.cards[0].persona", {"cards": [{"lane": "L-001", "step": "S-001", "text": "x", "persona": "Nobody"}]}),
            ("$.curve[0].level", {"curve": [{"step": "S-001", "level": 0.3}]}),
            ("$.curve[1]", {"curve": [{"step": "S-001", "level": 1}] * 2}),
            ("$.content.weather", {"content": {"weather": []}}),
            ("$.content.pains[0].step", {"content": {"pains": [{"number": 1, "title": "x", "step": "S-999"}]}}),
            ("$.content.pains[0].title", {"content": {"pains": [{"number": 1, "title": ""}]}}),
            ("$.journey.name", {"journey": {"name": "zero \0 character"}}),
            ("$.journey.name", {"journey": {"name": "half \ud800 pair"}}),
        ]
        for path, change in cases:
            with self.subTest(path=path, change=str(change)[:60]):
                found = self.problems(document(**change))
                self.assertTrue(any(key.startswith(path) for key in found), found)

    def test_no_json(self) -> None:
        for raw in (b"", b"[1]", b"{", b"\xff\xfe", b'{"a":' * 5000):
            with self.subTest(raw=raw[:10]), self.assertRaises(interchange.DocumentInvalid):
                interchange.document_read(raw)

    def test_lengths_and_choices_are_those_of_the_tables(self) -> None:
        pairs: list[tuple[Any, Any]] = [
            (parts.JourneyPart, Journey), (parts.StagePart, Stage), (parts.StepPart, Step), (parts.LanePart, Lane),
            (parts.CardPart, Card), (parts.EvidencePart, Evidence), (parts.PersonaPart, Persona),
            (parts.TouchpointPart, Touchpoint), (parts.ChannelPart, Channel),
        ]  # fmt: skip
        schema = interchange.journey_schema()["$defs"]
        checked = 0
        for part, model in pairs:
            for name, rule in schema[part.__name__]["properties"].items():
                try:
                    column = model._meta.get_field(name)
                except Exception:  # noqa: BLE001, S112 - a part may say more than the table
                    continue
                options = rule.get("anyOf", [rule])
                if isinstance(column, models.CharField) and not column.choices:
                    limits = [option["maxLength"] for option in options if "maxLength" in option]
                    self.assertTrue(limits and max(limits) <= column.max_length, f"{part.__name__}.{name}")
                    checked += 1
                if getattr(column, "choices", None):
                    annotation = part.__annotations__[name]
                    self.assertEqual(set(get_args(annotation)), {key for key, _label in column.choices}, name)
                    checked += 1
        self.assertGreater(checked, 20)
