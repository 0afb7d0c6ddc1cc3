"""The panel of comments, with and without scripts; the signs on the board; the address of a comment."""

from django.test import override_settings
from django.urls import reverse

from cxmap.workspaces.models import User
from journeys.comments import Place
from journeys.errors import NothingToCommentOn
from journeys.models import Comment, Follower
from journeys.services import cards, stages
from journeys.services.approval import journey_publish
from journeys.services.comments import comment_add, comment_delete, thread_resolve
from tests.journeys.test_comments import CommentTestCase

FETCH = {"HX-Request": "true"}


class PageTestCase(CommentTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.vi)
        self.url = reverse("journeys:comments", args=[self.journey.pk])

    def say(self, text: str = "Hm", author: User | None = None, **more: object) -> Comment:
        return comment_add(journey=self.journey, author=author or self.ed, text=text, **more)

    def on_step(self, number: int = 0) -> Place:
        return Place("step", self.steps()[number].pk)


class PanelTest(PageTestCase):
    def test_it_works_without_scripts(self) -> None:
        step = self.steps()[0]
        response = self.client.post(
            self.url,
            {"text": "Who does this?", "mentions": [self.ed.pk], "on": f"step:{step.pk}", "back": f"on=step:{step.pk}"},
            follow=True,
        )
        self.assertContains(response, "Who does this?")
        self.assertContains(response, f"step › {step.name}")
        self.assertContains(response, "Comment added.")
        comment = Comment.objects.get()
        self.assertEqual(
            (comment.author, list(comment.mentions.values_list("user", flat=True))), (self.vi, [self.ed.pk])
        )
        response = self.client.post(reverse("journeys:comment-reply", args=[comment.pk]), {"text": "I do"}, follow=True)
        self.assertContains(response, "I do")
        response = self.client.post(reverse("journeys:thread-resolve", args=[comment.pk]), follow=True)
        self.assertContains(response, "Nothing is open")
        response = self.client.get(f"{self.url}?show=resolved")
        self.assertContains(response, "Resolved by Vi")

    def test_a_script_gets_the_panel_and_the_signs(self) -> None:
        response = self.client.post(self.url, {"text": "On all of it", "on": "map"}, headers=FETCH)
        self.assertTemplateUsed(response, "journeys/_comments.html")
        self.assertTemplateNotUsed(response, "journeys/comments.html")
        self.assertEqual(response.context["signs"], {"total": 1, "on": {"map": 1}})
        self.assertContains(response, "On all of it")

    def test_mistakes_keep_the_text_and_write_nothing(self) -> None:
        cases = [
            ({"text": "  ", "on": "map"}, "Write something first."),
            ({"text": "x" * 4001, "on": "map"}, "at most 4,000 characters"),
            ({"text": "You?", "on": "map", "mentions": [self.otto.pk]}, "Only members of this workspace"),
            ({"text": "There", "on": "step:nonsense"}, "no longer on this map"),
        ]
        for data, message in cases:
            with self.subTest(message):
                response = self.client.post(self.url, data, headers=FETCH)
                self.assertContains(response, message, status_code=422)
                self.assertContains(response, data["text"].strip(), status_code=422)
        self.assertFalse(Comment.objects.exists())

    def test_what_people_type_is_text(self) -> None:
        self.say("<script>alert(1)</script> & more\nsecond line, @Vi <b>")
        response = self.client.get(self.url)
        self.assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more\nsecond line")
        self.assertContains(response, '<b class="mention">@Vi</b>')

    def test_filters(self) -> None:
        named = self.say("For @Vi", place=self.on_step())
        done = self.say("Settled")
        thread_resolve(thread=done, actor=self.ed)
        answered = self.say("Later")
        self.say("@Vi, have a look", root=answered)
        shown = {
            "": {named, answered},
            "show=resolved": {done},
            "mine=1": {named, answered},
            f"on={self.on_step()}": {named},
            f"on={self.on_step(1)}": set(),
            f"thread={done.pk}": {done},
            "show=nonsense&before=nonsense&on=nonsense&thread=1": {named, answered},
        }
        for query, expected in shown.items():
            with self.subTest(query):
                page = self.client.get(f"{self.url}?{query}").context["page"]
                self.assertEqual({thread.root.comment for thread in page.threads}, expected)
        page = self.client.get(self.url).context["page"]
        self.assertEqual((page.open_count, page.resolved_count, page.mine_count), (2, 1, 2))

    def test_a_cell_has_the_threads_of_its_cards_too(self) -> None:
        card, lane, step = self.card(), self.lane("actions"), self.steps()[0]
        threads = {
            self.say("Cell", place=Place("cell", lane.pk, step.pk)),
            self.say("Card", place=Place("card", card.pk)),
        }
        self.say("Step", place=self.on_step())
        page = self.client.get(f"{self.url}?on=cell:{lane.pk}:{step.pk}").context["page"]
        self.assertEqual({thread.root.comment for thread in page.threads}, threads)

    def test_what_was_deleted_says_so(self) -> None:
        card = self.card()
        self.say("About the card", place=Place("card", card.pk))
        cards.card_delete(card=card, actor=self.ed)
        response = self.client.get(self.url)
        self.assertContains(response, "About the card")
        self.assertContains(response, "deleted")
        self.assertNotContains(response, f"#card-{card.pk}")
        response = self.client.get(f"{self.url}?on=card:{card.pk}")
        self.assertContains(response, "what was said of it stays")
        self.assertNotContains(response, "comment-new")

    def test_what_readers_see_is_spoken_of_whatever_the_draft_has(self) -> None:
        """Deleted in the draft, but still in what was published; and the other way round."""
        gone = self.steps()[0]
        journey_publish(journey=self.journey, actor=self.olga)
        stages.step_delete(step=gone, actor=self.ed)
        new = stages.step_add(stage=self.stages()[1], actor=self.ed, name="Price rise 2027")
        here, there = f"on=step:{gone.pk}", f"on=step:{new.pk}"
        self.assertContains(self.client.get(f"{self.url}?{here}"), "comment-new")
        said = self.client.post(self.url, {"text": "Still so?", "on": f"step:{gone.pk}", "back": here}, follow=True)
        self.assertContains(said, "Still so?")
        self.assertContains(said, f"step › {gone.name}")
        self.assertContains(self.client.get(self.url), f"#row-{gone.pk}")
        page = self.client.get(f"{self.url}?{there}")
        self.assertContains(page, "not in the published version")
        self.assertNotContains(page, "comment-new")
        self.assertNotContains(page, "2027")
        refused = self.client.post(self.url, {"text": "And this?", "on": f"step:{new.pk}", "back": there})
        self.assertEqual(refused.status_code, NothingToCommentOn.status)
        self.client.force_login(self.ed)
        self.assertNotContains(self.client.get(f"{self.url}?{here}"), "comment-new")
        refused = self.client.post(self.url, {"text": "And this?", "on": f"step:{gone.pk}", "back": here})
        self.assertEqual(refused.status_code, NothingToCommentOn.status)
        self.assertEqual(Comment.objects.get().author, self.vi)

    def test_a_deleted_comment_leaves_its_place_to_its_answers(self) -> None:
        root = self.say("Secret")
        self.say("An answer", author=self.vi, root=root)
        comment_delete(comment=root, membership=self.member(self.ed))
        response = self.client.get(self.url)
        self.assertNotContains(response, "Secret")
        self.assertContains(response, "This comment was deleted.")
        self.assertContains(response, "An answer")

    def test_ones_own_is_changed_and_deleted(self) -> None:
        mine, theirs = self.say("Mine", author=self.vi), self.say("Theirs")
        edit = reverse("journeys:comment-edit", args=[mine.pk])
        self.assertContains(self.client.get(edit), "Mine")
        self.assertContains(self.client.get(edit, headers=FETCH), f'action="{edit}"')
        self.client.post(edit, {"text": "Mine, better"})
        self.assertEqual(Comment.objects.get(pk=mine.pk).text, "Mine, better")
        self.assertContains(self.client.post(edit, {"text": ""}), "Write something first.", status_code=422)
        self.assertNotContains(self.client.get(self.url), reverse("journeys:comment-edit", args=[theirs.pk]))
        for action in ("comment-edit", "comment-delete"):
            response = self.client.post(reverse(f"journeys:{action}", args=[theirs.pk]), {"text": "Not mine"})
            self.assertEqual(response.status_code, 403)
        self.client.post(reverse("journeys:comment-delete", args=[mine.pk]))
        self.assertEqual(list(Comment.objects.shown_threads()), [theirs])

    def test_following(self) -> None:
        url = reverse("journeys:follow", args=[self.journey.pk])
        self.client.post(url, {"follow": "yes"})
        self.assertEqual(Follower.objects.get().user, self.vi)
        self.assertContains(self.client.get(self.url), 'aria-pressed="true"')
        self.client.post(url, {"follow": "no"})
        self.assertFalse(Follower.objects.exists())

    def test_pages_of_threads(self) -> None:
        for number in range(35):
            self.say(f"Number {number}")
        first = self.client.get(self.url).context["page"]
        second = self.client.get(f"{self.url}?{first.next}").context["page"]
        self.assertEqual((len(first.threads), len(second.threads), second.next), (30, 5, ""))
        self.assertEqual(second.threads[-1].root.comment.text, "Number 0")

    def test_query_count_does_not_grow(self) -> None:
        card, lane, step = self.card(), self.lane("actions"), self.steps()[0]
        places = [Place(), Place("card", card.pk), Place("cell", lane.pk, step.pk), self.on_step()]
        places += [Place("stage", self.stages()[0].pk), Place("lane", lane.pk)]

        def fill() -> None:
            for place in places:
                self.say("An answer for @Vi and @Ana", root=self.say("Hm, @Vi", place=place), author=self.ana)

        fill()
        few = self.query_count(self.url)
        for _round in range(4):
            fill()
        self.assertEqual(self.query_count(self.url), few)


