"""Who hears of a comment, once and by which way; what mails and webhooks say of it."""

import json
from datetime import time
from importlib import import_module
from unittest import mock

from django.apps import apps
from django.core import mail
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from alerts import services
from alerts.models import Alert, Event, EventKind, Preference, Webhook, webhook_kinds
from alerts.selectors import alert_list
from alerts.services.webhooks import webhook_add
from cxmap.outbox.models import Message
from cxmap.outbox.services import outbox_drain
from cxmap.workspaces.models import Membership, User
from cxmap.workspaces.services import member_remove
from journeys.comments import Place
from journeys.models import Comment, Journey
from journeys.services import stages
from journeys.services.approval import journey_publish
from journeys.services.comments import comment_add, comment_delete, comment_edit, journey_follow, thread_resolve
from journeys.services.journeys import journey_delete
from tests.journeys.base import MapTestCase


class CommentAlertsTestCase(MapTestCase):
    def member(self, user: User) -> Membership:
        return Membership.objects.select_related("workspace", "user").get(workspace=self.workspace, user=user)

    def say(self, text: str, author: User | None = None, **more: object) -> Comment:
        return comment_add(journey=self.journey, author=author or self.ed, text=text, **more)

    def told(self) -> set[tuple[str, str]]:
        rows = Alert.objects.filter(in_app=True).values_list("membership__user__name", "event__kind")
        found = {(name, kind.partition(".")[2]) for name, kind in rows}
        self.assertEqual(len(found), Alert.objects.count())
        return found

    def deliver(self) -> None:
        with override_settings(PUBLIC_URL="https://cxmap.example"):
            outbox_drain()


