"""The Jinja2 environment of the map's board."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment

from cxmap.lib import formats


def environment(**options: Any) -> Environment:
    """Return an environment that escapes, translates and formats as the Django templates do."""
    env = Environment(**{**options, "autoescape": True, "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"]})  # noqa: S701
    # The i18n extension adds this method to the environment.
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    env.globals.update(static=static, url=reverse)
    env.filters.update(
        kpi_value=formats.kpi_value, whole=formats.whole, short_date=formats.short_date, decimal=formats.decimal
    )
    env.trim_blocks = env.lstrip_blocks = True
    return env
