"""One read per page of the library."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cxmap.workspaces.models import Workspace
from touchpoints.examples import Example, examples_of
from touchpoints.models import Category, Channel, Touchpoint

PER_PAGE = 100
TRASH_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Library:
    """A page of touchpoints with journey_count and kpi_count; `total` counts the whole library, unfiltered."""

    page: Page
    touchpoints: Sequence[Touchpoint]
    total: int
    trash: Sequence[Touchpoint]


def owners_of(workspace: Workspace) -> list[str]:
    """Return the owners named in the library, for the filter and as suggestions in the form."""
    names = Touchpoint.objects.filter(workspace=workspace, deleted_at=None).exclude(owner="")
    return sorted(set(names.values_list("owner", flat=True).order_by()), key=str.casefold)


def library(workspace: Workspace, filters: dict[str, Any], *, number: Any = 1) -> Library:
    """Return one page of the library; the number of queries does not depend on its size."""
    everything: Any = Touchpoint.objects.filter(workspace=workspace)
    found = everything.live().matching(filters.get("q") or "")
    for name in ("category", "channel", "phase", "presence", "owner"):
        if filters.get(name):
            found = found.filter(**{name: filters[name]})
    total = everything.live().count()
    page = Paginator(
        found.select_related("category", "channel").with_uses().order_by("sort_key", "id"), PER_PAGE
    ).get_page(number)
    trash = everything.exclude(deleted_at=None).select_related("category").order_by("-deleted_at", "id")[:TRASH_SHOWN]
    return Library(page=page, touchpoints=list(page.object_list), total=total, trash=list(trash))


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    category: Category
    examples: Sequence[Example]


def example_groups(workspace: Workspace) -> list[ExampleGroup]:
    """Return the examples that can still be added, by category in the order of the guides."""
    groups: dict[int, list[Example]] = {}
    for example in examples_of(workspace):
        groups.setdefault(example.category.pk, []).append(example)
    return [ExampleGroup(found[0].category, found) for found in groups.values()]


def channel_list(workspace: Workspace) -> list[Channel]:
    """Return the channels of a workspace with their categories, and touchpoint_count without the trash."""
    count = Count("touchpoints", filter=Q(touchpoints__deleted_at=None))
    channels = Channel.objects.filter(workspace=workspace).annotate(touchpoint_count=count)
    return list(channels.prefetch_related("categories").order_by("rank", "id"))


def differences(touchpoint: Touchpoint, into: Touchpoint) -> list[str]:
    """Return in what two touchpoints differ that a merge would hide: category, channel and phase, in sentences."""
    pairs = (
        (_("Category"), touchpoint.category.name, into.category.name),
        (_("Channel"), touchpoint.channel.name, into.channel.name),
        (_("Phase"), touchpoint.get_phase_display(), into.get_phase_display()),
    )
    text = _("%(what)s: “%(own)s” becomes “%(other)s”, for all that was measured so far too.")
    return [text % {"what": what, "own": own, "other": other} for what, own, other in pairs if own != other]
