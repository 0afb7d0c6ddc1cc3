"""Drawing a part of a map by itself, for whoever edits it and for whoever looks on."""

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse

from journeys import selectors
from journeys.models import JourneyPersona, Lane, Step
from journeys.talk import open_threads, signs_of


def cell_html(lane: Lane, step: Step) -> str:
    """Return the inside of one cell that people fill themselves, as an editor sees it, in the active language."""
    kind = selectors.registry.kind_of(lane.kind, lane.journey.kind)
    cards = selectors.cell_cards(lane, step)
    row = selectors.LaneRow(lane=lane, kind=kind, cells={})
    column = selectors.StepColumn(step=step, number=0, index=0, badge=None, first=False, last=False)
    several = JourneyPersona.objects.filter(journey=lane.journey_id, deleted_at=None, persona__deleted_at=None)
    add = f"{reverse(kind.add_url)}?lane={lane.pk}&step={step.pk}" if kind.add_url else ""
    context = {
        "cell": cards,
        "icons": static("icons.svg"),
        "add_url": add,
        "question": str(kind.question),
        "token": "",
        "row": row,
        "column": column,
        "edit": True,
        "readonly": False,
        "board": {"several": several.count() > 1},
        **signs_of(lane.journey, open_threads(lane.journey)),
    }
    return render_to_string("board/cell.jinja", context, using="jinja")
