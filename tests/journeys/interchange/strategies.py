"""Generated documents with everything on them."""

import base64
import hashlib
import io
from functools import cache
from typing import Any

from hypothesis import strategies as st
from PIL import Image

KINDS = ("goals", "actions", "thoughts", "text", "touchpoints", "documents", "pictures")
PERSONAS = ("Inès", "Karim", "Maud")
LETTERS = st.characters(codec="utf-8", exclude_characters="\0")


@cache
def picture(shade: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 3), (shade, 40, 90)).save(stream, "PNG")
    return stream.getvalue()


def text(maximum: int, minimum: int = 0) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=minimum, max_size=min(maximum, 12))


def part(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


def some(values: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values) if values else st.none()


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a valid document: stages, steps, lanes, cards with spans, curve, evidence, files, pains, solutions, KPIs."""
    number = st.integers(1, 4)
    serials = st.integers(1, 1200)
    stages = [
        {"id": f"ST-{serial:03d}", **draw(part(name=text(120, 1), note=text(300), hidden=st.booleans()))}
        for serial in draw(st.lists(serials, min_size=1, max_size=3, unique=True))
    ]
    steps = [
        {
            "id": f"S-{serial:03d}",
            "stage": draw(st.sampled_from([stage["id"] for stage in stages])),
            **draw(
                part(
                    name=text(160, 1),
                    hidden=st.booleans(),
                    moment_of_truth=st.booleans(),
                    optional=st.booleans(),
                    repeatable=st.booleans(),
                    branch=text(60),
                    path=text(60),
                    width=st.none() | st.integers(140, 480),
                )
            ),
        }
        for serial in draw(st.lists(serials, min_size=1, max_size=4, unique=True))
    ]
    lanes = [
        {
            "id": f"L-{serial:03d}",
            **draw(
                part(
                    kind=st.sampled_from(KINDS),
                    name=text(80),
                    hidden=st.booleans(),
                    pinned=st.booleans(),
                    height=st.none() | st.integers(72, 320),
                )
            ),
        }
        for serial in draw(st.lists(serials, min_size=1, max_size=3, unique=True))
    ]
    step_ids, lane_ids = [step["id"] for step in steps], [lane["id"] for lane in lanes]
    personas = [
        {
            "name": name,
            **draw(part(on_map=st.booleans(), tagline=text(200), share_percent=st.none() | st.integers(0, 100))),
            "traits": draw(st.sampled_from([[], [{"group": "demographic", "field": "age", "text": "34"}]])),
        }
        for name in draw(st.lists(st.sampled_from(PERSONAS), unique=True, max_size=3))
    ]
    people = [persona["name"] for persona in personas]
    codes = draw(st.lists(st.sampled_from(["pay", "shop", "mail"]), unique=True, max_size=3))
    touchpoints = [
        {
            "code": code,
            "name": f"Touchpoint {code}",
            "category": "sales",
            "channel": "website",
            "owner": draw(text(120)),
        }
        for code in codes
    ]
    channels = [
        {"code": "website", "name_fr": "site web", "name_en": "website"},
        {"code": "own", "name_fr": "à nous", "name_en": "our own", "online": False},
    ]
    evidence = [
        {
            "number": place,
            **draw(
                part(
                    kind=st.sampled_from(["data", "survey", "interview", "ticket", "workshop"]),
                    title=text(160, 1),
                    asked=text(200),
                    count=st.none() | st.integers(0, 40),
                    happened_on=st.none() | st.sampled_from(["2026-01-31", "2025-12-01"]),
                    notes=text(30000),
                )
            ),
        }
        for place in range(1, draw(number))
    ]
    attachments = [
        {
            "number": place,
            "name": f"{place}.png",
            "content_type": "image/png",
            "digest": hashlib.sha256(picture(place)).hexdigest(),
            "size": len(picture(place)),
            "width": 4,
            "height": 3,
            "content": base64.b64encode(picture(place)).decode(),
        }
        for place in range(1, draw(number))
    ]
    cards = [
        {
            "id": f"C-{serial:03d}",
            **draw(
                part(
                    lane=st.sampled_from(lane_ids),
                    step=st.sampled_from(step_ids),
                    text=text(30000, 1),
                    source=text(200),
                    touchpoint=some(codes),
                    persona=some(people),
                    other_persona=some(people),
                    channel=some(["website", "own"]),
                    evidence=some([row["number"] for row in evidence]),
                    attachment=some([row["number"] for row in attachments]),
                    url=st.sampled_from(["", "https://example.org/a?b=1"]),
                    arrow=st.sampled_from(["", "forth"]),
                    until_step=some(step_ids),
                    until_lane=some(lane_ids),
                )
            ),
        }
        for serial in draw(st.lists(serials, max_size=6, unique=True))
    ]
    curve = [
        {"step": step, "layer": layer, "persona": persona, "level": draw(st.integers(-4, 4)) / 2}
        for step, layer, persona in draw(
            st.lists(
                st.tuples(st.sampled_from(step_ids), st.sampled_from(["believed", "to_be"]), some(people)),
                unique=True,
                max_size=5,
            )
        )
    ]
    pains = [
        {
            "number": place,
            **draw(part(title=text(200, 1), note=text(300), step=some(step_ids), touchpoint=some(codes))),
            **draw(part(nature=st.sampled_from(["", "waiting"]), kind=st.sampled_from(["pain", "opportunity"]))),
        }
        for place in range(1, draw(number))
    ]
    kpis = [
        {
            "touchpoint": code,
            "kpi": "csat",
            "direction": "higher",
            "target": draw(st.none() | part(value=st.none() | st.sampled_from([0.5, 0.018]), specific=text(300))),
        }
        for code in codes
        if draw(st.booleans())
    ]
    solutions = [
        {
            **draw(
                part(
                    title=text(200, 1),
                    step=some(step_ids),
                    pain=some([row["number"] for row in pains]),
                    impact=st.none() | st.integers(1, 5),
                    owner=text(120),
                    status=st.sampled_from(["idea", "planned", "doing", "dropped"]),
                )
            ),
            "binding": draw(some([{"touchpoint": row["touchpoint"], "kpi": "csat"} for row in kpis])),
            "expected_value": -20,
            "expected_unit": "relative",
        }
        for _place in range(1, draw(number))
    ]
    return {
        "format": "cxmap-journey",
        "version": 1,
        "journey": draw(
            part(
                name=text(200, 1),
                scenario=text(30000),
                horizon=st.sampled_from(["as_is", "to_be"]),
                aims=st.lists(st.sampled_from(["resources", "customers", "simplify"]), unique=True),
                level_names=st.sampled_from([[], ["a", "b", "c", "d", "e"]]),
                review_on=st.none() | st.just("2027-03-01"),
                column_width=st.none() | st.integers(140, 480),
            )
        ),
        "personas": personas,
        "categories": [{"code": "sales", "name_fr": "Vente", "name_en": "Sales"}],
        "channels": channels,
        "touchpoints": touchpoints,
        "stages": stages,
        "steps": steps,
        "lanes": lanes,
        "cards": cards,
        "curve": curve,
        "evidence": evidence,
        "attachments": attachments,
        "content": {"kpis": kpis, "pains": pains, "solutions": solutions},
    }
