"""Files that are wrong: a clear sentence that says where and what to do, and nothing written."""

import io
import zipfile

from django.test import override_settings
from django.urls import reverse

from kpis.models import Observation
from sources.models import Import
from tests.sources.base import GOOD, TIDY, SourcesTestCase, xlsx

EXCEL_PARTS = "xl/worksheets/sheet1.xml"


class UnreadableTest(SourcesTestCase):
    """Refused on the upload page; not kept."""

    def refused(self, content: bytes, *sentences: str, name: str = "file.csv") -> None:
        response = self.post_file(content, name)
        self.assertEqual(response.status_code, 422)
        for sentence in sentences:
            self.assertContains(response, sentence, status_code=422)
        self.assertFalse(Import.objects.exists())

    def test_empty(self) -> None:
        self.refused(b"", "The file is empty.")
        self.refused(b" \n\n", "The file is empty.", "Export it again")

    def test_header_only(self) -> None:
        self.refused(TIDY.encode(), "header on line 1 and no line of data")

    def test_binary_renamed(self) -> None:
        self.refused(b"\x89PNG\r\n\x1a\n" + bytes(200), "This is a PNG file, not a table.", "Renaming")
        self.refused(b"a,b\n1,2\n\x00\x01\x02\n", "Line 3")

    def test_zip_bomb(self) -> None:
        buffer = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(xlsx([["touchpoint"], ["x"]]))) as source,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for name in source.namelist():
                data = source.read(name)
                if name == EXCEL_PARTS:
                    data = data.replace(b"<sheetData>", b"<sheetData>" + b" " * 300_000_000)
                target.writestr(name, data)
        self.refused(buffer.getvalue(), "out of proportion", name="bomb.xlsx")

    @override_settings(UPLOAD_BYTES_MAX=1000)
    def test_too_large(self) -> None:
        response = self.post_file(GOOD * 40)
        self.assertContains(response, "the limit is 0 MB", status_code=413)
        self.assertFalse(Import.objects.exists())

    def test_nothing_chosen(self) -> None:
        response = self.client.post(self.page("upload"), {"source": ""})
        self.assertContains(response, "Choose a file.", status_code=422)


class MappingRefusedTest(SourcesTestCase):
    """Refused on the mapping screen, with the place."""

    def refused(self, content: bytes | str, *sentences: str, **data: str) -> None:
        import_ = self.uploaded(content)
        response = self.post_mapping(import_, {"layout": "tidy", **data})
        self.assertEqual(response.status_code, 422)
        for sentence in sentences:
            self.assertContains(response, sentence, status_code=422)
        import_.refresh_from_db()
        self.assertEqual(import_.status, Import.Status.UPLOADED)
        self.assertFalse(Observation.objects.exists())

    def test_wrong_encoding(self) -> None:
        self.refused(GOOD.replace("Desk", "Café").encode("cp1252"), "Line 4", "cannot be read as", encoding="utf-8")

    def test_wrong_separator(self) -> None:
        self.refused(GOOD, "separator “;”", "The file seems to be separated by “,”", separator=";", action="reread")

    def test_missing_column(self) -> None:
        text = "touchpoint,kpi,numerator,denominator\nshop,ctr,1,2\n"
        self.refused(text, "No column gives the day; the header is on line 1.")

    def test_doubled_column(self) -> None:
        self.refused(
            "touchpoint,kpi,day,value,value,n\nshop,ctr,2026-11-02,0.1,0.2,10\n", "stands twice in the header on line 1"
        )


class LinesRefusedTest(SourcesTestCase):
    """Taken, with every bad line shown with row, column and reason; nothing written before."""

    def preview(
        self, content: bytes | str, *expected: tuple[int, str, str], name: str = "file.csv", **data: str
    ) -> Import:
        import_ = self.previewed(content, name, **data)
        self.assertEqual(self.reasons(import_), list(expected))
        page = self.client.get(import_.get_absolute_url())
        for line in page.context["detail"].rejected:
            self.assertNotIn("%(", line.reason)
        self.assertFalse(Observation.objects.exists())
        return import_

    def test_counts(self) -> None:
        self.preview(
            TIDY
            + "shop,ctr,2026-11-02,11,10\nshop,ctr,2026-11-02,-1,10\nshop,ctr,2026-11-02,x,10\nshop,ctr,2026-11-02,1,0\n",
            (2, "numerator", "numerator_over_denominator"),
            (3, "numerator", "negative_count"),
            (4, "numerator", "not_a_number"),
            (5, "numerator", "numerator_over_denominator"),
        )

    def test_dates_in_three_formats(self) -> None:
        lines = "".join(f"shop,ctr,{day},1,10\n" for day in ("2026-11-02", "2026-11-03", "03/11/2026", "4 Nov 2026"))
        import_ = self.preview(TIDY + lines, (4, "day", "not_a_date"), (5, "day", "not_a_date"))
        self.assertContains(self.client.get(import_.get_absolute_url()), "mixes date formats")

    def test_unknown_touchpoints_and_days(self) -> None:
        self.preview(
            TIDY + "nowhere,ctr,2026-11-02,1,10\nshop,what,2026-11-02,1,10\nshop,ctr,2999-01-01,1,10\nTotal,,,5,50\n",
            (2, "touchpoint", "unknown_touchpoint"),
            (3, "kpi", "unknown_kpi"),
            (4, "day", "day_in_future"),
            (5, "touchpoint", "total_row"),
        )

    def test_formula_cells(self) -> None:
        header = ["touchpoint", "kpi", "day", "numerator", "denominator"]
        book = xlsx([header, ["shop", "ctr", "2026-11-02", "=1+1", 10], ["shop", "ctr", "2026-11-03", 1, 10]])
        self.preview(book, (2, "numerator", "formula_without_value"), name="file.xlsx")
        self.preview(TIDY + "=cmd|x,ctr,2026-11-02,1,10\n", (2, "touchpoint", "formula_text"))

    def test_nothing_can_be_used(self) -> None:
        import_ = self.preview(TIDY + "nowhere,ctr,2026-11-02,1,10\n", (2, "touchpoint", "unknown_touchpoint"))
        page = self.client.get(import_.get_absolute_url())
        self.assertContains(page, "No line of this file can be used.")
        self.assertNotContains(page, 'name="policy"')


class FailedLaterTest(SourcesTestCase):
    def test_the_stored_file_is_gone(self) -> None:
        import_ = self.uploaded(GOOD)
        self.post_mapping(import_)
        import_.file.storage.delete(import_.file.name)
        self.work(import_)
        self.assertEqual((import_.status, import_.error_code), ("failed", "file_missing"))
        self.assertContains(self.client.get(import_.get_absolute_url()), "The stored file is no longer there")
        self.assertEqual(self.client.get(reverse("sources:import-mapping", args=[import_.public_id])).status_code, 302)
