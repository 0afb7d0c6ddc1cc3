import datetime as dt

from django.urls import reverse
from django.utils import timezone

from cxmap.history.models import Change
from personas.models import TraitEvidence
from tests.personas.base import PersonaTestCase


class EvidenceTests(PersonaTestCase):
    """A8: each field cites its survey, interview or data analysis."""

    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.goals = self.trait("goals")
        self.url = reverse("personas:evidence-add", args=[self.goals.pk])

    def test_it_works(self) -> None:
        data = {
            "kind": "interview",
            "title": "Ten interviews",
            "link": "https://example.org/report",
            "gathered_on": "2026-03-02",
            "n": "10",
        }
        response = self.client.post(self.url, data)
        self.assertRedirects(
            response, f"{self.persona.get_absolute_url()}#trait-{self.goals.pk}", fetch_redirect_response=False
        )
        evidence = self.goals.evidence.get()
        self.assertEqual((evidence.kind, evidence.n, evidence.gathered_on), ("interview", 10, dt.date(2026, 3, 2)))
        page = self.client.get(self.persona.get_absolute_url())
        self.assertContains(page, "2 Mar 2026 · 10 people")
        self.assertContains(page, "100%")
        self.assertTrue(Change.objects.filter(action="evidence.added", actor=self.ed).exists())

    def test_a_script_gets_the_form_alone(self) -> None:
        response = self.client.get(self.url, headers={"HX-Request": "true"})
        self.assertNotContains(response, "<html")
        self.assertContains(response, "Kind of evidence")

    def test_errors(self) -> None:
        tomorrow = timezone.localdate() + dt.timedelta(days=2)
        for data in (
            {},
            {"kind": "rumour", "title": "x"},
            {"kind": "data", "title": "x", "link": "javascript:alert(1)"},
            {"kind": "data", "title": "x", "gathered_on": tomorrow.isoformat()},
            {"kind": "data", "title": "x", "n": "0"},
        ):
            with self.subTest(data=data):
                self.assertEqual(self.client.post(self.url, data).status_code, 422)
        self.assertFalse(self.goals.evidence.exists())

    def test_remove_and_take_back(self) -> None:
        evidence = TraitEvidence.objects.get()
        response = self.client.post(reverse("personas:evidence-remove", args=[evidence.pk]), follow=True)
        self.assertContains(response, "The evidence “Shop survey” was removed.")
        self.assertContains(response, "no evidence yet", count=2)
        self.client.post(reverse("personas:evidence-remove", args=[evidence.pk]))  # twice is harmless
        response = self.client.post(reverse("personas:evidence-restore", args=[evidence.pk]), follow=True)
        self.assertContains(response, "412 respondents")

    def test_a_viewer_cannot(self) -> None:
        self.client.force_login(self.vi)
        evidence = TraitEvidence.objects.get()
        self.assertEqual(self.client.get(self.url).status_code, 403)
        self.assertEqual(self.client.post(reverse("personas:evidence-remove", args=[evidence.pk])).status_code, 403)
