"""Read-only links, and dashboards as files."""

import datetime as dt
import io

from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from cxmap.workspaces.models import Membership, Role, User
from dashboards.access import link_token
from dashboards.models import DashboardLink
from dashboards.services import boards, links
from journeys.access import share_token
from journeys.services.journeys import share_link_create
from tests.dashboards.base import BoardTestCase


class LinkTests(BoardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.tile("kpi", 3, subject=f"binding:{self.binding.pk}")
        self.tile("worst", rows=5)
        self.link = links.link_create(dashboard=self.dashboard, actor=self.ed, days=7)
        self.public = f"/shared/dashboards/{link_token(self.link)}/"
        self.client.logout()

    def test_whoever_has_it_reads_this_one_dashboard_and_nothing_leads_further(self) -> None:
        page = self.client.get(self.public)
        self.assertContains(page, "1.37%")
        self.assertEqual(page["X-Robots-Tag"], "noindex")
        for inside in (f"/w/{self.workspace.slug}/", "/touchpoints/", "/flags/", "data-grip"):
            self.assertNotContains(page, inside)
        self.assertEqual(DashboardLink.objects.get().opened_count, 1)

    def test_its_address_cannot_turn_to_other_figures(self) -> None:
        page = self.client.get(self.public, {"category": "marketing", "period": "2026-01-01/2026-01-07"})
        self.assertContains(page, "1.37%")
        self.assertEqual(page.context["page"].chips, [])

    def test_it_stops_with_its_day_when_ended_and_when_forged(self) -> None:
        self.assertEqual(self.client.get("/shared/dashboards/nonsense/").status_code, 404)
        DashboardLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
        self.assertEqual(self.client.get(self.public).status_code, 404)
        DashboardLink.objects.update(expires_at=timezone.now() + dt.timedelta(days=1))
        links.link_revoke(link=self.link, actor=self.ed)
        self.assertEqual(self.client.get(self.public).status_code, 404)

    def test_it_stops_with_the_rights_of_its_maker(self) -> None:
        member = Membership.objects.filter(user=self.ed)
        member.update(role=Role.VIEWER)
        self.assertEqual(self.client.get(self.public).status_code, 404)
        member.update(role=Role.EDITOR)
        self.assertEqual(self.client.get(self.public).status_code, 200)
        by_olga = links.link_create(dashboard=self.dashboard, actor=self.olga, days=7)
        boards.dashboard_update(dashboard=self.dashboard, actor=self.ed, shared=False)
        self.assertEqual(self.client.get(f"/shared/dashboards/{link_token(by_olga)}/").status_code, 404)
        member.delete()
        self.assertEqual(self.client.get(self.public).status_code, 404)

    def test_it_stops_with_the_account_of_its_maker(self) -> None:
        made = share_link_create(journey=self.journey, actor=self.ed, days=7)
        pages = (self.public, f"/shared/{share_token(made)}/")
        self.assertEqual([self.client.get(page).status_code for page in pages], [200, 200])
        User.objects.filter(pk=self.ed.pk).update(is_active=False)
        self.assertEqual([self.client.get(page).status_code for page in pages], [404, 404])
        # Whose account is gone altogether has closed none: the link of the map ends with its day.
        type(made).objects.update(created_by=None)
        self.assertEqual(self.client.get(pages[1]).status_code, 200)

    def test_it_stops_with_the_dashboard(self) -> None:
        boards.dashboard_delete(dashboard=self.dashboard, actor=self.ed)
        self.assertEqual(self.client.get(self.public).status_code, 404)

    def test_a_link_to_a_map_opens_no_dashboard(self) -> None:
        token = share_token(share_link_create(journey=self.journey, actor=self.ed, days=7))
        self.assertEqual(self.client.get(f"/shared/dashboards/{token}/").status_code, 404)

    def test_made_and_ended_on_its_page(self) -> None:
        self.client.force_login(self.ed)
        self.client.post(f"{self.url}share/new/", {"days": "30", "label": "Board"})
        self.assertContains(self.client.get(f"{self.url}share/"), "Board")
        self.assertEqual(self.client.post(f"{self.url}share/new/", {"days": "4000"}).status_code, 422)
        link = DashboardLink.objects.get(label="Board")
        self.client.post(f"/dashboard-links/{link.pk}/revoke/")
        self.assertNotContains(self.client.get(f"{self.url}share/"), "Board")


class FileTests(BoardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.tile("kpi", 3, subject=f"binding:{self.binding.pk}")
        self.tile("trend", subject=f"binding:{self.binding.pk}", length="year")
        self.tile("text", text="A *word* #with [signs] $of$ markup", title="Note")
        self.tile("coverage")
        self.tile("freshness")
        self.tile("worst", rows=5)
        self.tile("reference", 4, figure="temkin")

    def test_a_pdf_has_real_text_and_repeats_the_filters(self) -> None:
        response = self.client.get(f"{self.url}dashboard.pdf", {"category": "sales"})
        self.assertEqual(response["Content-Type"], "application/pdf")
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
        text = " ".join(text.split())
        for words in ("Weekly", "category: Sales", "1.37%", "14,000 visits", "A *word* #with [signs] $of$ markup"):
            self.assertIn(words, text)
        self.assertIn("cited by the guide, not verified", text)

    def test_a_png_is_one_image(self) -> None:
        response = self.client.get(f"{self.url}dashboard.png")
        image = Image.open(io.BytesIO(response.content))
        self.assertEqual((image.format, image.width > 1500), ("PNG", True))

    def test_in_french(self) -> None:
        self.ed.language = "fr"
        self.ed.save()
        text = PdfReader(io.BytesIO(self.client.get(f"{self.url}dashboard.pdf").content)).pages[0].extract_text()
        self.assertIn("1,37", text)
        self.assertIn("000 visites", text)


class OverviewFileTests(BoardTestCase):
    def test_the_overview_as_pdf_repeats_its_filters(self) -> None:
        self.on_map(3)
        response = self.client.get(f"/w/{self.workspace.slug}/overview.pdf", {"journey": self.journey.pk})
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages).split())
        for words in ("Overview of Acme", "Buying", "What hurts", "from 1.93% to 1.37%", "14,000", "All KPIs by stage"):
            self.assertIn(words, text)

    def test_an_empty_one_too(self) -> None:
        response = self.client.get(f"/w/{self.workspace.slug}/overview.png", {"journey": self.journey.pk})
        self.assertEqual(Image.open(io.BytesIO(response.content)).format, "PNG")
