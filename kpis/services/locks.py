"""Advisory locks: who may do at the same time what row locks cannot express. All end with the transaction."""

from enum import IntEnum

from django.db import connection


class Lock(IntEnum):
    """The first key of a lock; the second is the id of what is locked, or 0."""

    SOURCE = 0x4B50_4901  # one write of a source at a time: what it replaces depends on what is there
    STATES = 0x4B50_4902  # one evaluation of a workspace at a time
    ROLLUPS = 0x4B50_4903  # many refreshes together, a rebuild alone
    NAMES = (
        0x4B50_4904  # many writes of a workspace together; a merge, which changes what a touchpoint's name means, alone
    )


def _second(key: int) -> int:
    return key % 2**31  # advisory locks take two 4-byte keys; two things that share one only wait for each other


def lock(kind: Lock, key: int = 0, *, shared: bool = False) -> None:
    """Wait for the lock and hold it until the transaction ends."""
    name = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}(%s, %s)", [int(kind), _second(key)])


def try_lock(kind: Lock, key: int = 0) -> bool:
    """Take the lock for the transaction if nobody has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [int(kind), _second(key)])
        return bool(cursor.fetchone()[0])
