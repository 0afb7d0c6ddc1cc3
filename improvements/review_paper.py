"""A checklist as PDF: blank, to go and look with, or filled in with what a review found."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cxmap.lib import formats, typesetting
from improvements.checklists import Checklist, Place, places_of
from improvements.models import ReviewAnswer
from improvements.reviewing import map_groups
from improvements.reviews import ReviewView, Score
from journeys.models import Journey

TEMPLATE = Path(__file__).parent / "review.typ"


def _said(score: Score) -> str:
    """Return a score in words, with its numerator and denominator."""
    if not score.answered:
        return str(score.words)
    parts = [f"{score.mark} {score.reached_text}", score.unlooked_text if score.unlooked else ""]
    return " · ".join(filter(None, parts))


def _data(journey: Journey, checklist: str, places: Sequence[dict[str, Any]], facts: Sequence[str]) -> dict[str, Any]:
    workspace = journey.workspace
    day = formats.short_date(timezone.localdate(timezone=workspace.zone))
    footer = [workspace.name, _("cxmap · printed on %(day)s") % {"day": day}]
    if workspace.fictional:
        footer.insert(1, _("Fictional company, made-up figures"))
    return {
        "language": (get_language() or "en")[:2],
        "title": str(Checklist(checklist).label),
        "journey": journey.name,
        "facts": [fact for fact in facts if fact],
        "lead": _(
            "Look for yourself, then tick one box a line. What nobody looked at stays empty: unknown is not good."
        ),
        "answers": [str(one.label) for one in ReviewAnswer.Answer if one],
        "good": _("Good:"),
        "check": _("To check:"),
        "why": _("Why:"),
        "note": _("Note"),
        "places": places,
        "footer": " · ".join(footer),
    }


def _blank(place: Place) -> dict[str, Any]:
    return {
        "name": place.name,
        "said": place.note,
        "points": [
            {
                "name": str(one.name),
                "question": str(one.question),
                "good": str(one.good),
                "check": str(one.check),
                "why": str(one.reason),
                "answer": -1,
                "note": "",
            }
            for one in place.criteria
        ],
    }


def blank_pdf(journey: Journey, checklist: str) -> bytes:
    """Return the checklist to fill in by hand; of the omnichannel guide, the pairs that stand on the map."""
    places = places_of(checklist, map_groups(journey) if checklist == Checklist.OMNICHANNEL else ())
    facts = [_("Date:") + " ____________", _("Who takes part:") + " ______________________________"]
    return typesetting.pdf(TEMPLATE, _data(journey, checklist, [_blank(place) for place in places], facts))


def review_pdf(found: ReviewView) -> bytes:
    """Return a review with its answers, notes and scores."""
    review = found.review
    order = [one for one in ReviewAnswer.Answer if one]
    places = []
    for view in found.places:
        place = _blank(view.place) | {"said": " — ".join(filter(None, [view.place.note, _said(view.score)]))}
        for shown, point in zip(place["points"], view.points, strict=True):
            if point.row is not None:
                shown["answer"] = order.index(ReviewAnswer.Answer(point.answer)) if point.answer else -1
                shown["note"] = " ".join(filter(None, [point.row.note, point.row.evidence]))
        places.append(place)
    facts = [formats.short_date(review.held_on), review.people, _said(found.score), review.note]
    return typesetting.pdf(TEMPLATE, _data(review.journey, review.checklist, places, facts))
