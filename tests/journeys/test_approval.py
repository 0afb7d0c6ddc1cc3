"""From a draft to what everybody reads: reviews asked for, sent back, withdrawn; published versions."""

import datetime as dt
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone

from cxmap.history.models import Change
from cxmap.workspaces.models import Membership, Role, User
from journeys import signals
from journeys.models import Approval, Card, Journey, Status, Version
from journeys.services import approval, cards, stages
from journeys.services.journeys import history_step
from journeys.services.versions import version_save
from journeys.versions import last_change_of, standing
from tests.journeys.base import MapTestCase


class ApprovalTestCase(MapTestCase):
    card: ClassVar[Card]
    eve: ClassVar[User]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.eve = User.objects.create_user("eve@example.org", name="Eve")
        Membership.objects.create(workspace=cls.workspace, user=cls.eve, role=Role.EDITOR)
        case = cls()
        cls.card = cards.card_add(
            lane=case.lane("actions"), step=case.steps()[0], actor=cls.ed, text="Compares three offers"
        )

    def setUp(self) -> None:
        self.told: list[signals.Signal] = []
        signals.register_listener(self.told.append)
        self.addCleanup(signals.unregister_listener, self.told.append)

    def url(self, name: str) -> str:
        return reverse(f"journeys:{name}", args=[self.journey.pk])

    def post(self, person: User, name: str, /, **data: Any) -> Any:
        self.client.force_login(person)
        return self.client.post(self.url(name), data)

    def publish(self, person: User | None = None, **more: Any) -> Version:
        return approval.journey_publish(journey=self.journey, actor=person or self.olga, **more)

    def now(self) -> Journey:
        return Journey.objects.get(pk=self.journey.pk)

    def map_of(self, person: User, query: str = "") -> str:
        self.client.force_login(person)
        response = self.client.get(self.journey.get_absolute_url() + query)
        self.assertEqual(response.status_code, 200)
        return response.content.decode()


