"""Doing the next piece of work while the last one is being used."""

import threading
from collections.abc import Generator, Iterable
from queue import Empty, Full, Queue
from typing import TypeVar

Item = TypeVar("Item")
_LOOK = 0.1  # seconds between two looks at whether the other side still lives


def ahead(items: Iterable[Item], *, by: int = 2) -> Generator[Item, None, None]:
    """Yield the items, made by a thread of their own that is at most `by` items ahead.

    What the iterable raises is raised here, after the items before it. It must not use the database: connections belong to
    threads. Closing the generator stops the thread after the item it is at.
    """
    queue: Queue[tuple[Item | None, BaseException | None]] = Queue(maxsize=by)
    stopped = threading.Event()

    def put(item: Item | None, error: BaseException | None) -> None:
        while not stopped.is_set():
            try:
                queue.put((item, error), timeout=_LOOK)
            except Full:
                continue
            return

    def work() -> None:
        try:
            for item in items:
                put(item, None)
                if stopped.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            put(None, error)
        else:
            put(None, StopIteration())

    worker = threading.Thread(target=work, daemon=True, name="ahead")
    worker.start()
    try:
        while True:
            item, error = queue.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        try:
            while True:
                queue.get_nowait()
        except Empty:
            pass
        worker.join()
