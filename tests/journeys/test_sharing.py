"""Links of a map: what they show and allow, passwords, days, frames of other sites."""

import datetime as dt
import re
from typing import Any
from unittest.mock import patch

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from cxmap.history.models import Change
from cxmap.workspaces.origins import origin_of
from cxmap.workspaces.services import workspace_update
from journeys import visitors
from journeys.access import share_token
from journeys.comments import Place
from journeys.models import Card, Comment, ShareLink
from journeys.services import approval, cards, stages
from journeys.services.comments import comment_add
from journeys.services.journeys import journey_create, share_link_create, share_link_revoke, share_link_update
from tests.base import LOCAL_CACHE
from tests.journeys.base import MapTestCase

SITE = "https://intranet.example.org"


@override_settings(CACHES=LOCAL_CACHE)
class SharingTestCase(MapTestCase):
    def setUp(self) -> None:
        cache.clear()
        self.card = cards.card_add(
            lane=self.lane("actions"), step=self.steps()[0], actor=self.ed, text="Compares three offers"
        )

    def link(self, **more: Any) -> ShareLink:
        return share_link_create(journey=self.journey, actor=self.ed, days=7, **more)

    def url(self, link: ShareLink, name: str = "shared") -> str:
        return reverse(f"journeys:{name}", args=[share_token(link)])

    def publish_and_edit(self) -> None:
        approval.journey_publish(journey=self.journey, actor=self.olga)
        cards.card_edit(card=Card.objects.get(pk=self.card.pk), actor=self.ed, text="Compares ten offers")

    def embed_in(self, *origins: str) -> None:
        workspace_update(workspace=self.workspace, actor=self.olga, embed_origins=list(origins))
        self.journey.refresh_from_db()


