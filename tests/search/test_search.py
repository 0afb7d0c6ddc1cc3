"""Finding things again: words, accents, forms, typing errors; nobody finds what is not theirs."""

from unittest.mock import patch

from django.db import connection
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import override

from cxmap.lib.text import fold
from cxmap.search.people import PEOPLE
from cxmap.search.registry import sources
from cxmap.search.selectors import Answer, exact, near_to, search, snippet
from cxmap.workspaces.models import Membership
from dashboards.models import Dashboard
from improvements.models import Pain, Solution
from journeys.models import Evidence
from journeys.services import cards
from journeys.services.comments import comment_add, comment_delete
from journeys.services.journeys import journey_delete
from kpis.models import Kpi
from personas.services import SectionEntry, persona_create, persona_delete
from tests.journeys.base import MapTestCase
from touchpoints.models import Category, Channel
from touchpoints.services import touchpoint_create, touchpoint_delete


class SearchCase(MapTestCase):
    def ask(self, question: str, *, language: str = "en", **options: object) -> Answer:
        with override(language):
            return search(self.workspace, self.ed, question, **options)

    def titles(self, question: str, *, group: str = "", language: str = "en") -> list[str]:
        answer = self.ask(question, language=language)
        return [one.title for found in answer.found if group in {"", found.group.key} for one in found.results]

    def touchpoint_named(self, name: str, **fields: object):
        return touchpoint_create(
            workspace=self.workspace,
            actor=self.ed,
            name=name,
            category=Category.objects.get(workspace=self.workspace, code="service"),
            channel=Channel.objects.get(workspace=self.workspace, code="call-centre"),
            **fields,
        )


class WhatIsFoundTest(SearchCase):
    def test_every_kind(self) -> None:
        """The issue's list: people, journeys, cards, personas, touchpoints, KPIs, verbatims, and the rest."""
        step = self.steps()[0]
        cards.card_add(lane=self.lane("actions"), step=step, actor=self.ed, text="Compares marmalade prices")
        cards.card_add(
            lane=self.lane("thoughts"), step=step, actor=self.ed, text="The marmalade never comes", source="Call 12"
        )
        persona_create(workspace=self.workspace, actor=self.ed, name="Nora", traits={"goals": "More marmalade"})
        self.touchpoint_named("Marmalade hotline")
        pain = Pain.objects.create(workspace=self.workspace, title="Marmalade is late")
        Solution.objects.create(workspace=self.workspace, title="Send marmalade earlier", pain=pain)
        Evidence.objects.create(workspace=self.workspace, journey=self.journey, title="Calls", notes="marmalade, often")
        Dashboard.objects.create(workspace=self.workspace, name="Marmalade board", owner=self.ed, shared=True)
        comment_add(journey=self.journey, author=self.vi, text="Is it about marmalade at all?")
        taken_back = comment_add(journey=self.journey, author=self.olga, text="Marmalade, oops")
        comment_delete(comment=taken_back, membership=Membership.objects.get(workspace=self.workspace, user=self.olga))
        self.journey.name = "Buying marmalade"
        self.journey.save()
        found = {one.group.key: [result.title for result in one.results] for one in self.ask("marmalade").found}
        self.assertEqual(
            found,
            {
                "journeys": ["Buying marmalade"],
                "cards": ["Compares marmalade prices"],
                "said": ["The marmalade never comes"],
                "personas": ["Nora"],
                "touchpoints": ["Marmalade hotline"],
                "pains": ["Marmalade is late"],
                "solutions": ["Send marmalade earlier"],
                "evidence": ["Calls"],
                "comments": ["Is it about marmalade at all?"],
                "dashboards": ["Marmalade board"],
            },
        )
        self.assertEqual(self.titles("vi@example", group="people"), ["Vi"])
        self.assertEqual(self.titles("first contact resol"), ["First contact resolution (FCR)"])

    def test_addresses_answer(self) -> None:
        """Whatever is found leads to a page that its finder may open."""
        step = self.steps()[0]
        card = cards.card_add(lane=self.lane("actions"), step=step, actor=self.ed, text="Pays with marmalade")
        self.client.force_login(self.vi)
        for question in ("marmalade", "payment page", "ana", "net promoter", "purchase", "buying"):
            answer = search(self.workspace, self.vi, question)
            self.assertTrue(answer.found, question)
            for found in answer.found:
                for result in found.results:
                    self.assertEqual(self.client.get(result.href.split("#")[0]).status_code, 200, result)
        result = self.ask("marmalade").found[0].results[0]
        self.assertEqual(result.href, f"{self.journey.get_absolute_url()}#card-{card.pk}")
        self.assertIn(str(card.pk), self.client.get(self.journey.get_absolute_url()).content.decode())

    def test_sections_and_empathy_map(self) -> None:
        """What stands in them, not how it is kept: neither names of values nor numbers."""
        persona_create(
            workspace=self.workspace,
            actor=self.ed,
            name="Nora",
            empathy={"says": ["Where is my marmalade?"]},
            sections=[SectionEntry("sliders", "Temper", {"items": [{"left": "calm", "right": "hasty", "value": 78}]})],
        )
        (found,) = self.ask("marmalade").found
        self.assertEqual([(one.title, one.context) for one in found.results], [("Nora", "Says")])
        self.assertEqual("".join(piece.text for piece in found.results[0].snippet), "Where is my marmalade?")
        self.assertEqual(self.titles("hasty"), ["Nora"])
        self.assertEqual(self.titles("temper", group="personas"), ["Nora"])
        for question in ("items", "78"):
            self.assertNotIn("Nora", self.titles(question, group="personas"))

    def test_trash_is_not_found(self) -> None:
        touchpoint = self.touchpoint_named("Marmalade hotline")
        persona = persona_create(workspace=self.workspace, actor=self.ed, name="Marmalade lover")
        cards.card_add(lane=self.lane("actions"), step=self.steps()[0], actor=self.ed, text="marmalade")
        self.assertEqual(self.ask("marmalade").total, 3)
        touchpoint_delete(touchpoint=touchpoint, actor=self.ed)
        persona_delete(persona=persona, actor=self.ed)
        journey_delete(journey=self.journey, actor=self.ed)
        self.assertEqual(self.ask("marmalade").total, 0)

    def test_nobody_elses(self) -> None:
        self.touchpoint_named("Marmalade hotline")
        self.assertEqual(search(self.elsewhere, self.otto, "marmalade").total, 0)
        self.client.force_login(self.otto)
        self.assertEqual(self.client.get(reverse("search:search", args=["acme"]), {"q": "marmalade"}).status_code, 404)

    def test_private_dashboard_is_its_owners(self) -> None:
        Dashboard.objects.create(workspace=self.workspace, name="Marmalade board", owner=self.ana, shared=False)
        self.assertEqual(search(self.workspace, self.ana, "marmalade").total, 1)
        self.assertEqual(search(self.workspace, self.olga, "marmalade").total, 0)


