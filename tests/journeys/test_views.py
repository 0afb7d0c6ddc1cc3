"""The ways of looking at one map: tabs, curve, evidence, presentation, views kept under a name."""

from cxmap.history.models import Change
from journeys.access import share_token
from journeys.models import Lane, SavedView
from journeys.services import cards
from journeys.services.cards import curve_set
from journeys.services.evidence import evidence_add
from journeys.services.journeys import journey_create, share_link_create, share_link_revoke
from journeys.services.saved_views import query_of, saved_view_default, saved_view_save
from tests.journeys.base import MapTestCase
from touchpoints.departments import department_add


class ViewTestCase(MapTestCase):
    def get(self, view: str = "", **query: str):
        return self.client.get(self.journey.get_absolute_url(), {"view": view, **query})

    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = self.journey.get_absolute_url()


class TabTests(ViewTestCase):
    def test_every_page_of_a_journey_has_the_same_tabs_and_says_where_it_is(self) -> None:
        slug = self.workspace.slug
        pages = {
            "Map": self.url,
            "Table": f"{self.url}?view=table",
            "Curve": f"{self.url}?view=curve",
            "Evidence": f"{self.url}?view=evidence",
            "Matrix": f"/w/{slug}/matrix/?journey={self.journey.pk}",
            "Funnel": f"{self.url}funnel/",
            "Present": f"{self.url}present/",
        }
        for name, address in pages.items():
            with self.subTest(name):
                page = self.client.get(address)
                self.assertContains(page, f'aria-current="page">{name}</a>')
                for other in pages:
                    self.assertContains(page, f">{other}</a>")

    def test_persona_and_period_go_along(self) -> None:
        page = self.get("curve", period="2026-11-16/2026-11-22")
        self.assertContains(page, f"{self.url}present/?period=2026-11-16%2F2026-11-22")
        self.assertContains(page, "view=table&amp;period=2026-11-16%2F2026-11-22")

    def test_the_tabs_stand_in_the_order_of_their_keys(self) -> None:
        tabs = self.get().context["tabs"]
        self.assertEqual(
            [tab.key for tab in tabs], ["map", "table", "matrix", "curve", "evidence", "present", "funnel", "reviews"]
        )

    def test_views_with_a_page_of_their_own_are_reached_by_name_too(self) -> None:
        narrowed = {"period": "2026-11-16/2026-11-22"}
        self.assertRedirects(self.get("present", **narrowed), f"{self.url}present/?period=2026-11-16%2F2026-11-22")
        self.assertRedirects(self.get("funnel"), f"{self.url}funnel/")
        matrix = f"/w/{self.workspace.slug}/matrix/?journey={self.journey.pk}"
        self.assertRedirects(self.get("matrix", mode="states", journey="other"), f"{matrix}&mode=states")

    def test_another_filter_of_the_matrix_keeps_period_and_layout(self) -> None:
        page = self.get("matrix", period="2026-11-16/2026-11-22", fold="L-002")
        page = self.client.get(page.url)
        self.assertContains(page, '<option value="2026-11-16/2026-11-22" selected>')
        self.assertContains(page, '<input type="hidden" name="fold" value="L-002">')

    def test_the_matrix_of_all_journeys_has_no_tabs(self) -> None:
        self.assertNotContains(self.client.get(f"/w/{self.workspace.slug}/matrix/"), "data-views")


class CurveTests(ViewTestCase):
    def test_the_curve_alone_is_large_and_can_be_drawn_in(self) -> None:
        curve_set(step=self.steps()[0], actor=self.ed, level=-2)
        page = self.get("curve")
        self.assertContains(page, "map--alone")
        self.assertContains(page, "data-editable")
        self.assertNotContains(page, "map__lane--actions")
        self.assertContains(page, '<td class="num">−2.0</td>')

    def test_pain_points_stand_under_the_curve(self) -> None:
        self.assertEqual([row.kind.key for row in self.get("curve").context["board"].lanes], ["emotion", "pains"])
        Lane.objects.filter(journey=self.journey, kind="pains").update(hidden=True)
        self.assertEqual([row.kind.key for row in self.get("curve").context["board"].lanes], ["emotion"])

    def test_the_table_has_columns_for_what_is_drawn_only(self) -> None:
        page = self.get("curve")
        self.assertNotContains(page, "By persona")
        self.assertNotContains(page, "Aimed at")
        curve_set(step=self.steps()[0], actor=self.ed, level=1, layer="to_be")
        self.assertContains(self.get("curve"), "Aimed at")

    def test_an_edit_is_answered_with_the_curve_alone(self) -> None:
        answer = self.client.post(
            f"/steps/{self.steps()[1].pk}/curve/?view=curve", {"level": "1"}, headers={"X-Requested-With": "fetch"}
        )
        self.assertEqual(answer.status_code, 200, answer.content[:300])
        self.assertIn("map--alone", answer.json()["board"])

    def test_a_hidden_curve_is_shown_and_a_missing_one_said(self) -> None:
        Lane.objects.filter(journey=self.journey, kind="emotion").update(hidden=True)
        self.assertContains(self.get("curve"), "map__lane--emotion")
        self.lane("emotion").delete()
        self.assertNotContains(self.get("curve"), "map__lane--")
        self.assertContains(self.get("curve"), "This map has no curve")


