"""What this app adds to a touchpoint's page and to a signal: the imports behind the numbers."""

import datetime as dt
from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from kpis.models import Binding
from kpis.registry import Happening, register_happenings
from sources import selectors
from touchpoints import panels
from touchpoints.models import Touchpoint


def touchpoint_panel(request: HttpRequest, touchpoint: Touchpoint) -> panels.Panel | None:
    """Return the imports behind a touchpoint's numbers; nothing where there are none."""
    found = selectors.imports_behind(touchpoint)
    if not found:
        return None
    return panels.Panel("sources/_touchpoint_panel.html", {"behind": found}, rank=50)


def happenings(binding: Binding, first: dt.date, last: dt.date) -> Sequence[Happening]:
    """Return the imports that brought what was measured on these days."""
    found = []
    for import_ in selectors.imports_around(binding, first, last):
        if import_.finished_at is None:
            continue
        day = timezone.localdate(import_.finished_at, timezone=import_.workspace.zone)
        text = _("Import from %(source)s: %(name)s") % {"source": import_.source.name, "name": import_}
        found.append(Happening(day, text, import_.get_absolute_url()))
    return found


panels.register(touchpoint_panel)
register_happenings(happenings)
