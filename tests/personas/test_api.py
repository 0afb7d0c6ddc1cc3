import datetime as dt

from django.utils import timezone

from kpis.models import Kpi, Series
from personas import services
from personas.models import Persona, Segment
from tests.api import ApiTestCase
from tests.personas.base import PersonaTestCase
from tests.touchpoints.base import LibraryTestCase


class PersonaApiTests(PersonaTestCase, ApiTestCase):
    def test_it_works(self) -> None:
        data = {
            "name": "Paul",
            "share_percent": 20,
            "traits": [
                {"field": "age", "text": "50–59", "evidence": [{"kind": "survey", "title": "Panel", "n": 80}]},
                {"group": "behavioural", "label": "Channels", "text": "SMS"},
            ],
        }
        response = self.call("post", "personas/", data)
        self.assertEqual(response.status_code, 201, response.content)
        body = response.json()
        self.assertEqual(len(body["traits"]), 11)
        self.assertEqual(body["traits"][0]["evidence"][0]["n"], 80)
        self.assertEqual(body["evidence_share"], 0.5)
        again = self.call("get", f"personas/{body['id']}/")
        self.assertEqual(again.json(), body)
        self.assertEqual(again["ETag"], '"1"')

    def test_change(self) -> None:
        path = f"personas/{self.persona.pk}/"
        own = {"group": "behavioural", "label": "Channels"}
        self.call("patch", path, {"traits": [{**own, "text": "SMS"}]})
        body = self.call("patch", path, {"traits": [{**own, "text": "E-mail"}], "tagline": "calm"}).json()
        self.assertEqual([row["text"] for row in body["traits"] if row["label"] == "Channels"], ["E-mail"])
        self.assertEqual(body["traits"][0]["text"], "30–39")  # what is left out stays
        body = self.call("patch", path, {"traits": [{**own, "remove": True}]}).json()
        self.assertEqual(len(body["traits"]), 10)

    def test_data_rule(self) -> None:
        path = f"personas/{self.persona.pk}/"
        body = self.call(
            "patch", path, {"dimensions": {"device": ["mobile"], "age": ["25-34", "18-24"], "none": []}}
        ).json()
        self.assertEqual(body["dimensions"], {"age": ["18-24", "25-34"], "device": ["mobile"]})
        self.assertEqual(self.call("patch", path, {"tagline": "calm"}).json()["dimensions"], body["dimensions"])

    def test_evidence_becomes_the_list(self) -> None:
        path = f"personas/{self.persona.pk}/"
        kept = {"kind": "survey", "title": "Shop survey", "n": 412}
        rows = [kept, {"kind": "data", "title": "CRM"}]
        body = self.call("patch", path, {"traits": [{"field": "age", "evidence": rows}]}).json()
        self.assertEqual([row["title"] for row in body["traits"][0]["evidence"]], ["Shop survey", "CRM"])
        self.assertEqual(body["traits"][0]["text"], "30–39")
        body = self.call("patch", path, {"traits": [{"field": "age", "evidence": []}]}).json()
        self.assertEqual(body["traits"][0]["evidence"], [])

    def test_if_match(self) -> None:
        path = f"personas/{self.persona.pk}/"
        self.assertEqual(self.call("patch", path, {"tagline": "a"}, **{"If-Match": '"1"'}).status_code, 200)
        response = self.call("patch", path, {"tagline": "b"}, **{"If-Match": '"1"'})
        self.assertEqual(response.status_code, 409)
        self.assertEqual(response.json()["error"]["code"], "stale_revision")
        self.assertEqual(self.call("patch", path, {"tagline": "b"}, **{"If-Match": "abc"}).status_code, 400)

    def test_refusals_have_one_shape(self) -> None:
        for data in (
            {},
            {"name": "Claire"},
            {"name": "x", "share_percent": 101},
            {"name": "x", "colour": 5},
            {"name": "x", "segments": ["unknown"]},
            {"name": "x", "dimensions": {"age": "18-24"}},
            {"name": "x", "dimensions": {"x" * 201: ["1"]}},
            {"name": "x", "traits": [{"text": "y"}]},
            {"name": "x", "traits": [{"field": "shoe_size", "text": "y"}]},
            {"name": "x", "traits": [{"field": "age", "evidence": [{"kind": "data", "title": "t", "link": "no"}]}]},
        ):
            with self.subTest(data=data):
                response = self.call("post", "personas/", data)
                self.assertEqual(response.status_code, 400, response.content)
                error = response.json()["error"]
                self.assertEqual(set(error), {"code", "message", "fields"})
                self.assertTrue(error["fields"])

    def test_delete_goes_to_the_trash(self) -> None:
        path = f"personas/{self.persona.pk}/"
        self.assertEqual(self.call("delete", path).status_code, 204)
        self.assertEqual(self.call("get", path).status_code, 404)
        self.assertTrue(Persona.objects.filter(pk=self.persona.pk).exists())

    def test_roles(self) -> None:
        for user, status in ((self.vi, 403), (self.ana, 403), (self.ed, 201), (self.olga, 201)):
            with self.subTest(user=user):
                response = self.call("post", "personas/", {"name": f"By {user}"}, user=user)
                self.assertEqual(response.status_code, status)
                self.assertEqual(self.call("get", "personas/", user=user).status_code, 200)

    def test_otto_sees_only_his(self) -> None:
        self.assertEqual(self.call("get", "personas/", user=self.otto).json()["results"], [])
        self.assertEqual(self.call("get", f"personas/{self.persona.pk}/", user=self.otto).status_code, 404)
        self.assertEqual(self.call("get", "personas/not-an-id/").status_code, 404)

    def test_query_count_does_not_grow(self) -> None:
        few = self.call_queries("personas/")
        for number in range(10):
            persona = services.persona_create(
                workspace=self.workspace, actor=self.ed, name=f"P{number}", traits={"age": "x"}
            )
            services.evidence_add(trait=persona.traits.first(), actor=self.ed, kind="data", title="t")
        self.assertEqual(self.call_queries("personas/"), few)

    def test_pages(self) -> None:
        services.persona_create(workspace=self.workspace, actor=self.ed, name="Paul")
        first = self.call("get", "personas/?page_size=1").json()
        self.assertEqual(len(first["results"]), 1)
        second = self.call("get", first["next"].split("/api/v1/")[1]).json()
        names = {first["results"][0]["name"], second["results"][0]["name"]}
        self.assertEqual(names, {"Claire", "Paul"})
        self.assertIsNone(second["next"])