class AddressTest(PageTestCase):
    def test_it_opens_the_map_with_the_thread(self) -> None:
        root = self.say("The question")
        answer = self.say("The answer", root=root)
        response = self.client.get(answer.get_absolute_url())
        self.assertRedirects(
            response,
            f"{self.journey.get_absolute_url()}?view=map&comments={root.pk}#comment-{answer.pk}",
            fetch_redirect_response=False,
        )
        page = self.client.get(response["Location"])
        self.assertContains(page, "The answer")
        self.assertNotContains(page, "data-drawer-panel hidden")

    def test_a_deleted_one_says_so(self) -> None:
        root = self.say("The question")
        comment_delete(comment=root, membership=self.member(self.ed))
        response = self.client.get(root.get_absolute_url(), follow=True)
        self.assertContains(response, "This comment was deleted.")

    def test_a_thread_that_is_gone_opens_the_list(self) -> None:
        response = self.client.get(f"{self.journey.get_absolute_url()}?view=map&comments={self.journey.pk}")
        self.assertContains(response, "Nobody has said anything here yet.")
        self.assertEqual(self.client.get(f"{self.url}?thread={self.journey.pk}").status_code, 404)


class BoardTest(PageTestCase):
    def test_signs(self) -> None:
        card, lane, step = self.card(), self.lane("actions"), self.steps()[0]
        for place in (Place("card", card.pk), Place("cell", lane.pk, step.pk), self.on_step(), self.on_step()):
            self.say(place=place)
        thread_resolve(thread=self.say("Settled", place=Place("lane", lane.pk)), actor=self.ed)
        html = self.client.get(self.journey.get_absolute_url()).content.decode()
        signs = [f"on=card:{card.pk}", f"on=cell:{lane.pk}:{step.pk}", f"on=step:{step.pk}"]
        self.assertEqual([html.count(sign) for sign in signs], [1, 1, 1])
        self.assertIn('aria-label="2 open threads of comments"', html)
        self.assertNotIn(f"on=lane:{lane.pk}", html)
        self.assertIn("data-talk-total>4<", html)

    def test_the_list_of_steps_has_them_within_reach_of_the_keyboard(self) -> None:
        step = self.steps()[0]
        self.say(place=self.on_step())
        html = self.client.get(f"{self.journey.get_absolute_url()}?view=table").content.decode()
        self.assertIn(f'?on=step:{step.pk}" data-talk draggable="false"', html)

    def test_an_edit_keeps_the_signs_of_its_cell(self) -> None:
        card = self.card()
        self.say(place=Place("card", card.pk))
        self.client.force_login(self.ed)
        answer = self.client.post(
            reverse("journeys:card-edit", args=[card.pk]), {"text": "Compares"}, headers={"X-Requested-With": "fetch"}
        ).json()
        self.assertIn(f"on=card:{card.pk}", answer["cells"][0]["html"])
        board = self.client.get(
            reverse("journeys:board", args=[self.journey.pk]), headers={"X-Requested-With": "fetch"}
        ).json()["board"]
        self.assertIn(f"on=card:{card.pk}", board)

    def test_query_count_does_not_grow(self) -> None:
        url = self.journey.get_absolute_url()
        self.query_count(url)
        few = self.query_count(url)
        for place in (Place(), self.on_step(), self.on_step(1), Place("card", self.card().pk)):
            self.say(place=place)
        self.assertEqual(self.query_count(url), few)

    @override_settings(PUBLIC_URL="https://cxmap.example")
    def test_a_shared_map_shows_nothing_of_them(self) -> None:
        from journeys.access import share_token
        from journeys.services.journeys import share_link_create

        self.say("Not for outsiders", place=self.on_step())
        link = share_link_create(journey=self.journey, actor=self.ed, days=7)
        response = self.client.get(reverse("journeys:shared", args=[share_token(link)]))
        self.assertNotContains(response, "/comments/")
        self.assertNotContains(response, "Not for outsiders")
