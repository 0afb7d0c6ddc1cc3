"""The feed of a workspace and of a map: filters, folding, links, quotations, pages."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from cxmap.history.feed import FeedPage
from cxmap.history.models import Change
from cxmap.workspaces.models import Membership
from journeys.comments import Place
from journeys.services import cards, stages
from journeys.services.approval import journey_publish
from journeys.services.comments import comment_add, comment_delete, thread_resolve
from journeys.services.journeys import journey_create, journey_delete, share_link_create
from tests.journeys.base import MapTestCase


class FeedTest(MapTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = reverse("workspaces:history", args=[self.workspace.slug])
        self.map_url = reverse("journeys:history", args=[self.journey.pk])
        Change.objects.all().delete()

    def page(self, query: str = "", url: str = "") -> FeedPage:
        response = self.client.get(f"{url or self.url}{query}")
        self.assertEqual(response.status_code, 200)
        return response.context["page"]

    def actions(self, query: str = "", url: str = "") -> list[list[str]]:
        """The lines of the feed, each with the actions that it holds."""
        page = self.page(query, url)
        return [[line.change.action for line in entry.lines] for day in page.days for entry in day.entries]

    def write(self, number: int) -> None:
        for count in range(number):
            cards.card_add(lane=self.lane("actions"), step=self.steps()[0], actor=self.ed, text=f"Does {count}")

    def test_it_works(self) -> None:
        step = self.steps()[0]
        stages.step_rename(step=step, actor=self.ed, name="Looks around")
        comment = comment_add(journey=self.journey, author=self.ana, text="Why <so>?", place=Place("step", step.pk))
        response = self.client.get(self.url)
        self.assertContains(response, "renamed the step")
        self.assertContains(response, f"{self.journey.get_absolute_url()}?view=map#row-{step.pk}")
        self.assertContains(response, "commented on “Looks around”")
        self.assertContains(response, "Why &lt;so&gt;?")
        self.assertContains(response, comment.get_absolute_url())
        self.assertContains(response, ">· Buying<")
        response = self.client.get(self.map_url)
        self.assertContains(response, "Why &lt;so&gt;?")
        self.assertNotContains(response, ">· Buying<")

    def test_small_changes_in_a_row_fold(self) -> None:
        self.write(4)
        comment_add(journey=self.journey, author=self.ed, text="Done so far")
        self.write(2)
        expected = [["card.added"], ["card.added"], ["comment.added"], ["card.added"] * 4]
        self.assertEqual(self.actions(), expected)
        self.assertContains(self.client.get(self.url), "made 4 changes")

    def test_readers_find_what_was_said_after_a_publication(self) -> None:
        """Their own comments too; elements by the names that they read, what only the draft has by that of the map."""
        old = self.steps()[0]
        before = old.name
        journey_publish(journey=self.journey, actor=self.olga)
        stages.step_rename(step=old, actor=self.ed, name="Price fall 2027")
        new = stages.step_add(stage=self.stages()[0], actor=self.ed, name="Price rise 2027")
        comment_add(journey=self.journey, author=self.ed, text="Of the new", place=Place("step", new.pk))
        comment_add(journey=self.journey, author=self.vi, text="Of the old", place=Place("step", old.pk))
        for url in (self.url, self.map_url):
            page = self.client.get(url)
            self.assertContains(page, f"commented on “{before}”")
            self.assertContains(page, "commented on “Buying”")
            self.assertContains(page, "Of the new")
            self.assertNotContains(page, "2027")
        for change in Change.objects.filter(action="comment.added"):
            del change.summary["for_readers"]
            change.save(update_fields=["summary"])
        page = self.client.get(self.url)
        self.assertNotContains(page, "commented on", msg_prefix="of before: nobody knows what they may name")
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(self.url), "commented on “Price rise 2027”")

    def test_changes_of_two_people_two_maps_or_two_days_do_not_fold(self) -> None:
        self.write(2)
        cards.card_add(lane=self.lane("actions"), step=self.steps()[0], actor=self.olga, text="Hers")
        other = journey_create(workspace=self.workspace, actor=self.olga, name="Other", no_persona_yet=True)
        stages.step_rename(step=other.steps.first(), actor=self.olga, name="There")
        self.assertTrue(all(len(lines) == 1 for lines in self.actions()))
        Change.objects.all().delete()
        self.write(5)
        old = list(Change.objects.order_by("id").values_list("pk", flat=True)[:3])
        Change.objects.filter(pk__in=old).update(at=timezone.now() - dt.timedelta(days=2))
        self.assertEqual([len(lines) for lines in self.actions()], [1, 1, 3])
        self.assertEqual(len(self.page().days), 2)

    def test_filters(self) -> None:
        self.write(1)
        root = comment_add(journey=self.journey, author=self.ana, text="Hm")
        thread_resolve(thread=root, actor=self.ed)
        share_link_create(journey=self.journey, actor=self.olga, days=7)
        other = journey_create(workspace=self.workspace, actor=self.olga, name="Other", no_persona_yet=True)
        Change.objects.filter(action="card.added").update(at=timezone.now() - dt.timedelta(days=9))
        since = (timezone.now() - dt.timedelta(days=3)).date()
        edits = [["journey.created"], ["card.added"]]
        talk = [["comment.resolved"], ["comment.added"]]
        for query, expected in {
            "?kind=edits": edits,
            "?kind=comments": talk,
            "?kind=sharing": [["share_link.created"]],
            "?kind=approval": [],
            f"?person={self.ed.pk}": [["comment.resolved"], ["card.added"]],
            f"?map={other.pk}": [["journey.created"]],
            f"?since={since}&kind=edits": [["journey.created"]],
            f"?person={self.ed.pk}&kind=comments": [["comment.resolved"]],
            "?kind=nonsense&person=x&since=2026-99-99&before=x&map=x'": [],
        }.items():
            with self.subTest(query):
                self.assertEqual(self.actions(query), expected)
        self.assertEqual(self.actions("?kind=comments", self.map_url), talk)
        self.assertNotIn("journey.created", str(self.actions("", self.map_url)))
        self.assertContains(self.client.get(f"{self.url}?kind=approval"), "Nothing of this kind")

    def test_what_is_gone_is_named_and_not_linked(self) -> None:
        comment = comment_add(journey=self.journey, author=self.vi, text="Secret")
        comment_delete(comment=comment, membership=Membership.objects.get(workspace=self.workspace, user=self.vi))
        self.assertNotContains(self.client.get(self.url), "Secret")
        journey_delete(journey=self.journey, actor=self.ed)
        response = self.client.get(self.url)
        self.assertContains(response, "Buying")
        self.assertNotContains(response, self.journey.get_absolute_url())

    def test_a_guest_stands_by_name(self) -> None:
        comment_add(journey=self.journey, guest_name="Marie", text="From outside")
        self.assertContains(self.client.get(self.url), "Marie (guest)")

    def test_pages(self) -> None:
        share = {"journey": self.journey, "actor": self.olga, "days": 7}
        for _number in range(105):
            share_link_create(**share)
        first = self.page()
        second = self.page(f"?before={first.next}")
        counts = [sum(len(entry.lines) for day in page.days for entry in day.entries) for page in (first, second)]
        self.assertEqual((counts, second.next), ([100, 5], None))

    def test_nothing_of_another_workspace(self) -> None:
        theirs = journey_create(workspace=self.elsewhere, actor=self.otto, name="Theirs", no_persona_yet=True)
        comment_add(journey=theirs, author=self.otto, text="Our secret")
        for query in ("", f"?map={theirs.pk}", f"?person={self.otto.pk}", "?kind=comments"):
            response = self.client.get(f"{self.url}{query}")
            for word in ("Theirs", "Our secret", "Otto"):
                self.assertNotContains(response, word)

    def test_query_count_does_not_grow(self) -> None:
        for url in (self.url, self.map_url):
            Change.objects.all().delete()
            self.write(1)
            comment_add(journey=self.journey, author=self.ana, text="Hm")
            few = self.query_count(url)
            for number in range(5):
                self.write(2)
                comment_add(journey=self.journey, author=self.ana, text="Hm")
                journey_create(workspace=self.workspace, actor=self.olga, name=f"Map {number}", no_persona_yet=True)
            self.assertEqual(self.query_count(url), few)
