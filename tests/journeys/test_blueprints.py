"""The files of the templates: every one is whole, in both languages, and speaks of things that exist."""

import re
from collections import Counter, defaultdict

from django.conf import settings
from django.test import SimpleTestCase
from django.utils import translation

from cxmap.lib.text import fold
from cxmap.workspaces.models import Sector
from improvements.models import Nature
from journeys import lanes, sowing
from journeys.blueprints import (
    CHANNELS,
    DATA,
    DEFAULT_LANES,
    ORDER,
    Blueprint,
    BlueprintInvalid,
    Text,
    blueprint_from,
    blueprints,
)
from journeys.blueprints.cases import cases
from journeys.blueprints.drawing import drawing_of, wide_curve_of
from journeys.models import JourneyKind
from kpis.catalogue import CATALOGUE
from kpis.models import Direction
from kpis.sowing import code_and_direction
from touchpoints.models import Phase
from touchpoints.taxonomy import CATEGORIES
from touchpoints.taxonomy import CHANNELS as TAXONOMY_CHANNELS

WHOLE = [key for key in ORDER if key not in ("six-stages", "blank")]
# A plain space where French puts a narrow or a no-break one, and a typewriter's apostrophe.
UNTYPOGRAPHIC = re.compile(r" [;:!?%»]|« |\w'\w")


def texts_of(plan: Blueprint) -> list[Text]:
    """Return every text of a template."""
    found = [plan.name, plan.description, plan.scenario, plan.expectation, plan.success_measure]
    found += [lane.name for lane in plan.lanes] + [touchpoint.name for touchpoint in plan.touchpoints.values()]
    for stage in plan.stages:
        found += [stage.name, stage.note]
    for step in plan.steps:
        found += [step.name, *step.ideas, *(pain.title for pain in step.pains)]
        found += [text for texts in step.cards.values() for text in texts]
    return [text for text in found if text]


class FileTests(SimpleTestCase):
    def test_every_file_is_a_template_and_stands_in_the_order(self) -> None:
        self.assertEqual({path.stem for path in DATA.glob("*.toml")}, set(ORDER))
        self.assertEqual(len(WHOLE), 12)
        self.assertEqual([plan.key for plan in blueprints()], list(ORDER))

    def test_both_languages_everywhere(self) -> None:
        for plan in blueprints():
            texts = texts_of(plan)
            self.assertGreater(len(texts), 3 if plan.key == "blank" else 20)
            self.assertEqual([text for text in texts if not (text.fr and text.en)], [], plan.key)
            self.assertEqual([text.fr for text in texts if UNTYPOGRAPHIC.search(text.fr)], [], plan.key)
            self.assertEqual([text.en for text in texts if re.search(r"[\u202f\u00a0«»]", text.en)], [], plan.key)

    def test_no_statistics(self) -> None:
        """Content is what a team may believe: no share, no percentage, nothing that looks measured."""
        measured = re.compile(r"%|\d+ (clients|customers) (sur|out of)")
        for plan in blueprints():
            self.assertEqual([text for text in texts_of(plan) if measured.search(f"{text.fr} {text.en}")], [])

    def test_they_speak_of_things_that_exist(self) -> None:
        categories = {row[0] for row in CATEGORIES}
        channels = {row[0] for row in TAXONOMY_CHANNELS} | set(CHANNELS)
        kpis = {definition.code: definition for definition in CATALOGUE}
        icons = set(re.findall(r'symbol id="([^"]+)"', (settings.BASE_DIR / "static" / "icons.svg").read_text()))
        for plan in blueprints():
            self.assertIn(plan.kind, JourneyKind.values)
            self.assertIn(plan.sector, ["", *Sector.values])
            self.assertIn(plan.icon, icons)
            for lane in plan.lanes:
                self.assertIn(lane.kind, {kind.key for kind in lanes.kinds()}, plan.key)
            for touchpoint in plan.touchpoints.values():
                where = f"{plan.key}: {touchpoint.key}"
                self.assertIn(touchpoint.category, categories, where)
                self.assertIn(touchpoint.channel, channels, where)
                self.assertIn(touchpoint.phase, Phase.values, where)
                for word in touchpoint.kpis:
                    code, direction = code_and_direction(word)
                    self.assertIn(code, kpis, where)
                    self.assertIn(direction or kpis[code].direction, Direction.values, where)
            for step in plan.steps:
                for pain in step.pains:
                    self.assertIn(pain.nature, ["", *Nature.values], plan.key)
                    self.assertTrue(pain.nature or pain.kind == "opportunity", pain.title)

    def test_nothing_twice_and_nothing_unused(self) -> None:
        for plan in blueprints():
            used = {key for step in plan.steps for key in step.touchpoints}
            self.assertEqual(set(plan.touchpoints), used, plan.key)
            for language in ("fr", "en"):
                with translation.override(language):
                    for names in (
                        [fold(str(touchpoint.name)) for touchpoint in plan.touchpoints.values()],
                        [fold(str(step.name)) for step in plan.steps],
                        [fold(str(stage.name)) for stage in plan.stages],
                        [fold(str(pain.title)) for step in plan.steps for pain in step.pains],
                    ):
                        self.assertEqual([name for name, times in Counter(names).items() if times > 1], [], plan.key)

    def test_one_name_means_one_touchpoint_in_all_templates(self) -> None:
        """Else the second map of a workspace would double what the first one brought."""
        for language in ("fr", "en"):
            meant = defaultdict(set)
            with translation.override(language):
                for plan in blueprints():
                    for touchpoint in plan.touchpoints.values():
                        meant[fold(str(touchpoint.name))].add((touchpoint.category, touchpoint.channel))
            self.assertEqual({name: found for name, found in meant.items() if len(found) > 1}, {})

    def test_they_are_rich_enough(self) -> None:
        for plan in blueprints():
            if plan.key not in WHOLE:
                continue
            with self.subTest(key=plan.key):
                self.assertTrue(5 <= len(plan.stages) <= 7)
                self.assertTrue(9 <= len(plan.steps) <= 16)
                self.assertTrue(8 <= len(plan.touchpoints) <= 20)
                self.assertTrue(5 <= sum(len(touchpoint.kpis) for touchpoint in plan.touchpoints.values()) <= 12)
                self.assertTrue(4 <= sum(len(step.pains) for step in plan.steps) <= 8)
                self.assertTrue(all(step.mood is not None for step in plan.steps))
                self.assertTrue(all(step.cards.get("actions") and step.cards.get("thoughts") for step in plan.steps))
                self.assertTrue(any(step.truth for step in plan.steps))
                self.assertTrue(any(step.ideas for step in plan.steps))
                self.assertTrue(plan.scenario and plan.expectation and plan.success_measure)

    def test_the_parts_count_what_is_there(self) -> None:
        plan = next(plan for plan in blueprints() if plan.key == "online-retail")
        self.assertEqual(sowing.counts(plan), ["17 touchpoints", "12 KPIs", "8 pain points", "3 ideas"])

    def test_the_drawing_has_every_stage_and_step(self) -> None:
        for plan in blueprints():
            drawing = drawing_of(plan)
            self.assertEqual((len(drawing.stages), len(drawing.steps)), (len(plan.stages), len(plan.steps)))
            self.assertLessEqual(max(box.x + box.width for box in drawing.steps), drawing.width)
            self.assertTrue(all(0 <= dot.y <= drawing.height for dot in drawing.dots))
            curve = wide_curve_of(plan, column=200)
            self.assertEqual(curve is None, plan.key in ("six-stages", "blank"))
        plan = next(plan for plan in blueprints() if plan.key == "online-retail")
        with translation.override("en"):
            self.assertEqual(
                drawing_of(plan).label,
                "Believed curve: lowest at “Asks for help”, highest at “Receives and opens the parcel”.",
            )


