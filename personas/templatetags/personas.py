"""What pages write of personas: portraits, details of evidence."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from personas.evidence import details
from personas.models import Persona, Portrait
from personas.portraits import drawing_svg, initials_svg, portrait_svg

register = template.Library()
register.filter("evidence_details", details)


def picture_address(persona: Persona) -> str:
    """Return where the own picture is; another picture has another address, so that browsers may keep it."""
    return f"{reverse('personas:picture', args=[persona.pk])}?{persona.picture[:12]}"


@register.simple_tag
def portrait(persona: Persona, size: str = "m") -> SafeString:
    """Draw the face of a persona, in the sizes s, m, l and xl. The name stands beside it, so readers hear it once."""
    if persona.portrait == Portrait.PICTURE and persona.picture:
        art = format_html(
            '<img class="portrait__art" src="{}" alt="" width="96" height="96">', picture_address(persona)
        )
    else:
        art = portrait_svg(persona)
    return format_html('<span class="portrait portrait--{} portrait--{}">{}</span>', size, persona.colour, art)


@register.simple_tag
def portrait_choice(persona: Persona, kind: str, variant: str = "") -> SafeString:
    """Draw one face to choose from."""
    svg = initials_svg(persona) if kind == Portrait.INITIALS else drawing_svg(persona, variant=int(variant or 0))
    return format_html('<span class="portrait portrait--l">{}</span>', svg)


@register.filter
def concat(verb: str, number: int) -> str:
    """Return the id of a button that arranges a section: up-3."""
    return f"{verb}-{number}"