class EvidenceViewTests(ViewTestCase):
    def test_what_rests_on_nothing_fades_and_what_is_proven_names_its_record(self) -> None:
        first, second = self.steps()[:2]
        record = evidence_add(
            journey=self.journey, actor=self.ed, kind="interview", title="Five buyers", happened_on="2026-03-12"
        )
        card = cards.card_add(lane=self.lane("actions"), step=first, actor=self.ed, text="Looks around")
        type(card).objects.filter(pk=card.pk).update(evidence=record)
        cards.card_add(lane=self.lane("actions"), step=first, actor=self.ed, text="Asks a friend")
        cards.card_add(lane=self.lane("actions"), step=second, actor=self.ed, text="Compares")
        page = self.get("evidence")
        self.assertContains(page, "interview · Five buyers · 1 card without")
        self.assertContains(page, "is-interview")
        self.assertContains(page, "no evidence")
        self.assertContains(page, "not documented")
        self.assertContains(page, "12 Mar 2026")
        self.assertNotContains(page, "data-editable")
        self.assertNotContains(self.get("map"), "proofline")

    def test_queries_do_not_grow(self) -> None:
        self.fill(6, 1)
        before = self.query_count(f"{self.url}?view=evidence")
        self.fill(14, 3)
        self.assertEqual(self.query_count(f"{self.url}?view=evidence"), before)


class HiddenLaneTests(ViewTestCase):
    def test_hidden_lanes_are_looked_at_without_showing_them_to_everybody(self) -> None:
        Lane.objects.filter(journey=self.journey, kind="actions").update(hidden=True)
        self.assertNotContains(self.get(), "map__lane--actions")
        page = self.get(hidden="shown")
        self.assertContains(page, "map__lane--actions")
        self.assertContains(page, "hidden on the map")
        self.assertTrue(self.lane("actions").hidden)

    def test_an_edit_is_answered_with_them(self) -> None:
        Lane.objects.filter(journey=self.journey, kind="actions").update(hidden=True)
        address = f"/stages/{self.stages()[0].pk}/steps/add/"
        fetch = {"X-Requested-With": "fetch"}
        self.assertIn("map__lane--actions", self.client.post(f"{address}?hidden=shown", headers=fetch).json()["board"])
        self.assertNotIn("map__lane--actions", self.client.post(address, headers=fetch).json()["board"])

    def test_they_do_not_change_how_much_is_proven(self) -> None:
        self.fill(6, 1)
        facts = [fact.value for fact in self.get().context["board"].facts]
        Lane.objects.filter(journey=self.journey, kind="goals").update(hidden=True)
        cards.card_add(
            lane=self.lane("goals"), step=self.steps()[0], actor=self.ed, text="Be sure", source="Interview 3"
        )
        self.assertEqual([fact.value for fact in self.get(hidden="shown").context["board"].facts], facts)


class PresentTests(ViewTestCase):
    def test_every_stage_is_a_slide_with_what_is_written(self) -> None:
        cards.card_add(lane=self.lane("actions"), step=self.steps()[0], actor=self.ed, text="Looks around")
        cards.card_add(lane=self.lane("touchpoints"), step=self.steps()[0], actor=self.ed, touchpoint=self.touchpoint)
        curve_set(step=self.steps()[0], actor=self.ed, level=-2)
        self.client.force_login(self.vi)
        page = self.client.get(f"{self.url}present/")
        html = page.content.decode()
        self.assertEqual(html.count("data-slide"), 1 + len(self.stages()))
        for text in ("Looks around", "Payment page", "believed: very negative", "not measured", "no persona yet"):
            self.assertContains(page, text)

    def test_a_level_between_two_names_is_said_with_both(self) -> None:
        curve_set(step=self.steps()[0], actor=self.ed, level=0.5)
        curve_set(step=self.steps()[1], actor=self.ed, level=-1.5)
        page = self.client.get(f"{self.url}present/")
        self.assertContains(page, "believed: between neutral and positive")
        self.assertContains(page, "believed: between very negative and negative")

    def test_an_empty_curve_is_not_drawn(self) -> None:
        self.assertNotContains(self.client.get(f"{self.url}present/"), "slide__curve")
        curve_set(step=self.steps()[0], actor=self.ed, level=1)
        self.assertContains(self.client.get(f"{self.url}present/"), "slide__curve")

    def test_the_way_back_keeps_the_period(self) -> None:
        page = self.client.get(f"{self.url}present/", {"period": "2026-11-16/2026-11-22"})
        self.assertContains(page, f'data-back="{self.url}?view=map&amp;period=2026-11-16%2F2026-11-22"')

    def test_queries_do_not_grow(self) -> None:
        self.fill(6, 1)
        before = self.query_count(f"{self.url}present/")
        self.fill(14, 3)
        self.assertEqual(self.query_count(f"{self.url}present/"), before)


