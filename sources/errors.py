"""What can go wrong with an import as a whole. What is wrong with a file itself is sources.reading.FileProblem."""

from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError


class FileTooLarge(CxmapError):
    code = "file_too_large"
    message = _("The file has %(megabytes)s MB; the limit is %(limit)s MB. Split it by period and bring the parts.")
    status = 413

    def __init__(self, *, size: int, limit: int) -> None:
        megabytes = {"megabytes": -(-size // 2**20), "limit": limit // 2**20}
        super().__init__(self.message % megabytes)


class FileRefused(CxmapError):
    """A file or its mapping that cannot be used; made from a FileProblem where no page explains it."""

    code = "file_refused"
    message = _("This file cannot be used.")
    status = 422


class ImportBusy(CxmapError):
    code = "import_busy"
    message = _("This import is being worked on. Wait until it has finished.")
    status = 409


class NotReady(CxmapError):
    code = "import_not_ready"
    message = _("This import is not ready for that. Open it and look at its state.")
    status = 409


class MeasureRefused(CxmapError):
    code = "measure_refused"
    message = _("These numbers do not go together.")
    status = 422


# What a worker may leave as the reason of a failed import: code → (what happened, what to do).
FAILURES = {
    "too_many_attempts": (
        _("The import was begun several times and never finished; nothing was written."),
        _("Start it again. If that fails too, ask an administrator to look at the log of the worker."),
    ),
    "unexpected": (
        _("Something unexpected went wrong; nothing was written."),
        _("Start it again. If that fails too, ask an administrator to look at the log of the worker."),
    ),
    "file_missing": (
        _("The stored file is no longer there; nothing was written."),
        _("Bring the file again."),
    ),
}


class Sealed(CxmapError):
    code = "import_sealed"
    message = _("Rows of this import were deleted by the workspace's retention: it can no longer be withdrawn.")
    status = 409
