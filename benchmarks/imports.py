"""Importing a tidy file, beside COPY of the same rows; and how much memory a large file takes."""

import datetime as dt
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from django.core.files import File
from django.db import connection

from benchmarks import Result, benchmark, seconds, size
from benchmarks._kpis import Ground, ground
from benchmarks.rollups import execute
from kpis.models import Bucket, Observation, Rollup, Source
from kpis.services import rollups_refresh, source_get_or_create
from sources import services
from sources.models import Import

TOUCHPOINTS = 200
DAYS = 365
FIRST = dt.date(2025, 1, 1)


def write_file(path: Path, rows: int, *, with_ids: bool) -> None:
    """Write a tidy file: as many rows over 200 touchpoints and a year, the newest days last."""
    with path.open("w") as stream:
        stream.write("touchpoint,kpi,day,numerator,denominator" + (",external_id\n" if with_ids else "\n"))
        for number in range(rows):
            day = FIRST + dt.timedelta(days=number * DAYS // rows)
            identity = f",r{number:09}" if with_ids else ""
            stream.write(f"t-{number % TOUCHPOINTS},purchase-rate,{day},{number % 7},{50 + number % 50}{identity}\n")


def bring(made: Ground, source: Source, path: Path) -> Import:
    """Bring a file up to committed roll-ups."""
    with path.open("rb") as stream:
        import_ = services.import_upload(
            workspace=made.workspace, source=source, actor=None, file=File(stream, name=path.name), filename=path.name
        )
    services.import_set_mapping(import_=import_, actor=None, document={"layout": "tidy"}, check=False)
    services.import_queue(import_=import_, actor=None, policy=Import.Policy.GOOD_LINES)
    services.import_run(import_.pk)
    while rollups_refresh().buckets:
        pass
    import_.refresh_from_db()
    return import_


@benchmark
def import_ratio() -> Iterator[Result]:
    """Rows per second from file to committed roll-ups, over rows per second of COPY of the same rows; medians of 3 below 3 M."""
    rows = size("rows", 10_000_000)
    rounds = 3 if rows < 3_000_000 else 1
    made = ground(TOUCHPOINTS)
    source, _ = source_get_or_create(workspace=made.workspace, key="bench", kind=Source.Kind.FILE)
    execute("CREATE TABLE plain (LIKE kpis_observation INCLUDING ALL)")
    with tempfile.TemporaryDirectory() as folder:
        for with_ids in (True, False):
            path, copy = Path(folder) / "file.csv", Path(folder) / "file.copy"
            write_file(path, rows, with_ids=with_ids)
            ours, plain = [], []
            for _ in range(rounds):
                execute("TRUNCATE kpis_observation, kpis_rollup, kpis_bucket, kpis_replacedobservation")
                ours.append(seconds(lambda path=path: bring(made, source, path)))  # type: ignore[misc]
                assert Observation.objects.count() == rows
                assert not Bucket.objects.exists()
                execute("TRUNCATE plain")
                with connection.cursor() as cursor:
                    with copy.open("wb") as stream:
                        cursor.copy_expert("COPY kpis_observation TO STDOUT", stream)
                    with copy.open("rb") as stream:
                        plain.append(
                            seconds(lambda stream=stream: cursor.copy_expert("COPY plain FROM STDIN", stream, 1 << 20))  # type: ignore[misc]
                        )
            value = median(plain) / median(ours)
            context = {
                "rows": rows,
                "with_ids": with_ids,
                "file_megabytes": round(path.stat().st_size / 2**20, 1),
                "rollups": Rollup.objects.count(),
                "rows_per_second": round(rows / median(ours)),
                "ours_seconds": round(median(ours), 3),
                "copy_seconds": round(median(plain), 3),
            }
            yield Result(value, "ratio", context, name="import_ratio" if with_ids else "import_ratio_without_ids")
    execute("DROP TABLE plain")


MEMORY = """
import django, os, resource, sys
django.setup()
from sources import services
services.import_check(int(sys.argv[1]))
checked = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from sources.models import Import
row = Import.objects.get(pk=sys.argv[1])
services.import_start(import_=row, actor=None, policy="good_lines")
services.import_run(row.pk)
row.refresh_from_db()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, checked, row.status, row.created_count)
"""


@benchmark
def import_memory() -> Result:
    """The largest resident size of the process that previews and imports a file of 200 MB."""
    megabytes = size("megabytes", 200)
    made = ground(TOUCHPOINTS)
    source, _ = source_get_or_create(workspace=made.workspace, key="bench", kind=Source.Kind.FILE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        write_file(path, rows := megabytes * 22_000, with_ids=True)
        with path.open("rb") as stream:
            import_ = services.import_upload(
                workspace=made.workspace, source=source, actor=None, file=File(stream, name="x.csv"), filename="x.csv"
            )
        size_bytes = path.stat().st_size
    services.import_set_mapping(import_=import_, actor=None, document={"layout": "tidy"})
    answer = subprocess.run(
        [sys.executable, "-c", MEMORY, str(import_.pk)], env=os.environ, capture_output=True, text=True, check=True
    )
    peak, checked, status, created = answer.stdout.split()
    assert (status, int(created)) == ("done", rows), answer.stdout
    context = {
        "file_megabytes": round(size_bytes / 2**20),
        "rows": rows,
        "after_preview_megabytes": int(checked) // 1024,
    }
    context["this_process_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Result(int(peak) / 1024, "MB", context)