class WordsTest(SearchCase):
    def test_accents_capitals_ligatures(self) -> None:
        self.touchpoint_named("Borne d’accueil à l’Œuvre")
        for question in ("ŒUVRE", "oeuvre", "d'accueil", "a l’oeuvre", "bornes accueil"):
            self.assertEqual(self.titles(question, group="touchpoints"), ["Borne d’accueil à l’Œuvre"], question)

    def test_the_database_folds_as_the_application(self) -> None:
        for text in ("Élan DÉJÀ-VU", "cœur & Straße", "ﬁn Ångström", "l’été İstanbul", "naïve — ½ №", "smørrebrød Øl"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT cxmap_fold(%s)", [text])
                self.assertEqual(" ".join(cursor.fetchone()[0].split()), fold(text), text)

    def test_other_forms(self) -> None:
        self.touchpoint_named("Réclamations en ligne")
        self.touchpoint_named("Booking a delivery")
        self.assertEqual(self.titles("réclamer", group="touchpoints"), ["Réclamations en ligne"])
        self.assertEqual(self.titles("deliveries booked", group="touchpoints"), ["Booking a delivery"])

    def test_every_word_counts_small_ones_do_not(self) -> None:
        self.touchpoint_named("Page de paiement du panier")
        self.touchpoint_named("Paiement par téléphone")
        self.assertEqual(self.titles("panier paiement"), ["Page de paiement du panier"])
        self.assertEqual(self.titles("le paiement sur la page"), ["Page de paiement du panier"])

    def test_typing_errors(self) -> None:
        self.touchpoint_named("Visite du technicien")
        answer = self.ask("tecnicien")
        self.assertTrue(answer.near)
        self.assertEqual([one.title for one in answer.found[0].results], ["Visite du technicien"])
        self.assertFalse(self.ask("technicien").near)
        self.assertEqual(self.ask("zzzzqqqq").total, 0)

    def test_best_first(self) -> None:
        self.touchpoint_named("Old phone line")
        self.touchpoint_named("Phone")
        self.touchpoint_named("Phone call")
        self.touchpoint_named("Reception", description="By phone too")
        self.assertEqual(
            self.titles("phone", group="touchpoints"), ["Phone", "Phone call", "Old phone line", "Reception"]
        )

    def test_signs_are_only_text(self) -> None:
        self.touchpoint_named("100 % digital_offer \\ 50")
        for question in ("100 %", "digital_", "\\ 50", "' OR 1=1 --", "a & | ! ( :*", "\x00ab", "%_", "🙂🙂"):
            self.ask(question)
        self.assertEqual(self.titles("digital_", group="touchpoints"), ["100 % digital_offer \\ 50"])
        self.assertTrue(self.ask("digitalXoffer").near)  # _ stands for itself, not for any letter

    def test_language_of_the_reader(self) -> None:
        """Both languages find a KPI; its name is shown in the reader's."""
        kpi = Kpi.objects.get(workspace=self.workspace, code="fcr")
        for language, name in (("fr", capfirst(kpi.name_fr)), ("en", capfirst(kpi.name_en))):
            for question in (kpi.name_fr, kpi.name_en):
                self.assertIn(name, self.titles(question, group="kpis", language=language))

    def test_snippet(self) -> None:
        text = "Un cœur d’or. " * 20 + "Le délai de livraison est trop long, la LIVRAISON tarde."
        pieces = snippet(text, ["livraison"])
        self.assertEqual([piece.text for piece in pieces if piece.hit], ["livraison", "LIVRAISON"])
        self.assertTrue(pieces[0].text.startswith("…"))
        self.assertEqual("".join(piece.text for piece in snippet("court", ["zz"])), "court")


class PageTest(SearchCase):
    def page(self, **query: str):
        self.client.force_login(self.vi)
        return self.client.get(reverse("search:search", args=["acme"]), query)

    def test_page(self) -> None:
        self.touchpoint_named("Marmalade <b>hotline</b>")
        self.assertContains(self.page(q="marmalade"), "Marmalade &lt;b&gt;hotline")
        self.assertContains(self.page(), "Type a word")
        self.assertContains(self.page(q="x"), "at least two letters")
        self.assertContains(self.page(q="zzzzqqqq"), "Nothing found for")
        self.assertContains(self.page(q="marmelade"), "close to them")
        self.assertEqual(self.page(q="a" * 5000, page="999999", group="nonsense").status_code, 200)

    def test_one_group_in_pages(self) -> None:
        for number in range(35):
            self.touchpoint_named(f"Marmalade {number:02}")
        self.assertContains(self.page(q="marmalade"), "30 more")
        first, second = (
            self.page(q="marmalade", group="touchpoints"),
            self.page(q="marmalade", group="touchpoints", page="2"),
        )
        self.assertContains(first, "Page 1 of 2")
        shown = [one.title for page in (first, second) for one in page.context["answer"].found[0].results]
        self.assertEqual(sorted(shown), [f"Marmalade {number:02}" for number in range(35)])

    def test_options_for_the_box(self) -> None:
        self.touchpoint_named("Marmalade hotline")
        self.client.force_login(self.vi)
        url = reverse("search:search", args=["acme"])
        answer = self.client.get(url, {"q": "marmalade"}, headers={"HX-Request": "true"})
        self.assertContains(answer, 'role="option"', count=2)
        self.assertNotContains(answer, "<html")

    def test_growth(self) -> None:
        self.client.force_login(self.vi)
        url = reverse("search:search", args=["acme"]) + "?q=does"
        self.fill(columns=7, rows=1)
        before = self.query_count(url)
        self.fill(columns=12, rows=6)
        self.assertEqual(self.query_count(url), before)

    def test_an_index_serves(self) -> None:
        """The conditions are on the columns of the indexes: with scans forbidden the index is what is left."""
        for source in sources():
            if source.group == PEOPLE:
                continue
            table = source.rows(self.workspace, self.ed).model._meta.db_table
            for condition, params in (exact(["marmalade"]), near_to(["marmalade"])):
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL enable_seqscan = off")
                    rows = f"SELECT search_said AS said, search_words AS words FROM {table}"  # noqa: S608 - names of tables
                    cursor.execute(f"EXPLAIN SELECT * FROM ({rows}) AS one WHERE {condition}", params)  # noqa: S608 - as above
                    self.assertIn(f"{table}_search", " ".join(line for (line,) in cursor.fetchall()))

    def test_frequent_words_are_counted_up_to_a_limit(self) -> None:
        for number in range(8):
            self.touchpoint_named(f"Marmalade {number}")
        with patch("cxmap.search.selectors.COUNTED", 6):
            (found,) = self.ask("marmalade").found
            self.assertEqual((found.total, found.open, len(found.results)), (6, True, 5))
            self.assertContains(self.page(q="marmalade"), "6+")
            self.assertContains(self.page(q="marmalade"), "More of these")
        (found,) = self.ask("marmalade").found
        self.assertEqual((found.total, found.open), (8, False))