class WhoTest(CommentAlertsTestCase):
    def test_it_works(self) -> None:
        """Named: Ana and Vi, a viewer who has chosen nothing."""
        self.say("@Ana, @Vi: is that so?")
        self.assertEqual(self.told(), {("Ana", "mention"), ("Vi", "mention")})

    def test_nobody_is_told_of_their_own_acts(self) -> None:
        Journey.objects.filter(pk=self.journey.pk).update(owner="Ed")
        self.journey.refresh_from_db()
        journey_follow(journey=self.journey, user=self.ed, follow=True)
        root = self.say("Note to self, @Ed")
        self.say("And again", root=root)
        thread_resolve(thread=root, actor=self.ed)
        self.assertEqual(self.told(), set())

    def test_who_takes_part_hears_of_answers(self) -> None:
        root = self.say("One", author=self.vi)
        answer = self.say("Two", author=self.ana, root=root)
        self.assertEqual(self.told(), {("Vi", "reply")})
        last = self.say("Three", root=root)
        heard = {(alert.membership.user.name, alert.event.comment) for alert in Alert.objects.all()}
        self.assertEqual(heard, {("Vi", answer), ("Vi", last), ("Ana", last)})

    def test_owners_and_followers_hear_of_every_comment(self) -> None:
        self.journey.owner = "ANA"
        self.journey.save(update_fields=["owner"])
        journey_follow(journey=self.journey, user=self.vi, follow=True)
        self.say("Hm")
        self.assertEqual(self.told(), {("Ana", "added"), ("Vi", "added")})
        journey_follow(journey=self.journey, user=self.vi, follow=False)
        self.say("Hm again")
        self.assertEqual(Alert.objects.filter(membership__user=self.vi).count(), 1)

    def test_once_for_each_comment_and_being_named_wins(self) -> None:
        for user in (self.vi, self.ana, self.olga):
            journey_follow(journey=self.journey, user=user, follow=True)
        root = self.say("One", author=self.vi)
        Alert.objects.all().delete()
        self.say("Two, @Vi", root=root)
        self.assertEqual(self.told(), {("Vi", "mention"), ("Ana", "added"), ("Olga", "added")})

    def test_an_edit_tells_only_those_who_were_told_nothing(self) -> None:
        journey_follow(journey=self.journey, user=self.olga, follow=True)
        comment = self.say("@Vi")
        for text in ("@Vi @Ana @Olga", "@Vi", "@Vi @Ana"):
            comment = comment_edit(comment=comment, actor=self.ed, text=text)
        self.assertEqual(self.told(), {("Vi", "mention"), ("Ana", "mention"), ("Olga", "added")})

    def test_a_thread_that_is_resolved(self) -> None:
        root = self.say("One", author=self.vi)
        thread_resolve(thread=root, actor=self.ed)
        thread_resolve(thread=root, actor=self.ed, resolved=False)
        thread_resolve(thread=root, actor=self.ana)
        kinds = Alert.objects.filter(membership__user=self.vi).values_list("event__kind", flat=True)
        self.assertEqual(list(kinds), ["comment.resolved"] * 2)

    def test_a_guest_tells_and_is_not_told(self) -> None:
        journey_follow(journey=self.journey, user=self.ana, follow=True)
        root = comment_add(journey=self.journey, guest_name="Marie", text="From outside, @Vi")
        self.say("Thank you", root=root)
        thread_resolve(thread=root, actor=self.ed)
        self.assertEqual(
            sorted(Alert.objects.values_list("membership__user__name", "event__kind")),
            [("Ana", "comment.added"), ("Ana", "comment.added"), ("Vi", "comment.mention")],
        )

    def test_who_has_left_hears_nothing(self) -> None:
        root = self.say("One", author=self.vi)
        member_remove(membership=self.member(self.vi), actor=self.olga)
        self.say("Two", root=root)
        self.assertEqual(self.told(), set())

    def test_scopes_of_figures_do_not_matter(self) -> None:
        services.preference_set(membership=self.member(self.ana), scope="mine")
        self.say("@Ana")
        self.assertEqual(self.told(), {("Ana", "mention")})

    def test_kinds_can_be_left_out(self) -> None:
        services.preference_set(membership=self.member(self.ana), kinds=[EventKind.FLAG_OPENED])
        services.preference_set(membership=self.member(self.vi), in_app=False)
        self.say("@Ana @Vi")
        self.assertEqual(self.told(), set())

    def test_a_viewer_is_told_of_comments_only_unless_they_ask(self) -> None:
        kinds = Preference.default_of(self.member(self.vi)).kinds
        self.assertEqual({kind.partition(".")[0] for kind in kinds}, {"comment"})
        self.assertIn(EventKind.FLAG_OPENED, Preference.default_of(self.member(self.ana)).kinds)

    def test_what_is_taken_back_is_told_to_nobody_any_more(self) -> None:
        services.preference_set(membership=self.member(self.ana), mail=True)
        comment = self.say("Oops, @Ana")
        comment_delete(comment=comment, membership=self.member(self.ed))
        self.assertFalse(Alert.objects.exists())
        self.deliver()
        self.assertEqual(mail.outbox, [])
        self.assertEqual(Message.objects.get().error, "gone")

    def test_queries_do_not_grow_with_the_members_told(self) -> None:
        with self.assertNumQueries(self._queries("@Ana")):
            self.say("@Ana and @Vi and @Olga")

    def _queries(self, text: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.say("A first one, @Ana")  # what is kept for the whole process
        with CaptureQueriesContext(connection) as queries:
            self.say(text)
        return len(queries)


class UpgradeTest(CommentAlertsTestCase):
    def test_kept_choices_get_the_new_kinds_once(self) -> None:
        """Whoever chose to hear of nothing hears of nothing; webhooks are called as before."""
        migration = import_module("alerts.migrations.0005_tell_of_comments")
        services.preference_set(membership=self.member(self.ana), kinds=["flag.opened"])
        services.preference_set(membership=self.member(self.vi), kinds=[])
        hook = webhook_add(
            workspace=self.workspace, actor=self.olga, name="x", url="https://example.org/", kinds=["flag.opened"]
        )
        for _again in range(2):
            migration.add(apps, None)
        kinds = {row.membership.user: row.kinds for row in Preference.objects.select_related("membership__user")}
        new = [kind.value for kind in EventKind if kind.value.startswith("comment.")]
        self.assertEqual(kinds, {self.ana: ["flag.opened", *new], self.vi: []})
        hook.refresh_from_db()
        self.assertEqual(hook.kinds, ["flag.opened"])


class ListTest(CommentAlertsTestCase):
    def test_the_list_quotes_and_links(self) -> None:
        step = self.steps()[0]
        comment = self.say("Look at <this>, @Vi", place=Place("step", step.pk))
        self.client.force_login(self.vi)
        response = self.client.get(reverse("alerts:list", args=[self.workspace.slug]))
        self.assertContains(response, "A comment names you")
        self.assertContains(response, f"Buying › step › {step.name}")
        self.assertContains(response, "Look at &lt;this&gt;, @Vi")
        self.assertContains(response, comment.get_absolute_url())
        journey_delete(journey=self.journey, actor=self.ed)
        response = self.client.get(reverse("alerts:list", args=[self.workspace.slug]))
        self.assertContains(response, "no longer there")
        self.assertNotContains(response, "Look at")

    def test_query_count_does_not_grow(self) -> None:
        url = reverse("alerts:list", args=[self.workspace.slug])
        self.client.force_login(self.vi)
        self.say("@Vi", place=Place("step", self.steps()[0].pk))
        few = self.query_count(url)
        for step in self.steps():
            self.say("@Vi", place=Place("step", step.pk))
        self.assertEqual(self.query_count(url), few)


class PublishedTest(CommentAlertsTestCase):
    """What only the draft has is named to those who edit, never to those who read what was published."""

    def setUp(self) -> None:
        self.old = self.steps()[0]
        journey_publish(journey=self.journey, actor=self.olga)
        self.journey.refresh_from_db()

    def abouts(self) -> dict[str, list[str]]:
        people = {"vi": self.vi, "olga": self.olga}
        return {name: [row.words.about for row in alert_list(self.member(user)).rows] for name, user in people.items()}

    def test_a_step_of_the_draft(self) -> None:
        new = stages.step_add(stage=self.stages()[0], actor=self.ed, name="Price rise 2027")
        services.preference_set(membership=self.member(self.vi), mail=True, language="en")
        self.say("@Vi @Olga", place=Place("step", new.pk))
        self.assertEqual(
            self.abouts(), {"vi": ["Buying › something on the map"], "olga": ["Buying › step › Price rise 2027"]}
        )
        self.deliver()
        (sent,) = mail.outbox
        self.assertEqual(sent.subject, "A comment names you: Buying › something on the map")
        self.assertNotIn("2027", sent.body + str(sent.alternatives[0][0]))

    def test_a_new_name_of_the_draft(self) -> None:
        before = self.old.name
        stages.step_rename(step=self.old, actor=self.ed, name="Price rise 2027")
        self.say("@Vi @Olga", place=Place("step", self.old.pk))
        self.assertEqual(
            self.abouts(), {"vi": [f"Buying › step › {before}"], "olga": ["Buying › step › Price rise 2027"]}
        )

    def test_alerts_of_before(self) -> None:
        self.say("@Vi @Olga", place=Place("step", self.old.pk))
        for event in Event.objects.all():
            del event.facts["on"]["published"]
            event.save(update_fields=["facts"])
        self.assertEqual(
            self.abouts(), {"vi": ["Buying › something on the map"], "olga": [f"Buying › step › {self.old.name}"]}
        )


class MailTest(CommentAlertsTestCase):
    def wants(self, **fields: object) -> None:
        services.preference_set(membership=self.member(self.ana), mail=True, language="en", **fields)

    def test_it_works(self) -> None:
        self.wants()
        comment = self.say("Two lines,\n@Ana & Co")
        (message,) = Message.objects.all()
        self.assertEqual(message.payload, {"membership": self.member(self.ana).pk})
        self.deliver()
        (sent,) = mail.outbox
        self.assertEqual((sent.to, sent.subject), (["ana@example.org"], "A comment names you: Buying"))
        self.assertIn("Two lines,\n@Ana & Co", sent.body)
        self.assertIn(f"https://cxmap.example{comment.get_absolute_url()}", sent.body)
        html = sent.alternatives[0][0]
        self.assertIn("Two lines,<br>@Ana &amp; Co", html)

    def test_a_digest_gathers_comments(self) -> None:
        self.wants(mail_rhythm="daily", summary_hour=8)
        for number in range(3):
            self.say(f"@Ana, number {number}")
        self.deliver()
        self.assertEqual(mail.outbox, [])
        (message,) = Message.objects.all()
        Message.objects.update(available_at=timezone.now())
        self.deliver()
        (sent,) = mail.outbox
        self.assertEqual(sent.subject, "3 alerts in Acme")
        for number in range(3):
            self.assertIn(f"number {number}", sent.body)
        self.assertEqual(message.payload, {"membership": self.member(self.ana).pk})

    def test_quiet_hours(self) -> None:
        self.wants(quiet_from=time(0, 0), quiet_to=time(23, 59))
        self.say("@Ana")
        with mock.patch("alerts.handlers.timezone.now", return_value=timezone.now().replace(hour=12)):
            self.deliver()
        self.assertEqual(mail.outbox, [])
        self.assertEqual(Alert.objects.count(), 1)


class WebhookTest(CommentAlertsTestCase):
    def hook(self) -> Webhook:
        kinds = [value for value, _label in webhook_kinds()]
        return webhook_add(
            workspace=self.workspace, actor=self.olga, name="Chat", url="https://example.org/hook", kinds=kinds
        )

    def test_programs_hear_who_and_where_but_never_what(self) -> None:
        self.hook()
        step = self.steps()[0]
        root = self.say("Top secret, @Ana", place=Place("step", step.pk))
        thread_resolve(thread=root, actor=self.ana)
        self.assertNotIn("secret", json.dumps([row.payload for row in Message.objects.all()]))
        bodies = []
        with mock.patch("alerts.handlers.post") as post:
            post.return_value.code = 200
            self.deliver()
            bodies = [json.loads(call.kwargs["body"]) for call in post.call_args_list]
        self.assertEqual([body["type"] for body in bodies], ["comment.added", "comment.resolved"])
        data = bodies[0]["data"]
        self.assertEqual(data["comment"]["on"], f"step:{step.pk}")
        self.assertEqual((data["comment"]["id"], data["comment"]["by"]), (str(root.pk), "Ed"))
        self.assertEqual(data["url"], f"https://cxmap.example{root.get_absolute_url()}")
        self.assertEqual(data["sentence"]["en"], "Ed comments on “Buying”.")
        self.assertNotIn("secret", json.dumps(bodies))

    def test_whom_a_comment_names_is_no_business_of_programs(self) -> None:
        self.assertFalse({"comment.mention", "comment.reply"} & {value for value, _label in webhook_kinds()})
        self.client.force_login(self.olga)
        response = self.client.post(
            reverse("alerts:webhook-add", args=[self.workspace.slug]),
            {"name": "Chat", "url": "https://example.org/hook", "kinds": ["comment.mention"]},
        )
        self.assertEqual(response.status_code, 422)
        self.assertFalse(Event.objects.exists() or Webhook.objects.exists())
