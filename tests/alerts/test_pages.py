"""The list of alerts, the bell, the preferences, the API."""

from datetime import timedelta

from django.utils import timezone

from alerts import services
from alerts.models import Alert, Event, Mute, Preference
from kpis.models import Flag
from kpis.services import binding_delete
from tests.alerts.base import AlertsTestCase
from tests.api import ApiTestCase
from tests.kpis.test_states_evaluate import week
from touchpoints.models import Category

LIST = "/w/acme/alerts/"
SETTINGS = "/w/acme/alerts/settings/"
CHOICE = {
    "kinds": ["flag.opened"],
    "scope": "everything",
    "in_app": "on",
    "mail_rhythm": "immediate",
    "summary_hour": "8",
    "summary_weekday": "0",
}


class ListTest(AlertsTestCase):
    def setUp(self) -> None:
        self.flag = self.dropped()
        self.client.force_login(self.ed)

    def test_it_works(self) -> None:
        response = self.client.get(LIST)
        self.assertContains(response, "A signal has opened")
        self.assertContains(response, f'<a href="/flags/{self.flag.pk}/">Shop › ')
        self.assertContains(response, "Established worsening")
        french = self.client.get(LIST, headers={"Accept-Language": "fr"})
        self.assertContains(french, "Dégradation établie")

    def test_the_bell_counts_on_every_page(self) -> None:
        self.assertContains(self.client.get("/w/acme/kpis/"), '<span class="bell__count">1<')
        self.client.post(f"{LIST}read/", {"alert": Alert.objects.get(membership__user=self.ed).pk})
        self.assertNotContains(self.client.get("/w/acme/kpis/"), "bell__count")
        self.client.force_login(self.vi)
        self.assertNotContains(self.client.get("/w/acme/kpis/"), "bell__count")

    def test_one_query_for_the_bell(self) -> None:
        few = self.query_count("/w/acme/kpis/")
        self.more(150)
        self.assertEqual(self.query_count("/w/acme/kpis/"), few)
        self.assertContains(self.client.get("/w/acme/kpis/"), '<span class="bell__count">99+<')

    def more(self, number: int) -> None:
        event = Event.objects.get(kind="flag.opened", flag=self.flag)
        events = Event.objects.bulk_create(
            Event(
                workspace=self.workspace,
                kind="flag.closed",
                key=f"test:{position}",
                flag=self.flag,
                binding=self.binding,
                facts=event.facts | {"turn": "closed"},
            )
            for position in range(number)
        )
        member = self.member(self.ed)
        Alert.objects.bulk_create(Alert(workspace=self.workspace, membership=member, event=one) for one in events)

    def test_filters_and_pages(self) -> None:
        self.more(60)
        first = self.client.get(LIST)
        self.assertContains(first, '<li class="alert alert--unread"', count=50)
        last = first.context["page"].next
        self.assertContains(self.client.get(f"{LIST}?before={last}"), '<li class="alert alert--unread"', count=11)
        self.assertContains(self.client.get(f"{LIST}?kind=flag.opened"), '<li class="alert alert--unread"', count=1)
        self.client.post(f"{LIST}read/", {"up_to": first.context["page"].newest})
        self.assertNotContains(self.client.get(f"{LIST}?show=unread"), '<li class="alert')
        for query in ("?before=x", "?before=99999999999999999999", "?kind=nonsense", "?show=nonsense"):
            self.assertEqual(self.client.get(LIST + query).status_code, 200)

    def test_all_read_leaves_what_came_since(self) -> None:
        newest = self.client.get(LIST).context["page"].newest
        self.more(1)
        self.client.post(f"{LIST}read/", {"up_to": newest})
        self.assertEqual(Alert.objects.filter(membership__user=self.ed, read_at=None).count(), 1)

    def test_alerts_are_personal(self) -> None:
        """Nobody reads, or marks, those of others."""
        others = Alert.objects.get(membership__user=self.olga)
        self.client.post(f"{LIST}read/", {"alert": others.pk})
        others.refresh_from_db()
        self.assertIsNone(others.read_at)
        self.client.force_login(self.vi)
        self.assertContains(self.client.get(LIST), "No alert yet")
        services.preference_set(membership=self.member(self.vi), in_app=False)
        self.assertContains(self.client.get(LIST), "You have not asked for alerts in this list.")

    def test_muting_one_signal(self) -> None:
        until = (timezone.now() + timedelta(days=9)).date()
        url = f"/flags/{self.flag.pk}/mute/"
        response = self.client.post(url, {"until": until.isoformat()}, follow=True)
        self.assertContains(response, "You hear nothing of this signal until")
        self.assertEqual((Mute.objects.get().membership, Mute.objects.get().until), (self.member(self.ed), until))
        for wrong in ("2020-01-01", "soon", ""):
            self.client.post(url, {"until": wrong})
            self.assertEqual(Mute.objects.get().until, until)
        self.client.post(url, {"again": "1"})
        self.assertFalse(Mute.objects.exists())
        # The signal itself is as it was, for everybody.
        self.assertEqual(Flag.objects.get().status, "open")

    def test_a_signal_whose_kpi_is_gone_has_no_link(self) -> None:
        binding_delete(binding=self.binding, actor=self.ed)
        response = self.client.get(LIST)
        self.assertNotContains(response, f'/flags/{self.flag.pk}/"')
        self.assertContains(response, "no longer there")

    def test_the_sentence_keeps_to_what_was_true_then(self) -> None:
        before = self.client.get(LIST).context["page"].rows[0].words.sentence
        self.write(lambda number: 0.02, weeks=range(30, 33), import_id=3)
        for number in (31, 32, 33):
            self.evaluate(week(number))
        page = self.client.get(f"{LIST}?kind=flag.opened").context["page"]
        self.assertEqual(page.rows[0].words.sentence, before)

    def test_query_count_does_not_grow(self) -> None:
        few = self.query_count(LIST)
        self.more(40)
        self.assertEqual(self.query_count(LIST), few)