class WholeSheetApiTests(PersonaTestCase, ApiTestCase):
    """Sections, empathy map, hierarchy, status and portrait through the API."""

    def setUp(self) -> None:
        self.path = f"personas/{self.persona.pk}/"

    def test_it_works(self) -> None:
        data = {
            "name": "Paul",
            "sector": "retail",
            "market": "b2c",
            "relation": "loyal",
            "parent": str(self.persona.pk),
            "portrait": "initials",
            "sections": [
                {"kind": "bars", "title": "Skills", "content": {"items": [{"label": "Ease", "value": 70}]},
                 "evidence": [{"kind": "survey", "title": "Panel", "n": 80}]},
                {"kind": "channels", "title": "Channels", "content": {"items": [{"channel": "email", "value": None}]}},
            ],
            "empathy": [{"quadrant": "says", "items": ["Hello"], "evidence": [{"kind": "interview", "title": "Ten talks"}]}],
        }  # fmt: skip
        response = self.call("post", "personas/", data)
        self.assertEqual(response.status_code, 201, response.content)
        body = response.json()
        self.assertEqual(body["sections"][0]["content"], {"items": [{"label": "Ease", "value": 70}]})
        self.assertEqual(body["sections"][0]["evidence"][0]["n"], 80)
        self.assertEqual(len(body["empathy"]), 6)
        self.assertEqual(body["empathy"][0]["items"], ["Hello"])
        self.assertEqual(body["empathy"][0]["evidence"][0]["title"], "Ten talks")
        self.assertEqual(
            (body["parent"], body["status"], body["portrait"]), (str(self.persona.pk), "draft", "initials")
        )
        self.assertEqual(self.call("get", f"personas/{body['id']}/").json(), body)
        found = self.call("get", f"personas/?parent={self.persona.pk}").json()["results"]
        self.assertEqual([row["name"] for row in found], ["Paul"])

    def test_sections_are_changed_by_their_id(self) -> None:
        tags = {"kind": "tags", "title": "Tags", "content": {"items": ["a"]}}
        text = {"kind": "text", "title": "Text", "content": {"text": "t"}}
        first, second = self.call("patch", self.path, {"sections": [tags, text]}).json()["sections"]
        changed = [{"id": second["id"]}, {"id": first["id"], "content": {"items": ["b"]}}]
        body = self.call("patch", self.path, {"sections": changed}).json()
        self.assertEqual([row["title"] for row in body["sections"]], ["Text", "Tags"])
        self.assertEqual(body["sections"][1]["content"], {"items": ["b"]})
        body = self.call("patch", self.path, {"sections": [{"id": first["id"], "remove": True}]}).json()
        self.assertEqual([row["title"] for row in body["sections"]], ["Text"])

    def test_validation_and_what_follows(self) -> None:
        day = (timezone.localdate() + dt.timedelta(days=30)).isoformat()
        body = self.call("patch", self.path, {"tagline": "calm", "status": "validated", "review_on": day}).json()
        self.assertEqual((body["status"], body["review_on"], body["changed_at"]), ("validated", day, None))
        body = self.call("patch", self.path, {"tagline": "new"}).json()
        self.assertIsNotNone(body["changed_at"])
        response = self.call("patch", self.path, {"tagline": "lost", "status": "validated"})
        self.assertEqual((response.status_code, response.json()["error"]["code"]), (422, "review_date_needed"))
        self.assertEqual(self.call("get", self.path).json()["tagline"], "new")  # nothing was half written

    def test_hints_refuse_nothing(self) -> None:
        body = self.call("patch", self.path, {"tagline": "34 ans", "quote": "a@example.org"}).json()
        self.assertEqual([row["kind"] for row in body["hints"]], ["age", "email"])

    def test_refusals(self) -> None:
        foreign = services.persona_create(workspace=self.elsewhere, actor=self.otto, name="Foreign")
        child = services.persona_create(workspace=self.workspace, actor=self.ed, name="Child", parent=self.persona)
        for data in (
            {"sector": "moon"},
            {"parent": str(foreign.pk)},
            {"parent": str(child.pk)},
            {"parent": str(self.persona.pk)},
            {"portrait": "picture"},
            {"portrait_variant": 60},
            {"status": "perfect"},
            {"sections": [{"kind": "tags", "content": {"items": ["x"]}}]},
            {"sections": [{"kind": "empathy", "title": "x", "content": {"items": ["x"]}}]},
            {"sections": [{"kind": "bars", "title": "x", "content": {"items": [{"label": "a", "value": 101}]}}]},
            {"sections": [{"kind": "channels", "title": "x", "content": {"items": [{"channel": "pigeon"}]}}]},
            {"sections": [{"id": 999999999, "title": "x"}]},
            {"empathy": [{"quadrant": "smells", "items": ["x"]}]},
            {"empathy": [{"quadrant": "says", "items": ["x" * 301]}]},
        ):
            with self.subTest(data=data):
                response = self.call("patch", self.path, {"tagline": "half", **data})
                self.assertEqual(response.status_code, 400, response.content)
                self.assertTrue(response.json()["error"]["fields"])
        self.persona.refresh_from_db()
        self.assertEqual(self.persona.tagline, "in a hurry")

    def test_query_count_does_not_grow(self) -> None:
        sections = [services.SectionEntry("tags", "T", {"items": ["x"]})]

        def make(number: int) -> None:
            persona = services.persona_create(
                workspace=self.workspace, actor=self.ed, name=f"P{number}", sections=sections, empathy={"says": ["x"]}
            )
            services.evidence_add(trait=persona.sections.first(), actor=self.ed, kind="data", title="t")

        make(0)
        few = self.call_queries("personas/")
        for number in range(1, 9):
            make(number)
        self.assertEqual(self.call_queries("personas/"), few)


