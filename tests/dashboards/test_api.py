"""Dashboards through the API."""

from dashboards.services import boards
from tests.api import ApiTestCase


class DashboardApiTests(ApiTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.shared = boards.dashboard_create(workspace=cls.workspace, actor=cls.ed, name="Weekly", shared=True)
        cls.own = boards.dashboard_create(workspace=cls.workspace, actor=cls.ed, name="Mine")
        boards.tile_add(dashboard=cls.shared, actor=cls.ed, kind="text", settings={"text": "x"}, width=6)

    def test_the_shared_and_ones_own(self) -> None:
        for user, names in ((self.ed, ["Weekly", "Mine"]), (self.olga, ["Weekly"]), (self.vi, ["Weekly"])):
            answer = self.call("get", "dashboards/", user=user).json()
            self.assertEqual(sorted(row["name"] for row in answer["results"]), sorted(names))

    def test_one_with_its_tiles_and_revision(self) -> None:
        answer = self.call("get", f"dashboards/{self.shared.pk}/", user=self.vi)
        self.assertEqual(answer["ETag"], '"1"')
        (tile,) = answer.json()["tiles"]
        self.assertEqual((tile["kind"], tile["width"], tile["settings"]), ("text", 6, {"text": "x"}))
        self.assertEqual(self.call("get", f"dashboards/{self.own.pk}/", user=self.olga).status_code, 404)

    def test_query_count_does_not_grow(self) -> None:
        few = self.call_queries("dashboards/")
        for number in range(9):
            made = boards.dashboard_create(workspace=self.workspace, actor=self.ed, name=f"N{number}", shared=True)
            boards.tile_add(dashboard=made, actor=self.ed, kind="coverage", settings={}, width=6)
        self.assertEqual(self.call_queries("dashboards/"), few)
