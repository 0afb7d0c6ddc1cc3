"""The columns of the touchpoint matrix: phases of the sale, stages of one journey, or of several lined up."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cxmap.lib.text import fold
from journeys.models import Journey, Stage
from touchpoints.models import Phase


@dataclass(slots=True)
class Column:
    """One column. `key` names it in addresses: a phase, a stage's id, or what lines stages up ("need", "~delivery")."""

    key: str
    name: str
    position: int  # from 1
    stages: list[Stage] = field(default_factory=list)  # none: a phase


def phase_columns() -> list[Column]:
    return [Column(key=value, name=str(label), position=place) for place, (value, label) in enumerate(Phase.choices, 1)]


def stage_columns(journeys: Sequence[Journey]) -> list[Column]:
    """Return the shown stages of journeys as columns; one query.

    Of one journey each stage is a column. Several are lined up: stages that came from the same stage of a template share
    a column, else those with the same name (accents and case ignored), first with first where a map repeats a name. The
    order is that of the journeys themselves: a stage that only some have stands after the one before it there.
    """
    stages: dict[UUID, list[Stage]] = defaultdict(list)
    shown = Stage.objects.filter(journey__in=journeys, deleted_at=None, hidden=False)
    for stage in shown.order_by("rank", "id"):
        stages[stage.journey_id].append(stage)
    if len(journeys) == 1:
        own = stages[journeys[0].pk]
        return [Column(str(stage.pk), stage.name, place, [stage]) for place, stage in enumerate(own, 1)]
    return _lined_up([stages[journey.pk] for journey in journeys if stages[journey.pk]])


def _lined_up(maps: Iterable[Sequence[Stage]]) -> list[Column]:
    order: list[str] = []
    found: dict[str, list[Stage]] = defaultdict(list)
    # Which column stages of a name stand in: a map without a template joins those that have one.
    by_name: dict[tuple[str, int], str] = {}
    # Templates first, so that the order in which journeys are ticked decides nothing.
    for own in sorted(maps, key=lambda own: (not any(stage.template_key for stage in own), -len(own))):
        cursor = 0
        names: Counter[str] = Counter()
        taken: set[str] = set()
        for stage in own:
            name = fold(stage.name)
            names[name] += 1
            key = stage.template_key or by_name.get((name, names[name]), "")
            if not key or key in taken:
                key = f"~{name}" if names[name] == 1 else f"~{name}~{names[name]}"
            if key not in found:
                order.insert(cursor, key)
            by_name.setdefault((name, names[name]), key)
            taken.add(key)
            found[key].append(stage)
            cursor = order.index(key) + 1
    columns = []
    for place, key in enumerate(order, 1):
        names = Counter(stage.name for stage in found[key])
        columns.append(Column(key, names.most_common(1)[0][0], place, found[key]))
    return columns
