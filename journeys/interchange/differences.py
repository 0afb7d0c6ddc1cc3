"""What is different between two documents, in sentences by stage: rows are matched by their public ids."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cxmap.lib import formats
from journeys.content import CompareContext, Difference, parts
from journeys.interchange.document import CardPart, Document, EvidencePart, JourneyPart, JourneyRef, LanePart
from journeys.interchange.matching import matched
from journeys.lanes import kind_of
from journeys.models import Aim, Horizon, JourneyKind, Method

TEXT_SHOWN = 160  # characters of a text that a sentence quotes


@dataclass(frozen=True, slots=True)
class DifferenceGroup:
    """The sentences of one stage; name "" for the map as a whole."""

    name: str
    differences: Sequence[Difference]


def short(text: str) -> str:
    """Return a text as a sentence quotes it: one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= TEXT_SHOWN else line[: TEXT_SHOWN - 1].rstrip() + "…"


def level_text(level: float) -> str:
    """Return +1, −0,5 or 0."""
    return formats.decimal(level, 0 if level == int(level) else 1, signed=True)


def moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Return the fewest keys of both lists that have to move to lead from one order to the other."""
    place = {key: number for number, key in enumerate(before)}
    kept = [key for key in after if key in place]
    tails: list[int] = []
    back: list[int | None] = []
    ends: list[int] = []
    for number, key in enumerate(kept):
        at = bisect_left(tails, place[key])
        if at == len(tails):
            tails.append(place[key])
            ends.append(number)
        else:
            tails[at] = place[key]
            ends[at] = number
        back.append(ends[at - 1] if at else None)
    staying = set()
    number_back = ends[-1] if ends else None
    while number_back is not None:
        staying.add(kept[number_back])
        number_back = back[number_back]
    return set(kept) - staying


class Comparison:
    """Finds the differences of two documents; knows the names of what stands in either."""

    def __init__(self, before: Document, after: Document) -> None:
        self.before, self.after = before, after
        self.found: list[Difference] = []
        self.stages = {part.id: part for document in (before, after) for part in document.stages}
        self.steps = {part.id: part for document in (before, after) for part in document.steps}
        self.lanes = {part.id: part for document in (before, after) for part in document.lanes}
        self.touchpoints = {part.code: part.name for document in (before, after) for part in document.touchpoints}
        self.channels = {part.code: part for document in (before, after) for part in document.channels}

    # Names

    def stage_of(self, step: str | None) -> str:
        part = self.steps.get(step or "")
        return part.stage if part else ""

    def step_name(self, step: str | None) -> str:
        part = self.steps.get(step or "")
        return _("“%(name)s”") % {"name": part.name} if part else _("the whole map")

    def stage_name(self, stage: str) -> str:
        part = self.stages.get(stage)
        return part.name if part else stage

    def touchpoint_name(self, code: str | None) -> str:
        return self.touchpoints.get(code or "", code or "")

    def step_of_touchpoint(self, code: str) -> str:
        for document in (self.after, self.before):
            for card in document.cards:
                if card.touchpoint == code:
                    return card.step
        return ""

    def lane_name(self, part: LanePart | None) -> str:
        if part is None:
            return ""
        return part.name or str(kind_of(part.kind, self.after.journey.kind).label)

    def card_name(self, card: CardPart) -> str:
        """Return what is seen of a card."""
        if card.touchpoint:
            return self.touchpoint_name(card.touchpoint)
        channel = self.channels.get(card.channel or "")
        names = [card.text, card.other_persona or "", channel.name_en if channel else "", card.url]
        if channel and formats.locale().startswith("fr"):
            names[2] = channel.name_fr
        return short(next((name for name in names if name), "")) or _("file")

    # Sentences

    def say(self, kind: str, sentence: str, names: Mapping[str, Any], *, step: str = "", stage: str = "") -> None:
        self.found.append(Difference(stage or self.stage_of(step), kind, sentence % names, step))

    def compare(self) -> list[Difference]:
        self._settings()
        self._personas()
        self._stages()
        self._steps()
        self._lanes()
        self._cards()
        self._curve()
        self._evidence()
        context = CompareContext(
            stage_of=self.stage_of,
            step_name=self.step_name,
            touchpoint_name=self.touchpoint_name,
            step_of_touchpoint=self.step_of_touchpoint,
        )
        for part in parts():
            if part.differences:
                old, new = (document.content.get(part.key) or [] for document in (self.before, self.after))
                self.found += part.differences(old, new, context)
        return self.found

    def _settings(self) -> None:
        old, new = self.before.journey, self.after.journey
        for name, label in _setting_names().items():
            first, last = (_setting(part, name) for part in (old, new))
            if first == last:
                continue
            names = {"what": label, "before": short(first) or "—", "after": short(last) or "—"}
            self.say("changed", _("%(what)s: %(before)s → %(after)s"), names)

    def _personas(self) -> None:
        old, new = ([part.name for part in document.personas if part.on_map] for document in (self.before, self.after))
        for name in new:
            if name not in old:
                self.say("added", _("persona added: %(name)s"), {"name": name})
        for name in old:
            if name not in new:
                self.say("removed", _("persona removed: %(name)s"), {"name": name})

    def _stages(self) -> None:
        old, new = ({part.id: part for part in document.stages} for document in (self.before, self.after))
        for key, part in new.items():
            first = old.get(key)
            if first is None:
                self.say("added", _("stage added: “%(name)s”"), {"name": part.name}, stage=key)
                continue
            if first.name != part.name:
                names = {"before": first.name, "after": part.name}
                self.say("changed", _("stage renamed: “%(before)s” → “%(after)s”"), names, stage=key)
            if first.note != part.note:
                names = {"before": short(first.note) or "—", "after": short(part.note) or "—"}
                self.say("changed", _("note of the stage: %(before)s → %(after)s"), names, stage=key)
            if first.hidden != part.hidden:
                self.say("changed", _("stage hidden") if part.hidden else _("stage shown again"), {}, stage=key)
        for key in old.keys() - new.keys():
            self.say("removed", _("stage removed: “%(name)s”"), {"name": old[key].name}, stage=key)
        for key in moved(list(old), list(new)):
            self.say("moved", _("stage “%(name)s” has another place"), {"name": new[key].name}, stage=key)

    def _steps(self) -> None:
        old, new = ({part.id: part for part in document.steps} for document in (self.before, self.after))
        flags = {
            "hidden": (_("step “%(name)s” hidden"), _("step “%(name)s” shown again")),
            "moment_of_truth": (
                _("step “%(name)s” is a moment of truth now"),
                _("step “%(name)s” is no longer a moment of truth"),
            ),
            "optional": (_("step “%(name)s” is optional now"), _("step “%(name)s” is no longer optional")),
            "repeatable": (_("step “%(name)s” can be repeated now"), _("step “%(name)s” is no longer repeated")),
        }
        for key, part in new.items():
            first = old.get(key)
            if first is None:
                self.say("added", _("step added: “%(name)s”"), {"name": part.name}, step=key)
                continue
            if first.name != part.name:
                names = {"before": first.name, "after": part.name}
                self.say("changed", _("step renamed: “%(before)s” → “%(after)s”"), names, step=key)
            if first.stage != part.stage:
                names = {
                    "name": part.name, "before": self.stage_name(first.stage), "after": self.stage_name(part.stage),
                }  # fmt: skip
                self.say("moved", _("step “%(name)s” moved from “%(before)s” to “%(after)s”"), names, step=key)
            for name, (on, off) in flags.items():
                if getattr(first, name) != getattr(part, name):
                    self.say("changed", on if getattr(part, name) else off, {"name": part.name}, step=key)
            if (first.branch, first.path) != (part.branch, part.path):
                names = {
                    "name": part.name,
                    "before": " › ".join(filter(None, [first.branch, first.path])) or "—",
                    "after": " › ".join(filter(None, [part.branch, part.path])) or "—",
                }
                self.say("changed", _("branch of the step “%(name)s”: %(before)s → %(after)s"), names, step=key)
            if _journey(first.linked_journey) != _journey(part.linked_journey):
                names = {
                    "name": part.name,
                    "before": _journey(first.linked_journey) or "—",
                    "after": _journey(part.linked_journey) or "—",
                }
                self.say("changed", _("sub-journey of the step “%(name)s”: %(before)s → %(after)s"), names, step=key)
        for key in old.keys() - new.keys():
            self.say("removed", _("step removed: “%(name)s”"), {"name": old[key].name}, step=key, stage=old[key].stage)
        for stage in dict.fromkeys(part.stage for part in new.values()):
            same = [
                [part.id for part in rows.values() if part.stage == stage and _stage(old, new, part.id)]
                for rows in (old, new)
            ]
            for key in moved(*same):
                self.say(
                    "moved", _("step “%(name)s” has another place in its stage"), {"name": new[key].name}, step=key
                )

    def _lanes(self) -> None:
        old, new = ({part.id: part for part in document.lanes} for document in (self.before, self.after))
        for key, part in new.items():
            first, name = old.get(key), self.lane_name(part)
            if first is None:
                self.say("added", _("lane added: %(name)s"), {"name": name})
                continue
            if self.lane_name(first) != name:
                names = {"before": self.lane_name(first), "after": name}
                self.say("changed", _("lane renamed: %(before)s → %(after)s"), names)
            if first.kind != part.kind:
                names = {"name": name, "before": kind_of(first.kind).label, "after": kind_of(part.kind).label}
                self.say("changed", _("lane “%(name)s” is of another kind: %(before)s → %(after)s"), names)
            if first.hidden != part.hidden:
                sentence = _("lane hidden: %(name)s") if part.hidden else _("lane shown again: %(name)s")
                self.say("changed", sentence, {"name": name})
        for key in old.keys() - new.keys():
            self.say("removed", _("lane removed: %(name)s"), {"name": self.lane_name(old[key])})
        for key in moved(list(old), list(new)):
            self.say("moved", _("lane “%(name)s” has another place"), {"name": self.lane_name(new[key])})

    def _cards(self) -> None:
        old, new = ({part.id: part for part in document.cards if part.id} for document in (self.before, self.after))
        lanes_left = {part.id for part in self.after.lanes}
        steps_left = {part.id for part in self.after.steps}
        for key, part in new.items():
            first = old.get(key)
            names = {"lane": self.lane_name(self.lanes.get(part.lane)), "name": self.card_name(part)}
            if first is None:
                self.say("added", _("card added (%(lane)s): %(name)s"), names, step=part.step)
            elif first != part:
                self._card(first, part, names)
        for part in self.after.cards:
            if not part.id:
                names = {"lane": self.lane_name(self.lanes.get(part.lane)), "name": self.card_name(part)}
                self.say("added", _("card added (%(lane)s): %(name)s"), names, step=part.step)
        for key in old.keys() - new.keys():
            part = old[key]
            # A step or lane that was removed took its cards along: that one sentence says it.
            if part.lane in lanes_left and part.step in steps_left:
                names = {"lane": self.lane_name(self.lanes.get(part.lane)), "name": self.card_name(part)}
                self.say("removed", _("card removed (%(lane)s): %(name)s"), names, step=part.step)

    def _card(self, first: CardPart, part: CardPart, names: dict[str, Any]) -> None:
        if first.text != part.text:
            ends = {**names, "before": short(first.text) or "—", "after": short(part.text) or "—"}
            self.say("changed", _("card text changed (%(lane)s): %(before)s → %(after)s"), ends, step=part.step)
        if first.step != part.step:
            ends = {**names, "before": self.step_name(first.step), "after": self.step_name(part.step)}
            self.say("moved", _("card “%(name)s” moved from %(before)s to %(after)s"), ends, step=part.step)
        if first.lane != part.lane:
            ends = {**names, "before": self.lane_name(self.lanes.get(first.lane)), "after": names["lane"]}
            self.say("moved", _("card “%(name)s” moved from the lane %(before)s to %(after)s"), ends, step=part.step)
        if (first.until_step, first.until_lane) != (part.until_step, part.until_lane):
            self.say("changed", _("card “%(name)s” covers other cells"), names, step=part.step)
        for name, label in _card_fields().items():
            before = self._card_value(self.before, first, name)
            after = self._card_value(self.after, part, name)
            if before != after:
                ends = {**names, "what": label, "before": short(before) or "—", "after": short(after) or "—"}
                self.say("changed", _("card “%(name)s”, %(what)s: %(before)s → %(after)s"), ends, step=part.step)

    def _card_value(self, document: Document, card: CardPart, name: str) -> str:
        value = getattr(card, name)
        if value is None or value == "":
            return ""
        if name == "touchpoint":
            return self.touchpoint_name(value)
        if name == "evidence":
            return next((row.title for row in document.evidence if row.number == value), str(value))
        if name == "attachment":
            return next((row.name for row in document.attachments if row.number == value), str(value))
        if name == "channel":
            channel = self.channels[value]
            return channel.name_fr if formats.locale().startswith("fr") else channel.name_en
        return str(value)

    def _curve(self) -> None:
        old, new = (
            {(part.step, part.layer, part.persona): part.level for part in document.curve}
            for document in (self.before, self.after)
        )
        order = {part.id: number for number, part in enumerate([*self.before.steps, *self.after.steps])}
        left = {part.id for part in self.after.steps}  # a step that was removed took its points along
        for key in sorted(old.keys() | new.keys(), key=lambda key: (order[key[0]], key[1], key[2] or "")):
            first, last = old.get(key), new.get(key)
            step, layer, persona = key
            if first == last or step not in left:
                continue
            curve = _("believed curve") if layer == "believed" else _("aimed-at curve")
            if persona:
                curve = _("%(curve)s (%(persona)s)") % {"curve": curve, "persona": persona}
            names = {
                "curve": curve,
                "step": self.step_name(step),
                "before": "" if first is None else level_text(first),
                "after": "" if last is None else level_text(last),
            }
            if first is None:
                self.say("added", _("%(curve)s set to %(after)s at %(step)s"), names, step=step)
            elif last is None:
                self.say("removed", _("%(curve)s: point taken away at %(step)s (it was %(before)s)"), names, step=step)
            elif last > first:
                self.say("changed", _("%(curve)s raised from %(before)s to %(after)s at %(step)s"), names, step=step)
            else:
                self.say("changed", _("%(curve)s lowered from %(before)s to %(after)s at %(step)s"), names, step=step)

    def _evidence(self) -> None:
        def content(part: EvidencePart) -> tuple[Any, ...]:
            return tuple(getattr(part, name) for name in part.__struct_fields__ if name != "number")

        pairs, left = matched(
            self.before.evidence,
            self.after.evidence,
            (content, content),
            (lambda part: (part.kind, part.title), lambda part: (part.kind, part.title)),
            (lambda part: part.title, lambda part: part.title),
        )
        for new, old in pairs:
            if old is None:
                self.say("added", _("evidence added: %(name)s"), {"name": new.title})
            elif content(old) != content(new):
                self.say("changed", _("evidence changed: %(name)s"), {"name": new.title})
        for old in left:
            self.say("removed", _("evidence removed: %(name)s"), {"name": old.title})


def _stage(old: Mapping[str, Any], new: Mapping[str, Any], key: str) -> bool:
    """True when the step is in the same stage in both."""
    return key in old and key in new and old[key].stage == new[key].stage


def _journey(ref: JourneyRef | None) -> str:
    return ref.name if ref else ""


def _setting_names() -> dict[str, str]:
    return {
        "name": _("name"),
        "kind": _("kind"),
        "horizon": _("horizon"),
        "scenario": _("scenario"),
        "expectation": _("what the customer expects"),
        "success_measure": _("measure of success"),
        "aims": _("aims"),
        "methods": _("methods used"),
        "owner": pgettext("item", "owner"),
        "review_on": _("review date"),
        "parent": _("part of the journey"),
        "as_is": _("as-is journey"),
        "level_names": _("names of the levels"),
    }


def _card_fields() -> dict[str, str]:
    return {
        "touchpoint": _("touchpoint"),
        "persona": _("persona"),
        "other_persona": _("other persona"),
        "source": _("source"),
        "evidence": _("evidence"),
        "channel": _("channel"),
        "attachment": pgettext("attachment", "file"),
        "url": _("link"),
        "arrow": _("arrow"),
    }


def _labels(choices: Any, keys: Iterable[str]) -> str:
    return ", ".join(str(choices(key).label) for key in keys)


def _setting(part: JourneyPart, name: str) -> str:
    value = getattr(part, name)
    if value is None:
        return ""
    choices: dict[str, Any] = {"kind": JourneyKind, "horizon": Horizon}
    if name in choices:
        return str(choices[name](value).label)
    if name in {"aims", "methods"}:
        return _labels(Aim if name == "aims" else Method, value)
    if name == "review_on":
        return formats.short_date(value)
    if isinstance(value, JourneyRef):
        return value.name
    return ", ".join(value) if isinstance(value, list) else str(value)


def differences(before: Document, after: Document) -> list[DifferenceGroup]:
    """Return what changed from one document to another, by stage in the order of the later one.

    The map as a whole comes first. Attachments that only moved to another number, and widths, are no difference.
    """
    comparison = Comparison(before, after)
    found = comparison.compare()
    order = ["", *(part.id for part in after.stages), *(part.id for part in before.stages)]
    groups: dict[str, list[Difference]] = {key: [] for key in order}
    for difference in found:
        groups.setdefault(difference.stage, []).append(difference)
    return [
        DifferenceGroup(name=comparison.stage_name(key) if key else "", differences=rows)
        for key, rows in groups.items()
        if rows
    ]