class SharedPresentTests(ViewTestCase):
    def setUp(self) -> None:
        super().setUp()
        cards.card_add(lane=self.lane("actions"), step=self.steps()[0], actor=self.ed, text="Looks around")
        self.link = share_link_create(journey=self.journey, actor=self.ed, days=7)
        self.shared = f"/shared/{share_token(self.link)}/"
        self.client.logout()

    def test_whoever_has_the_link_is_told_the_journey_and_nothing_else(self) -> None:
        period = "period=2026-11-16%2F2026-11-22"
        there = f"{self.shared}?view=present&{period}"
        self.assertContains(self.client.get(f"{self.shared}?{period}"), there.replace("&", "&amp;"))
        page = self.client.get(there)
        self.assertContains(page, "Looks around")
        self.assertContains(page, f'data-back="{self.shared}?view=map&amp;{period}"')
        for private in ("Saved views", f"/journeys/{self.journey.pk}", f"/w/{self.workspace.slug}"):
            self.assertNotContains(page, private)
        self.assertEqual((page["X-Robots-Tag"], page["Referrer-Policy"]), ("noindex", "same-origin"))
        self.link.refresh_from_db()
        self.assertIsNotNone(self.link.last_opened_at)

    def test_a_link_that_was_taken_back_tells_nothing(self) -> None:
        share_link_revoke(link=self.link, actor=self.ed)
        self.assertEqual(self.client.get(f"{self.shared}?view=present").status_code, 404)


