"""KPIs by type of touchpoint (artefact 4, A26 to A30, A35): the list, recognising a type, and binding in one click."""

import csv
import io

from django.urls import reverse
from django.utils import translation

from cxmap.history.models import Change
from cxmap.workspaces.models import Sector
from kpis.definitions import CATALOGUE
from kpis.models import Binding, Direction, Kpi, Target
from kpis.services import binding_create
from kpis.suggestions import BY_CODE, REASONS, TYPES, type_of
from tests.kpis.base import KpiTestCase
from touchpoints.examples import EXAMPLES
from touchpoints.models import Category, Channel
from touchpoints.services import touchpoint_create
from touchpoints.taxonomy import CATEGORIES, CHANNELS

KPIS = {one.code: one for one in CATALOGUE}


class CatalogueTests(KpiTestCase):
    def test_every_code_exists_and_stands_once(self) -> None:
        self.assertGreaterEqual(len(TYPES), 30)
        self.assertEqual(len(BY_CODE), len(TYPES))
        channels, categories = {row[0] for row in CHANNELS}, {row[0] for row in CATEGORIES}
        for kind in TYPES:
            with self.subTest(kind=kind.code):
                codes = [fit.kpi for fit in kind.kpis]
                self.assertEqual(len(codes), len(set(codes)))
                self.assertGreaterEqual(len(codes), 3)
                self.assertLessEqual(set(codes), KPIS.keys() & REASONS.keys())
                self.assertLessEqual(set(kind.channels), channels)
                self.assertLessEqual(set(kind.categories), categories)
                self.assertLessEqual(set(kind.sectors), set(Sector.values))
        self.assertLessEqual(channels, {channel for kind in TYPES for channel in kind.channels})

    def test_a_kpi_without_direction_gets_the_usual_one_and_others_keep_theirs(self) -> None:
        for kind in TYPES:
            for fit in kind.kpis:
                with self.subTest(kind=kind.code, kpi=fit.kpi):
                    self.assertEqual(bool(fit.direction), not KPIS[fit.kpi].direction)

    def test_the_four_rows_of_the_guide_are_marked_and_nothing_else(self) -> None:
        marked = {(kind.code, fit.kpi) for kind in TYPES for fit in kind.kpis if fit.guide}
        self.assertEqual(
            marked,
            {
                ("product-page", "add-to-cart-rate"),
                ("product-page", "purchase-rate"),
                ("welcome-email", "open-rate"),
                ("chat", "csat"),
                ("call-centre", "fcr"),
            },
        )

    def test_french_texts_have_the_spaces_of_french(self) -> None:
        texts = [kind.name for kind in TYPES] + [fit.why for kind in TYPES for fit in kind.kpis]
        texts += [reason for _family, reason in REASONS.values()]
        for one in texts:
            self.assertNotRegex(one.fr, r" [:;!?%»]|« ")


class RecogniseTests(KpiTestCase):
    def test_names_in_both_languages_say_the_type(self) -> None:
        for name, category, channel, expected in (
            ("Page produit", "sales", "website", "product-page"),
            ("Product page", "sales", "website", "product-page"),
            ("Page de paiement", "sales", "website", "checkout"),
            ("Payment page", "sales", "website", "checkout"),
            ("Panier", "sales", "website", "basket"),
            ("E-mail de bienvenue", "marketing", "email", "welcome-email"),
            ("Relance panier abandonné", "marketing", "email", "basket-reminder"),
            ("E-mail au service client", "service", "email", "service-email"),
            ("Réclamation par téléphone", "service", "call-centre", "complaint"),
            ("Appel d'un conseiller", "service", "call-centre", "call-centre"),
            ("Visite en magasin", "sales", "shop", "shop-visit"),
            ("Passage en caisse", "sales", "shop", "till"),
            ("Chat avant achat", "sales", "chat", "chat"),
            ("Suivi de colis", "service", "self-service", "delivery"),
        ):
            with self.subTest(name=name):
                found = type_of(name, category=category, channel=channel)
                self.assertEqual(found and found.code, expected)

    def test_a_channel_of_ones_own_is_of_no_type(self) -> None:
        self.assertIsNone(type_of("Pigeon", category="sales", channel="pigeon"))

    def test_every_example_of_the_guides_is_recognised(self) -> None:
        for language in ("fr", "en"):
            with translation.override(language):
                for plan in EXAMPLES:
                    self.assertIsNotNone(type_of(str(plan.name), category=plan.category, channel=plan.channel))