class WorkflowTests(ApprovalTestCase):
    def test_it_works(self) -> None:
        asked = self.post(self.ed, "review-ask", reviewers=[self.eve.pk], note="Is the order right?")
        self.assertRedirects(asked, self.url("approval"), status_code=303)
        self.assertEqual(self.now().status, Status.IN_REVIEW)
        self.client.force_login(self.eve)
        page = self.client.get(self.url("approval"))
        self.assertContains(page, "Is the order right?")
        self.assertContains(page, "Approve and publish")
        day = timezone.localdate() + dt.timedelta(days=90)
        seen = last_change_of(self.journey) or 0
        data = {"owner": "Ed", "review_on": day.isoformat(), "name": "First", "expected_change": seen}
        published = self.post(self.eve, "publish", **data)
        self.assertRedirects(published, self.url("approval"), status_code=303)
        journey = self.now()
        version = Version.objects.get(journey=journey)
        self.assertEqual((journey.status, journey.owner, journey.review_on), (Status.PUBLISHED, "Ed", day))
        self.assertEqual((journey.published_version, version.published_by, version.name), (version, self.eve, "First"))
        found = Approval.objects.get(journey=journey)
        self.assertEqual((found.status, found.answered_by, found.version), ("published", self.eve, version))
        actions = Change.objects.filter(scope_id=str(journey.pk)).order_by("-id").values_list("action", flat=True)
        self.assertEqual(list(actions[:2]), ["journey.published", "journey.review_asked"])
        kinds = [(signal.kind, [str(person) for person in signal.people]) for signal in self.told]
        self.assertEqual(kinds, [(signals.Kind.REVIEW_ASKED, ["Eve"]), (signals.Kind.PUBLISHED, ["Ed"])])

    def test_sent_back(self) -> None:
        approval.review_ask(journey=self.journey, actor=self.ed, reviewers=[self.eve, self.olga])
        self.assertEqual(self.post(self.eve, "review-send-back", reason="").status_code, 422)
        self.assertEqual(self.now().status, Status.IN_REVIEW)
        self.post(self.eve, "review-send-back", reason="The last stage is missing.")
        self.assertEqual(self.now().status, Status.DRAFT)
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(self.url("approval")), "The last stage is missing.")
        self.assertEqual((self.told[-1].kind, self.told[-1].people), (signals.Kind.SENT_BACK, [self.ed, self.olga]))

    def test_withdrawn(self) -> None:
        self.publish()
        approval.review_ask(journey=self.journey, actor=self.ed, reviewers=[self.eve])
        self.post(self.eve, "review-withdraw")
        self.assertEqual(self.now().status, Status.IN_REVIEW, "only who asked and owners withdraw")
        self.post(self.ed, "review-withdraw")
        self.assertEqual(self.now().status, Status.PUBLISHED, "it was published before, and still is")

    def test_who_asks_does_not_approve(self) -> None:
        """An editor who was not asked, and whoever asked, may not publish; owners may."""
        approval.review_ask(journey=self.journey, actor=self.ed, reviewers=[self.eve])
        for person in (self.ed, self.olga):
            with self.subTest(person=str(person)):
                self.client.force_login(person)
                page = self.client.get(self.url("approval"))
                (self.assertContains if person == self.olga else self.assertNotContains)(page, "Publish this state")
        with self.assertRaises(approval.NotTheReviewer):
            self.publish(self.ed)
        self.publish(self.olga)

    def test_an_owner_who_asks_waits_for_the_other(self) -> None:
        approval.review_ask(journey=self.journey, actor=self.olga, reviewers=[self.eve])
        with self.assertRaises(approval.NotTheReviewer):
            self.publish(self.olga)
        Membership.objects.filter(user=self.eve).delete()
        self.publish(self.olga)

    def test_an_editor_alone_does_not_publish(self) -> None:
        with self.assertRaises(approval.NotTheReviewer):
            self.publish(self.ed)
        self.assertFalse(Version.objects.exists())

    def test_only_members_who_edit_are_asked(self) -> None:
        for person in (self.vi, self.ana, self.otto, self.ed):
            with self.subTest(person=str(person)):
                self.assertEqual(self.post(self.ed, "review-ask", reviewers=[person.pk]).status_code, 422)
                with self.assertRaises(approval.ReviewerNeeded):
                    approval.review_ask(journey=self.journey, actor=self.ed, reviewers=[person])
        self.assertEqual(self.post(self.ed, "review-ask", reviewers=[]).status_code, 422)
        self.assertEqual(self.now().status, Status.DRAFT)

    def test_one_request_at_a_time(self) -> None:
        approval.review_ask(journey=self.journey, actor=self.ed, reviewers=[self.eve])
        with self.assertRaises(approval.AlreadyAsked):
            approval.review_ask(journey=self.journey, actor=self.olga, reviewers=[self.eve])
        approval.review_send_back(journey=self.journey, actor=self.eve, reason="No.")
        with self.assertRaises(approval.NotAsked):
            approval.review_send_back(journey=self.journey, actor=self.olga, reason="No.")
        with self.assertRaises(approval.NotAsked):
            approval.review_withdraw(journey=self.journey, actor=self.ed)

    def test_publish_what_was_seen(self) -> None:
        """Somebody edits while the page is open: nothing is published that nobody has looked at."""
        seen = last_change_of(self.journey) or 0
        cards.card_edit(card=self.card, actor=self.ed, text="Compares ten offers")
        data = {"owner": "Olga", "review_on": "", "expected_change": seen}
        self.client.force_login(self.olga)
        page = self.client.post(self.url("publish"), data, follow=True)
        self.assertContains(page, "changed after you opened this page")
        self.assertFalse(Version.objects.exists())

    def test_a_review_day_lies_ahead(self) -> None:
        data = {"owner": "Olga", "review_on": timezone.localdate().isoformat(), "expected_change": 0}
        page = self.post(self.olga, "publish", **data)
        self.assertContains(page, "Choose a day after today", status_code=422)

    def test_changes_since(self) -> None:
        self.publish()
        self.assertEqual(standing(self.now()).unpublished, 0)
        cards.card_edit(card=self.card, actor=self.ed, text="Compares ten offers")
        cards.card_edit(card=Card.objects.get(pk=self.card.pk), actor=self.ed, text="Compares two offers")
        self.assertEqual(standing(self.now()).unpublished, 2)
        self.assertIn("2 changes since", self.map_of(self.ed))
        for _time in range(2):
            history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(standing(self.now()).unpublished, 0)
        history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(standing(self.now()).unpublished, 1, "what was published is taken back in the draft")

    def test_the_owner_is_told_of_the_review_day_once(self) -> None:
        self.publish(owner="Ana", review_on=timezone.localdate() + dt.timedelta(days=1))
        self.assertEqual(approval.reviews_due_tell(), 0)
        Journey.objects.filter(pk=self.journey.pk).update(review_on=timezone.localdate() - dt.timedelta(days=1))
        self.assertEqual((approval.reviews_due_tell(), approval.reviews_due_tell()), (1, 0))
        self.assertEqual((self.told[-1].kind, self.told[-1].people), (signals.Kind.REVIEW_DUE, [self.ana]))

    def test_the_header_does_not_publish(self) -> None:
        self.client.force_login(self.ed)
        self.assertNotContains(self.client.get(self.url("edit")), 'name="status"')


