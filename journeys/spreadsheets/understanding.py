"""What a table means as a map: its layout, its stages, steps and lanes, and every cell that found no place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxmap.lib.tables import Table
from cxmap.lib.text import code_from, fold
from cxmap.workspaces.models import Workspace
from journeys.interchange.document import FORMAT, VERSION, Document, document_from
from journeys.lanes import kind_of
from journeys.spreadsheets.words import channel_of, lane_kind_of, level_of, role_of
from touchpoints.models import Category, Channel, Touchpoint

MATRIX, TURNED, TIDY = "matrix", "turned", "tidy"
IGNORE = "-"
STEPS_MAX, LANES_MAX, CARDS_MAX = 150, 60, 4000
BULLETS = re.compile(r"^\s*(?:[-*•–—▪◦‣·]|\d{1,2}[.)])\s+")
NUMBER = re.compile(r"^[+\-−]?\d+(?:[.,]\d+)?$")


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided about a table; None and missing entries: as the words suggest."""

    layout: str | None = None
    has_stages: bool | None = None  # the first row of a matrix holds stages, the second one steps
    lanes: Mapping[str, str] = field(default_factory=dict)  # kind by label of a lane; IGNORE leaves it out
    columns: Mapping[int, str] = field(default_factory=dict)  # role by column of a tidy table


@dataclass(frozen=True, slots=True)
class Ignored:
    """A cell that will not be on the map, by its address in the spreadsheet, and why."""

    address: str
    text: str
    reason: str


@dataclass(slots=True)
class PlanLane:
    label: str
    kind: str
    cells: dict[int, list[str]] = field(default_factory=dict)  # texts by step


@dataclass(slots=True)
class Plan:
    """The map that a table means."""

    layout: str
    has_stages: bool
    stages: list[str]
    steps: list[tuple[int, str]]  # (index of the stage, name)
    lanes: list[PlanLane]
    levels: dict[int, float]  # of the believed curve, by step
    ignored: list[Ignored]
    columns: list[tuple[int, str, str]]  # of a tidy table: (number, heading, role or "")
    personas: list[str] = field(default_factory=list)
    card_personas: dict[tuple[int, int, int], str] = field(default_factory=dict)  # by lane, step, place in the cell
    card_sources: dict[tuple[int, int, int], str] = field(default_factory=dict)

    @property
    def card_count(self) -> int:
        return sum(len(texts) for lane in self.lanes if lane.kind != "emotion" for texts in lane.cells.values())

    @property
    def is_empty(self) -> bool:
        return not self.steps

    def document(self, *, name: str, workspace: Workspace) -> Document:
        """Return the map as a document. Touchpoints that the library has are used; others get a guessed channel."""
        return _document(self, name, workspace)


def address(row: int, column: int) -> str:
    """Return B3 for the second column of the third row (both counted from 0)."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


class _Grid:
    """The cells of a table, also turned, that remember where they stood."""

    def __init__(self, rows: Sequence[Sequence[str]], *, turned: bool = False) -> None:
        self.turned = turned
        self.rows = [list(row) for row in zip(*rows, strict=True)] if turned else [list(row) for row in rows]

    def address(self, row: int, column: int) -> str:
        return address(column, row) if self.turned else address(row, column)


def layout_of(rows: Sequence[Sequence[str]]) -> str:
    """Return what the table looks like: one row per card, lanes down and steps right, or the other way round."""
    roles = set(_roles(rows))
    if {"text", "touchpoint"} & roles and {"stage", "step"} & roles:
        return TIDY
    down = sum(1 for row in rows[1:] if row[0] and lane_kind_of(row[0]))
    right = sum(1 for text in rows[0][1:] if text and lane_kind_of(text))
    return TURNED if right > down else MATRIX


def _roles(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return what each column of a table with one row per card holds, "" where nothing tells."""
    found: list[str] = []
    for heading in rows[0]:
        role = role_of(heading) or ""
        if role == "stage" and "stage" in found:
            role = "step"
        # Of two columns that could be it, the first one is: the others can be chosen.
        found.append("" if role in found else role)
    if "lane" not in found:
        # A column of which most cells name a lane.
        for number in range(1, len(rows[0])):
            values = [row[number] for row in rows[1:] if row[number]]
            if (
                len(values) > 1
                and not found[number]
                and sum(bool(lane_kind_of(value)) for value in values) > len(values) * 0.6
            ):
                found[number] = "lane"
                break
    return found


