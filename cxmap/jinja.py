"""The Jinja2 environment of the map's board."""

import uuid
from functools import cache, lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import translation
from jinja2 import Environment
from markupsafe import Markup

from cxmap.lib import formats

STAND_IN = uuid.UUID("6f9b4c58-7c2e-4b0e-9d53-1f2a3b4c5d6e")


@cache
def _around(name: str, prefix: str) -> tuple[str, str]:
    """Return what stands before and after the id in the address of this name."""
    before, _id, after = reverse(name, args=[STAND_IN]).partition(str(STAND_IN))
    return before, after


def url_of(name: str, pk: uuid.UUID) -> str:
    """Return the address of one row by its UUID: what reverse() gives, found once per name instead of once per row."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{pk}{after}"


@lru_cache(maxsize=4096)
def _escaped(message: str, language: str) -> Markup:
    return Markup(translation.gettext(message))  # noqa: S704 - messages are ours, as in Jinja's own extension


def translate(message: str, **variables: Any) -> Markup:
    """Return a message in the reader's language, its variables escaped: as Jinja's extension does, without its context."""
    text = _escaped(message, translation.get_language() or "")
    return text % variables if variables else text


def environment(**options: Any) -> Environment:
    """Return an environment that escapes, translates and formats as the Django templates do."""
    env = Environment(**{**options, "autoescape": True, "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"]})  # noqa: S701
    # The i18n extension adds this method to the environment.
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    env.globals.update(_=translate, static=static, url=reverse, url_of=url_of)
    env.filters.update(
        kpi_value=formats.kpi_value, whole=formats.whole, short_date=formats.short_date, decimal=formats.decimal
    )
    env.trim_blocks = env.lstrip_blocks = True
    return env
