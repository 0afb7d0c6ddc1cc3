"""A source that fails: dashboards and maps keep the last good values, and say so in one line."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from cxmap.lib import formats
from journeys.models import Lane
from journeys.services.cards import card_add, shown_steps
from kpis.models import Source
from kpis.services import observations_write, source_get_or_create
from sources import selectors
from sources.models import Import
from tests.dashboards.base import BoardTestCase
from tests.kpis.base import row

LINE = "The last good values are shown."


class LastGoodTest(BoardTestCase):
    source: Source

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        lane = Lane.objects.get(journey=cls.journey, kind="touchpoints")
        card_add(lane=lane, step=shown_steps(cls.journey)[0], actor=cls.ed, touchpoint=cls.touchpoint)
        cls.source = cls.fed(timezone.localdate() - dt.timedelta(days=2), "Shop export")

    @classmethod
    def fed(cls, day: dt.date, name: str) -> Source:
        """Return a new source with one day of the touchpoint of the map."""
        key = name.lower().replace(" ", "-")
        source = source_get_or_create(workspace=cls.workspace, key=key, kind=Source.Kind.FILE, name=name)[0]
        rows = [row(touchpoint=cls.touchpoint.code, kpi="purchase-rate", day=day)]
        observations_write(workspace=cls.workspace, source=source, rows=rows, import_id=1)
        return source

    def brought(self, status: str, *, minutes: int = 0, source: Source | None = None) -> Import:
        return Import.objects.create(
            workspace=self.workspace,
            source=source or self.source,
            filename="file.csv",
            status=status,
            finished_at=timezone.now() + dt.timedelta(minutes=minutes),
        )

    def days_ago(self, days: int) -> str:
        return formats.short_date(timezone.localdate() - dt.timedelta(days=days))

    def pages(self) -> list[str]:
        """The overview, a dashboard of one's own, the map and its table."""
        addresses = [
            reverse("kpis:dashboard", args=[self.workspace.slug]),
            self.url,
            self.journey.get_absolute_url(),
            f"{self.journey.get_absolute_url()}?view=table",
        ]
        return [self.client.get(address).content.decode() for address in addresses]

    def assert_said(self, text: str, href: str) -> None:
        for page in self.pages():
            self.assertInHTML(f'<a href="{href}">{text}</a>', page)
            self.assertEqual(page.count(LINE), 1)

    def test_nothing_is_said_while_all_is_well(self) -> None:
        self.brought("done")
        for page in self.pages():
            self.assertNotIn(LINE, page)

    def test_an_import_that_failed_or_was_refused(self) -> None:
        day, newest = (self.days_ago(days) for days in (0, 2))
        self.brought("done")
        failed = self.brought("failed", minutes=1)
        text = f"Shop export: the import of {day} failed; values up to {newest}"
        self.assert_said(text, failed.get_absolute_url())
        self.assertIn("1.37", self.pages()[0])  # the value stays
        refused = self.brought("refused", minutes=2)
        text = f"Shop export: the import of {day} was refused; values up to {newest}"
        self.assert_said(text, refused.get_absolute_url())
        # One that waits for a decision does not end it; one that is done does.
        self.brought("ready", minutes=3)
        self.assert_said(text, refused.get_absolute_url())
        self.brought("done", minutes=3)
        for page in self.pages():
            self.assertNotIn(LINE, page)

    def test_a_source_that_is_late(self) -> None:
        for page in self.pages():
            self.assertNotIn(LINE, page)
        Source.objects.filter(pk=self.source.pk).update(rhythm_days=0)
        text = f"Shop export: no data since {self.days_ago(2)}"
        self.assert_said(text, reverse("sources:source", args=[self.source.public_id]))

    def test_a_map_names_only_its_own_sources(self) -> None:
        other = source_get_or_create(workspace=self.workspace, key="new", kind=Source.Kind.FILE, name="New one")[0]
        self.brought("failed", source=other)
        overview, board, journey, table = self.pages()
        for page in (overview, board):
            self.assertIn("New one: the import of", page)
            self.assertIn("failed, and there are no values yet", page)
        for page in (journey, table):
            self.assertNotIn(LINE, page)

    def test_more_than_three_are_counted(self) -> None:
        for number in range(5):
            self.brought("failed", source=source_get_or_create(
                workspace=self.workspace, key=f"s{number}", kind=Source.Kind.FILE, name=f"Source {number}"
            )[0])  # fmt: skip
        page = self.pages()[0]
        self.assertEqual(page.count("failed, and there are no values yet"), 3)
        self.assertInHTML(f'<a href="{reverse("sources:list", args=[self.workspace.slug])}">2 more sources</a>', page)

    def test_others_sources_are_not_named(self) -> None:
        foreign = source_get_or_create(workspace=self.elsewhere, key="x", kind=Source.Kind.FILE, name="Foreign")[0]
        Import.objects.create(workspace=self.elsewhere, source=foreign, status="failed", finished_at=timezone.now())
        for page in self.pages():
            self.assertNotIn("Foreign", page)

    def test_queries_do_not_grow(self) -> None:
        with self.assertNumQueries(2):
            self.assertEqual(len(selectors.failing_sources(self.workspace)), 0)
        for number in range(4):
            self.brought("failed", source=self.fed(dt.date(2026, 1, 1 + number), f"More {number}"))
        with self.assertNumQueries(2):
            self.assertEqual(len(selectors.failing_sources(self.workspace)), 4)
