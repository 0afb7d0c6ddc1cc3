from cxmap.history.models import Change
from tests.api import ApiTestCase
from tests.touchpoints.base import LibraryTestCase
from touchpoints.models import Channel, Touchpoint


class TouchpointApiTests(LibraryTestCase, ApiTestCase):
    def test_it_works(self) -> None:
        data = {"name": "Vitrine", "category": "sales", "channel": "shop", "phase": "before"}
        response = self.call("post", "touchpoints/", data)
        self.assertEqual(response.status_code, 201, response.content)
        body = response.json()
        self.assertEqual((body["code"], body["presence"], body["revision"]), ("vitrine", "offline", 1))
        response = self.call("patch", f"touchpoints/{body['id']}/", {"owner": "Magasin"}, **{"If-Match": '"1"'})
        self.assertEqual((response.json()["owner"], response["ETag"]), ("Magasin", '"2"'))
        response = self.call("patch", f"touchpoints/{body['id']}/", {"owner": "X"}, **{"If-Match": '"1"'})
        self.assertEqual(response.status_code, 409)

    def test_the_code_never_changes(self) -> None:
        body = self.call("patch", f"touchpoints/{self.page.pk}/", {"code": "other"}).json()
        self.assertEqual(body["code"], "page-produit")

    def test_filters(self) -> None:
        for query, names in (
            ("category=sales", ["Page produit"]),
            ("channel=shop", ["Accueil à l'étage"]),
            ("phase=during", ["Page produit"]),
            ("presence=offline", ["Accueil à l'étage"]),
            ("q=ETAGE", ["Accueil à l'étage"]),
            ("owner=E-commerce", ["Page produit"]),
            ("code=page-produit", ["Page produit"]),
        ):
            with self.subTest(query=query):
                body = self.call("get", f"touchpoints/?{query}").json()
                self.assertEqual([row["name"] for row in body["results"]], names)
        self.assertEqual(self.call("get", "touchpoints/?phase=never").status_code, 400)

    def test_refusals(self) -> None:
        foreign = Channel.objects.create(workspace=self.elsewhere, code="drone", name_fr="drone", name_en="drone")
        for changes in (
            {"name": ""},
            {"name": "Page produit"},
            {"category": "unknown"},
            {"channel": foreign.code},
            {"code": "page-produit"},
            {"phase": "never"},
        ):
            data = {"name": "Vitrine", "category": "sales", "channel": "shop"} | changes
            with self.subTest(changes=changes):
                response = self.call("post", "touchpoints/", data)
                self.assertEqual(response.status_code, 400)
                self.assertEqual(list(response.json()["error"]["fields"]), list(changes))
        self.assertEqual(Touchpoint.objects.count(), 2)

    def test_delete_goes_to_the_trash(self) -> None:
        self.assertEqual(self.call("delete", f"touchpoints/{self.page.pk}/").status_code, 204)
        self.assertEqual(self.call("get", f"touchpoints/{self.page.pk}/").status_code, 404)
        self.page.refresh_from_db()
        self.assertIsNotNone(self.page.deleted_at)

    def test_roles(self) -> None:
        data = {"category": "sales", "channel": "shop"}
        for user, status in ((self.vi, 403), (self.ana, 403), (self.ed, 201), (self.olga, 201)):
            with self.subTest(user=user):
                self.assertEqual(self.call("get", "touchpoints/", user=user).status_code, 200)
                response = self.call("post", "touchpoints/", {**data, "name": f"By {user}"}, user=user)
                self.assertEqual(response.status_code, status)

    def test_otto_sees_only_his(self) -> None:
        self.assertEqual(self.call("get", "touchpoints/", user=self.otto).json()["results"], [])
        self.assertEqual(self.call("get", f"touchpoints/{self.page.pk}/", user=self.otto).status_code, 404)

    def test_query_count_does_not_grow(self) -> None:
        few = self.call_queries("touchpoints/")
        for number in range(10):
            self.make(f"T{number}", "sales", "chat")
        self.assertEqual(self.call_queries("touchpoints/"), few)

    def test_without_a_token(self) -> None:
        for headers in ({}, {"Authorization": "Token wrong"}, {"Authorization": "Basic abc"}):
            with self.subTest(headers=headers):
                response = self.client.get("/api/v1/touchpoints/", headers=headers)
                self.assertEqual(response.status_code, 401)
                self.assertIn("error", response.json())


class TaxonomyApiTests(LibraryTestCase, ApiTestCase):
    """A19: four categories, their channels, some channels in two categories."""

    def test_it_works(self) -> None:
        categories = self.call("get", "categories/").json()["results"]
        self.assertEqual([row["abbreviation"] for row in categories], ["MK", "VE", "SC", "PR"])
        channels = {row["code"]: row for row in self.call("get", "channels/").json()["results"]}
        self.assertEqual(channels["social"]["categories"], ["marketing", "service"])
        self.assertEqual(channels["shop"]["name_fr"], "magasin physique")

    def test_editors_add_channels(self) -> None:
        data = {"name_fr": "borne vocale", "name_en": "voice kiosk", "categories": ["service"], "online": False}
        response = self.call("post", "channels/", data)
        self.assertEqual((response.status_code, response.json()["code"]), (201, "borne-vocale"))
        self.assertEqual(self.call("post", "channels/", {**data, "code": "borne-vocale"}).status_code, 400)
        self.assertEqual(self.call("post", "channels/", data, user=self.ana).status_code, 403)

    def test_channels_change_and_go_while_nothing_has_them(self) -> None:
        channels = {row["code"]: row for row in self.call("get", "channels/").json()["results"]}
        path = f"channels/{channels['radio']['id']}/"
        changed = self.call("patch", path, {"name_en": "local radio", "categories": ["service"], "code": "other"})
        self.assertEqual(changed.status_code, 200, changed.content)
        body = changed.json()
        self.assertEqual((body["name_en"], body["categories"], body["code"]), ("local radio", ["service"], "radio"))
        self.assertEqual(self.call("patch", path, {"name_en": ""}).status_code, 400)
        self.assertEqual(self.call("patch", path, {"name_en": "x"}, user=self.ana).status_code, 403)
        self.assertEqual(self.call("delete", path).status_code, 204)
        self.assertEqual(self.call("get", path).status_code, 404)
        used = self.call("delete", f"channels/{channels['shop']['id']}/")
        self.assertEqual((used.status_code, used.json()["error"]["code"]), (409, "channel_in_use"))
        self.assertEqual(
            list(Change.objects.filter(action__startswith="channel").order_by("pk").values_list("action", flat=True)),
            ["channel.updated", "channel.deleted"],
        )

    def test_categories_stay_four_and_may_be_renamed(self) -> None:
        self.assertEqual(self.call("post", "categories/", {"code": "x"}).status_code, 405)
        (sales,) = self.call("get", "categories/?code=sales").json()["results"]
        path = f"categories/{sales['id']}/"
        self.assertEqual(self.call("delete", path).status_code, 405)
        body = self.call("patch", path, {"name_fr": "Boutique", "code": "x"}).json()
        self.assertEqual((body["name_fr"], body["name_en"], body["code"]), ("Boutique", "Sales", "sales"))
        self.assertEqual(self.call("patch", path, {"abbreviation": "LONG"}).status_code, 400)
        self.assertEqual(self.call("patch", path, {"name_fr": "x"}, user=self.ana).status_code, 403)
        self.assertEqual(self.call("patch", path, {"name_fr": "x"}, user=self.otto).status_code, 404)