class ReadingTests(SimpleTestCase):
    """What is wrong in a file is said with its place."""

    def refuses(self, message: str, **content: object) -> None:
        base = {"key": "x", "name": "X", "stages": [{"name": "S", "steps": [{"name": "T"}]}]}
        with self.assertRaisesRegex(BlueprintInvalid, message):
            blueprint_from({**base, **content})

    def step(self, **step: object) -> list[object]:
        return [{"name": "S", "steps": [{"name": "T", **step}]}]

    def test_it_works(self) -> None:
        plan = blueprint_from({"key": "x", "name": ["Un", "One"], "stages": self.step(mood=-0.5)})
        self.assertEqual([lane.key for lane in plan.lanes], list(DEFAULT_LANES))
        with translation.override("fr"):
            self.assertEqual(str(plan.name), "Un")
        with translation.override("en"):
            self.assertEqual(str(plan.name), "One")

    def test_each_refusal(self) -> None:
        self.refuses("name: a language is missing", name=["Un", ""])
        self.refuses("stages: a map needs one", stages=[])
        self.refuses(r"stages\[0\]: a stage needs a step", stages=[{"name": "S"}])
        self.refuses("mood: a level is one of", stages=self.step(mood=0.3))
        self.refuses("mood: a level is one of", stages=self.step(mood=3))
        self.refuses("has no touchpoint 'shop'", stages=self.step(touchpoints=["shop"]))
        self.refuses("has no touchpoint 'shop'", stages=self.step(pains=[{"title": "P", "at": "shop"}]))
        self.refuses("wishes means nothing here", stages=self.step(wishes=["W"]))
        self.refuses("neither pain nor opportunity", stages=self.step(pains=[{"title": "P", "kind": "joy"}]))
        self.refuses("each needs a key of its own", lanes=["actions", "actions"])
        self.refuses("the category or the channel is missing", touchpoints={"shop": {"name": "Shop"}})
        self.refuses("longer than 160", stages=self.step(name="T" * 161))


class CaseTests(SimpleTestCase):
    def test_the_guides_companies_with_lines_and_without_figures(self) -> None:
        self.assertEqual([case.name for case in cases()], ["Apple", "Amazon", "Netflix", "Uber"])
        for case in cases():
            texts = [case.summary, case.silent, *case.questions]
            texts += [text for statement in case.statements for text in (statement.text, *statement.points)]
            self.assertEqual([text for text in texts if not (text.fr and text.en)], [])
            self.assertEqual([text.fr for text in texts if UNTYPOGRAPHIC.search(text.fr)], [])
            self.assertEqual([text.fr for text in texts if re.search(r"\d", text.fr)], [])
            for statement in case.statements:
                self.assertRegex(statement.lines, r"^\d+([–,] ?\d+)*$")
        principles = next(case for case in cases() if case.key == "amazon").statements[1].points
        self.assertEqual(len(principles), 6)