def plan_of(table: Table, choices: Choices = Choices()) -> Plan:
    """Understand a table as far as its words go, and as far as a person has decided otherwise."""
    layout = choices.layout or layout_of(table.rows)
    if layout == TIDY:
        return _tidy(table.rows, choices)
    return _matrix(_Grid(table.rows, turned=layout == TURNED), layout, choices)


def pieces(text: str, *, kind: str) -> list[str]:
    """Return the cards of a cell: a line each, bullets taken off; touchpoints also part at commas and semicolons."""
    parts = re.split(r"[\n;,]" if kind == "touchpoints" else r"\n", text)
    return [found for part in parts if (found := BULLETS.sub("", part).strip())]


def _stage_row(grid: _Grid) -> bool:
    """True when the first row names stages over the steps of the second one: gaps or repetitions give it away."""
    if len(grid.rows) < 3:
        return False
    first, second = grid.rows[0][1:], grid.rows[1][1:]
    if role_of(grid.rows[0][0]) == "stage" and role_of(grid.rows[1][0]) == "step":
        return True
    if lane_kind_of(grid.rows[1][0]) or not any(first) or sum(map(bool, second)) < sum(map(bool, first)):
        return False
    gaps = any(not text and beside for text, beside in zip(first, second, strict=True))
    repeated = any(a and fold(a) == fold(b) for a, b in pairwise(first))
    return ((gaps or repeated) and not grid.rows[1][0].strip()) or (gaps and role_of(grid.rows[1][0]) == "step")


def _matrix(grid: _Grid, layout: str, choices: Choices) -> Plan:
    has_stages = _stage_row(grid) if choices.has_stages is None else choices.has_stages and len(grid.rows) > 1
    ignored: list[Ignored] = []
    heads = grid.rows[1] if has_stages else grid.rows[0]
    plan = Plan(layout, has_stages, [], [], [], {}, ignored, [])
    step_of_column: dict[int, int] = {}
    # Headings alone: a few columns are usually the stages of the journey, with one step each.
    as_stages = not has_stages and role_of(grid.rows[0][0]) != "step" and sum(map(bool, heads[1:])) <= 10
    stage = ""
    for column in range(1, len(heads)):
        if has_stages and grid.rows[0][column]:
            stage = grid.rows[0][column]
        name = heads[column] or (stage if has_stages and grid.rows[0][column] else "")
        if not name:
            for row in range(2 if has_stages else 1, len(grid.rows)):
                _ignore(ignored, grid, row, column, _("the column has no heading"))
            continue
        if len(plan.steps) == STEPS_MAX:
            _ignore(ignored, grid, 1 if has_stages else 0, column, _("a map has at most 150 steps here"))
            continue
        own = stage or name if has_stages else name if as_stages else _("Journey")
        if not plan.stages or fold(plan.stages[-1]) != fold(own[:120]) or (as_stages and not has_stages):
            plan.stages.append(own[:120])
        step_of_column[column] = len(plan.steps)
        plan.steps.append((len(plan.stages) - 1, name[:160]))
    if has_stages and grid.rows[0][0] and not role_of(grid.rows[0][0]):
        _ignore(ignored, grid, 0, 0, _("a corner of the table, no content"))
    lane: PlanLane | None = None
    for row in range(2 if has_stages else 1, len(grid.rows)):
        label = " ".join(grid.rows[row][0].split())
        if label:
            lane = _lane(plan, label, choices, _sample(grid, row))
        elif lane is None and any(grid.rows[row]):
            for column in range(1, len(heads)):
                _ignore(ignored, grid, row, column, _("the row has no label"))
            continue
        if lane is None:
            continue
        for column, step in step_of_column.items():
            text = grid.rows[row][column]
            if not text:
                continue
            if lane.kind == IGNORE:
                _ignore(ignored, grid, row, column, _("you left this row out"))
            else:
                _fill(plan, lane, step, text, grid.address(row, column))
        for column in range(len(heads), len(grid.rows[row])):
            _ignore(ignored, grid, row, column, _("the column has no heading"))
    return _finished(plan)


