"""The common part of a journey in the Customer Journey Modelling Language (CJML 2.0, https://cjml.no).

A map says what usually happens, so it is a planned journey; CJML keeps actual ones for what one person lived. What CJML
has no element for (lanes, cards, curve, KPIs, pain points, solutions) is left out; docs/files.md lists what is covered.
"""

import re
from xml.etree import ElementTree as ET

from cxmap.lib import formats
from journeys.interchange.document import CardPart, Document
from touchpoints.models import Party, PointKind

# Characters that XML 1.0 does not allow.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
COMPANY = "company"
CUSTOMER = "P1"
# Who a touchpoint says begins or receives it, as an actor of the journey.
ACTORS = {"customer": CUSTOMER, "company": COMPANY, "partner": "partner", "others": "others"}


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    found = ET.SubElement(parent, name, {key: FORBIDDEN.sub("", value) for key, value in attributes.items()})
    if text is not None:
        found.text = FORBIDDEN.sub("", text)
    return found


def _add_actors(journey: ET.Element, document: Document, *, company: str, customer: str) -> None:
    """Add the personas of the map, the company, and who else the touchpoints name."""
    actors = _add(journey, "actors")
    people = [persona.name for persona in document.personas if persona.on_map] or [customer]
    for number, name in enumerate(people, 1):
        _add(_add(actors, "endUser", actorID=f"P{number}"), "actorName", name)
    named = {party for part in document.touchpoints for party in (part.initiator, part.receiver)}
    if Party.OTHERS in named:
        _add(_add(actors, "endUser", actorID=Party.OTHERS.value), "actorName", str(Party.OTHERS.label))
    _add(_add(actors, "serviceProvider", actorID=COMPANY), "companyName", company)
    if Party.PARTNER in named:
        _add(_add(actors, "serviceProvider", actorID=Party.PARTNER.value), "companyName", str(Party.PARTNER.label))


def cjml_write(document: Document, *, company: str, customer: str) -> bytes:
    """Return the journey as CJML. `company` and `customer` name the two sides where the map does not."""
    french = formats.locale().startswith("fr")
    channels = {part.code: part.name_fr if french else part.name_en for part in document.channels}
    touchpoints = {part.code: part for part in document.touchpoints}
    lanes = {part.id: part.kind for part in document.lanes}
    root = ET.Element("CJML", version="2.0")
    journey = _add(root, "plannedJourney")
    _add(journey, "journeyID", (document.origin.journey if document.origin else "") or "PJ1")
    _add(journey, "journeyTitle", document.journey.name)
    phases = _add(journey, "journeyPhases")
    for stage in document.stages:
        phase = _add(phases, "journeyPhase", phaseID=stage.id)
        _add(phase, "phaseName", stage.name)
        _add(phase, "phaseDescription", stage.note)
    if document.journey.scenario:
        _add(journey, "journeyShortSummary", document.journey.scenario)
    summary = [document.journey.expectation, document.journey.success_measure]
    if any(summary):
        _add(journey, "journeyLongSummary", "\n".join(filter(None, summary)))
    _add_actors(journey, document, company=company, customer=customer)
    cards: dict[str, list[CardPart]] = {}
    for card in document.cards:
        cards.setdefault(card.step, []).append(card)
    points = _add(journey, "touchpoints")
    for step in document.steps:
        own = cards.get(step.id, [])
        met = list(dict.fromkeys(card.touchpoint for card in own if card.touchpoint))
        actions = [card.text for card in own if card.text and lanes[card.lane] == "actions"]
        for number, code in enumerate(met or [None], 1):
            touchpoint = touchpoints[code] if code else None
            receives = touchpoint is not None and touchpoint.kind != PointKind.ACTION
            point = _add(points, "plannedCommunicationPoint" if receives else "plannedAction")
            _add(point, "touchpointID", step.id if number == 1 else f"{step.id}.{number}")
            _add(point, "belongsTo", phaseIDref=step.stage)
            initiator = _add(point, "initiator")
            _add(initiator, "refersTo", actorIDref=ACTORS[touchpoint.initiator] if touchpoint else CUSTOMER)
            _add(initiator, "initiatorLabel", step.name)
            if touchpoint and receives:
                receiver = _add(point, "receiver")
                _add(receiver, "refersTo", actorIDref=ACTORS[touchpoint.receiver])
                _add(receiver, "receiverLabel", touchpoint.name)
            if touchpoint:
                _add(_add(point, "channel"), "channelName", channels.get(touchpoint.channel, touchpoint.channel))
            if actions:
                _add(point, "comment", "\n".join(actions))
            if touchpoint:
                _add(point, "category", touchpoint.category)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
