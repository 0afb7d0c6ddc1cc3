"""What many people want in the same moment is made once."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Entry(Generic[Value]):
    def __init__(self) -> None:
        self.lock = Lock()
        self.until = 0.0
        self.value: Value | None = None


class Shared(Generic[Key, Value]):
    """Values by key, kept for some seconds in this process. Threads that want the same one wait for the first to make it."""

    def __init__(self, *, seconds: float, most: int = 200) -> None:
        self._seconds = seconds
        self._most = most
        self._lock = Lock()
        self._entries: dict[Key, _Entry[Value]] = {}

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value, made by `make` unless a fresh one is there. What `make` raises is kept for nobody."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            if len(self._entries) > self._most:
                self._forget()
        with entry.lock:
            if entry.value is None or entry.until < time.monotonic():
                entry.value = make()
                entry.until = time.monotonic() + self._seconds
            return entry.value

    def _forget(self) -> None:
        """Drop what is no longer fresh, and the oldest beyond the most."""
        now = time.monotonic()
        for key, entry in list(self._entries.items()):
            if not entry.lock.locked() and (entry.until < now or len(self._entries) > self._most):
                del self._entries[key]