def _sample(grid: _Grid, row: int) -> list[str]:
    return [text for text in grid.rows[row][1:] if text]


def _ignore(ignored: list[Ignored], grid: _Grid, row: int, column: int, reason: str) -> None:
    text = grid.rows[row][column]
    if text:
        ignored.append(Ignored(grid.address(row, column), text[:200], reason))


def _lane(plan: Plan, label: str, choices: Choices, sample: Sequence[str] = ()) -> PlanLane | None:
    """Return the lane of a label, the same one when it stands again."""
    for lane in plan.lanes:
        if fold(lane.label) == fold(label):
            return lane
    if len(plan.lanes) == LANES_MAX:
        return None
    kind = choices.lanes.get(label) or lane_kind_of(label) or "text"
    if kind == "emotion" and label not in choices.lanes and sample and not any(_is_level(text) for text in sample):
        # "Emotions" told in words are texts; a curve needs levels.
        kind = "text"
    if kind not in {IGNORE, "text"} and kind_of(kind).single and any(lane.kind == kind for lane in plan.lanes):
        if kind == "emotion" and label not in choices.lanes:
            kind = "text"
        else:
            # Two rows of pain points fill one lane.
            return next(lane for lane in plan.lanes if lane.kind == kind)
    lane = PlanLane(label[:80], kind)
    plan.lanes.append(lane)
    return lane


def _is_level(text: str) -> bool:
    return bool(NUMBER.match(text)) or level_of(text) is not None


def _fill(plan: Plan, lane: PlanLane, step: int, text: str, where: str) -> None:
    if lane.kind == "emotion":
        if _is_level(text):
            lane.cells.setdefault(step, []).append(text)
        else:
            plan.ignored.append(Ignored(where, text[:200], _("no level of emotion: a number, a word or a face")))
        return
    for part in pieces(text, kind=lane.kind):
        if plan.card_count >= CARDS_MAX:
            plan.ignored.append(Ignored(where, part[:200], _("a map takes at most 4,000 cards at once")))
            return
        lane.cells.setdefault(step, []).append(part)


def _finished(plan: Plan) -> Plan:
    """Put the levels on their scale."""
    for lane in plan.lanes:
        if lane.kind == "emotion":
            plan.levels = _levels(lane.cells)
    return plan


def _levels(cells: Mapping[int, Sequence[str]]) -> dict[int, float]:
    numbers: dict[int, float] = {}
    words: dict[int, float] = {}
    for step, texts in cells.items():
        if NUMBER.match(texts[0]):
            numbers[step] = float(texts[0].replace(",", ".").replace("\u2212", "-"))
        else:
            level = level_of(texts[0])
            if level is not None:
                words[step] = level
    low, high = min(numbers.values(), default=0), max(numbers.values(), default=0)
    for step, value in numbers.items():
        words[step] = _on_scale(value, low, high)
    return dict(sorted(words.items()))


def _on_scale(value: float, low: float, high: float) -> float:
    """Return −2 to +2 in halves, from the smallest usual scale that holds all values: −2…2, 1…5, −5…5, 0…10, 0…100."""
    if low >= -2 and high <= 2:
        level = value
    elif low >= 1 and high <= 5:
        level = value - 3
    elif low < 0:
        level = value / (max(abs(low), abs(high), 5) / 2)
    elif high <= 10:
        level = (value - 5) / 2.5
    else:
        level = (value - 50) / 25
    return max(-2.0, min(2.0, round(level * 2) / 2))


def _tidy_columns(rows: Sequence[Sequence[str]], choices: Choices) -> list[tuple[int, str, str]]:
    columns = []
    for number, (heading, role) in enumerate(zip(rows[0], _roles(rows), strict=True)):
        chosen = choices.columns.get(number, role)
        columns.append((number, heading, "" if chosen == IGNORE else chosen))
    return columns


