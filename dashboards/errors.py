"""What can go wrong with dashboards."""

from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError


class TooManyTiles(CxmapError):
    code = "too_many_tiles"
    message = _("A dashboard holds 40 tiles at most: remove one first, or make a second dashboard.")
    status = 409


class KindUnknown(CxmapError):
    code = "tile_kind_unknown"
    message = _("There is no such kind of tile. Choose one of the list.")
    status = 422


class OutcomeThere(CxmapError):
    code = "outcome_there"
    message = _("This KPI already stands for this outcome. Change the journeys of the one that is there.")
    status = 409


class NobodyToWriteTo(CxmapError):
    code = "recipients_missing"
    message = _("Choose at least one member who gets the mail.")
    status = 422
