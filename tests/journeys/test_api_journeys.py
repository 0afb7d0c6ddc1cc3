"""journeys/: begun from a template, described, put into the trash."""

from cxmap.history.models import Change
from journeys.models import Journey
from journeys.services.journeys import journey_create
from personas.services import persona_create
from tests.api import ApiTestCase
from tests.journeys.base import MapTestCase


class JourneyApiTests(MapTestCase, ApiTestCase):
    def test_it_works(self) -> None:
        claire = persona_create(workspace=self.workspace, actor=self.ed, name="Claire")
        data = {"name": "Returns", "personas": [str(claire.pk)], "aims": ["simplify", "simplify"], "horizon": "to_be"}
        response = self.call("post", "journeys/", data)
        self.assertEqual(response.status_code, 201, response.content)
        body = response.json()
        self.assertEqual((len(body["stages"]), body["personas"], body["aims"]), (6, [str(claire.pk)], ["simplify"]))
        path = f"journeys/{body['id']}/"
        again = self.call("get", path, user=self.vi)
        self.assertEqual((again.json(), again["ETag"]), (body, '"1"'))
        changed = self.call("patch", path, {"name": "Take back", "status": "draft"}, **{"If-Match": '"1"'})
        self.assertEqual((changed.json()["name"], changed["ETag"]), ("Take back", '"2"'))
        self.assertEqual((changed.json()["status"], changed.json()["personas"]), ("draft", [str(claire.pk)]))
        actions = Change.objects.filter(scope_id=body["id"]).order_by("pk").values_list("action", flat=True)
        self.assertEqual(list(actions), ["journey.created", "journey.updated"])

    def test_another_template(self) -> None:
        data = {"name": "Short", "no_persona_yet": True, "template": "blank"}
        self.assertEqual(len(self.call("post", "journeys/", data).json()["stages"]), 1)

    def test_someone_saved_in_between(self) -> None:
        path = f"journeys/{self.journey.pk}/"
        self.call("patch", path, {"owner": "Claire"})
        for method, data in (("patch", {"owner": "Paul"}), ("delete", None)):
            stale = self.call(method, path, data, **{"If-Match": '"1"'})
            self.assertEqual((stale.status_code, stale.json()["error"]["code"]), (409, "stale_revision"))
        journey = Journey.objects.get(pk=self.journey.pk)
        self.assertEqual((journey.owner, journey.deleted_at), ("Claire", None))

    def test_a_persona_or_none_yet(self) -> None:
        claire = persona_create(workspace=self.workspace, actor=self.ed, name="Claire")
        theirs = persona_create(workspace=self.elsewhere, actor=self.otto, name="Theirs")
        for data, field in (
            ({}, None),
            ({"personas": []}, None),
            ({"personas": [str(theirs.pk)]}, "personas"),
            ({"personas": [str(claire.pk)], "no_persona_yet": True}, "no_persona_yet"),
        ):
            with self.subTest(data=data):
                refused = self.call("post", "journeys/", {"name": "x", **data})
                self.assertEqual(refused.status_code, 400, refused.content)
                error = refused.json()["error"]
                self.assertEqual(
                    list(error["fields"]) if field else error["code"], [field] if field else "persona_needed"
                )
        self.assertEqual(Journey.objects.count(), 1)
        path = f"journeys/{self.journey.pk}/"
        self.assertEqual(self.call("patch", path, {"personas": [str(claire.pk)]}).json()["no_persona_yet"], False)
        self.assertEqual(self.call("patch", path, {"personas": []}).status_code, 400)
        emptied = self.call("patch", path, {"no_persona_yet": True}).json()
        self.assertEqual((emptied["personas"], emptied["no_persona_yet"]), ([], True))

    def test_refusals(self) -> None:
        path = f"journeys/{self.journey.pk}/"
        for changes in (
            {"name": ""},
            {"kind": "pet"},
            {"aims": ["world"]},
            {"methods": "workshop"},
            {"review_on": "soon"},
            {"owner": "x" * 121},
        ):
            with self.subTest(changes=changes):
                self.assertEqual(self.call("patch", path, changes).status_code, 400)
        self.assertEqual(self.call("post", "journeys/", {"name": "x", "template": "seven"}).status_code, 400)
        self.assertEqual(Journey.objects.get().revision, 1)

    def test_delete_goes_to_the_trash(self) -> None:
        path = f"journeys/{self.journey.pk}/"
        self.assertEqual(self.call("delete", path).status_code, 204)
        self.assertEqual(self.call("get", path).status_code, 404)
        self.assertEqual(self.call("delete", path).status_code, 404)
        self.assertIsNotNone(Journey.objects.get(pk=self.journey.pk).deleted_at)
        self.assertEqual(self.journey.steps.filter(deleted_at=None).count(), 6)

    def test_query_count_does_not_grow(self) -> None:
        few = self.call_queries("journeys/")
        for number in range(10):
            self.call("post", "journeys/", {"name": f"Journey {number}", "no_persona_yet": True})
        self.assertEqual(self.call_queries("journeys/"), few)

    def test_parts_and_as_is_journeys(self) -> None:
        own = str(self.journey.pk)
        made = self.call("post", "journeys/", {"name": "Paying", "no_persona_yet": True, "parent": own}).json()
        self.assertEqual((made["parent"], made["as_is"]), (own, None))
        circle = self.call("patch", f"journeys/{own}/", {"parent": made["id"]})
        self.assertEqual((circle.status_code, circle.json()["error"]["code"]), (422, "part_of_itself"))
        self.assertEqual(list(circle.json()["error"]["fields"]), ["parent"])
        path = f"journeys/{made['id']}/"
        self.assertEqual(self.call("patch", path, {"as_is": own}).json()["error"]["code"], "no_as_is")
        names = ["", "", "", "", "Delighted"]
        changed = self.call("patch", path, {"horizon": "to_be", "as_is": own, "level_names": names}).json()
        self.assertEqual((changed["as_is"], changed["level_names"]), (own, names))
        theirs = journey_create(workspace=self.elsewhere, actor=self.otto, name="Theirs", no_persona_yet=True)
        self.assertEqual(self.call("patch", path, {"parent": str(theirs.pk)}).status_code, 400)
        refused = self.call("post", "journeys/", {"name": "x", "no_persona_yet": True, "as_is": own})
        self.assertEqual(refused.status_code, 422)
