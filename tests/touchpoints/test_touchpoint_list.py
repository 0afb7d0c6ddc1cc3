import datetime as dt

from django.urls import reverse
from django.utils import timezone

from journeys.models import Card, Lane, Step
from journeys.services.journeys import journey_create
from kpis.models import Kpi
from kpis.services.bindings import binding_create
from tests.touchpoints.base import LibraryTestCase
from touchpoints import services
from touchpoints.contents import content_add
from touchpoints.merging import touchpoint_merge
from touchpoints.models import Touchpoint


class TouchpointListTests(LibraryTestCase):
    def setUp(self) -> None:
        self.url = reverse("touchpoints:list", args=["acme"])
        self.client.force_login(self.vi)

    def names(self, **query: object) -> list[str]:
        response = self.client.get(self.url, query)
        self.assertEqual(response.status_code, 200)
        return [touchpoint.name for touchpoint in response.context["library"].touchpoints]

    def put_on_map(self, touchpoint: Touchpoint, name: str, *, times: int = 1) -> None:
        journey = journey_create(workspace=self.workspace, actor=self.ed, name=name, no_persona_yet=True)
        lane = Lane.objects.filter(journey=journey).first()
        for step in Step.objects.filter(journey=journey)[:times]:
            Card.objects.create(workspace=self.workspace, journey=journey, lane=lane, step=step, touchpoint=touchpoint)

    def test_it_works(self) -> None:
        response = self.client.get(self.url)
        for words in ("Page produit", "Sales", "VE", "website", "during the sale", "E-commerce", "edge--sales"):
            self.assertContains(response, words)
        self.assertEqual(self.names(), ["Accueil à l'étage", "Page produit"])

    def test_search_ignores_accents_and_capitals(self) -> None:
        for text in ("étage", "ETAGE", "etage accueil", "a l'etage"):
            with self.subTest(text=text):
                self.assertEqual(self.names(q=text), ["Accueil à l'étage"])
        self.assertEqual(self.names(q="e-commerce"), ["Page produit"])
        self.assertEqual(self.names(q="100%"), [])

    def test_filters(self) -> None:
        self.put_on_map(self.page, "One")
        services.touchpoint_update(touchpoint=self.page, actor=self.ed, cost=3, personalisation="segment")
        content_add(touchpoint=self.page, actor=self.ed, title="Old", updated_on=dt.date(2020, 1, 1))
        content_add(touchpoint=self.desk, actor=self.ed, title="Undated")
        kpi = Kpi.objects.get(workspace=self.workspace, code="purchase-rate")
        binding_create(touchpoint=self.page, kpi=kpi, actor=self.ana)
        gone = binding_create(touchpoint=self.desk, kpi=kpi, actor=self.ana)
        gone.deleted_at = timezone.now()
        gone.save()
        for query, found in (
            ({"category": self.category("sales").pk}, ["Page produit"]),
            ({"channel": self.channel("shop").pk}, ["Accueil à l'étage"]),
            ({"phase": "after"}, ["Accueil à l'étage"]),
            ({"presence": "online"}, ["Page produit"]),
            ({"presence": "offline"}, ["Accueil à l'étage"]),
            ({"owner": "E-commerce"}, ["Page produit"]),
            ({"phase": "after", "presence": "online"}, []),
            ({"owner": "-"}, ["Accueil à l'étage"]),
            ({"personalisation": "segment"}, ["Page produit"]),
            ({"personalisation": "unsaid"}, ["Accueil à l'étage"]),
            ({"cost": "known"}, ["Page produit"]),
            ({"cost": "unknown"}, ["Accueil à l'étage"]),
            ({"content": "some"}, ["Accueil à l'étage", "Page produit"]),
            ({"content": "old"}, ["Page produit"]),
            ({"maps": "used"}, ["Page produit"]),
            ({"maps": "unused"}, ["Accueil à l'étage"]),
            ({"kpis": "with"}, ["Page produit"]),
            ({"kpis": "without"}, ["Accueil à l'étage"]),
        ):
            with self.subTest(query=query):
                self.assertEqual(self.names(**query), found)

    def test_search_in_descriptions(self) -> None:
        services.touchpoint_update(touchpoint=self.desk, actor=self.ed, description="Près de l'entrée, dès 9 h")
        self.assertEqual(self.names(q="pres entree"), ["Accueil à l'étage"])

    def test_the_filters_are_chips_that_come_off(self) -> None:
        response = self.client.get(self.url, {"phase": "after", "q": "accueil", "page": "1"})
        self.assertContains(response, 'href="?phase=after"')
        self.assertContains(response, 'href="?q=accueil"')
        self.assertNotContains(self.client.get(self.url), "chip--removable")

    def test_sorting_keeps_unknown_last(self) -> None:
        third = self.make("Zone", "product", "packaging", phase="before", owner="a-team")
        services.touchpoint_update(touchpoint=self.page, actor=self.ed, cost=3, cost_span="month", volume=1)
        services.touchpoint_update(touchpoint=third, actor=self.ed, cost=10, cost_span="year", volume=9)
        self.put_on_map(self.desk, "One")
        for sort, expected in (
            ("-name", ["Zone", "Page produit", "Accueil à l'étage"]),
            ("cost", ["Zone", "Page produit", "Accueil à l'étage"]),
            ("-cost", ["Page produit", "Zone", "Accueil à l'étage"]),
            ("-volume", ["Zone", "Page produit", "Accueil à l'étage"]),
            ("phase", ["Zone", "Page produit", "Accueil à l'étage"]),
            ("owner", ["Zone", "Page produit", "Accueil à l'étage"]),
            ("-owner", ["Page produit", "Zone", "Accueil à l'étage"]),
            ("-maps", ["Accueil à l'étage", "Page produit", "Zone"]),
            ("category", ["Page produit", "Accueil à l'étage", "Zone"]),
            ("nonsense", ["Accueil à l'étage", "Page produit", "Zone"]),
        ):
            with self.subTest(sort=sort):
                self.assertEqual(self.names(sort=sort), expected)

    def test_the_trash_shows_what_can_come_back(self) -> None:
        services.touchpoint_delete(touchpoint=self.desk, actor=self.ed)
        third = self.make("Zone", "product", "packaging")
        touchpoint_merge(touchpoint=third, into=self.page, actor=self.ed)
        self.assertContains(self.client.get(self.url), "Trash (1 touchpoint)")
        self.assertEqual(self.names(where="trash"), ["Accueil à l'étage"])

    def test_nonsense_in_the_address_is_ignored(self) -> None:
        self.assertEqual(len(self.names(category="x", phase="never", page="last")), 2)

    def test_nothing_found_is_not_an_empty_library(self) -> None:
        self.assertContains(self.client.get(self.url, {"q": "zzz"}), "No touchpoint like this")

    def test_maps_are_counted_once_each(self) -> None:
        self.put_on_map(self.page, "One", times=3)
        self.put_on_map(self.page, "Two")
        found = {row.name: row.journey_count for row in self.client.get(self.url).context["library"].touchpoints}
        self.assertEqual(found, {"Page produit": 2, "Accueil à l'étage": 0})

    def test_other_workspaces_stay_hidden(self) -> None:
        self.client.force_login(self.otto)
        response = self.client.get(reverse("touchpoints:list", args=["elsewhere"]))
        self.assertNotContains(response, "Page produit")

    def test_query_count_does_not_grow(self) -> None:
        self.put_on_map(self.page, "One")
        few = self.query_count(self.url)
        for number in range(20):
            touchpoint = self.make(f"T{number}", "sales", "chat", owner=f"Owner {number}")
            self.put_on_map(touchpoint, f"J{number}")
        self.assertEqual(self.query_count(self.url), few)

    def test_many_come_in_pages(self) -> None:
        Touchpoint.objects.bulk_create(
            Touchpoint(
                workspace=self.workspace,
                name=f"T{number:03}",
                sort_key=f"t{number:03}",
                code=f"t{number}",
                category=self.category("sales"),
                channel=self.channel("chat"),
            )
            for number in range(150)
        )
        self.assertEqual(len(self.names()), 50)
        self.assertEqual(len(self.names(page=4)), 2)

    def test_empty_offers_a_start(self) -> None:
        for touchpoint in (self.page, self.desk):
            services.touchpoint_delete(touchpoint=touchpoint, actor=self.ed)
        self.assertContains(self.client.get(self.url), "An editor of this workspace can fill it.")
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(self.url), reverse("touchpoints:examples", args=["acme"]))
