"""GET imports/."""

from sources import services
from tests.api import ApiTestCase
from tests.sources.base import GOOD, SourcesTestCase


class ImportsTest(SourcesTestCase, ApiTestCase):
    def make(self, text: str = GOOD):
        import_ = services.import_set_mapping(
            import_=self.stored(text), actor=self.ana, document={"layout": "tidy"}, check=False
        )
        services.import_queue(import_=import_, actor=self.ana, policy="good_lines")
        return self.work(import_)

    def test_it_works(self) -> None:
        import_ = self.make()
        (one,) = self.call("get", "imports/", user=self.vi).json()["results"]
        self.assertEqual(
            (one["id"], one["source"], one["status"], one["created"]), (str(import_.public_id), "file", "done", 3)
        )
        self.assertEqual(self.call("get", f"imports/{import_.public_id}/", user=self.vi).json(), one)
        self.assertEqual(self.call("get", "imports/?status=failed", user=self.vi).json()["results"], [])

    def test_strangers_see_nothing(self) -> None:
        import_ = self.make()
        self.assertEqual(self.call("get", "imports/", user=self.otto).json()["results"], [])
        self.assertEqual(self.call("get", f"imports/{import_.public_id}/", user=self.otto).status_code, 404)

    def test_query_count_does_not_grow(self) -> None:
        self.make()
        few = self.call_queries("imports/")
        for number in range(5):
            self.make(GOOD.replace("10,100", f"{number},100"))
        self.assertEqual(self.call_queries("imports/"), few)
