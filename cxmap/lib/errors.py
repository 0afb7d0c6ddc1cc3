"""What every refusal has: a stable code, a full sentence, an HTTP status."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class CxmapError(Exception):
    """Base of all refusals that a person or a program is told about."""

    code = "error"
    message: Any = _("This did not work. Nothing was changed.")
    status = 400

    def __init__(self, message: Any = None, *, fields: dict[str, Any] | None = None) -> None:
        super().__init__(message or self.message)
        if message is not None:
            self.message = message
        self.fields = fields or {}

    def __str__(self) -> str:
        return str(self.message)


class StaleRevision(CxmapError):
    """Someone saved the same row after the revision that the writer had read."""

    code = "stale_revision"
    message = _("Someone changed this at the same time. Both texts are shown; keep the one that is right.")
    status = 409

    def __init__(self, *, current: Any = None) -> None:
        super().__init__()
        self.current = current


class Forbidden(CxmapError):
    """A member without the role for it."""

    code = "forbidden"
    message = _("Your role does not allow this. Ask an owner of the workspace.")
    status = 403
