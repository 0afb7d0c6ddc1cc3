"""Files that are made of a map: small ones at once, large ones by a worker, kept for a day."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy

from cxmap.lib.errors import CxmapError
from cxmap.lib.text import fold
from cxmap.workspaces.models import User
from journeys import documents, selectors
from journeys.lanes import Period
from journeys.models import Card, Export, Journey, Lane, Step, Version
from journeys.picture import document_in

logger = logging.getLogger(__name__)

TASK = "journeys.export_make"
LIFE = timedelta(days=1)
LEASE = timedelta(minutes=3)  # a map takes seconds
ATTEMPTS = 3
QUICK_CARDS, QUICK_CELLS = 700, 900  # a map up to this size is set in well under a second
PIXELS_MAX = 30_000_000  # the renderer needs about 12 bytes for each
QUICK_PIXELS = 8_000_000
SCALES = (0.5, 1, 2, 4)
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
TYPES = {"pdf": "application/pdf", "svg": "image/svg+xml", "png": "image/png", "pptx": PPTX}


class TooManyPixels(CxmapError):
    code = "too_many_pixels"
    message = gettext_lazy("The image would have more than 30 million pixels: choose a smaller scale, or SVG.")
    status = 422


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a map."""

    format: str
    paper: str = "a3"
    scale: float = 1
    split: bool = False  # lanes may go on further sheets
    without: tuple[str, ...] = ()  # ids of lanes that are left out
    period: Period | None = None
    version: Version | None = None  # what is drawn; None: the map as it is worked on
    language: str = field(default_factory=lambda: (get_language() or "en")[:2])

    def options(self) -> dict[str, Any]:
        """Return the wish as JSON values."""
        period = [self.period.start.isoformat(), self.period.end.isoformat()] if self.period else None
        return {
            "paper": self.paper,
            "scale": self.scale,
            "split": self.split,
            "without": list(self.without),
            "period": period,
            "version": str(self.version.pk) if self.version else None,
            "language": self.language,
        }

    @classmethod
    def of(cls, export: Export) -> "Wish":
        """Return what an export was asked for."""
        options = dict(export.options)
        period = options.pop("period", None)
        without = tuple(options.pop("without", ()))
        days = Period(date.fromisoformat(period[0]), date.fromisoformat(period[1])) if period else None
        pk = options.pop("version", None)
        version = Version.objects.defer("document", "rows").get(pk=pk) if pk else None
        return cls(format=export.format, period=days, without=without, version=version, **options)


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file."""

    content: bytes
    name: str
    content_type: str


def export_name(journey: Journey, wish: Wish) -> str:
    """Return a file name that every system takes, with what tells one file from the other."""
    stem = slugify(fold(journey.name))[:60].strip("-") or "journey"
    extra = {"pdf": f"-{wish.paper}", "png": f"-{wish.scale:g}x"}.get(wish.format, "")
    return f"{stem}{extra}.{wish.format}"


def _doc(journey: Journey, wish: Wish) -> documents.MapDoc:
    board = selectors.board(journey=journey, actor=None, can_edit=False, period=wish.period, version=wish.version)
    return documents.map_doc(board, without={UUID(pk) for pk in wish.without})


def export_check(journey: Journey, wish: Wish) -> None:
    """Find out whether a file can be made, without making it. Raises DoesNotFit, TooManyPixels."""
    doc = _doc(journey, wish)
    if wish.format == "pdf" and not wish.split:
        documents.lay_out(doc, wish.paper)
    if wish.format == "png":
        page = documents.canvas(doc).pages[0]
        if pixels(page.w, page.h, wish.scale) > PIXELS_MAX:
            raise TooManyPixels


def export_make(journey: Journey, wish: Wish, *, progress: Callable[[int], None] = lambda _percent: None) -> Made:
    """Make a file of a map now. Raises DoesNotFit, TooManyPixels."""
    with translation.override(wish.language), timezone.override(journey.workspace.zone):
        doc = _doc(journey, wish)
        progress(20)
        content = _drawn(doc, wish, progress)
        progress(95)
    return Made(content, export_name(journey, wish), TYPES[wish.format])


def _drawn(doc: documents.MapDoc, wish: Wish, progress: Callable[[int], None]) -> bytes:
    if wish.format == "pptx":
        return documents.pptx_write(doc)
    if wish.format == "pdf":
        layout = documents.lay_out(doc, wish.paper, split=wish.split)
        progress(50)
        return documents.pdf_write(layout.pages, title=doc.title, language=doc.language)
    page = documents.canvas(doc).pages[0]
    progress(50)
    if wish.format == "svg":
        return documents.svg_write(page, title=doc.title, language=doc.language)
    if pixels(page.w, page.h, wish.scale) > PIXELS_MAX:
        raise TooManyPixels
    return documents.png_write(page, title=doc.title, language=doc.language, scale=wish.scale)


def pixels(w: float, h: float, scale: float) -> float:
    """Return how many pixels a page in points has at 96 an inch times the scale."""
    return w * h * (96 / 72 * scale) ** 2


def is_quick(journey: Journey, wish: Wish) -> bool:
    """True when the file is there in under a second; three queries at most."""
    if wish.version is not None:
        document = document_in(wish.version)
        cards, steps, lanes = len(document.cards), len(document.steps), len(document.lanes)
    else:
        shown: dict[str, Any] = {"journey": journey, "deleted_at": None}
        cards = Card.objects.filter(**shown).count()
        steps = Step.objects.filter(**shown).count()
        lanes = Lane.objects.filter(**shown).count()
    cells = steps * lanes
    # A step is about 160 points wide and a lane 90 high.
    size = pixels(steps * 160.0, cells / max(steps, 1) * 90.0, wish.scale)
    if wish.format == "png" and size > QUICK_PIXELS:
        return False
    return cards <= QUICK_CARDS and cells <= QUICK_CELLS


@transaction.atomic
def export_start(*, journey: Journey, actor: User, wish: Wish) -> Export:
    """Have a file made by a worker; its page says when it is there."""
    export = Export.objects.create(
        workspace_id=journey.workspace_id,
        journey=journey,
        format=wish.format,
        options=wish.options(),
        filename=export_name(journey, wish)[:120],
        created_by=actor,
        expires_at=timezone.now() + LIFE,
    )
    _nudge(export.pk)
    return export


def _nudge(pk: UUID) -> None:
    # A message may be lost: the sweep looks itself.
    transaction.on_commit(lambda: current_app.send_task(TASK, args=[str(pk)], ignore_result=True), robust=True)


def export_work(pk: UUID) -> None:
    """Make the file of an export; safe to call any number of times, and when it is gone."""
    now = timezone.now()
    free = Export.objects.filter(
        Q(leased_until=None) | Q(leased_until__lt=now), pk=pk, status__in=[Export.Status.WAITING, Export.Status.WORKING]
    )
    if free.filter(attempts__gte=ATTEMPTS).update(status=Export.Status.FAILED, leased_until=None):
        logger.error("Export %s was given up after %s attempts", pk, ATTEMPTS)
        return
    taken = free.update(
        status=Export.Status.WORKING, leased_until=now + LEASE, attempts=F("attempts") + 1, progress_percent=5
    )
    if not taken:
        return
    export = Export.objects.select_related("journey__workspace").get(pk=pk)
    wish = Wish.of(export)

    def progress(percent: int) -> None:
        Export.objects.filter(pk=pk).update(progress_percent=percent)

    try:
        made = export_make(export.journey, wish, progress=progress)
    except CxmapError as error:
        with translation.override(wish.language):
            text = str(error)
        Export.objects.filter(pk=pk).update(status=Export.Status.FAILED, error=text, leased_until=None)
        return
    except Exception:
        # The next attempt may have more luck; after some the export has failed.
        Export.objects.filter(pk=pk).update(leased_until=None)
        raise
    export.file.save(made.name, ContentFile(made.content), save=False)
    export.status, export.progress_percent, export.leased_until = Export.Status.DONE, 100, None
    export.save(update_fields=["file", "status", "progress_percent", "leased_until"])


def exports_sweep() -> int:
    """Send a message for every export that nobody works on, and delete what has expired. Returns how many were sent."""
    now = timezone.now()
    for export in Export.objects.filter(expires_at__lt=now)[:200]:
        export.file.delete(save=False)
        export.delete()
    late = now - timedelta(seconds=10)
    open_ones = Export.objects.filter(
        Q(leased_until__lt=now) | Q(leased_until=None, created_at__lt=late),
        status__in=[Export.Status.WAITING, Export.Status.WORKING],
    )
    waiting = list(open_ones.values_list("pk", flat=True)[:100])
    for pk in waiting:
        _nudge(pk)
    return len(waiting)
