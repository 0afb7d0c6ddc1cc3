"""What tests of imports start from: a library, a source, files brought as people bring them."""

import io
from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from cxmap.workspaces.models import User
from kpis.models import Bucket, Kpi, Observation, Series, Source
from kpis.services.rollups import rollups_refresh
from kpis.services.sources import source_get_or_create
from sources import services
from sources.models import Import, Rejection
from tests.base import CastTestCase
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create

TIDY = "touchpoint,kpi,day,numerator,denominator\n"
GOOD = TIDY + "shop,ctr,2026-11-02,10,100\nshop,ctr,2026-11-03,12,110\nDesk,purchase-rate,2026-11-03,2,110\n"
BAD = GOOD + "nowhere,ctr,2026-11-03,12,110\nshop,ctr,2026-11-04,112,110\n"


def make_touchpoint(workspace: Any, actor: Any, name: str) -> Touchpoint:
    return touchpoint_create(
        workspace=workspace,
        actor=actor,
        name=name,
        category=Category.objects.get(workspace=workspace, code="sales"),
        channel=Channel.objects.get(workspace=workspace, code="website"),
    )


class SourcesTestCase(CastTestCase):
    """The cast, the touchpoints Shop and Desk, and a source of files. Ana brings files; the test does the worker's part."""

    shop: ClassVar[Touchpoint]
    desk: ClassVar[Touchpoint]
    source: ClassVar[Source]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.shop, cls.desk = (make_touchpoint(cls.workspace, cls.olga, name) for name in ("Shop", "Desk"))
        cls.source = source_get_or_create(workspace=cls.workspace, key="file", kind=Source.Kind.FILE, name="File")[0]

    def setUp(self) -> None:
        self.client.force_login(self.ana)

    # as a person

    def post_file(self, content: bytes | str, name: str = "file.csv", **data: str) -> HttpResponse:
        """Send a file through the upload page."""
        body = content.encode() if isinstance(content, str) else content
        file = SimpleUploadedFile(name, body)
        return self.client.post(self.page("upload"), {"file": file, "source": str(self.source.public_id), **data})

    def uploaded(self, content: bytes | str, name: str = "file.csv", **data: str) -> Import:
        """Send a file that can be opened, and return its import."""
        response = self.post_file(content, name, **data)
        self.assertEqual(response.status_code, 303, response.content[:2000])
        return Import.objects.latest("pk")

    def post_mapping(self, import_: Import, data: dict[str, Any] | None = None) -> HttpResponse:
        return self.client.post(reverse("sources:import-mapping", args=[import_.public_id]), data or {"layout": "tidy"})

    def previewed(self, content: bytes | str, name: str = "file.csv", **data: Any) -> Import:
        """Bring a file up to its preview, without any choice on the mapping screen unless data says one."""
        import_ = self.uploaded(content, name)
        response = self.post_mapping(import_, data or None)
        self.assertRedirects(response, import_.get_absolute_url(), fetch_redirect_response=False)
        return self.work(import_)

    def started(self, import_: Import, policy: str = "good_lines", **data: str) -> Import:
        """Press one of the two buttons below the preview, and have the worker do its part."""
        url = reverse("sources:import-start", args=[import_.public_id])
        self.assertRedirects(
            self.client.post(url, {"policy": policy, **data}),
            import_.get_absolute_url(),
            fetch_redirect_response=False,
        )
        return self.work(import_)

    def imported(self, content: bytes | str, name: str = "file.csv", **data: Any) -> Import:
        return self.started(self.previewed(content, name, **data))

    def withdrawn(self, import_: Import) -> Import:
        self.client.post(reverse("sources:import-withdraw", args=[import_.public_id]))
        return self.work(import_)

    def page(self, name: str) -> str:
        return reverse(f"sources:{name}", args=[self.workspace.slug])

    # as the worker

    def work(self, import_: Import) -> Import:
        """Do what a worker does with an import in its state."""
        import_.refresh_from_db()
        work = {
            Import.Status.CHECKING: services.import_check,
            Import.Status.QUEUED: services.import_run,
            Import.Status.WITHDRAWING: services.import_withdraw,
        }
        work[Import.Status(import_.status)](import_.pk)
        import_.refresh_from_db()
        return import_

    # by program

    def stored(self, content: bytes | str, name: str = "file.csv", actor: User | None = None) -> Import:
        body = content.encode() if isinstance(content, str) else content
        return services.import_upload(
            workspace=self.workspace, source=self.source, actor=actor or self.ana, file=ContentFile(body), filename=name
        )

    # what there is

    def totals(self, touchpoint: Touchpoint, kpi: str) -> tuple[int, float, float, int]:
        """Return n, numerator, denominator and excluded of everything observed."""
        series = Series.objects.filter(touchpoint=touchpoint, kpi__code=kpi).values_list("pk", flat=True)
        rows = Observation.objects.filter(workspace_id=self.workspace.pk, series_id__in=list(series))
        return tuple(  # type: ignore[return-value]
            sum(values) for values in zip(*rows.values_list("n", "numerator", "denominator", "excluded"), strict=True)
        ) or (0, 0, 0, 0)

    def counters(self, import_: Import) -> tuple[int, int, int, int]:
        """Return created, updated, unchanged, rejected."""
        return (
            import_.created_count,
            import_.updated_count,
            import_.unchanged_count,
            import_.rejected_count,
        )

    def reasons(self, import_: Import) -> list[tuple[int, str, str]]:
        rows = Rejection.objects.filter(import_id=import_.pk).order_by("line", "id")
        return list(rows.values_list("line", "column", "code"))

    def refresh(self) -> None:
        while rollups_refresh().buckets:
            pass
        self.assertFalse(Bucket.objects.exists())

    def kpi(self, code: str) -> Kpi:
        return Kpi.objects.get(workspace=self.workspace, code=code)


def observations() -> list[tuple[Any, ...]]:
    names = [field.attname for field in Observation._meta.concrete_fields if field.attname not in ("id", "import_id")]
    return sorted(Observation.objects.values_list(*names), key=repr)


def xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