class SavedViewTests(ViewTestCase):
    def save(self, name: str, query: str):
        return self.client.post(f"{self.url}views/add/", {"name": name, "query": query}, follow=True)

    def test_a_view_is_kept_under_a_name_for_the_workspace(self) -> None:
        page = self.save("  The   curve ", "view=curve&period=2026-11-16%2F2026-11-22&evil=1")
        self.assertContains(page, "The view “The curve” is saved for everybody in the workspace.")
        view = SavedView.objects.get(journey=self.journey)
        self.assertEqual((view.name, view.query), ("The curve", "view=curve&period=2026-11-16%2F2026-11-22"))
        self.assertTrue(Change.objects.filter(action="view.saved", target_id=str(view.pk)).exists())
        self.client.force_login(self.vi)
        self.assertContains(self.get(), f"{self.url}?view=curve&amp;period=2026-11-16%2F2026-11-22")

    def test_the_same_name_becomes_the_new_view(self) -> None:
        self.save("Mine", "view=curve")
        self.save("Mine", "view=table")
        self.assertEqual([view.query for view in SavedView.objects.all()], ["view=table"])

    def test_without_a_name_nothing_is_kept(self) -> None:
        self.assertContains(self.save("  ", "view=curve"), "Give the view a name")
        self.assertFalse(SavedView.objects.exists())

    def test_a_deleted_view_leaves_the_list_and_frees_its_name(self) -> None:
        view = saved_view_save(journey=self.journey, actor=self.ed, name="Mine", query="view=curve")
        self.client.post(f"/saved-views/{view.pk}/delete/", follow=True)
        self.assertNotContains(self.get(), "Delete the view Mine")
        self.save("Mine", "view=table")
        self.assertEqual(SavedView.objects.filter(deleted_at=None).count(), 1)

    def test_everything_that_the_address_holds_is_kept(self) -> None:
        self.save("All", "view=table&hidden=shown&fold=L-002.L-005&zoom=80&mode=states&evil=1")
        view = SavedView.objects.get()
        self.assertEqual(view.query, "view=table&hidden=shown&fold=L-002.L-005&zoom=80&mode=states")
        self.assertContains(self.get("table", hidden="shown", fold="L-002.L-005", zoom="80"), "hidden=shown")
        self.save("Long", f"view=map&fold={'é' * 400}&zoom=80")
        self.assertEqual(SavedView.objects.get(name="Long").query, "view=map")

    def test_a_view_with_a_page_of_its_own_is_kept_from_there_and_leads_there(self) -> None:
        for view, address in (
            ("matrix", f"/w/{self.workspace.slug}/matrix/?journey={self.journey.pk}&mode=states"),
            ("present", f"{self.url}present/"),
            ("funnel", f"{self.url}funnel/"),
        ):
            with self.subTest(view):
                menu = self.client.get(address).context["saved_views"]
                page = self.save(view, menu.query)
                self.assertEqual(page.redirect_chain[-1][0], address)
                self.assertContains(page, f"The view “{view}” is saved")
                self.assertEqual(
                    [row.current for row in page.context["saved_views"].rows if row.view.name == view], [True]
                )

    def test_the_department_that_narrows_is_kept(self) -> None:
        care = department_add(workspace=self.workspace, actor=self.ed, name="Customer service")
        matrix = f"/w/{self.workspace.slug}/matrix/?journey={self.journey.pk}&department={care.pk}"
        page = self.save("Of the service", self.client.get(matrix).context["saved_views"].query)
        self.assertEqual(page.redirect_chain[-1][0], matrix)
        self.assertContains(page, "Department: Customer service")
        self.assertEqual(query_of(f"?view=map&department={care.pk}&x=1"), f"view=map&department={care.pk}")

    def test_a_view_is_renamed_but_not_to_the_name_of_another(self) -> None:
        view = saved_view_save(journey=self.journey, actor=self.ed, name="Mine", query="view=curve")
        saved_view_save(journey=self.journey, actor=self.ed, name="Taken", query="view=table")
        here = f"{self.url}?view=table"
        rename = f"/saved-views/{view.pk}/rename/"
        page = self.client.post(rename, {"name": " Ours ", "next": here}, follow=True)
        self.assertEqual(page.redirect_chain, [(here, 303)])
        self.assertContains(page, "The view is now called “Ours”.")
        change = Change.objects.get(action="view.renamed")
        self.assertEqual((change.summary["before"], change.summary["name"]), ("Mine", "Ours"))
        page = self.client.post(rename, {"name": "Taken", "next": "https://elsewhere.example/"}, follow=True)
        self.assertContains(page, "already has this name")
        self.assertEqual(page.redirect_chain[0][0], self.url)
        view.refresh_from_db()
        self.assertEqual(view.name, "Ours")

    def test_the_bare_address_of_a_map_opens_its_default_view(self) -> None:
        curve = saved_view_save(journey=self.journey, actor=self.ed, name="Mine", query="view=curve&zoom=80")
        table = saved_view_save(journey=self.journey, actor=self.ed, name="Plain", query="view=table")
        self.client.post(f"/saved-views/{curve.pk}/default/", {"default": "yes"})
        self.client.post(f"/saved-views/{table.pk}/default/", {"default": "yes"})
        self.assertEqual([view.name for view in SavedView.objects.filter(is_default=True)], ["Plain"])
        self.assertTrue(Change.objects.filter(action="view.default", target_id=str(table.pk)).exists())
        self.client.force_login(self.vi)
        self.assertRedirects(self.client.get(self.url), f"{self.url}?view=table")
        self.assertEqual(self.get("map").status_code, 200)
        self.assertEqual(self.client.get(self.url, {"zoom": "90"}).status_code, 200)
        self.client.force_login(self.ed)
        self.client.post(f"/saved-views/{table.pk}/default/", {"default": "no"})
        self.assertEqual(self.client.get(self.url).status_code, 200)

    def test_the_map_never_opens_with_a_page_from_which_it_is_not_reached(self) -> None:
        view = saved_view_save(journey=self.journey, actor=self.ed, name="Mine", query="view=present")
        page = self.client.post(f"/saved-views/{view.pk}/default/", {"default": "yes"}, follow=True)
        self.assertContains(page, "Only map, table, curve and evidence")
        self.assertFalse(SavedView.objects.filter(is_default=True).exists())
        saved_view_save(journey=self.journey, actor=self.ed, name="Mine", query="")
        saved_view_default(view=view, actor=self.ed, default=False)
        view.refresh_from_db()
        saved_view_default(view=view, actor=self.ed, default=True)
        self.assertRedirects(self.client.get(self.url), f"{self.url}?view=map")
        saved_view_save(journey=self.journey, actor=self.ed, name="Mine", query="view=funnel")
        self.assertEqual(self.client.get(self.url).status_code, 200)

    def test_a_viewer_uses_views_and_changes_none(self) -> None:
        view = saved_view_save(journey=self.journey, actor=self.ed, name="Mine", query="view=curve")
        self.client.force_login(self.vi)
        page = self.get()
        self.assertContains(page, "Mine")
        self.assertNotContains(page, "Change the view Mine")
        self.assertEqual(self.client.post(f"/saved-views/{view.pk}/rename/", {"name": "No"}).status_code, 403)

    def test_views_of_another_map_are_not_listed(self) -> None:
        other = journey_create(workspace=self.workspace, actor=self.ed, name="Other", no_persona_yet=True)
        saved_view_save(journey=other, actor=self.ed, name="Another map", query="view=curve")
        self.assertNotContains(self.get(), "Another map")