def _tidy(rows: Sequence[Sequence[str]], choices: Choices) -> Plan:
    ignored: list[Ignored] = []
    columns = _tidy_columns(rows, choices)
    at = {role: number for number, _heading, role in columns if role}
    plan = Plan(TIDY, "stage" in at, [], [], [], {}, ignored, columns)
    stages: dict[str, int] = {}
    steps: dict[tuple[int, str], int] = {}
    emotions: dict[int, list[str]] = {}
    grid = _Grid(rows)
    last_stage = last_step = ""
    for row in range(1, len(rows)):
        cells = {role: rows[row][number] for role, number in at.items()}
        if not any(rows[row]):
            continue
        stage = cells.get("stage", "") or (last_stage if not cells.get("step") else "") or last_stage
        step_name = cells.get("step", "") or (last_step if cells.get("stage", "") in {"", last_stage} else "")
        last_stage, last_step = stage, step_name or ("" if cells.get("stage") else last_step)
        stage = stage or (_("Journey") if "stage" not in at else "")
        name = step_name or stage
        if not name:
            for column in range(len(rows[row])):
                _ignore(ignored, grid, row, column, _("the row names neither stage nor step"))
            continue
        stage = stage or name
        if fold(stage) not in stages:
            stages[fold(stage)] = len(plan.stages)
            plan.stages.append(stage[:120])
        place = stages[fold(stage)]
        key = (place, fold(name))
        if key not in steps:
            if len(plan.steps) == STEPS_MAX:
                _ignore(ignored, grid, row, at.get("step", 0), _("a map has at most 150 steps here"))
                continue
            steps[key] = len(plan.steps)
            plan.steps.append((place, name[:160]))
        _tidy_row(plan, steps[key], cells, choices, grid, row, at, emotions)
    for number, heading, role in columns:
        filled = [row for row in range(1, len(rows)) if rows[row][number]]
        if not role and filled:
            span = f"{address(filled[0], number)}–{address(filled[-1], number)}"
            text = ngettext("%(count)s cell of “%(heading)s”", "%(count)s cells of “%(heading)s”", len(filled))
            names = {"count": len(filled), "heading": heading or "—"}
            ignored.append(Ignored(span, text % names, _("the column has no meaning here: choose one above")))
    order = sorted(range(len(plan.steps)), key=lambda number: plan.steps[number][0])
    _reorder(plan, order)
    if emotions:
        plan.levels = _levels({order.index(step): texts for step, texts in emotions.items()})
        if not any(lane.kind == "emotion" for lane in plan.lanes):
            plan.lanes.append(PlanLane("", "emotion"))
    else:
        _finished(plan)
    return plan


def _tidy_row(
    plan: Plan,
    step: int,
    cells: Mapping[str, str],
    choices: Choices,
    grid: _Grid,
    row: int,
    at: Mapping[str, int],
    emotions: dict[int, list[str]],
) -> None:
    level = cells.get("believed", "")
    if level:
        if _is_level(level):
            emotions.setdefault(step, [level])
        else:
            _ignore(plan.ignored, grid, row, at["believed"], _("no level of emotion: a number, a word or a face"))
    touchpoint = cells.get("touchpoint", "")
    text = cells.get("text", "")
    label = " ".join(
        (cells.get("lane", "") or ("" if not touchpoint or text else _("Touchpoints")) or _("Actions")).split()
    )
    if text:
        lane = _lane(plan, label, choices, [text])
        if lane is None or lane.kind == IGNORE:
            reason = _("you left this row out") if lane else _("a map takes at most 60 lanes here")
            _ignore(plan.ignored, grid, row, at["text"], reason)
        else:
            before = len(lane.cells.get(step, ()))
            _fill(plan, lane, step, text, grid.address(row, at["text"]))
            number = plan.lanes.index(lane)
            for place in range(before, len(lane.cells.get(step, ()))):
                if cells.get("persona"):
                    plan.card_personas[number, step, place] = cells["persona"][:200]
                    if cells["persona"][:200] not in plan.personas:
                        plan.personas.append(cells["persona"][:200])
                if cells.get("source"):
                    plan.card_sources[number, step, place] = cells["source"][:200]
    if touchpoint:
        lane = _lane(plan, _("Touchpoints"), choices) if not text or lane_kind_of(label) != "touchpoints" else None
        if lane is not None and lane.kind == "touchpoints":
            _fill(plan, lane, step, touchpoint, grid.address(row, at["touchpoint"]))


def _reorder(plan: Plan, order: Sequence[int]) -> None:
    """Put the steps of each stage together."""
    place = {old: new for new, old in enumerate(order)}
    plan.steps = [plan.steps[old] for old in order]
    for lane in plan.lanes:
        lane.cells = {place[step]: texts for step, texts in lane.cells.items()}
    for name in ("card_personas", "card_sources"):
        moved = {(lane, place[step], number): value for (lane, step, number), value in getattr(plan, name).items()}
        setattr(plan, name, moved)


