"""The touchpoint matrix of a large library: 5,000 touchpoints on the maps of 40 journeys."""

import io
import statistics
import tracemalloc
from collections.abc import Iterator
from typing import Any

from benchmarks import Result, benchmark, seconds, size

COLUMNS = 30  # of the tidy file


def _library():  # noqa: ANN202 - Django is set up only when a benchmark runs
    from benchmarks._library import library

    return library(touchpoints=size("touchpoints", 5000), journeys=size("journeys", 40))


@benchmark
def matrix_page() -> Iterator[Result]:
    """Server time of the page, p50, bar 200 ms: by phase, one journey, all journeys by stage, and its coverage."""
    from benchmarks.maps import _client, _times

    made = _library()
    client = _client(made.owner)
    url = f"/w/{made.workspace.slug}/matrix/"
    one = made.journeys[1].pk
    pages = {
        "matrix_page_all_journeys": f"{url}?columns=stages",
        "matrix_page_all_states": f"{url}?columns=stages&mode=states",
        "matrix_page_all_coverage": f"{url}?columns=stages&mode=coverage",
        "matrix_page_phases": url,
        "matrix_page_one_journey": f"{url}?journey={one}",
    }
    empty = statistics.median(_times(lambda: client.get("/healthz")))
    for name, address in pages.items():
        page = client.get(address, headers={"accept-encoding": "gzip"})
        assert page.status_code == 200, page.status_code
        times = _times(lambda address=address: client.get(address), 15)  # type: ignore[misc]
        context = {
            "bar": 200,
            "p95": round(sorted(times)[-2], 1),
            "ratio_to_empty_view": round(statistics.median(times) / empty, 1),
            "html_gzip_kb": round(len(page.content) / 1024, 1),
        }
        yield Result(statistics.median(times), "ms", context, name=name)


def _tidy(client: Any, url: str, kind: str) -> Any:
    response = client.get(f"{url}export/", {"columns": "stages", "shape": "tidy", "format": kind})
    assert response.status_code == 200, response.status_code
    return response


@benchmark
def matrix_tidy_xlsx() -> Result:
    """Seconds for the tidy XLSX of about 50,000 rows, bar 6 s; beside a bare loop of XlsxWriter over the same cells."""
    import csv

    import xlsxwriter

    from benchmarks.maps import _client

    made = _library()
    client = _client(made.owner)
    url = f"/w/{made.workspace.slug}/matrix/"
    content = b"".join(_tidy(client, url, "csv").streaming_content).decode()
    rows: list[list[Any]] = []
    for row in csv.reader(io.StringIO(content)):
        rows.append([_typed(value) for value in row])

    def bare() -> None:
        book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, float):
                    sheet.write_number(place, column, value)
                else:
                    sheet.write_string(place, column, value)
        book.close()

    plain = min(seconds(bare) for _round in range(3))
    ours = min(seconds(lambda: b"".join(_tidy(client, url, "xlsx").streaming_content)) for _round in range(3))
    context = {
        "bar": 6,
        "rows": len(rows) - 1,
        "bare_seconds": round(plain, 2),
        "ratio_to_bare": round(ours / plain, 2),
    }
    return Result(ours, "s", context)


def _typed(text: str) -> str | float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return text


@benchmark
def matrix_tidy_csv() -> Result:
    """How much more memory the tidy CSV of all journeys takes than that of one, MB: nothing, when it is streamed."""
    import time

    from benchmarks.maps import _client

    made = _library()
    client = _client(made.owner)
    url = f"/w/{made.workspace.slug}/matrix/export/"
    all_of_them = {"columns": "stages", "shape": "tidy", "format": "csv"}
    one = {"journey": made.journeys[1].pk, "shape": "tidy", "format": "csv"}
    for query in (one, all_of_them):  # what is kept for good is made before it is measured
        start = time.perf_counter()
        rows = sum(piece.count(b"\n") for piece in client.get(url, query).streaming_content) - 1
        taken = time.perf_counter() - start
    peaks = []
    for query in (one, all_of_them):
        tracemalloc.start()
        for _piece in client.get(url, query).streaming_content:
            pass
        peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
    context = {"rows": rows, "seconds": round(taken, 2), "one_MB": round(peaks[0], 1), "all_MB": round(peaks[1], 1)}
    return Result(peaks[1] - peaks[0], "MB", context)
