"""Nothing of a draft reaches those who only read, whichever address of the product they open."""

import re
from typing import Any

from django.urls import reverse

from cxmap.workspaces.models import Role
from improvements.models import Pain
from improvements.services import pain_add
from journeys.forms import EvidenceKind
from journeys.models import Lane, Stage, Step
from journeys.services import approval, cards, lanes, stages
from journeys.services.evidence import evidence_add, evidence_edit
from journeys.services.exports import Wish, export_start, export_work
from journeys.services.journeys import journey_update
from journeys.services.versions import version_save
from tests import access as table
from tests.access import ApiRow, Open, Row, World
from tests.access.journeys import journey, one, the_lane, the_step
from tests.api import ApiTestCase

TEXT = "zanzibarword"  # stands on cards, in evidence, notes and the scenario of the draft
NAME = "quixoticword"  # stands in names of stages, steps and lanes of the draft

# Figures of the whole workspace follow the draft: they name its stages and steps (docs/decisions/0030).
COUNT_THE_DRAFT = frozenset({"kpis:matrix", "kpis:ranking", "kpis:dashboard", "dashboards:detail"})


class ReadersWalkTests(ApiTestCase):
    def test_it_works(self) -> None:
        """Every page and every read of the API that a viewer may open, after a map was published and edited on."""
        world = World(type(self))
        rows = [row for row in table.all_rows() if row.method == "get" and row.needs in {Role.VIEWER, Open.SIGNED_IN}]
        self.assertGreater(len(rows), 60)
        for row in rows:  # makes what the rows are about before anything is published
            row.kwargs(world)
        self.assertTrue("published version" in self.publish_and_edit(world), "the viewer sees the published version")
        token = self.token(self.vi)
        leaks, opened = [], 0
        for row in rows:
            target = reverse(row.name, kwargs=row.kwargs(world))
            queries = [row.query(world) if callable(row.query) else row.query]
            if row.name == "journeys:detail":
                queries += ["?view=table", "?view=curve", "?view=evidence", "?hidden=shown"]
            if row.name == "journeys:download":
                targets = [
                    reverse(row.name, args=[journey(world).pk, kind]) for kind in ("json", "xlsx", "csv", "cjml")
                ]
            else:
                targets = [target]
            for address in [path + query for path in targets for query in queries]:
                found = self.body(row, address, token)
                opened += bool(found)
                wanted = [TEXT] if row.name in COUNT_THE_DRAFT else [TEXT, NAME]
                leaks += [f"{row.name} {address}: {word}" for word in wanted if word in found]
        self.assertGreater(opened, 50)
        self.assertEqual(leaks, [], "\n".join(leaks))

    def body(self, row: Row | ApiRow, address: str, token: str) -> str:
        """Return what a viewer reads at an address; empty where there is nothing for them."""
        if isinstance(row, ApiRow):
            self.client.logout()
            response: Any = self.client.get(address, headers={"Authorization": f"Token {token}"})
        else:
            self.client.force_login(self.vi)
            response = self.client.get(address)
        if response.status_code != 200:
            return ""
        content = b"".join(response) if response.streaming else response.content
        return content.decode(errors="replace")

    def publish_and_edit(self, world: World) -> str:
        """Publish the map of the access table and go on with a draft full of the two words."""
        ed, row, step = self.ed, journey(world), the_step(world)
        card = cards.card_add(lane=the_lane(world), step=step, actor=ed, text="Compares offers")
        record = evidence_add(journey=row, actor=ed, kind=EvidenceKind.INTERVIEW, title="Four customers")
        approval.journey_publish(journey=row, actor=self.olga, owner="Olga")
        cards.card_edit(card=card, actor=ed, text=f"Compares {TEXT}")
        cards.card_add(lane=the_lane(world), step=step, actor=ed, text=f"Adds {TEXT}", source=f"says {TEXT}")
        evidence_edit(row=record, actor=ed, notes=TEXT)
        evidence_add(journey=row, actor=ed, kind=EvidenceKind.INTERVIEW, title=f"Ten {TEXT}")
        journey_update(journey=row, actor=ed, scenario=f"About {TEXT}", expectation=TEXT, success_measure=TEXT)
        stages.stage_rename(stage=Stage.objects.filter(journey=row).order_by("rank")[0], actor=ed, name=f"Old {NAME}")
        stages.step_rename(step=Step.objects.get(pk=step.pk), actor=ed, name=f"Step {NAME}")
        lanes.lane_rename(lane=Lane.objects.get(pk=the_lane(world).pk), actor=ed, name=f"Lane {NAME}")
        version_save(journey=row, actor=ed, name=f"Version {TEXT}", note=TEXT)
        export = export_start(journey=row, actor=ed, wish=Wish(format="svg"))
        export_work(export.pk)
        self.client.force_login(ed)
        draft = self.client.get(reverse("journeys:detail", kwargs=one(world))).content.decode()
        self.assertEqual((TEXT in draft, NAME in draft), (True, True))
        self.client.force_login(self.vi)
        self.assertEqual(self.client.get(reverse("journeys:export-file", args=[export.pk])).status_code, 404)
        return self.client.get(reverse("journeys:detail", kwargs=one(world))).content.decode()

    def test_search(self) -> None:
        world = World(type(self))
        self.publish_and_edit(world)
        address = reverse("search:search", args=[self.workspace.slug])
        for person, found in ((self.vi, False), (self.ana, False), (self.ed, True)):
            self.client.force_login(person)
            for word in (TEXT, NAME):
                with self.subTest(person=str(person), word=word):
                    page = self.client.get(f"{address}?q={word}").content.decode()
                    hits = re.findall(r'href="(/journeys/[^"]+)"', page)
                    self.assertEqual(bool(hits), found, hits)

    def test_pain_points_and_what_becomes_of_them(self) -> None:
        """A pain point of the draft waits for the next publication; those that were published keep their words."""
        world = World(type(self))
        row, step = journey(world), the_step(world)
        pain = pain_add(workspace=self.workspace, actor=self.ed, title="Prices are hidden", step=step)
        approval.journey_publish(journey=row, actor=self.olga)
        pain_add(workspace=self.workspace, actor=self.ed, title=f"Also {TEXT}", step=step)
        Pain.objects.filter(pk=pain.pk).update(title=f"Changed {TEXT}")
        for person, seen in ((self.vi, "Prices are hidden"), (self.ed, f"Changed {TEXT}")):
            self.client.force_login(person)
            page = self.client.get(row.get_absolute_url()).content.decode()
            self.assertTrue(seen in page, f"{person} sees {seen}")
            self.assertEqual(TEXT in page, person == self.ed)
