"""Filters and tags that all templates share."""

import datetime as dt
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cxmap.lib import formats

register = template.Library()

register.filter("whole", formats.whole)
register.filter("short_date", formats.short_date)
register.filter("day_month", formats.day_month)
register.filter("money", formats.money)


@register.filter
def decimal(value: float | None, digits: int = 0) -> str:
    return formats.decimal(value, digits)


@register.filter
def observed(value: float | None) -> str:
    """A number as it was measured: whole ones without decimals, others with two."""
    return formats.decimal(value, 0 if value is None or float(value).is_integer() else 2)


@register.filter
def signed(value: float | None, digits: int = 1) -> str:
    """A level or a difference with its sign: +1,5 or −0,5."""
    return formats.decimal(value, digits, signed=True)


@register.filter
def percent(value: float | None, digits: int | None = None) -> str:
    return formats.percent(value, digits)


@register.simple_tag
def period(start: dt.date, end: dt.date) -> str:
    return formats.period_text(start, end)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw one symbol of the sprite; with a label it is read aloud, without one it is hidden from screen readers."""
    sprite = static("icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, sprite, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: object) -> str:
    """Return the address's query with some entries set, or taken away when empty; the page number always goes."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query.pop("cursor", None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def render_panel(context: dict[str, Any], panel: Any) -> SafeString:
    """Draw a block that another app added to this page; its variables stand beside those of the page, and as `panel`."""
    variables = {**context.flatten(), **panel.context, "panel": panel.context}  # type: ignore[attr-defined]
    return render_to_string(panel.template, variables, request=context["request"])


@register.filter
def get_item(mapping: dict[Any, Any] | None, key: Any) -> Any:
    return mapping.get(key) if mapping else None


@register.simple_tag
def kpi_value(value: float | None, kpi: Any) -> str:
    """Write a value of storage in the unit of its KPI."""
    return formats.kpi_value(value, kpi.unit, scale_max=kpi.scale_max)


@register.simple_tag
def kpi_interval(entry: Any, kpi: Any) -> str:
    """Write the interval of anything with value, low and high; a dash when unknown."""
    return formats.kpi_interval(entry.low, entry.high, kpi.unit, value=entry.value) or "—"


@register.filter
def unlocalized(value: float) -> str:
    """Write a number for a machine: SVG wants a point, whatever the reader's language."""
    return f"{value:g}"
