"""Finding places on a map by lane, column and text."""

from collections.abc import Callable
from contextlib import contextmanager

from playwright.sync_api import Locator, Page

from journeys.models import Card, Journey


def cell(page: Page, lane: str, column: int) -> Locator:
    return page.locator(f'tr.map__lane--{lane} td[data-col="{column}"]')


def head(page: Page, kind: str, name: str) -> Locator:
    return page.locator(f"th[data-kind={kind}]").filter(has_text=name)


def names(page: Page, kind: str) -> list[str]:
    return page.locator(f"th[data-kind={kind}] [data-text]").all_inner_texts()


def place(page: Page) -> tuple[int, int]:
    """Return the row and column that have the focus."""
    row, col = page.evaluate(
        "() => { const cell = document.activeElement.closest('[data-cell]'); return [cell?.dataset.row, cell?.dataset.col] }"
    )
    return int(row), int(col)


@contextmanager
def saving(page: Page, part: str):
    """Wait until the change made inside was answered, and its answer shown."""
    with page.expect_response(lambda response: part in response.url and response.request.method == "POST") as answer:
        yield
    assert answer.value.ok, answer.value.text()[:300]


def texts(journey: Journey) -> list[str]:
    return list(
        Card.objects.filter(journey=journey, deleted_at=None).order_by("created_at").values_list("text", flat=True)
    )


def paste(page: Page, text: str) -> None:
    """What Ctrl+V does with this text in the clipboard."""
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


Opener = Callable[..., Page]
