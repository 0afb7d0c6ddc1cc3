"""The pages of journeys: list, map, table, header, sharing, paper."""

import io
from datetime import timedelta

import pypdf
from django.utils import timezone

from journeys.access import share_token
from journeys.models import Journey, JourneyPersona, ShareLink
from journeys.services.journeys import journey_create, share_link_create
from personas.services import persona_create
from tests.journeys.base import MapTestCase


class MapPageTests(MapTestCase):
    def test_query_count_does_not_grow(self) -> None:
        self.client.force_login(self.ed)
        self.fill(6, 1)
        self.client.get(self.journey.get_absolute_url())  # what a process reads once
        few = self.query_count(self.journey.get_absolute_url())
        self.fill(24, 3)
        self.assertEqual(self.query_count(self.journey.get_absolute_url()), few)
        self.assertLessEqual(few, 40)

    def test_the_table_says_the_same(self) -> None:
        self.client.force_login(self.vi)
        self.fill(6, 1)
        page = self.client.get(self.journey.get_absolute_url(), {"view": "table"})
        self.assertContains(page, "Does 0", 6)
        self.assertContains(page, "believed: +0.5", 6)

    def test_empty_lanes_ask_a_question(self) -> None:
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(self.journey.get_absolute_url()), "What does the customer do here?")

    def test_an_unknown_period_shows_the_last_closed_one(self) -> None:
        self.client.force_login(self.ed)
        page = self.client.get(self.journey.get_absolute_url(), {"period": "yesterday/tomorrow"})
        self.assertEqual(page.status_code, 200)


class ListTests(MapTestCase):
    def test_query_count_does_not_grow(self) -> None:
        self.client.force_login(self.vi)
        url = f"/w/{self.workspace.slug}/journeys/"
        persona = persona_create(workspace=self.workspace, actor=self.ed, name="Claire")
        few = self.query_count(url)
        for number in range(12):
            journey_create(workspace=self.workspace, actor=self.ed, name=f"J{number}", personas=[persona])
        self.assertLessEqual(self.query_count(url), few)

    def test_a_new_map_needs_a_persona_or_says_none_yet(self) -> None:
        self.client.force_login(self.ed)
        url = f"/w/{self.workspace.slug}/journeys/new/six-stages/"
        data = {"name": "New", "kind": "customer"}
        response = self.client.post(url, data)
        self.assertEqual(response.status_code, 422)
        self.assertFalse(Journey.objects.filter(name="New").exists())
        response = self.client.post(url, {**data, "no_persona_yet": "on"})
        journey = Journey.objects.get(name="New")
        self.assertRedirects(response, journey.get_absolute_url())
        self.assertEqual(journey.stages.count(), 6)

    def test_the_fifth_stage_says_that_the_guide_repeats_itself(self) -> None:
        stage = self.journey.stages.order_by("rank")[4]
        self.assertEqual((stage.name, bool(stage.note)), ("After-sale and use", True))

    def test_trash_and_restore(self) -> None:
        self.client.force_login(self.ed)
        self.client.post(f"/journeys/{self.journey.pk}/delete/")
        self.assertEqual(self.client.get(self.journey.get_absolute_url()).status_code, 404)
        self.assertContains(self.client.get(f"/w/{self.workspace.slug}/journeys/"), "Buying")
        self.client.post(f"/journeys/{self.journey.pk}/restore/")
        self.assertEqual(self.client.get(self.journey.get_absolute_url()).status_code, 200)