class ReadersTests(ApprovalTestCase):
    """Who cannot edit sees what was published; who edits sees the draft."""

    def test_it_works(self) -> None:
        self.assertIn("Compares three offers", self.map_of(self.vi), "nothing is published: the draft, labelled")
        self.assertIn("Nothing of this map is published yet", self.map_of(self.vi))
        self.publish()
        cards.card_edit(card=self.card, actor=self.ed, text="Compares ten offers")
        for person, seen in ((self.vi, "three"), (self.ana, "three"), (self.ed, "ten"), (self.olga, "ten")):
            with self.subTest(person=str(person)):
                page = self.map_of(person)
                self.assertIn(f"Compares {seen} offers", page)
                self.assertNotIn(f"Compares {'ten' if seen == 'three' else 'three'} offers", page)
        self.assertIn("A newer draft of this map exists", self.map_of(self.vi))
        self.assertIn("Compares three offers", self.map_of(self.ed, "?as=reader"))
        self.assertIn("Compares three offers", self.map_of(self.vi, "?as=editor"))

    def test_what_was_deleted_since_is_still_read(self) -> None:
        self.publish()
        stages.stage_delete(stage=self.stages()[0], actor=self.ed)
        self.assertIn("Compares three offers", self.map_of(self.vi))
        self.assertNotIn("Compares three offers", self.map_of(self.ed))

    def test_a_saved_version_is_not_a_published_one(self) -> None:
        self.publish()
        cards.card_edit(card=self.card, actor=self.ed, text="Compares ten offers")
        saved = version_save(journey=self.journey, actor=self.ed, name="Inside")
        self.client.force_login(self.vi)
        self.assertNotContains(self.client.get(self.url("versions")), "Inside")
        self.assertEqual(self.client.get(reverse("journeys:version-document", args=[saved.pk])).status_code, 404)
        compared = self.client.get(self.url("compare") + f"?before={saved.number}&after=now")
        self.assertContains(compared, "choose others")
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(self.url("versions")), "Inside")

    def test_query_count_does_not_grow(self) -> None:
        self.client.force_login(self.vi)
        self.fill(columns=7, rows=1)
        self.publish()
        few = self.query_count(self.journey.get_absolute_url())
        self.fill(columns=9, rows=3)
        self.publish()
        self.assertEqual(self.query_count(self.journey.get_absolute_url()), few)
