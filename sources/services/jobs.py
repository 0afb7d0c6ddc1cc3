"""Who works on an import: a lease in the database, renewed while its holder lives.

A message only says that there may be something to do. Whoever gets one claims the row; a second message finds it taken, and the
sweep sends a new one for every row whose lease has run out, so that neither a lost message nor a killed worker loses an import.
Leases are counted by the clock of the database, so that a worker whose own clock is wrong takes nothing that another holds.
"""

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from cxmap.env import env_int
from sources.models import Import

logger = logging.getLogger(__name__)

LEASE = timedelta(
    seconds=env_int("IMPORT_LEASE_SECONDS", default=20)
)  # how long after its end a killed worker is missed
ATTEMPTS = 5  # then the import has failed
PROGRESS_SECONDS = 0.4  # between two writes of how far it is
BEAT_SECONDS = min(1.0, LEASE.total_seconds() / 3)  # between two looks of the heartbeat at what there is to write


class LeaseLost(Exception):
    """Another worker holds the import now, or somebody took it away: stop, and write nothing."""


class Job:
    """One worker's hold of one import."""

    def __init__(self, import_id: int, token: uuid.UUID) -> None:
        self.import_id = import_id
        self.token = token
        self._told = 0.0
        self._beside = False  # whether the heartbeat's connection tells the progress
        self._read: tuple[int, int | None] | None = None
        self._lost = False

    def rows(self) -> Any:
        """Return the import as a queryset that is empty once the hold is lost."""
        return Import.objects.filter(pk=self.import_id, lease_token=self.token)

    def progress(self, rows_read: int, rows_total: int | None) -> None:
        """Say how far it is, now and then. Raises LeaseLost."""
        if self._lost:
            raise LeaseLost
        if self._beside:
            self._read = (rows_read, rows_total)
            return
        now = time.monotonic()
        if now - self._told < PROGRESS_SECONDS:
            return
        self._told = now
        self.update(rows_read=rows_read, rows_total=rows_total, leased_until=Now() + LEASE)

    def update(self, **fields: Any) -> None:
        """Change columns of the import while it is ours. Raises LeaseLost."""
        if not self.rows().update(**fields):
            raise LeaseLost

    def end(self, **fields: Any) -> None:
        """Change the import for the last time and let go. Raises LeaseLost, so that a transaction around it is undone."""
        self.update(leased_until=None, lease_token=None, **fields)

    @contextmanager
    def in_one_transaction(self) -> Iterator[None]:
        """Have the heartbeat tell the progress: what a long transaction says of itself, nobody sees before its end."""
        self._beside, self._read = True, None
        try:
            yield
        finally:
            self._beside = False

    def _renew(self, stop: threading.Event) -> None:
        renewed = time.monotonic()
        told = None
        try:
            while not stop.wait(BEAT_SECONDS):
                fields: dict[str, Any] = {}
                if self._beside and self._read != told and self._read is not None:
                    told = self._read
                    fields = {"rows_read": told[0], "rows_total": told[1]}
                if not fields and time.monotonic() - renewed < LEASE.total_seconds() / 3:
                    continue
                try:
                    # Not when the import's own transaction holds the row: its end is near, and it decides.
                    with transaction.atomic():
                        held = list(self.rows().select_for_update(skip_locked=True).values_list("pk", flat=True))
                        Import.objects.filter(pk__in=held).update(leased_until=Now() + LEASE, **fields)
                    renewed = time.monotonic()
                    self._lost = not held and not self.rows().exists()
                except DatabaseError:
                    logger.warning("The lease of import %s could not be renewed", self.import_id, exc_info=True)
                    connection.close()
        finally:
            connection.close()

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Renew the lease beside the work, over a connection of its own: one statement of the work may last minutes."""
        stop = threading.Event()
        beat = threading.Thread(target=self._renew, args=[stop], daemon=True, name=f"lease-{self.import_id}")
        beat.start()
        try:
            yield
        finally:
            stop.set()
            beat.join(timeout=5)


def _in_nobody_s_hands() -> Q:
    """Return the condition. A lease that ends later than any can was given before a clock was put right: it binds nobody."""
    return Q(leased_until=None) | Q(leased_until__lt=Now()) | Q(leased_until__gt=Now() + LEASE)


def job_claim(import_id: int, *, statuses: tuple[str, ...], status: str) -> Job | None:
    """Take an import that is in one of the statuses and in nobody's hands. None: there is nothing to do."""
    free = Import.objects.filter(_in_nobody_s_hands(), pk=import_id, status__in=statuses)
    given_up = free.filter(attempts__gte=ATTEMPTS)
    columns = failure("too_many_attempts")
    if status == Import.Status.WITHDRAWING:
        columns["status"] = Import.Status.DONE  # what it wrote is still there
    if given_up.update(**columns):
        logger.error("Import %s was given up after %s attempts", import_id, ATTEMPTS)
        return None
    token = uuid.uuid4()
    taken = free.update(status=status, leased_until=Now() + LEASE, lease_token=token, attempts=F("attempts") + 1)
    return Job(import_id, token) if taken else None


def failure(code: str, *, message: str = "", params: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the columns of a failed import."""
    return {
        "status": Import.Status.FAILED,
        "error_code": code,
        "error_message": message,
        "error_params": params or {},
        "leased_until": None,
        "lease_token": None,
        "finished_at": timezone.now(),
    }


def job_release(job: Job) -> None:
    """Give an import back after something unexpected: the sweep has it tried again, a few times."""
    job.rows().update(leased_until=Now() + LEASE / 3, lease_token=None)


def waiting() -> list[Import]:
    """Return the imports that nobody works on though somebody should."""
    # A message is under way to those that were queued a moment ago; one queued in the future was so by a clock that was wrong.
    fresh = Q(leased_until=None, queued_at__range=(Now() - min(timedelta(seconds=5), LEASE), Now()))
    free = _in_nobody_s_hands() & ~fresh
    return list(Import.objects.filter(free, status__in=Import.WORKING).order_by("queued_at", "id")[:200])
