"""What a template is made of, and how it is read from a file or from the column of a workspace's own template.

Both have one format, so that a map saved as a template and a template that comes with cxmap take the same way:

    name = ["Achat en ligne", "Online retail"]       a text is a pair [French, English], or one string for both
    lanes = ["goals", "actions", {key = "backstage", kind = "text", name = ["Coulisses", "Backstage"]}]
    [touchpoints.basket]                             what steps and pain points refer to as "basket"
    name = …, category = "sales", channel = "website", phase = "during", kpis = ["bounce-rate", "time-on-page:lower"]
    [[stages]]
    key = "purchase", name = …
    [[stages.steps]]
    name = …, mood = -0.5, truth = true, touchpoints = ["basket"], actions = [text, …]   (any lane's key)
    pains = [{title = …, nature = "waiting", at = "basket"}], ideas = [text, …]

The codes of KPIs and the natures of pain points belong to apps above this one; here they are only words (sowing.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Literal

from django.utils.translation import get_language

NAME_MAX = 160  # characters, as in the columns of steps
DEFAULT_LANES = ("goals", "actions", "thoughts", "touchpoints", "emotion", "metrics", "pains", "ideas")
# What a step says beside the cards of its lanes.
OF_A_STEP = frozenset(
    {"name", "mood", "aim", "truth", "optional", "repeatable", "branch", "path", "width", "linked", "touchpoints",
     "channels", "media", "pains", "ideas"}
)  # fmt: skip


class BlueprintInvalid(ValueError):
    """The content of a template cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages, said in the reader's."""

    fr: str = ""
    en: str = ""

    def __str__(self) -> str:
        return self.fr if (get_language() or "").startswith("fr") else self.en

    def __bool__(self) -> bool:
        return bool(self.fr or self.en)


@dataclass(frozen=True, slots=True)
class LanePlan:
    """A lane of the new map. The key is what the cards of a step stand under."""

    key: str
    kind: str
    name: Text = Text()  # empty: the label of the kind
    pinned: bool = False
    height: int | None = None  # pixels at least


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """A channel that templates need and the guides do not name; a workspace gets it with the first map that has it."""

    code: str
    name: Text
    icon: str
    online: bool
    categories: tuple[str, ...]


# A desk, a ward, a table, a visit at home: none of them is the guides' "physical shop".
CHANNELS = {
    "in-person": ChannelPlan(
        "in-person", Text("sur place, en personne", "on site, in person"), "persona", False, ("sales", "service")
    )
}


@dataclass(frozen=True, slots=True)
class TouchpointPlan:
    """A touchpoint by name, with the codes of its category and channel, and of the KPIs that usually stand on it."""

    key: str
    name: Text
    category: str
    channel: str
    phase: str = "during"
    kpis: tuple[str, ...] = ()  # "csat", or "time-on-page:lower" where the direction has to be chosen


@dataclass(frozen=True, slots=True)
class PainPlan:
    """A pain point or an opportunity that the team should check, never one that was measured."""

    title: Text
    nature: str = ""
    at: str = ""  # key of a touchpoint of the template
    kind: Literal["pain", "opportunity"] = "pain"


@dataclass(frozen=True, slots=True)
class MediaPlan:
    """A link, or a file that the workspace keeps already (by its digest), in a lane of the template."""

    lane: str  # its key
    text: str = ""
    url: str = ""
    file: Mapping[str, Any] = field(default_factory=dict)  # name, content_type, size, digest, width, height