class HeaderTests(MapTestCase):
    def test_it_works(self) -> None:
        persona = persona_create(workspace=self.workspace, actor=self.ed, name="Claire")
        self.client.force_login(self.ed)
        data = {
            "name": "Buying online",
            "personas": [persona.pk],
            "kind": "customer",
            "horizon": "to_be",
            "status": "in_review",
            "owner": "E-commerce",
            "aims": ["simplify"],
            "methods": ["workshop", "data"],
            "revision": self.journey.revision,
        }
        response = self.client.post(f"/journeys/{self.journey.pk}/settings/", data)
        self.assertRedirects(response, self.journey.get_absolute_url())
        page = self.client.get(self.journey.get_absolute_url())
        for text in ("Buying online", "Claire", "to-be journey", "Owner: E-commerce", "simplify online and offline"):
            self.assertContains(page, text)
        response = self.client.post(f"/journeys/{self.journey.pk}/settings/", data)
        self.assertEqual(response.status_code, 409)

    def test_a_persona_of_another_workspace_is_no_choice(self) -> None:
        stranger = persona_create(workspace=self.elsewhere, actor=self.otto, name="Theirs")
        self.client.force_login(self.ed)
        data = {"name": "x", "personas": [stranger.pk], "kind": "customer", "horizon": "as_is", "status": "draft"}
        response = self.client.post(f"/journeys/{self.journey.pk}/settings/", {**data, "revision": 1})
        self.assertEqual(response.status_code, 422)
        self.assertFalse(JourneyPersona.objects.exists())


class ShareTests(MapTestCase):
    def link(self) -> ShareLink:
        return share_link_create(journey=self.journey, actor=self.ed, days=7, label="Board")

    def test_it_works_without_an_account(self) -> None:
        self.fill(6, 1)
        page = self.client.get(f"/shared/{share_token(self.link())}/")
        self.assertContains(page, "Does 0")
        self.assertNotContains(page, "data-editable")
        self.assertNotContains(page, self.touchpoint.get_absolute_url())
        self.assertEqual(page["X-Robots-Tag"], "noindex")

    def test_every_view_of_it_leads_nowhere_else(self) -> None:
        self.fill(6, 1)
        url = f"/shared/{share_token(self.link())}/"
        for view, text in (
            ("table", "Does 0"),
            ("curve", "map--alone"),
            ("present", "data-slide"),
            ("nonsense", "Does 0"),
        ):
            with self.subTest(view):
                page = self.client.get(url, {"view": view})
                self.assertContains(page, text)
                self.assertContains(page, f"{url}?view=present")
                self.assertEqual(page["X-Robots-Tag"], "noindex")
                self.assertNotContains(page, f"/journeys/{self.journey.pk}/")
                self.assertNotContains(page, f"/w/{self.workspace.slug}/")
                self.assertNotContains(page, f"/touchpoints/{self.touchpoint.pk}/")

    def test_expired_revoked_and_forged_links_find_nothing(self) -> None:
        link = self.link()
        url = f"/shared/{share_token(link)}/"
        self.assertEqual(self.client.get(url[:-2] + "x/").status_code, 404)
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        self.assertEqual(self.client.get(url).status_code, 404)
        ShareLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
        self.assertEqual(self.client.get(url).status_code, 200)
        self.client.force_login(self.ed)
        self.client.post(f"/share-links/{link.pk}/revoke/")
        self.assertEqual(self.client.get(url).status_code, 404)

    def test_a_deleted_map_is_not_shared_any_more(self) -> None:
        url = f"/shared/{share_token(self.link())}/"
        Journey.objects.update(deleted_at=timezone.now())
        self.assertEqual(self.client.get(url).status_code, 404)


class PdfTests(MapTestCase):
    def test_it_is_a3_with_real_text(self) -> None:
        self.fill(14, 1)
        self.client.force_login(self.vi)
        response = self.client.get(f"/journeys/{self.journey.pk}/map.pdf")
        self.assertEqual(response["Content-Type"], "application/pdf")
        document = pypdf.PdfReader(io.BytesIO(response.content))
        page = document.pages[0]
        self.assertAlmostEqual(float(page.mediabox.width), 1190.55, delta=1)
        self.assertIn("Does 0", page.extract_text())
        self.assertIn("Payment page", page.extract_text())