class PreferencesTest(AlertsTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)

    def test_it_works(self) -> None:
        data = CHOICE | {"mail": "on", "quiet_from": "20:00", "quiet_to": "07:30"}
        self.assertRedirects(self.client.post(SETTINGS, data), SETTINGS)
        preference = Preference.objects.get()
        self.assertEqual((preference.membership, preference.kinds), (self.member(self.vi), ["flag.opened"]))
        self.assertEqual((preference.in_app, preference.mail, preference.language), (True, True, "en"))
        self.assertContains(self.client.get(SETTINGS), 'value="07:30"')
        self.client.post(SETTINGS, CHOICE, headers={"Accept-Language": "fr"})
        preference.refresh_from_db()
        self.assertEqual((preference.mail, preference.quiet_from, preference.language), (False, None, "fr"))

    def test_what_is_wrong_is_said_and_nothing_is_changed(self) -> None:
        self.client.post(SETTINGS, CHOICE)
        before = Preference.objects.values().get()
        for wrong, said in (
            ({"scope": "journeys"}, "Choose at least one journey."),
            ({"scope": "categories"}, "Choose at least one category."),
            ({"quiet_from": "20:00"}, "need a beginning and an end"),
            ({"quiet_to": "20:00"}, "need a beginning and an end"),
            ({"quiet_to": "late"}, "Enter a valid time"),
            ({"muted_until": "2020-01-01"}, "Choose a day after today."),
            ({"kinds": ["nonsense"]}, "not one of the available choices"),
            ({"summary_hour": "24"}, "not one of the available choices"),
            ({"scope": "categories", "categories": ["0"]}, "not one of the available choices"),
        ):
            with self.subTest(wrong=wrong):
                self.assertContains(self.client.post(SETTINGS, CHOICE | wrong), said, status_code=422)
        self.assertEqual(Preference.objects.values().get(), before)

    def test_a_pause_that_is_over_is_forgotten(self) -> None:
        tomorrow = (timezone.now() + timedelta(days=2)).date()
        self.client.post(SETTINGS, CHOICE | {"muted_until": tomorrow.isoformat()})
        self.assertContains(self.client.get(LIST), "You chose no alerts until")
        Preference.objects.update(muted_until=timezone.now().date() - timedelta(days=1))
        self.assertNotContains(self.client.get(LIST), "You chose no alerts until")
        form = self.client.get(SETTINGS).context["form"]
        self.assertIsNone(form["muted_until"].value())
        self.assertEqual(self.client.post(SETTINGS, CHOICE).status_code, 302)
        self.assertIsNone(Preference.objects.get().muted_until)

    def test_a_category_of_another_workspace_is_no_choice(self) -> None:
        foreign = Category.objects.filter(workspace=self.elsewhere).first()
        data = CHOICE | {"scope": "categories", "categories": [str(foreign.pk)]}
        self.assertEqual(self.client.post(SETTINGS, data).status_code, 422)


class ApiTest(AlertsTestCase, ApiTestCase):
    HOOK = {"name": "Chat", "url": "https://example.org/hook", "kinds": ["flag.opened"]}

    def test_alerts(self) -> None:
        flag = self.dropped()
        (row,) = self.call("get", "alerts/").json()["results"]
        self.assertEqual(
            (row["kind"], row["flag"], row["touchpoint"], row["kpi"]), ("flag.opened", str(flag.pk), "shop", "ctr")
        )
        self.assertIn("Established worsening", row["sentence"])
        self.assertEqual(self.call("get", "alerts/", user=self.vi).json()["results"], [])
        self.assertEqual(self.call("post", "alerts/read/", {}).status_code, 400)
        theirs = Alert.objects.get(membership__user=self.olga).pk
        self.assertEqual(self.call("post", "alerts/read/", {"ids": [row["id"], theirs]}).json(), {"marked": 1})
        self.assertEqual(self.call("get", "alerts/?read_at__isnull=true").json()["results"], [])
        self.assertEqual(Alert.objects.filter(read_at=None).count(), 2)

    def test_query_count_does_not_grow(self) -> None:
        flag = self.dropped()
        services.preference_set(membership=self.member(self.vi), in_app=True)
        few = None
        for number in range(10):
            event = Event.objects.create(
                workspace=self.workspace, kind="flag.closed", key=f"t:{number}", flag=flag, binding=self.binding
            )
            Alert.objects.create(workspace=self.workspace, membership=self.member(self.vi), event=event)
            few = few or self.call_queries("alerts/")
        self.assertEqual(self.call_queries("alerts/"), few)

    def test_webhooks(self) -> None:
        made = self.call("post", "webhooks/", self.HOOK, user=self.olga)
        self.assertEqual(made.status_code, 201, made.content)
        self.assertTrue(made.json()["secret"].startswith("whsec_"))
        path = f"webhooks/{made.json()['id']}/"
        self.assertNotIn("secret", self.call("get", path, user=self.olga).json())
        changed = self.call("patch", path, {"kinds": ["flag.closed"]}, user=self.olga)
        self.assertEqual(changed.json()["kinds"], ["flag.closed"])
        for wrong in ({"url": "https://10.0.0.1/"}, {"url": "x"}, {"kinds": []}, {"kinds": ["all"]}):
            self.assertEqual(self.call("patch", path, wrong, user=self.olga).status_code, 400, wrong)
        self.assertEqual(self.call("delete", path, user=self.olga).status_code, 204)
        self.assertEqual(self.call("get", "webhooks/", user=self.olga).json()["results"], [])
