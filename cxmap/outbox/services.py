"""Writing messages with the change that they tell of, and delivering them afterwards.

A claim is a lease: whoever is killed with a message in hand loses it when the lease runs out, and the next worker takes it up.
Between sending and noting that it was sent a worker may die, so a message can leave twice: with the same delivery id,
by which its receiver knows it again (docs/decisions/0015).
"""

import logging
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from celery import current_app
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from cxmap.env import env_int
from cxmap.outbox.models import Message
from cxmap.outbox.registry import Delivered, Dropped, Failed, Later, Outcome, handler_of

logger = logging.getLogger(__name__)

LEASE_SECONDS = env_int("OUTBOX_LEASE_SECONDS", default=120)  # longer than any delivery
# Pauses after a failed attempt: about a day in all, then the message has failed.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600))
ATTEMPTS = len(PAUSES) + 1
KEEP = timedelta(days=30)  # how long a finished message is shown
FORGET_BATCH = 1000  # messages deleted by one statement
DRAIN = "outbox.drain"
DRAIN_LOCK = 7_201_533_118_204_665  # an advisory lock of one key: those of kpis/services/locks.py have two
Status = Message.Status


def drain_soon() -> None:
    """Have a worker look at the outbox once this transaction is committed. A nudge may be lost: the sweep looks itself."""
    transaction.on_commit(lambda: current_app.send_task(DRAIN, ignore_result=True), robust=True)


def outbox_put(messages: Sequence[Message]) -> dict[str, Message]:
    """Write messages in this transaction and return them by key, locked; one whose key is there already is not written.

    The lock keeps workers away until the caller commits, so that more can be added to what a message tells.
    """
    if not messages:
        return {}
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    keys = [message.key for message in messages]
    kept = {row.key: row for row in Message.objects.select_for_update().filter(key__in=keys).order_by("id")}
    drain_soon()
    return kept


def is_open(message: Message) -> bool:
    """Return whether nobody has begun to deliver a (locked) message, so that it can still tell more."""
    return message.status == Status.WAITING and message.claim_token is None and message.attempts == 0


DUE = """
SELECT id FROM outbox_message
 WHERE status = 'waiting' AND available_at <= clock_timestamp()
   AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
 ORDER BY available_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
CLAIM = f"""
UPDATE outbox_message
   SET claimed_until = clock_timestamp() + make_interval(secs => %(lease)s), claim_token = %(token)s, attempts = attempts + 1
 WHERE id = ({DUE})
RETURNING id
"""  # noqa: S608 - a constant


def outbox_claim() -> Message | None:
    """Take the message that has waited longest, for the lease. None: nothing is due, or others hold it."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"lease": LEASE_SECONDS, "token": str(uuid.uuid4())})
        row = cursor.fetchone()
    return Message.objects.get(pk=row[0]) if row else None


def _attempt(message: Message) -> Outcome:
    if message.attempts > ATTEMPTS:
        return Failed(message.error or "unfinished", permanent=True)
    handler = handler_of(message.topic)
    if handler is None:
        return Failed(f"exception|no handler of {message.topic}")
    try:
        return handler(message)
    except Exception as error:
        logger.exception("Message %s could not be delivered", message.pk)
        return Failed(f"exception|{type(error).__name__}")


def outbox_deliver(message: Message) -> Outcome:
    """Try to deliver a claimed message, and note how it went unless the lease was lost meanwhile."""
    outcome = _attempt(message)
    held = Message.objects.filter(pk=message.pk, claim_token=message.claim_token)
    free = {"claimed_until": None, "claim_token": None}
    match outcome:
        case Delivered(code=code):
            held.update(status=Status.DELIVERED, answer_code=code, error="", done_at=Now(), **free)
        case Dropped(reason=reason):
            held.update(status=Status.DROPPED, error=reason[:300], done_at=Now(), **free)
        case Later(at=at):
            held.update(available_at=at, attempts=F("attempts") - 1, **free)
        case Failed(error=error, code=code, permanent=permanent):
            last = permanent or message.attempts >= ATTEMPTS
            fields = {"status": Status.FAILED, "done_at": Now()} if last else {}
            if not last:
                fields = {"available_at": Now() + PAUSES[message.attempts - 1]}
            held.update(error=error[:300], answer_code=code, **fields, **free)
            logger.warning("Message %s, attempt %s: %s", message.pk, message.attempts, error)
    return outcome


@contextmanager
def _alone() -> Iterator[bool]:
    """Say whether no other worker drains the outbox. PostgreSQL frees the lock of a worker that is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [DRAIN_LOCK])
        alone = cursor.fetchone()[0]
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [DRAIN_LOCK])


def outbox_drain(*, seconds: float = 30.0) -> bool:
    """Deliver what is due, one after the other, for some seconds; return whether nothing was left for this worker.

    One worker at a time, so that slow receivers hold up one worker and not all: the others find nothing to do.
    """
    end = time.monotonic() + seconds
    with _alone() as alone:
        if not alone:
            return True
        while (message := outbox_claim()) is not None:
            outbox_deliver(message)
            if time.monotonic() > end:
                return False
    # Whoever was sent away while the lock was still held left its message to this worker.
    with connection.cursor() as cursor:
        cursor.execute(DUE)
        return cursor.fetchone() is None


def outbox_hasten(subjects: Iterable[str]) -> None:
    """Have the waiting messages of some subjects tried now."""
    waiting = Message.objects.filter(subject__in=list(subjects), status=Status.WAITING, claim_token=None)
    waiting.update(available_at=Now())
    drain_soon()


def outbox_forget() -> int:
    """Delete messages that were finished long ago, in batches; return how many."""
    old = Message.objects.filter(done_at__lt=timezone.now() - KEEP).order_by("done_at").values_list("pk", flat=True)
    gone = 0
    while batch := list(old[:FORGET_BATCH]):
        gone += Message.objects.filter(pk__in=batch).delete()[0]
    return gone