class LinksTests(SharingTestCase):
    def test_it_works(self) -> None:
        self.client.force_login(self.ed)
        data = {"label": "Board", "days": "30", "shows": "published", "permission": "comment", "password": ""}
        self.client.post(reverse("journeys:share-add", args=[self.journey.pk]), data)
        link = ShareLink.objects.get()
        self.assertEqual((link.label, link.shows, link.permission), ("Board", "published", "comment"))
        page = self.client.get(reverse("journeys:share", args=[self.journey.pk]))
        # The address carries the second in which it was signed: it is not compared, but opened.
        address = re.search(r"/shared/[^/\"]+/", page.content.decode())
        assert address is not None
        self.assertContains(page, "read and comment")
        self.assertContains(page, "opened 0 times")
        self.client.logout()
        self.assertContains(self.client.get(address[0]), "Compares three offers")
        link.refresh_from_db()
        self.assertEqual(link.opened_count, 1)

    def test_what_it_shows(self) -> None:
        published, draft = self.link(), self.link(shows="draft")
        self.assertContains(self.client.get(self.url(published)), "may still change")
        self.publish_and_edit()
        for view in ("map", "table", "present"):
            with self.subTest(view=view):
                page = self.client.get(f"{self.url(published)}?view={view}")
                self.assertContains(page, "Compares three offers")
                self.assertNotContains(page, "Compares ten offers")
                self.assertContains(self.client.get(f"{self.url(draft)}?view={view}"), "Compares ten offers")

    def test_as_reader_in_the_address_changes_nothing(self) -> None:
        self.publish_and_edit()
        self.client.force_login(self.ed)
        page = self.client.get(f"{self.url(self.link())}?as=editor")
        self.assertNotContains(page, "Compares ten offers")

    def test_links_that_are_over(self) -> None:
        forged = reverse("journeys:shared", args=["abc:def:ghi"])
        self.assertEqual(self.client.get(forged).status_code, 404)
        old = self.link(password="open sesame")
        ShareLink.objects.filter(pk=old.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
        revoked = self.link(permission="comment")
        share_link_revoke(link=revoked, actor=self.ed)
        for link in (old, revoked):
            self.assertEqual(self.client.get(self.url(link)).status_code, 404)
            for name, data in (("shared-unlock", {"password": "open sesame"}), ("shared-comment", {"text": "x"})):
                with self.subTest(name=name):
                    self.assertEqual(self.client.post(self.url(link, name), data).status_code, 404)

    def test_change_a_link(self) -> None:
        link = self.link(label="Board")
        self.client.force_login(self.ed)
        edit = reverse("journeys:share-edit", args=[link.pk])
        self.assertContains(self.client.get(edit), "Board")
        day = timezone.localdate() + dt.timedelta(days=100)
        data = {"label": "Council", "shows": "draft", "permission": "view", "expires_on": day.isoformat()}
        self.assertRedirects(self.client.post(edit, data), reverse("journeys:share", args=[self.journey.pk]))
        link.refresh_from_db()
        self.assertEqual((link.label, link.shows), ("Council", "draft"))
        self.assertEqual(timezone.localtime(link.expires_at, self.workspace.zone).date(), day + dt.timedelta(days=1))
        for wrong in (timezone.localdate() - dt.timedelta(days=1), timezone.localdate() + dt.timedelta(days=900)):
            refused = self.client.post(edit, {**data, "expires_on": wrong.isoformat()})
            self.assertContains(refused, "within a year", status_code=422)
        change = Change.objects.get(action="share_link.changed")
        self.assertEqual(change.summary, {"fields": ["expires_at", "label", "shows"]})

    def test_nobody_changes_links_of_elsewhere(self) -> None:
        edit = reverse("journeys:share-edit", args=[self.link().pk])
        for person, status in ((self.otto, 404), (self.vi, 403), (self.ana, 403)):
            self.client.force_login(person)
            self.assertEqual(self.client.post(edit, {"label": "x"}).status_code, status)


class PasswordTests(SharingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.locked = self.link(password="open sesame")

    def try_(self, password: str) -> Any:
        return self.client.post(self.url(self.locked, "shared-unlock"), {"password": password})

    def test_it_works(self) -> None:
        page = self.client.get(self.url(self.locked))
        self.assertContains(page, "A password is needed")
        for secret in ("Compares three offers", self.journey.name, self.workspace.name):
            self.assertNotContains(page, secret)
        self.locked.refresh_from_db()
        self.assertEqual(self.locked.opened_count, 0)
        self.assertContains(self.try_("open says me"), "not the password", status_code=422)
        self.assertEqual(self.try_("open sesame").status_code, 303)
        self.assertContains(self.client.get(self.url(self.locked)), "Compares three offers")
        self.assertNotIn("open sesame", ShareLink.objects.get(pk=self.locked.pk).password)

    def test_another_password_locks_again(self) -> None:
        self.try_("open sesame")
        share_link_update(link=self.locked, actor=self.ed, password="another one")
        self.assertContains(self.client.get(self.url(self.locked)), "A password is needed")
        share_link_update(link=self.locked, actor=self.ed, password="")
        self.assertContains(self.client.get(self.url(self.locked)), "Compares three offers")

    def test_one_link_does_not_open_another(self) -> None:
        self.try_("open sesame")
        other = self.link(password="open sesame")
        self.assertContains(self.client.get(self.url(other)), "A password is needed")

    def test_so_many_tries(self) -> None:
        with patch.object(visitors, "TRIES", 3):
            self.assertEqual([self.try_("wrong").status_code for _try in range(3)], [422, 422, 429])
            self.assertContains(self.try_("open sesame"), "Come back in an hour", status_code=429)
        cache.clear()
        self.assertEqual(self.try_("open sesame").status_code, 303)

    def test_one_visitor_locks_nobody_else_out(self) -> None:
        """Neither a colleague at the same address, nor people who come through the same proxy from elsewhere."""
        with patch.object(visitors, "TRIES", 2):
            self.assertEqual([self.try_("wrong").status_code for _try in range(3)], [422, 429, 429])
            self.client.cookies.clear()
            self.assertEqual(self.try_("open sesame").status_code, 303)
        cache.clear()
        self.client.cookies.clear()
        proxy = {"REMOTE_ADDR": "172.18.0.9", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}
        with patch.object(visitors, "TRIES_OF_ADDRESS", 2), override_settings(TRUSTED_PROXIES=["172.18.0.0/16"]):
            answers = []
            for _try in range(3):
                self.client.cookies.clear()
                answers.append(self.client.post(self.url(self.locked, "shared-unlock"), {"password": "x"}, **proxy))
            self.assertEqual([answer.status_code for answer in answers], [422, 429, 429])
            other = {**proxy, "HTTP_X_FORWARDED_FOR": "198.51.100.7, 203.0.113.5"}
            opened = self.client.post(self.url(self.locked, "shared-unlock"), {"password": "open sesame"}, **other)
            self.assertEqual(opened.status_code, 303)

    def test_files_of_a_locked_map(self) -> None:
        icon = reverse("journeys:shared-icon", args=[share_token(self.locked), 1])
        self.assertEqual(self.client.get(icon).status_code, 404)

    def test_keep_and_take_away(self) -> None:
        self.client.force_login(self.ed)
        edit = reverse("journeys:share-edit", args=[self.locked.pk])
        day = timezone.localdate().isoformat()
        data = {"shows": "published", "permission": "view", "expires_on": day}
        self.client.post(edit, data)
        self.assertTrue(ShareLink.objects.get(pk=self.locked.pk).password, "an empty field changes nothing")
        self.client.post(edit, {**data, "open": "on"})
        self.assertEqual(ShareLink.objects.get(pk=self.locked.pk).password, "")
        short = self.client.post(edit, {**data, "password": "short"})
        self.assertContains(short, "at least 8", status_code=422)


class GuestTests(SharingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.open = self.link(permission="comment")

    def say(self, text: str, link: ShareLink | None = None, **more: Any) -> Any:
        data = {"guest_name": "Gina", "text": text, **more}
        return self.client.post(self.url(link or self.open, "shared-comment"), data, follow=True)

    def test_it_works(self) -> None:
        step = self.steps()[1]
        page = self.say("Is this still so?", on=f"step:{step.pk}")
        self.assertContains(page, "Is this still so?")
        comment = Comment.objects.get()
        self.assertEqual((comment.author, comment.guest_name, comment.target_id), (None, "Gina", step.pk))
        self.assertContains(page, 'value="Gina"', msg_prefix="the name is asked for once")
        self.assertContains(page, "guest</span>")
        comment_add(journey=self.journey, author=self.ed, text="Yes, since May", root=comment)
        self.assertContains(self.client.get(self.url(self.open)), "Yes, since May")
        self.say("Thank you", root=str(comment.pk))
        self.assertEqual(Comment.objects.filter(root=comment).count(), 2)
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(reverse("journeys:comments", args=[self.journey.pk])), "Is this still so?")

    def test_what_the_team_says_stays_with_it(self) -> None:
        inside = comment_add(journey=self.journey, author=self.ed, text="Between us")
        self.assertNotContains(self.client.get(self.url(self.open)), "Between us")
        answered = self.say("Me too", root=str(inside.pk))
        self.assertContains(answered, "deleted meanwhile", status_code=422)
        self.assertEqual(Comment.objects.count(), 1)

    def test_only_where_guests_comment(self) -> None:
        locked = self.link(permission="comment", password="open sesame")
        for link in (self.link(), locked):
            self.assertEqual(self.say("Hello", link).status_code, 404)
        self.client.post(self.url(locked, "shared-unlock"), {"password": "open sesame"})
        self.assertContains(self.say("Hello", locked), "Hello")
        self.assertNotContains(self.client.get(self.url(self.link())), "<textarea")

    def test_bad_input(self) -> None:
        other = self.otto_step()
        for data in ({"text": ""}, {"guest_name": " "}, {"text": "x" * 5000}, {"on": f"step:{other}"}, {"root": "x"}):
            with self.subTest(data={key: value[:10] for key, value in data.items()}):
                text = data.pop("text", "Hello")
                self.assertEqual(self.say(text, **data).status_code, 422)
        self.assertFalse(Comment.objects.exists())

    def otto_step(self) -> str:
        other = journey_create(workspace=self.elsewhere, actor=self.otto, name="Theirs", no_persona_yet=True)
        return str(other.steps.first().pk)  # type: ignore[union-attr]

    def test_members_speak_by_their_own_name(self) -> None:
        self.client.force_login(self.vi)
        page = self.say("Seen by Vi", guest_name="Somebody else")
        self.assertContains(page, "Seen by Vi", msg_prefix="the page says that it is there")
        self.assertEqual((Comment.objects.get().author, Comment.objects.get().guest_name), (self.vi, ""))
        self.client.force_login(self.otto)
        self.say("Seen by Otto", guest_name="Otto")
        self.assertEqual(Comment.objects.exclude(guest_name="").get().guest_name, "Otto")

    def test_members_find_their_own_threads_and_no_other_of_the_team(self) -> None:
        comment_add(journey=self.journey, author=self.ed, text="Between us")
        self.client.force_login(self.vi)
        self.say("Said by Vi")
        mine = Comment.objects.get(author=self.vi)
        comment_add(journey=self.journey, author=self.ed, text="So it is", root=mine)
        page = self.say("Thank you", root=str(mine.pk))
        for text in ("Said by Vi", "So it is", "Thank you"):
            self.assertContains(page, text)
        self.assertNotContains(page, "Between us")
        self.client.force_login(self.ana)
        self.assertNotContains(self.client.get(self.url(self.open)), "Said by Vi")
        self.client.logout()
        self.assertNotContains(self.client.get(self.url(self.open)), "Said by Vi")
        self.assertEqual(self.say("Me too", root=str(mine.pk)).status_code, 422)

    def test_guests_speak_of_what_they_see(self) -> None:
        """The draft has merged the step into another since."""
        step, into = self.steps()[:2]
        approval.journey_publish(journey=self.journey, actor=self.olga)
        stages.step_merge(step=step, into=into, actor=self.ed)
        page = self.say("Is this still so?", on=f"step:{step.pk}")
        self.assertContains(page, "Is this still so?")
        self.assertContains(page, f"step › {step.name}")
        self.assertEqual(Comment.objects.get().target_id, step.pk)

    def test_so_many_comments(self) -> None:
        with patch.object(visitors, "SAID", 2):
            for number in range(3):
                self.say(f"Number {number}")
        self.assertEqual(Comment.objects.count(), 2)

    def test_query_count_does_not_grow(self) -> None:
        self.say("Number 0", on=f"step:{self.steps()[0].pk}")
        few = self.query_count(self.url(self.open))
        for number in range(1, 9):
            step = self.steps()[number % 5]
            root = comment_add(journey=self.journey, guest_name="Gina", text=f"{number}", place=Place("step", step.pk))
            comment_add(journey=self.journey, author=self.ed, text="Yes", root=root)
        self.assertEqual(self.query_count(self.url(self.open)), few)


class EmbeddingTests(SharingTestCase):
    def test_it_works(self) -> None:
        self.embed_in(SITE, "https://wiki.example.org:8443")
        link = self.link(embeddable=True)
        response = self.client.get(self.url(link, "embedded"))
        self.assertContains(response, "Compares three offers")
        policy = response["Content-Security-Policy"]
        self.assertIn(f"frame-ancestors {SITE} https://wiki.example.org:8443", policy)
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("X-Frame-Options", response)
        self.assertEqual(response.cookies, {}, "a frame of another site has none")
        self.assertNotContains(response, "<form")
        self.client.force_login(self.ed)
        page = self.client.get(reverse("journeys:share", args=[self.journey.pk]))
        self.assertContains(page, "&lt;iframe src=")

    def test_everything_else_stays_unframed(self) -> None:
        self.embed_in(SITE)
        link = self.link(embeddable=True)
        for address in (self.url(link), reverse("start"), reverse("account_login")):
            with self.subTest(address=address):
                response = self.client.get(address)
                self.assertEqual(response["X-Frame-Options"], "DENY")
                self.assertIn("frame-ancestors 'none'", response["Content-Security-Policy"])

    def test_what_may_not_be_embedded(self) -> None:
        plain = self.link()
        self.assertEqual(self.client.get(self.url(plain, "embedded")).status_code, 404)
        link = self.link(embeddable=True)
        self.assertEqual(self.client.get(self.url(link, "embedded")).status_code, 404, "no site is named")
        self.embed_in(SITE)
        self.assertEqual(self.client.get(self.url(link, "embedded")).status_code, 200)
        share_link_revoke(link=link, actor=self.ed)
        self.assertEqual(self.client.get(self.url(link, "embedded")).status_code, 404)

    def test_a_password_and_a_frame_do_not_go_together(self) -> None:
        self.embed_in(SITE)
        self.client.force_login(self.ed)
        data = {"days": "7", "shows": "published", "permission": "view", "password": "open sesame", "embeddable": "on"}
        refused = self.client.post(reverse("journeys:share-add", args=[self.journey.pk]), data)
        self.assertContains(refused, "cannot be embedded", status_code=422)
        self.assertFalse(ShareLink.objects.exists())

    def test_frames_show_what_the_link_shows(self) -> None:
        self.embed_in(SITE)
        link = self.link(embeddable=True)
        self.publish_and_edit()
        page = self.client.get(self.url(link, "embedded"))
        self.assertContains(page, "Compares three offers")
        self.assertNotContains(page, "Compares ten offers")

    def test_sites_of_the_workspace(self) -> None:
        self.client.force_login(self.olga)
        settings = reverse("workspaces:settings", args=[self.workspace.slug])
        page = self.client.get(settings)
        data = {name: value or "" for name, value in page.context["form"].initial.items()}
        saved = self.client.post(settings, {**data, "embed_origins": f"{SITE}/\nHTTPS://Wiki.Example.org:443\n{SITE}"})
        self.assertEqual(saved.status_code, 302)
        self.workspace.refresh_from_db()
        self.assertEqual(self.workspace.embed_origins, [SITE, "https://wiki.example.org"])
        self.assertContains(self.client.get(settings), SITE)
        refused = self.client.post(settings, {**data, "embed_origins": "https://*.example.org"})
        self.assertContains(refused, "is no address of a site", status_code=422)

    def test_origins(self) -> None:
        self.assertEqual(origin_of(" http://localhost:8080 "), "http://localhost:8080")
        self.assertEqual(origin_of("https://écoute.example"), "https://xn--coute-9ra.example")
        for wrong in (
            "*", "https://*", "http://example.org", "example.org", "https://example.org/page", "https://a b.org",
            "https://example.org; script-src *", "https://user@example.org", "javascript:alert(1)", "https://", "data:",
            "https://example.org:99999", "https://example", "'self'", "https://example.org?x=1",
        ):  # fmt: skip
            with self.subTest(wrong=wrong), self.assertRaises(ValidationError):
                origin_of(wrong)