class SegmentApiTests(PersonaTestCase, LibraryTestCase, ApiTestCase):
    def test_it_works(self) -> None:
        made = self.call("post", "segments/", {"code": "loyal", "name": "Loyal"})
        self.assertEqual(made.status_code, 201)
        path = f"segments/{made.json()['id']}/"
        self.assertEqual(self.call("patch", path, {"name": "Very loyal"}).json()["name"], "Very loyal")
        self.assertEqual(self.call("post", "segments/", {"code": "loyal", "name": "Again"}).status_code, 400)
        body = self.call("patch", f"personas/{self.persona.pk}/", {"segments": ["loyal"]}).json()
        self.assertEqual(body["segments"], ["loyal"])
        self.assertEqual(self.call("delete", path).status_code, 204)
        self.assertFalse(Segment.objects.exists())

    def test_one_that_measures_carry_stays(self) -> None:
        segment = services.segment_create(workspace=self.workspace, actor=self.ed, code="loyal", name="Loyal")
        kpi = Kpi.objects.filter(workspace=self.workspace).first()
        touchpoint = self.make("Shop", "sales", "shop")
        Series.objects.create(
            workspace=self.workspace, touchpoint=touchpoint, kpi=kpi, segment=segment, segment_key=segment.pk
        )
        response = self.call("delete", f"segments/{segment.pk}/")
        self.assertEqual((response.status_code, response.json()["error"]["code"]), (409, "segment_in_use"))
        self.assertTrue(Segment.objects.filter(pk=segment.pk).exists())
