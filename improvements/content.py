"""Pain points, opportunities and solutions in the document of a journey, and in a copy of it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from msgspec import Meta

from improvements.models import Pain, Solution
from journeys.content import CompareContext, CopyContext, Difference, DumpContext, LoadContext, MapContent, register
from journeys.interchange.document import Code, Name120, Number, Part, StepId, Text
from journeys.interchange.matching import matched
from kpis.models import Binding

Score = Annotated[int, Meta(ge=1, le=5)]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
RANK = 1024.0


class PainPart(Part, kw_only=True):
    """A pain point or an opportunity. Numbers are those of the document."""

    number: Number
    kind: Literal["pain", "opportunity"] = "pain"
    title: Title
    note: Text = ""
    nature: Literal["", "ergonomics", "content", "waiting", "price", "quality", "relation", "other"] = ""
    step: StepId | None = None
    touchpoint: Code | None = None


class KpiRef(Part, kw_only=True):
    """A KPI on a touchpoint."""

    touchpoint: Code
    kpi: Code


class SolutionPart(Part, kw_only=True):
    """What is done about it."""

    title: Title
    note: Text = ""
    kind: Literal["fix", "enhance", "prevent"] = "fix"
    status: Literal["idea", "planned", "doing", "done", "dropped"] = "idea"
    pain: Number | None = None
    step: StepId | None = None
    impact: Score | None = None
    effort: Score | None = None
    binding: KpiRef | None = None
    expected_value: Annotated[float, Meta(ge=-1e12, le=1e12)] | None = None
    expected_unit: Literal["", "relative", "points"] = ""
    owner: Name120 = ""
    due_on: dt.date | None = None
    done_on: dt.date | None = None


PAIN = ("kind", "title", "note", "nature")
SOLUTION = (
    "title", "note", "kind", "status", "impact", "effort", "expected_value", "expected_unit", "owner", "due_on", "done_on",
)  # fmt: skip
# How far a solution is belongs to the people who work on it: restoring an old drawing does not turn it back.
PROGRESS = frozenset({"status", "impact", "effort", "owner", "due_on", "done_on"})


def _ordered(model: Any, journey: Any) -> list[Any]:
    return list(model.objects.filter(journey=journey, deleted_at=None).order_by("rank", "created_at", "id"))


def _pain_part(row: Pain, number: int, context: DumpContext) -> PainPart:
    return PainPart(
        number=number,
        step=context.steps.get(row.step_id) if row.step_id else None,
        touchpoint=context.touchpoint(row.touchpoint_id),
        **{name: getattr(row, name) for name in PAIN},
    )


def pains_dump(context: DumpContext) -> list[PainPart]:
    rows = _ordered(Pain, context.journey)
    context.rows["pains"] = [row.pk for row in rows]
    return [_pain_part(row, number, context) for number, row in enumerate(rows, 1)]


def solutions_dump(context: DumpContext) -> list[SolutionPart]:
    numbers = {row.pk: number for number, row in enumerate(_ordered(Pain, context.journey), 1)}
    rows = list(
        Solution.objects.filter(journey=context.journey, deleted_at=None)
        .select_related("binding__kpi")
        .order_by("rank", "created_at", "id")
    )
    context.rows["solutions"] = [row.pk for row in rows]
    return [
        SolutionPart(
            pain=numbers.get(row.pain_id) if row.pain_id else None,
            step=context.steps.get(row.step_id) if row.step_id else None,
            binding=KpiRef(touchpoint=context.touchpoint(row.binding.touchpoint_id) or "", kpi=row.binding.kpi.code)
            if row.binding
            else None,
            **{name: getattr(row, name) for name in SOLUTION},
        )
        for row in rows
    ]


class _Rows:
    """Writes rows of one kind so that they become the wanted ones, in their order."""

    def __init__(self, context: LoadContext, model: Any) -> None:
        self.context, self.model = context, model
        self.now = timezone.now()

    def write(self, pairs: Sequence[tuple[dict[str, Any], Any]], left: Sequence[Any]) -> list[Any]:
        """Change or make a row for each pair (values, row or None), in this order; take the left ones off."""
        ranks = [row.rank if row is not None else None for _values, row in pairs]
        keys = [(row.rank, row.created_at, row.pk) if row is not None else None for _values, row in pairs]
        kept = None not in keys and all(a < b for a, b in pairwise(keys))  # type: ignore[operator]
        found, made = [], []
        for number, ((values, old), rank) in enumerate(zip(pairs, ranks, strict=True), 1):
            row = old
            wanted = {**values, "rank": rank if kept else number * RANK, "deleted_at": None}
            if row is None:
                row = self.model(workspace_id=self.context.journey.workspace_id, journey=self.context.journey, **wanted)
                made.append(row)
            else:
                self.change(row, wanted)
            found.append(row)
        for row in left:
            self.change(row, {"deleted_at": self.now})
        self.model.objects.bulk_create(made)
        self.context.record.created(*made)
        return found

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if not changed:
            return
        self.context.record.watch(row)
        for name in changed:
            setattr(row, name, values[name])
        row.revision += 1
        names = [name.removesuffix("_id") if name.endswith("_id") else name for name in changed]
        row.save(update_fields=[*names, "revision", "updated_at"])


def _pairs(
    context: LoadContext, model: Any, entries: Sequence[Any], content: Callable[[Any], tuple[Any, ...]], wanted: Any
) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """Return which row each entry continues: an equal one, one of the same title, the same number, a deleted one."""
    numbered = list(enumerate(_ordered(model, context.journey), 1))
    places = {id(entry): number for number, entry in enumerate(entries, 1)}
    pairs, left = matched(
        numbered,
        entries,
        (lambda old: content(old[1]), wanted),
        (lambda old: (old[1].title, old[1].step_id), lambda entry: (entry.title, _step(context, entry))),
        (lambda old: old[1].title, lambda entry: entry.title),
        (lambda old: old[0], lambda entry: places[id(entry)]),
    )
    gone = list(model.objects.filter(journey=context.journey).exclude(deleted_at=None).order_by("-deleted_at", "id"))
    back, _rest = matched(
        gone,
        [entry for entry, old in pairs if old is None],
        (lambda row: (row.title, row.step_id), lambda entry: (entry.title, _step(context, entry))),
        (lambda row: row.title, lambda entry: entry.title),
    )
    again = {id(entry): row for entry, row in back}
    return (
        [(entry, old[1] if old is not None else again.get(id(entry))) for entry, old in pairs],
        [row for _number, row in left],
    )


def _step(context: LoadContext, entry: Any) -> UUID | None:
    return context.steps[entry.step].pk if entry.step else None


def pains_load(context: LoadContext, entries: list[PainPart]) -> None:
    """Make the pain points of the map be those of the document. Signals that they answer stay linked."""
    on_map = {row.pk for row in context.steps.values()}

    def values(entry: PainPart) -> dict[str, Any]:
        touchpoint = context.touchpoints[entry.touchpoint].pk if entry.touchpoint else None
        found = {name: getattr(entry, name) for name in PAIN}
        return {**found, "step_id": _step(context, entry), "touchpoint_id": touchpoint}

    def content(row: Pain) -> tuple[Any, ...]:
        return (*(getattr(row, name) for name in PAIN), row.step_id, row.touchpoint_id)

    pairs, left = _pairs(context, Pain, entries, content, lambda entry: tuple(values(entry).values()))
    wanted = [(_still_there(values(entry), row, on_map), row) for entry, row in pairs]
    rows = _Rows(context, Pain).write(wanted, left)
    context.shared["pains"] = {entry.number: row for (entry, _row), row in zip(pairs, rows, strict=True)}


def _still_there(values: dict[str, Any], row: Any, on_map: set[UUID]) -> dict[str, Any]:
    """A step that was deleted is not in the document; what points to it waits for it to come back."""
    if row is not None and values["step_id"] is None and row.step_id is not None and row.step_id not in on_map:
        values["step_id"] = row.step_id
    return values


def solutions_load(context: LoadContext, entries: list[SolutionPart]) -> None:
    """Make the solutions of the map be those of the document.

    When a version is restored, how far they are stays as it is, and so do those that were proposed since.
    """
    restored = context.library == "keep"
    on_map = {row.pk for row in context.steps.values()}
    bindings = _bindings(context, entries)

    def values(entry: SolutionPart) -> dict[str, Any]:
        found = {name: getattr(entry, name) for name in SOLUTION}
        pain = context.shared.get("pains", {}).get(entry.pain) if entry.pain else None
        ref = entry.binding
        return {
            **found,
            "step_id": _step(context, entry),
            "pain_id": pain.pk if pain else None,
            "binding_id": bindings.get((ref.touchpoint, ref.kpi)) if ref else None,
        }

    def content(row: Solution) -> tuple[Any, ...]:
        return (*(getattr(row, name) for name in SOLUTION), row.step_id, row.pain_id, row.binding_id)

    pairs, left = _pairs(context, Solution, entries, content, lambda entry: tuple(values(entry).values()))
    wanted = []
    for entry, row in pairs:
        found = _still_there(values(entry), row, on_map)
        if restored and row is not None:
            found = {name: value for name, value in found.items() if name not in PROGRESS}
        wanted.append((found, row))
    _Rows(context, Solution).write(wanted, [] if restored else left)


def _bindings(context: LoadContext, entries: Sequence[SolutionPart]) -> dict[tuple[str, str], UUID]:
    refs = {(entry.binding.touchpoint, entry.binding.kpi) for entry in entries if entry.binding}
    codes: dict[UUID, list[str]] = {}
    for code, row in context.touchpoints.items():
        codes.setdefault(row.pk, []).append(code)
    found = {}
    bindings = Binding.objects.filter(touchpoint__in=list(codes), deleted_at=None).select_related("kpi")
    for binding in bindings if refs else ():
        for code in codes[binding.touchpoint_id]:
            found[code, binding.kpi.code] = binding.pk
    for touchpoint, kpi in sorted(refs - found.keys()):
        context.note(
            _("A solution aims at the KPI “%(kpi)s” of “%(touchpoint)s”, which is not here.")
            % {"kpi": kpi, "touchpoint": touchpoint}
        )
    return found


def pains_check(entries: list[PainPart], steps: set[str], touchpoints: set[str]) -> list[tuple[str, str]]:
    found, seen = [], set()
    for number, entry in enumerate(entries):
        found += _lost(number, entry, steps)
        if entry.touchpoint is not None and entry.touchpoint not in touchpoints:
            found.append((f"[{number}].touchpoint", f"“{entry.touchpoint}” is not in this document."))
        if entry.number in seen:
            found.append((f"[{number}].number", "This number stands twice."))
        seen.add(entry.number)
    return found


def _lost(number: int, entry: Any, steps: set[str]) -> list[tuple[str, str]]:
    if entry.step is None or entry.step in steps:
        return []
    return [(f"[{number}].step", f"“{entry.step}” is not in this document.")]


def solutions_check(entries: list[SolutionPart], steps: set[str], touchpoints: set[str]) -> list[tuple[str, str]]:
    found = []
    for number, entry in enumerate(entries):
        found += _lost(number, entry, steps)
        if entry.binding is not None and entry.binding.touchpoint not in touchpoints:
            found.append((f"[{number}].binding", f"“{entry.binding.touchpoint}” is not in this document."))
        if entry.expected_value is not None and not entry.expected_unit:
            found.append((f"[{number}].expected_unit", "An expected effect says of what: relative or points."))
    return found


def pains_copy(context: CopyContext) -> None:
    """Copy pain points with the signals that they answer, and solutions with them, to another map."""
    step_ids = {pk: step.pk for pk, step in context.steps.items()}
    pains = {}
    for row in _ordered(Pain, context.source):
        pains[row.pk] = _copy(row, context, step_ids, ("kind", "title", "note", "nature", "nature_origin", "rank"))
        pains[row.pk].touchpoint_id, pains[row.pk].flag_id = row.touchpoint_id, row.flag_id
    Pain.objects.bulk_create(pains.values())
    solutions = []
    for row in _ordered(Solution, context.source):
        copy = _copy(row, context, step_ids, (*SOLUTION, "rank"))
        copy.pain_id = pains[row.pain_id].pk if row.pain_id in pains else None
        copy.binding_id = row.binding_id
        solutions.append(copy)
    Solution.objects.bulk_create(solutions)


def _copy(row: Any, context: CopyContext, steps: Mapping[UUID, UUID], names: Sequence[str]) -> Any:
    return type(row)(
        workspace_id=row.workspace_id,
        journey=context.target,
        step_id=steps.get(row.step_id) if row.step_id else None,
        **{name: getattr(row, name) for name in names},
    )


def _differences(
    before: Sequence[Any],
    after: Sequence[Any],
    context: CompareContext,
    *,
    texts: Mapping[str, str],
    names: Mapping[str, str],
    ignored: frozenset[str],
) -> list[Difference]:
    places_old = {id(part): number for number, part in enumerate(before)}
    places_new = {id(part): number for number, part in enumerate(after)}

    def content(part: Any) -> tuple[Any, ...]:
        return tuple(str(getattr(part, name)) for name in part.__struct_fields__ if name not in ignored)

    pairs, left = matched(
        before,
        after,
        (content, content),
        (lambda part: (part.title, part.step), lambda part: (part.title, part.step)),
        (lambda part: part.title, lambda part: part.title),
        (
            lambda part: (places_old[id(part)], part.step, len(before) == len(after)),
            lambda part: (places_new[id(part)], part.step, len(before) == len(after)),
        ),
    )
    found = []
    for new, old in pairs:
        if old is None:
            found.append(
                Difference(context.stage_of(new.step), "added", texts["added"] % {"name": new.title}, new.step or "")
            )
            continue
        if old.title != new.title:
            sentence = texts["renamed"] % {"before": old.title, "after": new.title}
            found.append(Difference(context.stage_of(new.step), "changed", sentence, new.step or ""))
        if old.step != new.step:
            ends = {"name": new.title, "before": context.step_name(old.step), "after": context.step_name(new.step)}
            found.append(Difference(context.stage_of(new.step), "moved", texts["moved"] % ends, new.step or ""))
        changed = [name for name in names if getattr(old, name) != getattr(new, name)]
        if changed:
            what = ", ".join(names[name] for name in changed)
            sentence = texts["changed"] % {"name": new.title, "what": what}
            found.append(Difference(context.stage_of(new.step), "changed", sentence, new.step or ""))
    found += [
        Difference(context.stage_of(old.step), "removed", texts["removed"] % {"name": old.title}, old.step or "")
        for old in left
    ]
    return found


def pains_differences(before: list[PainPart], after: list[PainPart], context: CompareContext) -> Sequence[Difference]:
    texts = {
        "added": _("pain point added: “%(name)s”"),
        "removed": _("pain point removed: “%(name)s”"),
        "renamed": _("pain point reworded: “%(before)s” → “%(after)s”"),
        "moved": _("pain point “%(name)s” moved from %(before)s to %(after)s"),
        "changed": _("pain point “%(name)s” changed: %(what)s"),
    }
    names = {"note": _("note"), "nature": _("nature"), "kind": _("kind"), "touchpoint": _("touchpoint")}
    return _differences(before, after, context, texts=texts, names=names, ignored=frozenset({"number"}))


def solutions_differences(
    before: list[SolutionPart], after: list[SolutionPart], context: CompareContext
) -> Sequence[Difference]:
    texts = {
        "added": _("solution added: “%(name)s”"),
        "removed": _("solution removed: “%(name)s”"),
        "renamed": _("solution reworded: “%(before)s” → “%(after)s”"),
        "moved": _("solution “%(name)s” moved from %(before)s to %(after)s"),
        "changed": _("solution “%(name)s” changed: %(what)s"),
    }
    names = {
        "note": _("note"), "kind": _("kind"), "status": _("status"), "impact": _("impact"), "effort": _("effort"),
        "binding": _("KPI"), "expected_value": _("expected effect"), "owner": pgettext("item", "owner"), "due_on": _("due date"),
    }  # fmt: skip
    return _differences(before, after, context, texts=texts, names=names, ignored=frozenset({"pain"}))


register(
    MapContent(
        key="pains",
        type=list[PainPart],
        dump=pains_dump,
        load=pains_load,
        copy=pains_copy,
        differences=pains_differences,
        check=pains_check,
        rank=20,
    )
)
register(
    MapContent(
        key="solutions",
        type=list[SolutionPart],
        dump=solutions_dump,
        load=solutions_load,
        differences=solutions_differences,
        check=solutions_check,
        rank=30,
    )
)
