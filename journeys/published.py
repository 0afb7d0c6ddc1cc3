"""How elements of a map are called in what was published, for threads of comments that stand on them."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext

from journeys import lanes as registry
from journeys.comments import Element, Place, card_name
from journeys.models import CommentTarget, Journey, Version
from journeys.picture import Picture, picture_of


def _names(picture: Picture) -> dict[UUID, str]:
    found = {stage.pk: stage.name for stage in picture.stages}
    found |= {step.pk: step.name for step in picture.steps}
    for lane in picture.lanes:
        found[lane.pk] = lane.name or str(registry.kind_of(lane.kind, picture.journey.kind).label)
    found |= {card.pk: card_name(card) for card in picture.cards}
    if picture.content is not None:
        for key in picture.content.rows:
            found |= {pk: getattr(part, "title", "") for part, pk in picture.content.of(key)}
    return found


def elements_as_published(elements: Mapping[Place, Element], picture: Picture) -> dict[Place, Element]:
    """Return elements as a picture has them: by the names that it gives them, live when they are in it.

    What is not in it keeps its kind and loses its name. What the draft deleted or merged since is still in it.
    """
    names = _names(picture)
    found = {}
    for place, element in elements.items():
        if place.id is None:
            found[place] = element
            continue
        known = place.id in names and (place.step is None or place.step in names)
        name = names.get(place.id, "") if known else ""
        if known and place.kind == CommentTarget.CELL and place.step is not None:
            name = gettext("%(lane)s, %(step)s") % {"lane": name, "step": names[place.step]}
        found[place] = replace(element, name=name, live=known, anchor=element.anchor if known else "")
    return found


def name_for_readers(journey: Journey, place: Place, element: Element | None) -> str:
    """Return what those who only read call an element; empty when they do not see it, and for the map as a whole.

    What is published is asked anew: the map may have been read before it was.
    """
    if element is None:
        return ""
    current = Journey.objects.filter(pk=journey.pk).values("published_version")
    version = Version.objects.filter(pk__in=current).defer("document", "rows", "note").first()
    if version is None:
        return element.name
    return elements_as_published({place: element}, picture_of(journey, version))[place].name