class PageTests(KpiTestCase):
    def setUp(self) -> None:
        self.url = reverse("kpis:by-type", args=[self.workspace.slug])
        self.client.force_login(self.ana)

    def page_of(self, code: str) -> str:
        return reverse("kpis:type-detail", args=[self.workspace.slug, code])

    def make(self, name: str, category: str = "sales", channel: str = "website") -> object:
        return touchpoint_create(
            workspace=self.workspace,
            actor=self.olga,
            name=name,
            category=Category.objects.get(workspace=self.workspace, code=category),
            channel=Channel.objects.get(workspace=self.workspace, code=channel),
        )

    def test_the_list_filters(self) -> None:
        everything = self.client.get(self.url).context["found"]
        self.assertEqual(len(everything.rows), len(TYPES))
        for query, expected in (
            ("category=product", lambda row: "product" in row.kind.categories),
            ("channel=chat", lambda row: "chat" in row.kind.channels),
            ("sector=software", lambda row: not row.kind.sectors or "software" in row.kind.sectors),
            ("family=mail", lambda row: all(cell.family == "mail" for cell in row.cells)),
        ):
            with self.subTest(query=query):
                found = self.client.get(f"{self.url}?{query}").context["found"]
                self.assertTrue(0 < len(found.rows) < len(TYPES))
                self.assertTrue(all(expected(row) for row in found.rows))
        self.assertContains(self.client.get(f"{self.url}?category=product&channel=radio"), "No type fits")

    def test_a_category_is_one_group(self) -> None:
        found = self.client.get(f"{self.url}?category=service").context["found"]
        self.assertEqual([group.category.code for group in found.groups], ["service"])

    def test_examples_are_said_to_be_the_guides(self) -> None:
        page = self.client.get(self.page_of("welcome-email"))
        self.assertContains(page, "25%")
        self.assertContains(page, "example of the guide, adapt it to your sector")

    def test_a_viewer_reads_and_binds_nothing(self) -> None:
        place = self.make("Product page")
        self.client.force_login(self.vi)
        self.assertNotContains(self.client.get(self.page_of("product-page")), "Bind what is ticked")
        answer = self.client.post(self.page_of("product-page"), {"kpis": "purchase-rate", "touchpoints": place.pk})
        self.assertEqual((answer.status_code, Binding.objects.count()), (403, 0))

    def test_one_click_binds_on_all_ticked_touchpoints_nothing_twice_and_is_taken_back(self) -> None:
        first, second = self.make("Product page A"), self.make("Product page B")
        purchase = Kpi.objects.get(workspace=self.workspace, code="purchase-rate")
        binding_create(touchpoint=first, kpi=purchase, actor=self.ana)
        data = {
            "kpis": ["purchase-rate", "time-on-page"],
            "touchpoints": [first.pk, second.pk],
            "direction-time-on-page": "higher",
            "target-purchase-rate": "guide-conversion",
        }
        answer = self.client.post(self.page_of("product-page"), data, follow=True)
        self.assertContains(answer, "3 KPIs are bound on 2 touchpoints.")
        self.assertContains(answer, "1 was bound already and stays as it is.")
        self.assertEqual(Binding.objects.filter(deleted_at=None).count(), 4)
        self.assertEqual(
            set(Binding.objects.filter(kpi__code="time-on-page").values_list("direction", flat=True)),
            {Direction.HIGHER},
        )
        # The target only where the KPI is new: what is bound already stays as it is.
        target = Target.objects.get()
        self.assertEqual((target.binding.touchpoint_id, target.value), (second.pk, 0.02))
        self.assertEqual(self.client.get(self.url).context["found"].matrix[1][1][0][0].cells[1].bound, 2)
        again = self.client.post(self.page_of("product-page"), data, follow=True)
        self.assertContains(again, "bound already: nothing changed")
        gesture = answer.context["bound"][0]
        undo = reverse("kpis:suggestions-undo", args=[self.workspace.slug, gesture])
        self.assertContains(self.client.post(undo, {"next": self.url}, follow=True), "3 KPIs are taken off again.")
        self.assertEqual(
            list(Binding.objects.filter(deleted_at=None).values_list("touchpoint_id", "kpi__code")),
            [(first.pk, "purchase-rate")],
        )

    def test_somebody_elses_click_is_not_taken_back(self) -> None:
        place = self.make("Product page")
        self.client.post(self.page_of("product-page"), {"kpis": "purchase-rate", "touchpoints": place.pk})
        gesture = Change.objects.get(action="binding.added").gesture
        self.client.force_login(self.olga)
        self.client.post(reverse("kpis:suggestions-undo", args=[self.workspace.slug, gesture]))
        self.assertTrue(Binding.objects.filter(deleted_at=None).exists())

    def test_no_target_without_a_tick(self) -> None:
        place = self.make("Product page")
        self.client.post(self.page_of("product-page"), {"kpis": "purchase-rate", "touchpoints": place.pk})
        self.assertTrue(Binding.objects.exists())
        self.assertFalse(Target.objects.exists())

    def test_the_direction_is_asked_and_nothing_is_written_without_it(self) -> None:
        place = self.make("Product page")
        data = {"kpis": ["purchase-rate", "time-on-page"], "touchpoints": place.pk, "direction-time-on-page": ""}
        answer = self.client.post(self.page_of("product-page"), data)
        self.assertEqual((answer.status_code, Binding.objects.count()), (422, 0))
        self.assertContains(answer, "say which way is better here", status_code=422)
        nothing = self.client.post(self.page_of("product-page"), {})
        self.assertContains(nothing, "Tick at least one KPI", status_code=422)

    def test_a_touchpoint_of_another_workspace_or_type_is_no_choice(self) -> None:
        self.make("Product page")
        stranger = self.make("Basket")
        answer = self.client.post(self.page_of("product-page"), {"kpis": "purchase-rate", "touchpoints": stranger.pk})
        self.assertEqual((answer.status_code, Binding.objects.count()), (422, 0))

    def test_a_touchpoint_without_kpi_offers_its_suggestions(self) -> None:
        place = self.make("Basket")
        page = self.client.get(place.get_absolute_url())
        self.assertContains(page, "Suggested for this type: Basket")
        answer = self.client.post(
            reverse("kpis:binding-suggested", args=[place.pk]),
            {"kpis": ["cart-abandonment", "average-order-value"], "touchpoints": place.pk},
            follow=True,
        )
        self.assertContains(answer, "2 KPIs are bound.")
        self.assertContains(answer, "Undo the binding")
        row = answer.context["panels"][0].context["row"]
        self.assertEqual([cell.kpi.code for cell in row.cells], ["purchase-rate"])
        self.assertEqual(self.client.post(reverse("kpis:binding-suggested", args=[place.pk]), {}).status_code, 422)

    def test_files_hold_one_row_a_type_and_kpi(self) -> None:
        url = reverse("kpis:by-type-export", args=[self.workspace.slug, "csv"])
        rows = list(csv.DictReader(io.StringIO(b"".join(self.client.get(url)).decode())))
        self.assertEqual(len(rows), sum(len(kind.kpis) for kind in TYPES))
        guide = [row for row in rows if row["of_the_guide"] == "true"]
        self.assertEqual(len(guide), 5)
        welcome = next(row for row in rows if row["type_code"] == "welcome-email" and row["kpi_code"] == "open-rate")
        self.assertEqual(welcome["example_target"], "25%")
        pdf = self.client.get(reverse("kpis:by-type-export", args=[self.workspace.slug, "pdf"]))
        self.assertTrue(pdf.content.startswith(b"%PDF"))

    def test_query_counts_do_not_grow(self) -> None:
        place = self.make("Product page 0")
        pages = (self.url, self.page_of("product-page"), place.get_absolute_url())
        few = [self.query_count(page) for page in pages]
        for number in range(1, 12):
            more = self.make(f"Product page {number}")
            binding_create(touchpoint=more, kpi=self.ctr, actor=self.ana)
        self.assertEqual([self.query_count(page) for page in pages], few)
