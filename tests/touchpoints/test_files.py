"""The library as a file: out, in again without a change, and every line looked at before anything is written."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from cxmap.history.models import Change
from cxmap.workspaces.brought import brought_sweep
from tests.touchpoints.base import LibraryTestCase
from touchpoints import services
from touchpoints.contents import content_add
from touchpoints.interchange import plan_of, rows_in
from touchpoints.interchange.columns import COLUMNS, Unreadable, amount, count, key_of
from touchpoints.merging import touchpoint_merge
from touchpoints.models import Channel, LibraryDraft, Touchpoint

KINDS = ("csv", "csv-fr", "xlsx")


class FilesTestCase(LibraryTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("touchpoints:import", args=["acme"])

    def file(self, kind: str, **query: Any) -> bytes:
        response = self.client.get(reverse("touchpoints:export", args=["acme", kind]), query)
        self.assertEqual(response.status_code, 200)
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]

    def bring(self, content: bytes | str, name: str = "list.csv") -> Any:
        raw = content if isinstance(content, bytes) else content.encode()
        return self.client.post(self.url, {"file": SimpleUploadedFile(name, raw)}, follow=True)

    def write(self, page: Any) -> Any:
        address = page.request["PATH_INFO"]
        return self.client.post(address, {"digest": page.context["plan"].digest}, follow=True)

    def plan(self, content: str) -> Any:
        return plan_of(self.workspace, rows_in(content.encode(), name="list.csv"))


class ExportTests(FilesTestCase):
    def test_it_works(self) -> None:
        services.touchpoint_update(touchpoint=self.page, actor=self.ed, cost=Decimal("1200.5"), personalisation="live")
        content_add(touchpoint=self.page, actor=self.ed, title="How?", updated_on=dt.date(2026, 1, 2))
        text = self.file("csv").decode()
        self.assertTrue(text.startswith("code,name,category,channel,presence,phase,owner"))
        self.assertIn("page-produit,Page produit,sales,website,online,during,E-commerce,,1200.5,month", text)
        french = self.file("csv-fr").decode("utf-8-sig")
        self.assertIn(";1200,5;", french)
        book = load_workbook(io.BytesIO(self.file("xlsx")))
        self.assertEqual(book.sheetnames, ["Touchpoints", "Content", "Data dictionary"])
        self.assertEqual(book["Content"]["B2"].value, "How?")
        words = {row[0].value for row in book["Data dictionary"].iter_rows()}
        self.assertTrue({str(column.label) for column in COLUMNS} <= words)

    def test_it_is_what_the_list_shows(self) -> None:
        text = self.file("csv", phase="after").decode()
        self.assertNotIn("Page produit", text)
        self.assertIn("Accueil à l'étage", text)

    def test_no_cell_is_a_formula(self) -> None:
        services.touchpoint_update(touchpoint=self.page, actor=self.ed, description="=HYPERLINK(1)")
        self.assertIn("'=HYPERLINK(1)", self.file("csv").decode())
        cell = next(
            c for c in load_workbook(io.BytesIO(self.file("xlsx")))["Touchpoints"][3] if "HYPER" in str(c.value)
        )
        self.assertEqual(cell.data_type, "s")

    def test_there_is_no_other_kind(self) -> None:
        self.assertEqual(self.client.get(reverse("touchpoints:export", args=["acme", "pdf"])).status_code, 404)

    def test_query_count_does_not_grow(self) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as found:
                self.file("xlsx")
            return len(found)

        few = queries()
        for number in range(20):
            self.make(f"T{number}", "sales", "chat")
        self.assertEqual(queries(), few)


class RoundTripTests(FilesTestCase):
    def setUp(self) -> None:
        super().setUp()
        services.touchpoint_update(
            touchpoint=self.page,
            actor=self.ed,
            cost=Decimal("1200.05"),
            cost_span="quarter",
            volume=1234567,
            personalisation="segment",
            competitor_note="=2+2\n- more",
            proactive_trigger='« D\'abord »; ensuite, "cité"',
            description="Deux\nlignes",
            kind="action",
            initiator="company",
        )
        Channel.objects.filter(pk=self.channel("forum").pk).update(name_fr="Site web", name_en="website")

    def test_nothing_changes(self) -> None:
        for language in ("en", "fr"):
            for kind in KINDS:
                with self.subTest(language=language, kind=kind), translation.override(language):
                    self.client.cookies.load({"django_language": language})
                    plan = plan_of(self.workspace, rows_in(self.file(kind), name=f"x.{kind}"))
                    self.assertEqual(
                        plan.counts, {"created": 0, "changed": 0, "unchanged": 2, "rejected": 0}, plan.lines
                    )
                    self.assertEqual(plan.unknown, [])

    def test_a_french_file_is_read_by_an_english_reader(self) -> None:
        self.client.cookies.load({"django_language": "fr"})
        raw = self.file("xlsx")
        self.client.cookies.load({"django_language": "en"})
        page = self.bring(raw, "x.xlsx")
        self.assertContains(page, "This file changes nothing.")


class ImportTests(FilesTestCase):
    def test_it_works(self) -> None:
        page = self.bring(
            "Nom;Canal;Catégorie;Responsable;Coût;Autre chose\n"
            "Page produit;;;Ventes en ligne;1 200,50;x\n"
            "Appel au service client;;;;;\n"
            "Accueil à l'étage;;;;;\n"
            "Nouveau;téléportation;Vente;;;\n"
        )
        self.assertEqual(page.context["plan"].counts, {"created": 1, "changed": 1, "unchanged": 1, "rejected": 1})
        self.assertContains(page, "This channel is not known: téléportation. There are: advertising")
        self.assertContains(page, "Autre chose")
        for kind, words in (
            ("changed", ("E-commerce", "Ventes en ligne", "1200.50")),
            ("created", ("Channel suggested: call centre", "appel-au-service-client")),
            ("unchanged", ("Accueil",)),
        ):
            shown = self.client.get(page.request["PATH_INFO"], {"show": kind})
            for word in words:
                with self.subTest(kind=kind, word=word):
                    self.assertContains(shown, word)
        self.assertEqual(Touchpoint.objects.count(), 2)
        done = self.write(page)
        self.assertContains(done, "1 touchpoint was added. 1 touchpoint was changed.")
        self.assertContains(done, "Rejected lines, left out as shown: 1.")
        self.page.refresh_from_db()
        self.assertEqual(
            (self.page.owner, self.page.cost, self.page.revision), ("Ventes en ligne", Decimal("1200.50"), 2)
        )
        made = Touchpoint.objects.get(code="appel-au-service-client")
        self.assertEqual((made.category.code, made.channel.code, made.presence), ("service", "call-centre", "offline"))
        self.assertTrue(made.sort_key.startswith("appel au"))
        self.assertIn(made, Touchpoint.objects.matching("APPEL au service client"))
        self.assertFalse(LibraryDraft.objects.exists())
        self.assertEqual(Change.objects.filter(target_id=str(made.pk)).count(), 1)

    def test_it_is_taken_back_at_once(self) -> None:
        self.write(self.bring("name,owner\nPage produit,X\nFAQ,Y\n"))
        gesture = Change.objects.filter(action="touchpoint.updated").latest("pk").gesture
        self.client.post(reverse("touchpoints:undo", args=["acme", gesture]))
        self.page.refresh_from_db()
        self.assertEqual(self.page.owner, "E-commerce")
        self.assertFalse(Touchpoint.objects.filter(name="FAQ", deleted_at=None).exists())

    def test_the_code_comes_first_and_may_rename(self) -> None:
        self.write(self.bring("code,name\npage-produit,Fiche produit\n"))
        self.page.refresh_from_db()
        self.assertEqual((self.page.name, self.page.code), ("Fiche produit", "page-produit"))
        self.assertTrue(self.page.sort_key.startswith("fiche"))

    def test_names_are_found_without_accents(self) -> None:
        plan = self.plan("name,owner\nACCUEIL A L’ETAGE,Réseau\n")
        self.assertEqual([line.kind for line in plan.lines], ["changed"])

    def test_an_empty_cell_leaves_as_it_is(self) -> None:
        services.touchpoint_update(touchpoint=self.page, actor=self.ed, cost=3, description="D")
        plan = self.plan("code,name,owner,cost,description\npage-produit,,,,\n")
        self.assertEqual([line.kind for line in plan.lines], ["unchanged"])

    def test_what_is_rejected_and_why(self) -> None:
        self.make("Other", "sales", "chat", code="other")
        services.touchpoint_delete(touchpoint=self.desk, actor=self.ed)
        for line, reason in (
            (",Page produit,,,nobody", "is not known as phase; there are: before, during, after"),
            (",Page produit,,-5,", "is not an amount"),
            (",Page produit,,1.200,", "can be read in two ways"),
            (",Page produit,nope,,", "This category is not known: nope. There are: Marketing, Sales"),
            (f"{self.desk.code},X,,,", "in the trash"),
            ("unknown,,,,", "there is no name"),
            (",Moment X,,,", "the name says nothing of it"),
            ("spaces no,FAQ,,,", "is no code"),
            ("page-produit,Other,,,", "Another touchpoint is called “Other” already."),
            (f",{'x' * 201},sales,,", "too long: at most 200"),
        ):
            with self.subTest(line=line):
                (found,) = self.plan(f"code,name,category,cost,phase\n{line}\n").lines
                self.assertEqual(found.kind, "rejected")
                self.assertIn(reason, " ".join(found.reasons))

    def test_two_lines_about_one_touchpoint(self) -> None:
        plan = self.plan("name,owner\nPage produit,A\npage produit,B\nFAQ,\nfaq,\n")
        self.assertEqual([line.kind for line in plan.lines], ["changed", "rejected", "created", "rejected"])
        self.assertIn("Line 2 is about the same touchpoint.", plan.lines[1].reasons[0])

    def test_what_a_line_makes_is_taken_for_the_next(self) -> None:
        """Codes and names, given or made, whichever line comes first: rejected where it is seen, never on writing."""
        for lines in (
            "abc;Foo;sales;website\nabc;Bar;sales;website",
            ";Foo;sales;website\nfoo;Bar;sales;website",
            ";Foo;sales;website\npage-produit;Foo;;",
        ):
            with self.subTest(lines=lines):
                plan = self.plan(f"code;name;category;channel\n{lines}\n")
                self.assertEqual([plan.counts[kind] for kind in ("created", "changed", "rejected")], [1, 0, 1])

    def test_the_code_of_a_merged_one_means_what_it_became(self) -> None:
        touchpoint_merge(touchpoint=self.desk, into=self.page, actor=self.ed)
        (line,) = self.plan(f"code,owner\n{self.desk.code},X\n").lines
        self.assertEqual((line.kind, line.touchpoint), ("changed", self.page))

    def test_a_library_that_changed_meanwhile_is_looked_at_again(self) -> None:
        page = self.bring("name,owner\nPage produit,Mine\n")
        services.touchpoint_update(touchpoint=self.page, actor=self.olga, owner="Theirs")
        self.assertContains(self.write(page), "The library changed since you looked")
        self.page.refresh_from_db()
        self.assertEqual(self.page.owner, "Theirs")

    def test_all_or_nothing(self) -> None:
        page = self.bring("name,owner\nPage produit,Mine\nFAQ,\n")
        with mock.patch("touchpoints.interchange.write.changes_write", side_effect=RuntimeError):
            self.client.raise_request_exception = False
            self.write(page)
        self.page.refresh_from_db()
        self.assertEqual((self.page.owner, Touchpoint.objects.count()), ("E-commerce", 2))
        self.assertTrue(LibraryDraft.objects.exists())

    def test_files_that_are_none(self) -> None:
        for content, reason in (
            (b"\x00\x01\x02", "cannot be read as a table"),
            ("couleur;forme\nrouge;rond\n", "No line of headings was found"),
            ("", "The submitted file is empty."),
        ):
            with self.subTest(reason=reason):
                page = self.bring(content)
                self.assertContains(page, reason, status_code=422)

    def test_a_title_may_stand_above_the_headings(self) -> None:
        (line,) = self.plan("Ma liste;\n;\nNom;Responsable\nPage produit;X\n").lines
        self.assertEqual((line.kind, line.number), ("changed", 4))

    def test_the_number_of_queries_does_not_grow(self) -> None:
        def queries(lines: int) -> int:
            text = "name,category,channel\n" + "".join(f"New {lines} {n},sales,chat\n" for n in range(lines))
            page = self.bring(text)
            with CaptureQueriesContext(connection) as found:
                self.write(page)
            return len(found)

        self.assertEqual(queries(40), queries(2))

    def test_a_file_can_be_dropped_and_goes_by_itself(self) -> None:
        self.bring("name\nFAQ\n")
        draft = LibraryDraft.objects.get()
        self.client.post(reverse("touchpoints:draft-drop", args=[draft.pk]))
        self.assertFalse(LibraryDraft.objects.exists())
        self.bring("name\nFAQ\n")
        LibraryDraft.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
        self.assertEqual(
            self.client.get(reverse("touchpoints:draft", args=[LibraryDraft.objects.get().pk])).status_code, 404
        )
        self.assertEqual(brought_sweep(), 1)


class ReadingTests(FilesTestCase):
    def test_headings_in_both_languages(self) -> None:
        for heading, key in (
            ("Nom", "name"), ("Point de contact", "name"), ("Touchpoint", "name"), ("CATÉGORIE", "category"),
            ("Coût (EUR)", "cost"), ("Cost", "cost"), ("cost_span", "cost_span"), ("Période du coût", "cost_span"),
            ("Nombre de contacts", "volume"), ("Personnalisation", "personalisation"), ("Owner", "owner"),
            ("Responsable", "owner"), ("Concurrents", "competitor_note"), ("couleur", ""),
        ):  # fmt: skip
            with self.subTest(heading=heading):
                self.assertEqual(key_of(heading), key)

    def test_amounts(self) -> None:
        for text, value in (
            ("1200", "1200"), ("1200.5", "1200.50"), ("1200,5", "1200.50"), ("1 200,50", "1200.50"), ("0", "0"),
            ("1,200.50", "1200.50"), ("1.200,50", "1200.50"), ("1\u202f200\u00a0€", "1200"), ("£12.30", "12.30"),
            ("1,200,000", "1200000"), ("1.200.000", "1200000"),
        ):  # fmt: skip
            with self.subTest(text=text):
                self.assertEqual(amount(text), Decimal(value))
        for text in ("1,200", "1.200", "a lot", "-3", "nan", "inf", "1e5e", "1.2.3"):
            with self.subTest(text=text), self.assertRaises(Unreadable):
                amount(text)

    def test_counts(self) -> None:
        self.assertEqual([count(text) for text in ("12", "1 200", "1,200", "1.200.000")], [12, 1200, 1200, 1200000])
        for text in ("1.5", "-1", "a", "²", "1,20"):
            with self.subTest(text=text), self.assertRaises(Unreadable):
                count(text)


class DuplicatesTests(LibraryTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("touchpoints:duplicates", args=["acme"])

    def pairs(self) -> set[frozenset[str]]:
        return {frozenset((pair.one.name, pair.other.name)) for pair in self.client.get(self.url).context["pairs"]}

    def test_it_works(self) -> None:
        for name, channel in (
            ("Pages produits", "website"),
            ("La page du produit", "chat"),
            ("Formulaire de contact", "website"),
            ("Formulaire de contcat", "website"),
            ("Page de paiement", "website"),
            ("Écran 1 du tunnel", "website"),
            ("Écran 2 du tunnel", "website"),
        ):
            self.make(name, "sales", channel)
        self.assertEqual(
            self.pairs(),
            {
                frozenset({"Page produit", "Pages produits"}),
                frozenset({"Page produit", "La page du produit"}),
                frozenset({"Pages produits", "La page du produit"}),
                frozenset({"Formulaire de contact", "Formulaire de contcat"}),
            },
        )

    def test_one_click_into_the_merge(self) -> None:
        other = self.make("Pages produit", "sales", "website")
        page = self.client.get(self.url)
        address = f"{reverse('touchpoints:merge', args=[other.pk])}?into={self.page.pk}"
        self.assertContains(page, address)
        self.assertContains(self.client.get(address), "becomes part of")

    def test_nothing_alike(self) -> None:
        self.make("FAQ", "service", "faq")  # one short word: its beginning is the whole of it
        self.assertContains(self.client.get(self.url), "No two names are much alike")

    def test_query_count_does_not_grow(self) -> None:
        few = self.query_count(self.url)
        for number in range(10):
            self.make(f"Page produit {'a' * number}", "sales", "website")
        self.assertEqual(self.query_count(self.url), few)
