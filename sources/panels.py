"""What this app adds to the pages of others: the imports behind the numbers, and the sources that fail."""

import datetime as dt
from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from cxmap.workspaces.places import register_items
from kpis.models import Binding, Source
from kpis.registry import Happening, Trouble, register_happenings, register_troubles
from sources import selectors
from sources.models import Import
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


def _trouble(found: selectors.FailingSource) -> str:
    words = {
        "source": found.source.name,
        "day": formats.short_date(found.on),
        "newest": formats.short_date(found.newest_on),
    }
    match found.what, found.newest_on:
        case selectors.Failing.LATE, _newest:
            return _("%(source)s: no data since %(newest)s") % words
        case selectors.Failing.FAILED, None:
            return _("%(source)s: the import of %(day)s failed, and there are no values yet") % words
        case selectors.Failing.REFUSED, None:
            return _("%(source)s: the import of %(day)s was refused, and there are no values yet") % words
        case selectors.Failing.FAILED, _newest:
            return _("%(source)s: the import of %(day)s failed; values up to %(newest)s") % words
        case _:
            return _("%(source)s: the import of %(day)s was refused; values up to %(newest)s") % words


def troubles(workspace: Workspace) -> Sequence[Trouble]:
    """Return the sources that fail, with the way to the import, or to the source when no import is to blame."""
    found = []
    for one in selectors.failing_sources(workspace):
        name, pk = ("import-detail", one.import_id) if one.import_id else ("source", one.source.public_id)
        found.append(Trouble(_trouble(one), one.touchpoints, reverse(f"sources:{name}", args=[pk])))
    return found


panels.register(touchpoint_panel)
register_items("sources", Source, by="public_id")
register_items("imports", Import, by="public_id")
register_happenings(happenings)
register_troubles(troubles)
