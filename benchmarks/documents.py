"""Documents of a large map: 60 steps, 25 lanes, 1,500 cards, with curve, KPIs and pain points."""

import resource
import sys
from collections.abc import Iterator

from benchmarks import Result, benchmark, seconds


def _large_map():  # noqa: ANN202 - Django is set up only when a benchmark runs
    from benchmarks.maps import _fill, _owner_and_workspace
    from journeys.services.journeys import journey_create

    user, workspace = _owner_and_workspace()
    journey = journey_create(workspace=workspace, actor=user, name="Bench", no_persona_yet=True)
    _fill(journey, user, steps=60, lanes=25, cards=1500)
    return journey


def _memory() -> float:
    """Return the highest memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


@benchmark
def documents() -> Iterator[Result]:
    """Files of the large map, from the database to bytes."""
    from journeys.services.exports import Wish, export_make

    journey = _large_map()
    wishes = (
        ("document_pdf_a0", Wish(format="pdf", paper="a0"), 3),
        ("document_pdf_a4", Wish(format="pdf", paper="a4", split=True), None),
        ("document_pptx", Wish(format="pptx"), 5),
        ("document_svg", Wish(format="svg"), None),
        ("document_png", Wish(format="png", scale=0.5), None),
    )
    for name, wish, bar in wishes:
        made = []
        value = min(
            seconds(lambda wish=wish, made=made: made.append(export_make(journey, wish))) for _round in range(3)
        )
        context = {"bar": bar, "kB": round(len(made[0].content) / 1024), "peak_MB": round(_memory())}
        yield Result(value, "s", context, name=name)


@benchmark
def interchange() -> Iterator[Result]:
    """The lossless document of the large map: written, read, applied without a change, compared."""
    from journeys import interchange as documents_of_maps

    journey = _large_map()
    document = documents_of_maps.document_of(journey)
    raw = documents_of_maps.to_json(document)
    context = {"kB": round(len(raw) / 1024)}
    yield Result(seconds(lambda: documents_of_maps.document_of(journey)), "s", context, name="document_export")
    yield Result(seconds(lambda: documents_of_maps.document_read(raw)), "s", context, name="document_read")
    yield Result(
        seconds(lambda: documents_of_maps.document_apply(journey=journey, document=document, actor=None)),
        "s",
        context,
        name="document_apply_unchanged",
    )
    yield Result(
        seconds(lambda: documents_of_maps.journey_import(workspace=journey.workspace, document=document, actor=None)),
        "s",
        context,
        name="document_import",
    )
