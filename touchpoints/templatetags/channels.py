"""Drawing a channel's sign."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cxmap.templatetags.cxmap import icon
from touchpoints.models import Channel

register = template.Library()


@register.simple_tag
def channel_icon(channel: Channel) -> SafeString:
    """Draw the sign of a channel beside its name: the workspace's own, else the one of the sprite."""
    if not channel.own_icon:
        return icon(channel.icon)
    address = reverse("touchpoints:channel-icon", args=[channel.pk])
    return format_html(
        '<img class="icon" src="{}?{}" alt="" width="16" height="16" loading="lazy">', address, channel.own_icon[:8]
    )


@register.simple_tag(takes_context=True)
def chip_without(context: dict[str, Any], name: str) -> str:
    """Return the address of the list without one of its filters."""
    query = context["request"].GET.copy()
    for gone in (name, "page", "done", "deleted"):
        query.pop(gone, None)
    return f"?{query.urlencode()}"