# The document


def _lanes_of(plan: Plan) -> Iterator[tuple[int, PlanLane]]:
    for number, lane in enumerate(plan.lanes):
        if lane.kind != IGNORE:
            yield number, lane


def _document(plan: Plan, name: str, workspace: Workspace) -> Document:
    library = {fold(row.name): row for row in Touchpoint.objects.filter(workspace=workspace, deleted_at=None)}
    taken = set(Touchpoint.objects.filter(workspace=workspace).values_list("code", flat=True))
    categories = {row.code: row for row in Category.objects.filter(workspace=workspace)}
    channels = {row.code: row for row in Channel.objects.filter(workspace=workspace)}
    touchpoints: dict[str, dict[str, Any]] = {}

    def touchpoint(text: str) -> str:
        key = fold(text[:200])
        if key not in touchpoints:
            known = library.get(key)
            category, channel = channel_of(text)
            if category not in categories:
                category = next(iter(categories))
            if channel not in channels:
                channel = next(iter(channels))
            code = known.code if known else code_from(text, taken=taken, fallback="touchpoint")
            taken.add(code)
            touchpoints[key] = {
                "code": code,
                "name": known.name if known else text[:200],
                "category": category,
                "channel": channel,
                "presence": "online" if channels[channel].online else "offline",
            }
        return str(touchpoints[key]["code"])

    steps = [
        {"id": f"S-{number:03d}", "stage": f"ST-{stage + 1:03d}", "name": text}
        for number, (stage, text) in enumerate(plan.steps, 1)
    ]
    lanes: list[dict[str, Any]] = []
    cards: list[dict[str, Any]] = []
    pains: list[dict[str, Any]] = []
    solutions: list[dict[str, Any]] = []
    for serial, (number, lane) in enumerate(_lanes_of(plan), 1):
        usual = fold(str(kind_of(lane.kind).label)) == fold(lane.label)
        lanes.append({"id": f"L-{serial:03d}", "kind": lane.kind, "name": "" if usual else lane.label})
        for step, texts in sorted(lane.cells.items()):
            for place, text in enumerate(texts):
                where = {"step": steps[step]["id"]}
                if lane.kind == "pains":
                    pains.append(
                        {
                            "number": len(pains) + 1,
                            "title": text[:200],
                            "note": text if len(text) > 200 else "",
                            **where,
                        }
                    )
                elif lane.kind == "ideas":
                    solutions.append({"title": text[:200], "note": text if len(text) > 200 else "", **where})
                elif lane.kind == "touchpoints":
                    cards.append({"lane": f"L-{serial:03d}", **where, "touchpoint": touchpoint(text)})
                elif lane.kind != "emotion":
                    key = (number, step, place)
                    cards.append(
                        {
                            "lane": f"L-{serial:03d}",
                            **where,
                            "text": text,
                            "persona": plan.card_personas.get(key),
                            "source": plan.card_sources.get(key, ""),
                        }
                    )
    used = list(touchpoints.values())
    return document_from(
        {
            "format": FORMAT,
            "version": VERSION,
            "journey": {"name": name[:200]},
            "personas": [{"name": persona} for persona in plan.personas],
            "categories": [
                {"code": row.code, "name_fr": row.name_fr, "name_en": row.name_en}
                for row in categories.values()
                if row.code in {entry["category"] for entry in used}
            ],
            "channels": [
                {
                    "code": row.code,
                    "name_fr": row.name_fr,
                    "name_en": row.name_en,
                    "icon": row.icon,
                    "online": row.online,
                }
                for row in channels.values()
                if row.code in {entry["channel"] for entry in used}
            ],
            "touchpoints": used,
            "stages": [{"id": f"ST-{number:03d}", "name": text} for number, text in enumerate(plan.stages, 1)],
            "steps": steps,
            "lanes": lanes,
            "cards": cards,
            "curve": [{"step": steps[step]["id"], "level": level} for step, level in sorted(plan.levels.items())],
            "content": {key: rows for key, rows in (("pains", pains), ("solutions", solutions)) if rows},
        }
    )
