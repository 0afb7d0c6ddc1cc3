"""What `journeys` itself takes from a template: the texts of the cells with the believed curve, and the touchpoints."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cxmap.history.services import history_record
from cxmap.lib.kept import is_kept
from cxmap.lib.text import fold
from cxmap.workspaces.models import User, Workspace
from journeys.blueprints import CHANNELS, Blueprint, TouchpointPlan
from journeys.models import Attachment, Card, CurvePoint, Journey, attachments_folder
from journeys.sowing import Cells, Ground, Line, Part, register
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import channel_create, touchpoint_create

TEXTS, TOUCHPOINTS = "texts", "touchpoints"
NAME_MAX = 200  # characters
RANK = 1024.0


class Library:
    """The touchpoints of a workspace, found by what people mean: name without accents and case, category, channel."""

    def __init__(self, workspace: Workspace) -> None:
        self.categories = {row.code: row for row in Category.objects.filter(workspace=workspace)}
        self.channels = {row.code: row for row in Channel.objects.filter(workspace=workspace)}
        for code, plan in CHANNELS.items():
            # Not saved: a look at a template leaves nothing behind.
            row = Channel(code=code, name_fr=plan.name.fr, name_en=plan.name.en, icon=plan.icon, online=plan.online)
            self.channels.setdefault(code, row)
        self.workspace = workspace
        self._by_name: dict[str, list[Touchpoint]] = defaultdict(list)
        for touchpoint in Touchpoint.objects.filter(workspace=workspace, deleted_at=None).order_by("created_at", "id"):
            self.add(touchpoint)

    def add(self, touchpoint: Touchpoint) -> None:
        self._by_name[fold(touchpoint.name)].append(touchpoint)

    def find(self, plan: TouchpointPlan) -> tuple[Touchpoint | None, str]:
        """Return the touchpoint that is meant, or None and a free name for a new one.

        A name that stands for another category or channel is not the same touchpoint: the new one says its channel.
        """
        category, channel = self.categories[plan.category], self.channels[plan.channel]
        number = 0
        while True:
            number += 1
            suffix = "" if number == 1 else f" ({channel.name})" if number == 2 else f" ({channel.name} {number - 1})"
            name = f"{str(plan.name)[: NAME_MAX - len(suffix)]}{suffix}"
            same = self._by_name.get(fold(name), [])
            for touchpoint in same:
                if (touchpoint.category_id, touchpoint.channel_id) == (category.pk, channel.pk):
                    return touchpoint, touchpoint.name
            if not same:
                return None, name

    def channel_saved(self, code: str, actor: User | None) -> Channel:
        """Return a channel that is in the table, adding it when only templates knew it so far."""
        if self.channels[code].pk is None:
            plan = CHANNELS[code]
            self.channels[code] = channel_create(
                workspace=self.workspace,
                actor=actor,
                code=code,
                name_fr=plan.name.fr,
                name_en=plan.name.en,
                icon=plan.icon,
                online=plan.online,
                categories=[self.categories[of] for of in plan.categories if of in self.categories],
            )
        return self.channels[code]

    def knows(self, plan: TouchpointPlan) -> bool:
        """True when the workspace has the category and the channel."""
        return plan.category in self.categories and plan.channel in self.channels


def texts_sow(ground: Ground) -> None:
    """Write the texts of the template into the header and the cells, and draw the believed curve."""
    header = {name: str(getattr(ground.blueprint, name)) for name in ("scenario", "expectation", "success_measure")}
    for name, text in header.items():
        setattr(ground.journey, name, text)
    Journey.objects.filter(pk=ground.journey.pk).update(**header)
    common = {"workspace_id": ground.journey.workspace_id, "journey": ground.journey}
    Card.objects.bulk_create(
        Card(**common, lane=ground.lanes[key], step=step, rank=number * RANK, text=str(text))
        for plan, step in ground.steps
        for key, texts in plan.cards.items()
        for number, text in enumerate(texts, 1)
    )
    CurvePoint.objects.bulk_create(
        CurvePoint(**common, step=step, layer=layer, level=level)
        for plan, step in ground.steps
        for layer, level in ((CurvePoint.Layer.BELIEVED, plan.mood), (CurvePoint.Layer.TO_BE, plan.aim))
        if level is not None
    )
    _channels_sow(ground, common)
    _media_sow(ground, common)


def _channels_sow(ground: Ground, common: dict[str, Any]) -> None:
    """Tick the channels of the template in the lane of channels; those that the workspace does not have are let go."""
    lane = next((lane for lane in ground.lanes.values() if lane.kind == "channels"), None)
    wanted = {code for plan, _step in ground.steps for code in plan.channels}
    if lane is None or not wanted:
        return
    channels = {row.code: row for row in Channel.objects.filter(workspace=ground.journey.workspace_id, code__in=wanted)}
    Card.objects.bulk_create(
        Card(**common, lane=lane, step=step, rank=number * RANK, channel=channels[code])
        for plan, step in ground.steps
        for number, code in enumerate(plan.channels, 1)
        if code in channels
    )


def _media_sow(ground: Ground, common: dict[str, Any]) -> None:
    """Put links and files of the template on the map; a file that is no longer kept is let go."""
    cards = []
    for plan, step in ground.steps:
        for number, media in enumerate(plan.media, 1):
            attachment = None
            if media.file:
                attachment = Attachment(**common, **media.file)
                if not is_kept(attachments_folder(attachment.workspace_id), attachment.digest):
                    continue
                attachment.save()
            cards.append(
                Card(
                    **common,
                    lane=ground.lanes[media.lane],
                    step=step,
                    rank=number * RANK,
                    text=media.text,
                    url=media.url,
                    attachment=attachment,
                )
            )
    Card.objects.bulk_create(cards)


def touchpoints_sow(ground: Ground) -> None:
    """Put the touchpoints of the template on the map; those that the library has already are used, not doubled."""
    workspace = ground.journey.workspace
    # Two maps of one template begun at once: the second finds the touchpoints of the first.
    Workspace.objects.select_for_update().only("pk").get(pk=workspace.pk)
    library = Library(workspace)
    for key, plan in ground.blueprint.touchpoints.items():
        if not library.knows(plan):
            continue
        touchpoint, name = library.find(plan)
        if touchpoint is None:
            touchpoint = touchpoint_create(
                workspace=workspace,
                actor=ground.actor,
                name=name,
                category=library.categories[plan.category],
                channel=library.channel_saved(plan.channel, ground.actor),
                phase=plan.phase,
                description=ground.note,
            )
            library.add(touchpoint)
        ground.touchpoints[key] = touchpoint
    lane = next((lane for lane in ground.lanes.values() if lane.kind == TOUCHPOINTS), None)
    if lane is None:
        return
    cards = [
        Card(
            workspace_id=workspace.pk,
            journey=ground.journey,
            lane=lane,
            step=step,
            rank=number * RANK,
            touchpoint=ground.touchpoints[key],
        )
        for plan, step in ground.steps
        for number, key in enumerate(plan.touchpoints, 1)
        if key in ground.touchpoints
    ]
    Card.objects.bulk_create(cards)
    history_record(
        actor=ground.actor,
        action="touchpoints.sown",
        target=ground.journey,
        scope=ground.journey,
        count=len({card.touchpoint_id for card in cards}),
    )


def texts_preview(workspace: Workspace, blueprint: Blueprint) -> Mapping[str, Cells]:
    styles = {lane.key: "quote" if lane.kind == "thoughts" else "text" for lane in blueprint.lanes}
    found: dict[str, Cells] = {}
    for lane in blueprint.lanes:
        lines = [
            [Line(media.text or media.url) for media in step.media if media.lane == lane.key]
            for step in blueprint.steps
        ]
        if any(lines):
            found[lane.key] = lines
    ticked = {code for step in blueprint.steps for code in step.channels}
    if ticked:
        names = {row.code: row.name for row in Channel.objects.filter(workspace=workspace, code__in=ticked)}
        found["channels"] = [[Line(names[code]) for code in step.channels if code in names] for step in blueprint.steps]
    return found | {
        key: [[Line(str(text), style) for text in step.cards.get(key, ())] for step in blueprint.steps]
        for key, style in styles.items()
        if any(key in step.cards for step in blueprint.steps)
    }


def touchpoints_preview(workspace: Workspace, blueprint: Blueprint) -> Mapping[str, Cells]:
    """Return the touchpoints of each step with category and channel, saying which ones the library has already."""
    library = Library(workspace)
    lines = {}
    for key, plan in blueprint.touchpoints.items():
        if not library.knows(plan):
            continue
        known, name = library.find(plan)
        category, channel = library.categories[plan.category], library.channels[plan.channel]
        words = [category.name, channel.name]
        if known:
            words.append(gettext("already in your library"))
        lines[key] = Line(name, "touchpoint", " · ".join(words), category.abbreviation, category.code)
    return {TOUCHPOINTS: [[lines[key] for key in step.touchpoints if key in lines] for step in blueprint.steps]}


def touchpoint_words(blueprint: Blueprint) -> list[str]:
    number = len(blueprint.touchpoints)
    return [ngettext("%(number)s touchpoint", "%(number)s touchpoints", number) % {"number": number}]


register(
    Part(
        key=TEXTS,
        label=_("with the texts of the cells and the believed curve"),
        help_text=_("Hypotheses to correct in your workshop: goals, actions, thoughts, emotions."),
        sow=texts_sow,
        preview=texts_preview,
        counts=lambda blueprint: (),
        has=lambda blueprint: blueprint.has_texts,
        rank=10,
    )
)
register(
    Part(
        key=TOUCHPOINTS,
        label=_("with typical touchpoints"),
        help_text=_("Those that your library has already are used, not doubled."),
        sow=touchpoints_sow,
        preview=touchpoints_preview,
        counts=touchpoint_words,
        has=lambda blueprint: bool(blueprint.touchpoints),
        rank=20,
    )
)