FILE = ("name", "content_type", "size", "digest", "width", "height")


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One column."""

    name: Text
    mood: Decimal | None = None  # believed level, −2 to +2 in halves
    aim: Decimal | None = None  # level that is aimed at
    truth: bool = False
    optional: bool = False
    repeatable: bool = False
    branch: Text = Text()
    path: Text = Text()
    width: int | None = None  # pixels
    linked: str = ""  # id of the journey that tells the step in detail
    channels: tuple[str, ...] = ()  # codes of channels that are ticked
    media: tuple[MediaPlan, ...] = ()
    cards: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)  # by key of the lane
    touchpoints: tuple[str, ...] = ()
    pains: tuple[PainPlan, ...] = ()
    ideas: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class StagePlan:
    key: str
    name: Text
    steps: tuple[StepPlan, ...]
    note: Text = Text()


@dataclass(frozen=True)
class Blueprint:
    """A template that a map may begin with. `sector` is one of Sector, or empty for every sector."""

    key: str
    name: Text
    description: Text
    stages: tuple[StagePlan, ...]
    lanes: tuple[LanePlan, ...]
    touchpoints: Mapping[str, TouchpointPlan]
    kind: str = "customer"
    sector: str = ""
    icon: str = "document"
    scenario: Text = Text()
    expectation: Text = Text()
    success_measure: Text = Text()
    own: bool = False  # made by the workspace, from one of its maps

    @cached_property
    def steps(self) -> tuple[StepPlan, ...]:
        return tuple(step for stage in self.stages for step in stage.steps)

    @property
    def has_texts(self) -> bool:
        return bool(self.scenario) or any(
            step.cards or step.channels or step.media or step.mood is not None or step.aim is not None
            for step in self.steps
        )


def _text(value: Any, where: str, *, longest: int | None = None, required: bool = True) -> Text:
    pair = [value, value] if isinstance(value, str) else value
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(text, str) for text in pair):
        raise BlueprintInvalid(f"{where}: a text is one string or [French, English], not {value!r}.")
    french, english = (text.strip() for text in pair)
    if required and not (french and english):
        raise BlueprintInvalid(f"{where}: a language is missing.")
    if longest is not None and max(len(french), len(english)) > longest:
        raise BlueprintInvalid(f"{where}: longer than {longest} characters.")
    return Text(french, english)


def _texts(value: Any, where: str) -> tuple[Text, ...]:
    if not isinstance(value, list):
        raise BlueprintInvalid(f"{where}: a list of texts is expected, not {value!r}.")
    return tuple(_text(text, f"{where}[{number}]") for number, text in enumerate(value))


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BlueprintInvalid(f"{where}: a table is expected, not {value!r}.")
    return value


def _known(data: dict[str, Any], allowed: Sequence[str] | frozenset[str], where: str) -> None:
    strange = sorted(set(data) - set(allowed))
    if strange:
        raise BlueprintInvalid(f"{where}: {', '.join(strange)} means nothing here.")


def _lanes(value: Any) -> tuple[LanePlan, ...]:
    lanes = []
    for number, entry in enumerate(value):
        if isinstance(entry, str):
            lanes.append(LanePlan(entry, entry))
            continue
        where = f"lanes[{number}]"
        data = _mapping(entry, where)
        _known(data, ("key", "kind", "name", "pinned", "height"), where)
        if not data.get("kind"):
            raise BlueprintInvalid(f"{where}: the kind is missing.")
        name = _text(data["name"], f"{where}.name", longest=80, required=False) if "name" in data else Text()
        height = _pixels(data.get("height"), f"{where}.height", 72, 320)
        kind = str(data["kind"])
        lanes.append(LanePlan(str(data.get("key", kind)), kind, name, bool(data.get("pinned")), height))
    keys = [lane.key for lane in lanes]
    if not lanes or len(set(keys)) != len(keys):
        raise BlueprintInvalid("lanes: each needs a key of its own.")
    return tuple(lanes)


def _pixels(value: Any, where: str, least: int, most: int) -> int | None:
    if value is not None and (not isinstance(value, int) or not least <= value <= most):
        raise BlueprintInvalid(f"{where}: a number from {least} to {most} is expected, not {value!r}.")
    return value


def _media(value: Any, where: str, lanes: Sequence[LanePlan]) -> MediaPlan:
    data = _mapping(value, where)
    _known(data, ("lane", "text", "url", "file"), where)
    if data.get("lane") not in {lane.key for lane in lanes}:
        raise BlueprintInvalid(f"{where}: the template has no lane {data.get('lane')!r}.")
    file = _mapping(data.get("file", {}), f"{where}.file")
    _known(file, FILE, f"{where}.file")
    return MediaPlan(str(data["lane"]), str(data.get("text", "")), str(data.get("url", "")), file)


def _touchpoint(key: str, value: Any) -> TouchpointPlan:
    where = f"touchpoints.{key}"
    data = _mapping(value, where)
    _known(data, ("name", "category", "channel", "phase", "kpis"), where)
    if not data.get("category") or not data.get("channel"):
        raise BlueprintInvalid(f"{where}: the category or the channel is missing.")
    return TouchpointPlan(
        key=key,
        name=_text(data.get("name"), f"{where}.name", longest=200),
        category=str(data["category"]),
        channel=str(data["channel"]),
        phase=str(data.get("phase", "during")),
        kpis=tuple(str(code) for code in data.get("kpis", [])),
    )


def _pain(value: Any, where: str, touchpoints: Mapping[str, TouchpointPlan]) -> PainPlan:
    data = _mapping(value, where)
    _known(data, ("title", "nature", "at", "kind"), where)
    at, kind = str(data.get("at", "")), data.get("kind", "pain")
    if at and at not in touchpoints:
        raise BlueprintInvalid(f"{where}: the template has no touchpoint {at!r}.")
    if kind not in ("pain", "opportunity"):
        raise BlueprintInvalid(f"{where}: {kind!r} is neither pain nor opportunity.")
    title = _text(data.get("title"), f"{where}.title", longest=200)
    return PainPlan(title, str(data.get("nature", "")), at, kind)


def _mood(value: Any, where: str) -> Decimal | None:
    if value is None:
        return None
    try:
        mood = Decimal(str(value))
    except InvalidOperation as error:
        raise BlueprintInvalid(f"{where}: {value!r} is no level.") from error
    if not -2 <= mood <= 2 or mood * 2 % 1:
        raise BlueprintInvalid(f"{where}: a level is one of −2 to +2 in halves, not {value!r}.")
    return mood


def _step(value: Any, where: str, lanes: Sequence[LanePlan], touchpoints: Mapping[str, TouchpointPlan]) -> StepPlan:
    data = _mapping(value, where)
    keys = [lane.key for lane in lanes if lane.key not in OF_A_STEP]
    _known(data, OF_A_STEP | set(keys), where)
    used = tuple(str(key) for key in data.get("touchpoints", []))
    for key in used:
        if key not in touchpoints:
            raise BlueprintInvalid(f"{where}: the template has no touchpoint {key!r}.")
    return StepPlan(
        name=_text(data.get("name"), f"{where}.name", longest=NAME_MAX),
        mood=_mood(data.get("mood"), f"{where}.mood"),
        aim=_mood(data.get("aim"), f"{where}.aim"),
        truth=bool(data.get("truth", False)),
        optional=bool(data.get("optional", False)),
        repeatable=bool(data.get("repeatable", False)),
        branch=_text(data.get("branch", ""), f"{where}.branch", longest=60, required=False),
        path=_text(data.get("path", ""), f"{where}.path", longest=60, required=False),
        width=_pixels(data.get("width"), f"{where}.width", 140, 480),
        linked=str(data.get("linked", "")),
        channels=tuple(str(code) for code in data.get("channels", [])),
        media=tuple(
            _media(entry, f"{where}.media[{number}]", lanes) for number, entry in enumerate(data.get("media", []))
        ),
        cards={key: _texts(data[key], f"{where}.{key}") for key in keys if data.get(key)},
        touchpoints=used,
        pains=tuple(
            _pain(pain, f"{where}.pains[{number}]", touchpoints) for number, pain in enumerate(data.get("pains", []))
        ),
        ideas=_texts(data.get("ideas", []), f"{where}.ideas"),
    )


def blueprint_from(data: Any, **fixed: Any) -> Blueprint:
    """Read the content of a template; `fixed` stands for what is kept elsewhere (the name of a workspace's own one).

    Raises BlueprintInvalid.
    """
    data = {**_mapping(data, "content"), **fixed}
    lanes = _lanes(data.get("lanes", DEFAULT_LANES))
    touchpoints = {
        key: _touchpoint(key, value) for key, value in _mapping(data.get("touchpoints", {}), "touchpoints").items()
    }
    stages = []
    for number, value in enumerate(data.get("stages", [])):
        where = f"stages[{number}]"
        stage = _mapping(value, where)
        _known(stage, ("key", "name", "note", "steps"), where)
        steps = [
            _step(step, f"{where}.steps[{place}]", lanes, touchpoints)
            for place, step in enumerate(stage.get("steps", []))
        ]
        if not steps:
            raise BlueprintInvalid(f"{where}: a stage needs a step.")
        note = _text(stage.get("note", ""), f"{where}.note", longest=300, required=False)
        name = _text(stage.get("name"), f"{where}.name", longest=120)
        stages.append(StagePlan(str(stage.get("key", "")), name, tuple(steps), note))
    if not stages:
        raise BlueprintInvalid("stages: a map needs one.")
    texts = {
        name: _text(data.get(name, ""), name, longest=300 if name == "success_measure" else None, required=False)
        for name in ("description", "scenario", "expectation", "success_measure")
    }
    return Blueprint(
        key=str(data["key"]),
        name=_text(data.get("name"), "name", longest=200),
        stages=tuple(stages),
        lanes=lanes,
        touchpoints=touchpoints,
        kind=str(data.get("kind", "customer")),
        sector=str(data.get("sector", "")),
        icon=str(data.get("icon", "document")),
        own=bool(data.get("own", False)),
        **texts,
    )
