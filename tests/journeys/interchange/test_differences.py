"""What two documents differ in, as sentences by stage."""

import copy
from typing import Any

from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TestCase as ExampleTestCase

from journeys import interchange
from tests.journeys.interchange.base import document
from tests.journeys.interchange.strategies import documents


def said(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str]]:
    """Return the sentences by stage."""
    groups = interchange.differences(interchange.document_from(before), interchange.document_from(after))
    return {group.name: [difference.sentence for difference in group.differences] for group in groups}


class DifferencesTest(ExampleTestCase):
    def changed(self, change: Any) -> dict[str, list[str]]:
        after = copy.deepcopy(document())
        change(after)
        return said(document(), after)

    def test_it_works(self) -> None:
        def change(data: dict[str, Any]) -> None:
            data["steps"][0]["stage"] = "ST-002"
            data["cards"][0]["text"] = "Reads ten reviews"
            data["content"]["kpis"][0]["target"]["value"] = 0.02
            data["content"]["pains"].append({"number": 2, "title": "No phone number", "step": "S-002"})
            data["curve"][0]["level"] = -1

        found = self.changed(change)
        self.assertEqual(list(found), ["Purchase"])
        self.assertEqual(
            sorted(found["Purchase"]),
            sorted(
                [
                    "step “Compare” moved from “Evaluation” to “Purchase”",
                    "card text changed (Actions): Reads reviews → Reads ten reviews",
                    "target changed: purchase rate on “Payment page”, 1.8% → 2%",
                    "pain point added: “No phone number”",
                    "believed curve lowered from +1 to −1 at “Compare”",
                ]
            ),
        )

    def test_in_french(self) -> None:
        def change(data: dict[str, Any]) -> None:
            data["curve"][1]["level"] = 0.5
            data["content"]["kpis"][0]["target"]["value"] = 0.02

        with translation.override("fr"):
            found = self.changed(change)["Purchase"]
        self.assertIn("courbe estimée relevée de −1,5 à +0,5 pour «\u00a0Pay\u00a0»", found)
        self.assertIn(
            "objectif modifié\u00a0: taux d'achat sur «\u00a0Payment page\u00a0», 1,8\u00a0% → 2\u00a0%", found
        )

    def test_the_same_is_no_difference(self) -> None:
        self.assertEqual(said(document(), document()), {})

    def test_one_step_that_moves_is_one_sentence(self) -> None:
        steps = [{"id": f"S-{number:03d}", "stage": "ST-001", "name": f"Step {number}"} for number in range(1, 7)]
        base = document(steps=steps, cards=[], curve=[], content={})
        moved = document(steps=[steps[5], *steps[:5]], cards=[], curve=[], content={})
        self.assertEqual(said(base, moved), {"Evaluation": ["step “Step 6” has another place in its stage"]})

    def test_a_removed_step_speaks_for_its_cards(self) -> None:
        def change(data: dict[str, Any]) -> None:
            data["steps"] = data["steps"][1:]
            data["cards"] = data["cards"][2:]
            data["curve"] = data["curve"][1:]

        self.assertEqual(
            self.changed(change)["Evaluation"],
            ["step removed: “Compare”"],
        )

    def test_the_map_as_a_whole(self) -> None:
        def change(data: dict[str, Any]) -> None:
            data["journey"] |= {"name": "Buying boots", "horizon": "to_be", "review_on": "2027-03-01"}
            data["personas"] = data["personas"][:1]
            data["lanes"].reverse()
            data["evidence"] = []
            data["cards"][0].pop("evidence")

        whole = self.changed(change)[""]
        self.assertIn("name: Buying shoes → Buying boots", whole)
        self.assertIn("horizon: as-is journey → to-be journey", whole)
        self.assertIn("review date: — → 1 Mar 2027", whole)
        self.assertIn("persona removed: Karim", whole)
        self.assertIn("evidence removed: Interviews", whole)
        self.assertEqual(len([line for line in whole if "another place" in line]), 4)

    def test_a_reworded_pain_point_is_no_new_one(self) -> None:
        def change(data: dict[str, Any]) -> None:
            data["content"]["pains"][0]["title"] = "Far too many fields"

        self.assertEqual(
            self.changed(change)["Purchase"], ["pain point reworded: “Too many fields” → “Far too many fields”"]
        )

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(before=documents(), after=documents())
    def test_any_two_documents_compare(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        self.assertEqual(said(before, before), {})
        said(before, after)
