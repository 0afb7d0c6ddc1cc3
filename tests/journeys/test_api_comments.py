"""Comments through the API."""

from typing import ClassVar

from journeys.models import Comment, Journey
from journeys.services.comments import comment_add
from journeys.services.journeys import journey_create
from tests.api import ApiTestCase


class CommentApiTest(ApiTestCase):
    journey: ClassVar[Journey]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.journey = journey_create(workspace=cls.workspace, actor=cls.ed, name="Buying", no_persona_yet=True)

    def test_it_works(self) -> None:
        step = self.journey.steps.first()
        answer = self.call(
            "post",
            "comments/",
            {"journey": str(self.journey.pk), "on": f"step:{step.pk}", "text": "Hm, @Ana", "mentions": [self.ed.pk]},
            user=self.vi,
        )
        self.assertEqual(answer.status_code, 201, answer.content)
        root = answer.json()
        self.assertEqual((root["author"], root["on"], root["root"]), ("Vi", f"step:{step.pk}", None))
        self.assertEqual({one["name"] for one in root["mentions"]}, {"Ana", "Ed"})
        answer = self.call("post", "comments/", {"root": root["id"], "text": "Yes"})
        self.assertEqual((answer.json()["root"], answer.json()["on"]), (root["id"], root["on"]))
        listed = self.call("get", f"comments/?journey={self.journey.pk}").json()["results"]
        self.assertEqual([row["text"] for row in listed], ["Hm, @Ana", "Yes"])
        settled = self.call("post", f"comments/{root['id']}/resolve/")
        self.assertIsNotNone(settled.json()["resolved_at"])
        self.assertEqual(len(self.call("get", "comments/?is_resolved=true").json()["results"]), 1)
        self.assertEqual(self.call("get", "comments/?is_resolved=false").json()["results"], [])
        self.assertIsNone(self.call("post", f"comments/{root['id']}/reopen/").json()["resolved_at"])

    def test_changing_and_deleting(self) -> None:
        comment = comment_add(journey=self.journey, author=self.vi, text="Mine, @Ana")
        path = f"comments/{comment.pk}/"
        changed = self.call("patch", path, {"text": "Mine, better, @Ana"}, user=self.vi).json()
        self.assertEqual(
            ([one["name"] for one in changed["mentions"]], changed["text"]), (["Ana"], "Mine, better, @Ana")
        )
        self.assertEqual(self.call("patch", path, {"text": "Yours"}).json()["error"]["code"], "comment_not_yours")
        self.assertEqual(self.call("delete", path).status_code, 403)
        self.assertEqual(self.call("delete", path, user=self.olga).status_code, 204)
        self.assertEqual(self.call("get", path, user=self.olga).status_code, 404)

    def test_an_owners_token_of_a_viewer_deletes_nothing_of_others(self) -> None:
        from cxmap.workspaces.services import token_create

        comment = comment_add(journey=self.journey, author=self.vi, text="Mine")
        token = token_create(workspace=self.workspace, user=self.olga, actor=self.olga, role="viewer")[1]
        response = self.client.delete(f"/api/v1/comments/{comment.pk}/", headers={"Authorization": f"Token {token}"})
        self.assertEqual(response.status_code, 403)

    def test_refusals(self) -> None:
        theirs = journey_create(workspace=self.elsewhere, actor=self.otto, name="Theirs", no_persona_yet=True)
        said = comment_add(journey=theirs, author=self.otto, text="Ours")
        one = str(self.journey.pk)
        for data, code in (
            ({"text": "Where?"}, "invalid"),
            ({"text": "", "journey": one}, "invalid"),
            ({"text": "Hm", "journey": str(theirs.pk)}, "invalid"),
            ({"text": "Hm", "root": str(said.pk)}, "invalid"),
            ({"text": "Hm", "journey": one, "on": "step:1"}, "invalid"),
            ({"text": "Hm", "journey": one, "on": f"step:{theirs.steps.first().pk}"}, "nothing_to_comment_on"),
            ({"text": "Hm", "journey": one, "mentions": [self.otto.pk]}, "mention_of_stranger"),
        ):
            with self.subTest(data):
                self.assertEqual(self.call("post", "comments/", data).json()["error"]["code"], code)
        self.assertEqual(list(Comment.objects.all()), [said])

    def test_another_workspace_finds_nothing(self) -> None:
        comment = comment_add(journey=self.journey, author=self.ed, text="Ours")
        self.assertEqual(self.call("get", "comments/", user=self.otto).json()["results"], [])
        for method, path in (("get", ""), ("patch", ""), ("delete", ""), ("post", "resolve/"), ("post", "reopen/")):
            answer = self.call(method, f"comments/{comment.pk}/{path}", {"text": "Mine"}, user=self.otto)
            self.assertEqual(answer.status_code, 404)
        listed = self.call("get", f"comments/?journey={self.journey.pk}", user=self.otto)
        self.assertNotIn("Ours", listed.content.decode())

    def test_query_count_does_not_grow(self) -> None:
        comment_add(journey=self.journey, author=self.ed, text="@Ana @Vi")
        few = self.call_queries("comments/")
        for _number in range(10):
            comment_add(journey=self.journey, author=self.ana, text="@Ed @Vi @Olga")
        self.assertEqual(self.call_queries("comments/"), few)

    def test_the_document_holds_none(self) -> None:
        comment_add(journey=self.journey, author=self.ed, text="Just talk")
        document = self.call("get", f"journeys/{self.journey.pk}/document/")
        self.assertEqual(document.status_code, 200)
        self.assertNotIn("Just talk", document.content.decode())
