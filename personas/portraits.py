"""Portraits of our own, drawn from the persona's id: the same persona always has the same face, which is nobody's.

SVG of 96 × 96 units with real colours instead of tokens, since the same drawing goes into files. No ids, no styles:
several stand on one page, under a policy that forbids inline styles.
"""

import hashlib
from html import escape

from django.utils.safestring import SafeString, mark_safe

from personas.models import Persona

VARIANTS = 6
# (colour of the persona, its dark shade, its light tint, its pale ground), in the order of static/css/tokens.css.
PALETTES = [
    ("#0072b2", "#0b3c5d", "#9fcbe6", "#e3f0f8"),
    ("#e69f00", "#6b4700", "#f6d48a", "#fdf3dc"),
    ("#009e73", "#064d3a", "#94d8c3", "#e0f4ee"),
    ("#cc79a7", "#6d2f52", "#ecc6da", "#faeaf2"),
    ("#56b4e9", "#174f73", "#b3dcf5", "#e8f5fd"),
]
SKIN = "#fffaf5"  # paper, not a skin colour: a portrait that stands for many shows nobody's

GROUNDS = [
    '<circle cx="70" cy="26" r="30" fill="{tint}"/>',
    '<path d="M-6 70 62 -6h22L-6 92z" fill="{tint}"/>',
    '<path d="M0 58c18-16 34-16 50-4s30 10 46-6v48H0z" fill="{tint}"/>',
    '<circle cx="48" cy="46" r="38" fill="none" stroke="{tint}" stroke-width="7"/>',
    '<path d="M10 12h18v18H10zM68 12h18v18H68zM10 50h18v18H10zM68 50h18v18H68z" fill="{tint}"/>',
]
BEHIND = [
    "",
    "",
    '<path d="M26 42c0-34 44-34 44 0v30H26z" fill="{dark}"/>',
    '<circle cx="48" cy="14" r="9" fill="{dark}"/>',
    "",
    "",
]
HAIR = [
    '<path d="M29 43c-3-30 41-30 38 0-3-10-8-13-19-13s-16 3-19 13z" fill="{dark}"/>',
    '<path d="M29 46c-5-36 44-34 38-2-4-14-14-6-28-17-3 6-9 8-10 19z" fill="{dark}"/>',
    '<path d="M29 46c-2-28 40-28 38 0-6-6-13-10-19-17-6 7-13 11-19 17z" fill="{dark}"/>',
    '<path d="M29 42c-2-28 40-28 38 0-8-12-30-12-38 0z" fill="{dark}"/>',
    '<path d="M48 17a9 9 0 0 1 14 5 8 8 0 0 1 6 15c-1 4-2 5-2 5-3-8-9-11-18-11s-15 3-18 11c0 0-1-1-2-5a8 8 0 0 1 6-15 9 9 0 0 1 14-5z" fill="{dark}"/>',
    '<path d="M30 36c2-20 34-20 36 0-10-6-26-6-36 0z" fill="{dark}"/>',
]  # fmt: skip
COLLARS = [
    '<path d="M38 68l10 13 10-13z" fill="{skin}"/>',
    '<path d="M36 69c4 8 20 8 24 0" fill="none" stroke="{tint}" stroke-width="5" stroke-linecap="round"/>',
    '<path d="M38 67l10 9 10-9 5 4-11 13-4-4-4 4-11-13z" fill="{tint}"/>',
    '<path d="M34 70c8 6 20 6 28 0l2 8c-10 6-22 6-32 0z" fill="{dark}"/>',
]
EXTRAS = [
    "",
    "",
    '<g fill="none" stroke="{dark}" stroke-width="2"><circle cx="40.500" cy="45" r="5.500"/><circle cx="55.500" cy="45" r="5.500"/><path d="M46 45h4"/></g>',
]  # fmt: skip


def initials(name: str) -> str:
    """Return one or two letters: of the first two words, or of the only one."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def _svg(content: str, ground: str) -> SafeString:
    # Fixed shapes and colours of ours; the only text in them, the initials, is escaped.
    return mark_safe(  # noqa: S308
        '<svg class="portrait__art" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" aria-hidden="true" '
        f'focusable="false"><rect width="96" height="96" fill="{ground}"/>{content}</svg>'
    )


def drawing_svg(persona: Persona, *, variant: int | None = None) -> SafeString:
    """Return the drawing of a persona, in its colour; each variant is another face."""
    number = persona.portrait_variant if variant is None else variant
    # The id alone draws lots; the variants walk through the heads, so that no two of them look alike.
    lots = hashlib.sha256(persona.pk.bytes).digest()
    base, dark, tint, ground = PALETTES[persona.colour % len(PALETTES)]
    head = (lots[0] + number) % len(HAIR)
    parts = [
        GROUNDS[(lots[1] + number) % len(GROUNDS)],
        BEHIND[head],
        f'<path d="M10 96c0-20 18-28 38-28s38 8 38 28z" fill="{base}"/>',
        f'<path d="M41 52h14v17c0 8-14 8-14 0z" fill="{SKIN}" stroke="{dark}" stroke-opacity=".14"/>',
        COLLARS[(lots[2] + number) % len(COLLARS)],
        f'<ellipse cx="48" cy="43" rx="18" ry="20" fill="{SKIN}" stroke="{dark}" stroke-opacity=".14"/>',
        EXTRAS[(lots[3] + number) % len(EXTRAS)],
        HAIR[head],
    ]
    return _svg("".join(parts).format(base=base, dark=dark, tint=tint, skin=SKIN), ground)


def initials_svg(persona: Persona) -> SafeString:
    """Return the initials of a persona on a ground in its colour."""
    lots = hashlib.sha256(persona.pk.bytes).digest()
    _base, dark, tint, ground = PALETTES[persona.colour % len(PALETTES)]
    behind = GROUNDS[lots[1] % len(GROUNDS)].format(tint=tint)
    text = escape(initials(persona.name))
    return _svg(
        f'{behind}<text x="48" y="49" text-anchor="middle" dominant-baseline="central" font-family="Inter, Fira Sans, '
        f'sans-serif" font-size="{38 if len(text) > 1 else 44}" font-weight="700" fill="{dark}">{text}</text>',
        ground,
    )


def portrait_svg(persona: Persona) -> SafeString:
    """Return the portrait that the product draws: the initials when they were chosen, else the drawing."""
    return initials_svg(persona) if persona.portrait == "initials" else drawing_svg(persona)
